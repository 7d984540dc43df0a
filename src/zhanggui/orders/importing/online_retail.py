"""The format `online-retail`: order lines as in the UCI data set "Online Retail"."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.core.money import Money
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.orders.importing.faults import RowFault as RowFault
from zhanggui.orders.importing.table import Record
from zhanggui.orders.types import ImportRefused

NAME = "online-retail"
CURRENCY = "GBP"
COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
INVOICE_COLUMN = COLUMNS.index("InvoiceNo")

_INVOICE = re.compile(r"([CA]?)[0-9]{6}")
_QUANTITY = re.compile(r"-?[0-9]{1,6}")
_PRICE = re.compile(r"(-?)([0-9]{1,8})(?:([.,])([0-9]{1,6}))?")
_CUSTOMER = re.compile(r"([0-9]{1,20})(?:\.0)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
)
_YEARS = range(1990, 2100)
_MICRO_PER_MINOR = 10_000  # prices are read in millionths of a pound: 0.001 occurs
_MINOR_PPM = 1_000_000 // _MICRO_PER_MINOR
_CACHED = 1 << 16


class RowKind(StrEnum):
    """What a line is, by its invoice number, quantity and price."""

    SALE = "sale"
    FREE = "free"
    WRITEOFF = "writeoff"
    CANCEL = "cancel"
    ADJUST = "adjust"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One typed line. Quantity and amount are absolute: the kind tells the direction."""

    line: int
    invoice: str
    kind: RowKind
    code: str
    description: str
    quantity: int
    unit_price_minor: int  # rounded up where the price is finer than a penny
    amount_minor: int  # quantity × exact price, rounded half away from zero
    at: datetime  # naive, on the shop's clock
    customer: str  # empty: anonymous
    country: str


class Reader:
    """Types the rows of one file. A file has one decimal mark: the first one seen."""

    def __init__(self, *, delimiter: str) -> None:
        self._mark = "." if delimiter == "," else ""

    def row(self, record: Record) -> Row:
        """Return the typed row.

        Raises:
            RowFault: the line is wrong.
            ImportRefused: the dates are written month first.
        """
        if not record.is_whole:
            raise RowFault(
                "bad_columns",
                _("列数不对：应有 %(wanted)d 列，有 %(found)d 列")
                % {"wanted": len(COLUMNS), "found": len(record.fields)},
            )
        invoice, code, description, quantity_text, at, price, customer, country = record.fields
        prefix = _prefix(invoice)
        quantity = _quantity(quantity_text)
        price_micro = self._price(price)
        kind = _kind(prefix, quantity, price_micro)
        price_micro = abs(price_micro)
        return Row(
            line=record.line,
            invoice=invoice,
            kind=kind,
            code=_code(code),
            description=_text(description, 120, "bad_description"),
            quantity=abs(quantity),
            unit_price_minor=-(-price_micro // _MICRO_PER_MINOR),
            amount_minor=Money(abs(quantity) * price_micro, CURRENCY).share(_MINOR_PPM).minor,
            at=_moment(at, record.line),
            customer=_customer(customer),
            country=_text(country, 60, "bad_country"),
        )

    def _price(self, text: str) -> int:
        price, mark = _price(text)
        if mark and not self._mark:
            self._mark = mark
        if mark and mark != self._mark:
            raise RowFault(
                "bad_price",
                _("单价 %(text)s 的小数点和文件里其他单价不同") % {"text": _shown(text)},
            )
        return price


def invoice_of(fields: list[str], position: int) -> str | None:
    """Return the invoice that a broken record belongs to, where that can be read."""
    if position < len(fields) and _INVOICE.fullmatch(fields[position]):
        return fields[position]
    return None


def _kind(prefix: str, quantity: int, price_micro: int) -> RowKind:
    if prefix == "A":
        return RowKind.ADJUST
    if price_micro < 0:
        raise RowFault("bad_price", _("单价不能是负数"))
    if prefix == "C":
        if quantity > 0:
            raise RowFault("bad_quantity", _("退货单（C 开头）的数量必须是负数"))
        return RowKind.CANCEL
    if quantity > 0:
        return RowKind.SALE if price_micro else RowKind.FREE
    if price_micro:
        raise RowFault("bad_quantity", _("有单价的销售行，数量不能是负数"))
    return RowKind.WRITEOFF


def _prefix(invoice: str) -> str:
    match = _INVOICE.fullmatch(invoice)
    if match is None:
        raise RowFault(
            "bad_invoice",
            _("单号 %(text)s 应是 6 位数字，前面可以有 C 或 A") % {"text": _shown(invoice)},
        )
    return match[1]


def _quantity(text: str) -> int:
    quantity = int(text) if _QUANTITY.fullmatch(text) else 0
    if not quantity:
        raise RowFault(
            "bad_quantity",
            _("数量 %(text)s 应是不为 0 的整数，最多 6 位") % {"text": _shown(text)},
        )
    return quantity


@lru_cache(maxsize=_CACHED)
def _price(text: str) -> tuple[int, str]:
    """Return the price in millionths and its decimal mark."""
    match = _PRICE.fullmatch(text)
    if match is None:
        raise RowFault("bad_price", _("单价 %(text)s 应是数字，例如 2.55") % {"text": _shown(text)})
    sign, whole, mark, part = match.groups()
    micro = int(whole) * 1_000_000 + int((part or "").ljust(6, "0"))
    return (-micro if sign else micro), mark or ""


@lru_cache(maxsize=_CACHED)
def _code(text: str) -> str:
    """Return the code as written: case and blanks tell articles apart."""
    if not _text(text, 60, "bad_code"):
        raise RowFault("bad_code", _("商品编码是空的"))
    return text


@lru_cache(maxsize=_CACHED)
def _text(text: str, max_length: int, code: str) -> str:
    try:
        return clean_text(text, max_length=max_length)
    except TextRefused as refusal:
        raise RowFault(code, refusal.text) from refusal


@lru_cache(maxsize=_CACHED)
def _customer(text: str) -> str:
    if not text.strip():
        return ""
    match = _CUSTOMER.fullmatch(text.strip())
    if match is None:
        raise RowFault("bad_customer", _("客户编号 %(text)s 应是数字或空") % {"text": _shown(text)})
    return match[1]


_BAD_DATE = gettext_lazy(
    "日期 %(text)s 不对，应是 2010-12-01 08:26:00 或 1/12/2010 8:26（日/月/年）"
)


def _moment(text: str, line: int) -> datetime:
    moment = _parsed(text)
    if moment is None:
        if _is_month_first(text):
            raise ImportRefused(
                _(
                    "第 %(line)d 行的日期 %(text)s 是月在前的写法，会和日在前的写法混淆。"
                    "请把日期列改成 2010-12-01 08:26:00 的形式后再导入。"
                )
                % {"line": line, "text": _shown(text)},
                code="ambiguous_dates",
            )
        raise RowFault("bad_date", str(_BAD_DATE) % {"text": _shown(text)})
    return moment


@lru_cache(maxsize=_CACHED)
def _parsed(text: str) -> datetime | None:
    if match := _ISO.fullmatch(text):
        year, month, day, hour, minute, second = map(int, match.groups(default="0"))
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute, second = map(int, match.groups(default="0"))
    else:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 -- shop's clock
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None


def _is_month_first(text: str) -> bool:
    match = _DAY_FIRST.fullmatch(text)
    return match is not None and int(match[1]) <= 12 < int(match[2]) <= 31


def _shown(text: str) -> str:
    """Return what a message shows of a field: short, on one line, without control characters."""
    return "".join(char if char.isprintable() else "·" for char in text[:30]) or _("（空）")
