"""Reading what browsers send, without ever failing on it."""


def whole_number(text: str, *, least: int, most: int) -> int:
    """Return a whole number within its limits; what is no number counts as the least."""
    digits = text.strip()[:12]
    number = int(digits) if digits.isascii() and digits.isdecimal() else least
    return min(max(number, least), most)
