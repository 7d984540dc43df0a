"""How amounts, numbers and times are written for people; plain text, no HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import dateformat, timezone
from django.utils.translation import get_language, ngettext, pgettext

from zhanggui.core.money import digits_of

MINUS = "\N{MINUS SIGN}"
SYMBOLS = {
    "CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "MOP": "MOP$",
    "JPY": "JP¥", "KRW": "₩", "SGD": "S$", "AUD": "A$", "CAD": "C$", "THB": "฿", "MYR": "RM",
    "VND": "₫",
}  # fmt: skip
LARGE = 100_000  # from here on a tile shows a rounded number
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MoneyParts:
    """An amount in the pieces that pages set in different sizes."""

    sign: str
    symbol: str
    whole: str  # with thousands separators
    fraction: str  # with its point; empty for currencies without decimals

    def __str__(self) -> str:
        return f"{self.sign}{self.symbol}{self.whole}{self.fraction}"


def symbol_of(currency: str) -> str:
    """Return the sign of the currency, or its code and a space when it has none here."""
    return SYMBOLS.get(currency, f"{currency} ")


def money_parts(minor: int, currency: str) -> MoneyParts:
    """Split an amount of integer minor units for display; never goes through a float."""
    digits = digits_of(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    return MoneyParts(
        sign=MINUS if minor < 0 else "",
        symbol=symbol_of(currency),
        whole=f"{whole:,}",
        fraction=f".{fraction:0{digits}d}" if digits else "",
    )


def count_text(number: int) -> str:
    """Write a number for a tile: exact below 100,000, then 12.35 万 or 123.5K."""
    if abs(number) < LARGE:
        return grouped(number)
    if (get_language() or "").startswith("zh"):
        if abs(number) < 10**8:
            return f"{_rounded(number, 10**4, 2)} 万"
        return f"{_rounded(number, 10**8, 1)} 亿"
    for limit, unit, letter in ((10**6, 10**3, "K"), (10**9, 10**6, "M")):
        if abs(number) < limit:
            return f"{_rounded(number, unit, 1)}{letter}"
    return f"{_rounded(number, 10**9, 1)}B"


def grouped(number: int) -> str:
    """Write a whole number exactly, with thousands separators and a real minus."""
    return f"{MINUS if number < 0 else ''}{abs(number):,}"


def listed(names: Iterable[object]) -> str:
    """Return names in one line, parted as the page's language parts them."""
    return pgettext("between names", "、").join(str(name) for name in names)


def _rounded(number: int, unit: int, decimals: int) -> str:
    """Divide half up in integers; trailing zeros go."""
    scale: int = 10**decimals
    value = (abs(number) * scale * 2 + unit) // (unit * 2)
    whole, fraction = divmod(value, scale)
    tail = f".{fraction:0{decimals}d}".rstrip("0").rstrip(".")
    return f"{MINUS if number < 0 else ''}{whole:,}{tail}"


def day_text(day: date) -> str:
    """Write a day without its year: 2月5日."""
    return dateformat.format(day, pgettext("date format", "n月j日"))


def moment_text(at: datetime, *, now: datetime) -> str:
    """Write a moment in shop time as near as its day: 今天 18:46, 11-15 19:21, 2025-03-02 08:00."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    clock = f"{local:%H:%M}"
    named = _day_name((local.date() - today).days)
    if named:
        return f"{named} {clock}"
    return f"{local:%m-%d} {clock}" if local.year == today.year else f"{local:%Y-%m-%d} {clock}"


def _day_name(days_ahead: int) -> str:
    if days_ahead == 0:
        return pgettext("day", "今天")
    if days_ahead == -1:
        return pgettext("day", "昨天")
    return pgettext("day", "明天") if days_ahead == 1 else ""


def span_text(span: timedelta, *, late: bool) -> str:
    """Write how much time is left, or by how much it is late, in its largest whole unit."""
    if span >= 2 * DAY:
        number = span // DAY
        if late:
            return ngettext("超 %(n)d 天", "超 %(n)d 天", number) % {"n": number}
        return ngettext("剩 %(n)d 天", "剩 %(n)d 天", number) % {"n": number}
    if span >= HOUR:
        number = span // HOUR
        if late:
            return ngettext("超 %(n)d 小时", "超 %(n)d 小时", number) % {"n": number}
        return ngettext("剩 %(n)d 小时", "剩 %(n)d 小时", number) % {"n": number}
    number = span // timedelta(minutes=1)
    if late:
        return ngettext("超 %(n)d 分钟", "超 %(n)d 分钟", number) % {"n": number}
    return ngettext("剩 %(n)d 分钟", "剩 %(n)d 分钟", number) % {"n": number}
