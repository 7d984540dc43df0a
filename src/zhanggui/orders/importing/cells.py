"""Typed cells of order files. What is wrong is raised with the column and the line."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from zhanggui.core.money import digits_of
from zhanggui.core.tables.cells import decimal_of, is_damaged, moment_of, whole_of
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.orders.importing.faults import RowFault, UnknownStatus
from zhanggui.orders.importing.sales import Reading, Row
from zhanggui.orders.types import HistoryState

BEIJING = ZoneInfo("Asia/Shanghai")
NOTHING = frozenset({"", "-", "--", "---", "/", "无", "空", "null", "none", "n/a"})
MOST_MINOR = 10**14
_NUMBER = re.compile(r"[0-9A-Za-z#][0-9A-Za-z#_./-]{0,39}")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
CURRENCY = re.compile(r"[A-Z]{3}")
_YEARS = range(1995, 2100)
_MASKED = re.compile(r"\*|…|^(?:##|\$\$)|^#.*##$|^~.*~$")


def text_of(row: Row, name: str, *, longest: int = 120) -> str:
    """Return a text, cut where it is longer than we hold; "" for the ways to write nothing."""
    text = row.get(name)
    if text.casefold() in NOTHING:
        return ""
    flat = " ".join(text.replace("\x00", "").split())
    try:
        return clean_text(
            flat[: longest - 1] + "…" if len(flat) > longest else flat, max_length=longest
        )
    except TextRefused as refusal:
        raise RowFault("bad_text", refusal.text, line=row.line) from refusal


def number_of(text: str) -> str:
    """Return an order number as it was before programs wrapped it.

    Raises:
        RowFault: it is none, or Excel has cut it.
    """
    number = text.strip().lstrip("'`").strip()
    if _SCIENTIFIC.fullmatch(number):
        raise RowFault(
            "damaged_number",
            _("单号 %(text)s 被 Excel 改成科学计数法，后几位丢了。请重新导出，不要用 Excel 另存")
            % {"text": number},
        )
    if not _NUMBER.fullmatch(number):
        raise RowFault("bad_number", _("单号「%(text)s」不对") % {"text": text[:40]})
    return number


def code_of(row: Row, name: str) -> str:
    """Return a merchant code or barcode, "" where there is none."""
    text = row.get(name)
    if is_damaged(text):
        raise RowFault(
            "damaged_number",
            _("%(text)s 被 Excel 改成科学计数法，数字已经丢了。请把这列设为文本再导出")
            % {"text": text},
            line=row.line,
        )
    return text_of(row, name, longest=60)


def codes_of(row: Row, *names: str) -> tuple[str, ...]:
    """Return the merchant codes of these fields, each once, the most exact first."""
    return tuple(dict.fromkeys(filter(None, (code_of(row, name) for name in names))))


def only(rows: Sequence[Row]) -> Row:
    """Return the one row of an order; the same once more is left out.

    Raises:
        RowFault: a second row says something else.
    """
    first = rows[0]
    if any(one.values != first.values for one in rows[1:]):
        raise RowFault("twice", _("订单在文件里有两行，内容不一样"), line=rows[1].line)
    return first


def amount_of(row: Row, name: str, currency: str, *, label: str = "") -> int | None:
    """Return an amount in minor units, None where the cell says nothing.

    Raises:
        RowFault: it is no amount, below zero, or finer than the currency.
    """
    text = row.get(name)
    if text.casefold() in NOTHING:
        return None
    value = None if is_damaged(text) else decimal_of(text)
    digits = digits_of(currency)
    minor = value.scaleb(digits) if value is not None else Decimal(-1)
    shown = {"column": label or name, "text": text[:40]}
    if value is None or minor < 0 or minor > MOST_MINOR:
        raise RowFault(
            "bad_amount", _("%(column)s：%(text)s 不是金额，例如 19.90") % shown, line=row.line
        )
    if minor != minor.to_integral_value():
        raise RowFault(
            "bad_amount", _("%(column)s：%(text)s 的小数比货币多") % shown, line=row.line
        )
    return int(minor)


def currency_of(row: Row, name: str) -> str:
    """Return a currency code, "" where the cell says nothing."""
    code = row.get(name).upper()
    if code and not CURRENCY.fullmatch(code):
        why = _("币种 %(text)s 应是三个字母，例如 CNY")
        raise RowFault("bad_currency", why % {"text": code[:40]}, line=row.line)
    return code


def discount_of(row: Row, name: str, currency: str) -> int:
    """Return what was taken off: shops write it with a minus or without."""
    text = row.get(name)
    bare = unicodedata.normalize("NFKC", text).lstrip("-")
    return amount_of(Row(row.line, {name: bare}, {}), name, currency) or 0


def quantity_of(row: Row, name: str) -> int:
    """Return how many pieces a row is about."""
    text = row.get(name)
    number = None if is_damaged(text) else whole_of(text)
    if number is None or not 1 <= number <= 1_000_000:
        why = _("数量 %(text)s 应是 1 以上的整数")
        raise RowFault("bad_quantity", why % {"text": text[:40] or "「」"}, line=row.line)
    return number


def moment(row: Row, name: str, zone: tzinfo = BEIJING) -> datetime | None:
    """Return a moment, None where the cell says nothing."""
    text = row.get(name).lstrip("'")
    if text.casefold() in NOTHING or text.startswith("0000"):
        return None
    at = moment_of(text, zone=zone)
    if at is None or at.year not in _YEARS:
        why = _("%(text)s 不是时间，例如 2026-11-21 10:00")
        raise RowFault("bad_date", why % {"text": text[:40]}, line=row.line)
    return at


def first_moment(rows: Iterable[Row], *names: str, zone: tzinfo = BEIJING) -> datetime | None:
    """Return the first moment that one of these fields has, field by field."""
    found = list(rows)
    for name in names:
        for row in found:
            if at := moment(row, name, zone):
                return at
    return None


def placed(at: datetime | None, row: Row) -> datetime:
    """Return the moment of an order, which must have one."""
    if at is None:
        raise RowFault("no_date", _("没有下单时间"), line=row.line)
    return at


def word_form(word: str) -> str:
    """Return a status word as words are compared: width and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def state_of(
    row: Row, word: str, known: Mapping[str, HistoryState], reading: Reading
) -> HistoryState:
    """Return what a status word means: first by what somebody said, then by the format.

    Raises:
        UnknownStatus: neither says.
    """
    form = word_form(word)
    for said, state in reading.words.items():
        if word_form(said) == form:
            return HistoryState(state)
    if form not in known:
        raise UnknownStatus(word or _("（空）"), line=row.line)
    return known[form]


def words(**states: str) -> dict[str, HistoryState]:
    """Return word → state; words are joined by |."""
    return {
        word_form(word): HistoryState(state)
        for state, joined in states.items()
        for word in joined.split("|")
    }


def is_masked(text: str) -> bool:
    """Tell whether a recipient's data is hidden: 王**, 184****1234, ##cipher##."""
    return bool(_MASKED.search(text))


def same_amount(rows: Sequence[Row], name: str, currency: str, *, label: str) -> int | None:
    """Return an amount of the order that its rows repeat.

    Raises:
        RowFault: they tell different ones.
    """
    found = {
        one for row in rows if (one := amount_of(row, name, currency, label=label)) is not None
    }
    if len(found) > 1:
        why = _("同一订单的%(column)s不一样")
        raise RowFault("mixed_amounts", why % {"column": label}, line=rows[0].line)
    return found.pop() if found else None
