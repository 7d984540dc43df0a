"""Cells as people and their programs write them: guards, amounts, numbers, moments."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_BLANKS = " \t\r\n\x1a\u3000\u00a0\ufeff\u200b"  # \x1a ends files of DOS
_DAMAGED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,3}")
_AMOUNT_SIGNS = re.compile(
    r"^(?:CNY|RMB|US|HK|NT|EUR|USD|GBP|HKD)?[¥￥$€£\s]+|^(?:CNY|RMB)(?=[0-9])"
    r"|\s*(?:元|円|€|\$|£|CNY|RMB|USD|EUR|GBP|HKD)$",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_COMMA_DECIMAL = re.compile(r"-?(?:[0-9]+,[0-9]{1,2}|0,[0-9]+)")
_COMMA_ALWAYS = re.compile(r"-?[0-9]+,[0-9]+")
_GROUPED_BY_DOTS = re.compile(r"-?[1-9][0-9]{0,2}(?:[. '’][0-9]{3})+,[0-9]+")
_GROUPED_BY_BLANKS = re.compile(r"-?[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?:\.[0-9]+)?")
_MOMENT = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?"
    r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED_MONTH = re.compile(  # Sep-27-26, Sep 27, 2026 10:00, 27-Sep-2026
    r"(?:([A-Za-z]{3})[a-z]*[- ]([0-9]{1,2})|([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*),?[- ]"
    r"(20[0-9]{2}|[0-9]{2})(?=$|[ T,])"
)


def clean_cell(text: str) -> str:
    """Return a cell without what programs put around it: blanks, ="…", the ' of a guard."""
    text = text.strip(_BLANKS)
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[1].replace('""', '"').strip(_BLANKS)
    if text.startswith("'") and _is_guardable(text[1:]):
        text = text[1:]
    return text


def guarded(text: str) -> str:
    """Return the cell so that no program takes it for a formula; `clean_cell` undoes it."""
    is_formula = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    if is_formula or (text.startswith("'") and _is_guardable(text[1:])):
        return f"'{text}"
    return text


def _is_guardable(text: str) -> bool:
    bare = text.lstrip("'")
    return bare.startswith(_FORMULA) or bool(_NUMBER.fullmatch(bare))


def is_damaged(text: str) -> bool:
    """Tell whether Excel cut a long number to 6.90123E+12: what it was is lost."""
    return bool(_DAMAGED.fullmatch(text))


def decimal_of(text: str, *, comma: bool = False) -> Decimal | None:
    """Return an amount as people write it (¥1,999.00, 1.999,00 €, １９．９ 元), None for none.

    With `comma` the file has decimal commas, so 1,250 is a little more than one.
    """
    bare = unicodedata.normalize("NFKC", text)[:60].strip()
    bare = _AMOUNT_SIGNS.sub("", _AMOUNT_SIGNS.sub("", bare)).strip()
    if comma and _COMMA_ALWAYS.fullmatch(bare):
        bare = bare.replace(",", ".")
    elif _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    elif _GROUPED_BY_DOTS.fullmatch(bare):
        bare = re.sub(r"[. '’]", "", bare).replace(",", ".")
    elif _GROUPED_BY_BLANKS.fullmatch(bare):
        bare = re.sub(r"[ '’]", "", bare)
    elif _COMMA_DECIMAL.fullmatch(bare):
        bare = bare.replace(",", ".")
    if not _NUMBER.fullmatch(bare.removesuffix(".")):
        return None
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None


def minor_of(text: str, *, digits: int, comma: bool = False) -> int | None:
    """Return an amount in minor units, None where it is none; finer than that is rounded half up.

    Other shops keep four decimals: their 1299.0000 is 1299.00.
    """
    value = decimal_of(text, comma=comma)
    if value is None:
        return None
    scaled = abs(value).scaleb(digits)
    minor = int(scaled + Decimal("0.5"))
    return -minor if value < 0 else minor


def whole_of(text: str) -> int | None:
    """Return a whole number (1,286, 12.0), None where it is none."""
    value = decimal_of(text)
    if value is None or value != value.to_integral_value() or abs(value) > 10**15:
        return None
    return int(value)


def moment_of(text: str, *, zone: tzinfo) -> datetime | None:
    """Return a moment (2026-11-21 10:00, 2026/1/2, 2026年1月2日, with or without +0800)."""
    text = _NAMED_MONTH.sub(_numbered, unicodedata.normalize("NFKC", text).strip(), count=1)
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        at = datetime(
            *(int(year), int(month), int(day)),
            *(int(hour or 0), int(minute or 0), int(second or 0)),
            tzinfo=_zone(offset) or zone,
        )
    except ValueError:
        return None
    return at.astimezone(UTC)


def _numbered(date: re.Match[str]) -> str:
    name, day = (date[1], date[2]) if date[1] else (date[4], date[3])
    if name.lower() not in _MONTHS:
        return date[0]
    return f"{int(date[5]) % 100 + 2000}-{_MONTHS.index(name.lower()) + 1}-{day}"


def _zone(offset: str | None) -> tzinfo | None:
    if not offset:
        return None
    if offset == "Z":
        return UTC
    return datetime.strptime(offset.replace(":", ""), "%z").tzinfo


def text_of(value: object) -> str:
    """Return what an Excel cell holds as text: whole numbers without .0, moments as ISO."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 10**15:
            return str(int(value))
        return repr(value).replace("e+", "E+")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
