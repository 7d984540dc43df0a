"""Personal data as people see it who need not know it all."""


def mask_name(name: str) -> str:
    """陈晓琳 → 陈*琳, 王芳 → 王*, John → J**n."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """13800001234 or +8613800001234 → 138****1234; shorter numbers keep two digits at each end.

    What is too short to be a number is hidden whole.
    """
    number = phone.removeprefix("+86")
    if len(number) >= 11:
        return f"{number[:3]}****{number[-4:]}"
    if len(number) < 7:
        return "*" * len(number)
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"


def mask_detail(detail: str) -> str:
    """文三路 188 号云栖苑 6 幢 502 → 文三路***: what follows the first three signs is hidden.

    A short one shows at most its first half.
    """
    return f"{detail[: min(3, len(detail) // 2)]}***" if detail else ""
