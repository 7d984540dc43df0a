"""What every format of order files is read into: whole orders with lines and money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from zhanggui.orders.types import HistoryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What must be known to read a file: the shop's clock and money, and what status words mean."""

    zone: tzinfo
    currency: str  # of formats whose files name none
    words: Mapping[str, str] = field(default_factory=dict)  # word → HistoryState value


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its cells by field, and by column name without personal data."""

    line: int
    values: dict[str, str]
    kept: dict[str, str]
    is_masked: bool = False  # the recipient is written with asterisks, or encrypted

    def get(self, name: str) -> str:
        """Return the text of a field, "" where it is blank or has no column."""
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """Goods of an order. `amount_minor` is of all pieces, before what the order takes off."""

    name: str
    quantity: int
    amount_minor: int
    codes: tuple[str, ...] = ()  # merchant codes, the most exact first
    barcode: str = ""
    options: str = ""
    discount_minor: int = 0  # taken off this line alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A whole order of another shop.

    `payable_minor` is what the buyer owed; `extras` are fees and taxes on top of goods and freight.
    `told_discount_minor` is what the file itself gives as taken off, None where it does not.
    """

    ref: str
    line: int
    state: HistoryState
    currency: str
    placed_at: datetime
    items: tuple[SaleLine, ...]
    payable_minor: int
    paid_minor: int
    refunded_minor: int = 0
    freight_minor: int = 0
    extras: tuple[tuple[str, int], ...] = ()
    told_discount_minor: int | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    buyer: str = ""  # account name or e-mail; "": nobody known
    province: str = ""
    city: str = ""
    district: str = ""
    country: str = ""
    note: str = ""
    is_masked: bool = False
    kept: tuple[dict[str, str], ...] = ()  # the rows, without personal data

    @property
    def gross_minor(self) -> int:
        """Goods, freight and extras before anything is taken off."""
        goods = sum(one.amount_minor for one in self.items)
        return goods + self.freight_minor + sum(minor for _label, minor in self.extras)
