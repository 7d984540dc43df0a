"""What the order list shows, as its address says. Nonsense in an address narrows nothing."""

from collections.abc import Collection, Container
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.core.clock import day_bounds
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.inventory import queries as inventory
from zhanggui.orders.queries import OrderFilter
from zhanggui.orders.types import AfterSaleState, DisplayStatus, Source
from zhanggui.payments import queries as payments
from zhanggui.web.console.periods import Span, bounds

LONGEST = 100  # characters of a search
PAID = {
    Span.TODAY: _("今天付款"),
    Span.WEEK: _("近 7 天付款"),
    Span.MONTH: _("近 30 天付款"),
}


class Flag(TextChoices):
    """What makes an order special, whatever its status."""

    LATE = "late", _("超时未发")
    NOTE = "note", _("有留言")
    PART_REFUNDED = "part_refunded", AfterSaleState.PART_REFUNDED.label
    REFUNDED = "refunded", AfterSaleState.REFUNDED.label


# Asking an enumeration itself takes five times as long.
_STATUSES, _SOURCES, _FLAGS = (frozenset(one.values) for one in (DisplayStatus, Source, Flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """An active filter that can be taken off: the parameter and what it says."""

    parameter: str
    text: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
    """The parameters of the list's address that make sense."""

    status: str = ""
    q: str = ""
    placed: str = ""
    first: date | None = None  # placed on or after this day of the shop
    last: date | None = None
    warehouse: str = ""  # code
    source: str = ""
    flag: str = ""
    paid: str = ""
    refund: str = ""

    @property
    def narrows(self) -> bool:
        """Tell whether more than a tab is chosen."""
        period = self.placed or self.first or self.last or self.paid
        kind = self.warehouse or self.source or self.flag or self.refund
        return bool(self.q or period or kind)

    @property
    def folded(self) -> int:
        """Return how many filters are active whose controls a phone folds away."""
        return sum(map(bool, (self.source, self.warehouse, self.flag, self.first or self.last)))

    def chips(self) -> list[Chip]:
        """Return the active filters that have no control of their own on the page."""
        found = []
        if self.q:
            found.append(Chip(parameter="q", text=_("搜索：%(q)s") % {"q": self.q}))
        if self.paid:
            found.append(Chip(parameter="paid", text=PAID[Span(self.paid)]))
        if self.refund:
            found.append(Chip(parameter="refund", text=_("退款异常")))
        return found


def read_wish(parameters: QueryDict) -> ListWish:
    """Return what the address asks for."""

    def known(name: str, values: Container[str]) -> str:
        value = parameters.get(name, "")
        return value if value in values else ""

    try:
        q = clean_text(parameters.get("q", "")[: LONGEST * 2], max_length=LONGEST * 2)[:LONGEST]
    except TextRefused:
        q = ""
    first, last = _day(parameters.get("from", "")), _day(parameters.get("to", ""))
    return ListWish(
        status=known("status", _STATUSES),
        q=q,
        placed="" if first or last else known("placed", Span),
        first=first,
        last=last,
        warehouse=known("warehouse", [house.code for house in inventory.warehouses()]),
        source=known("source", _SOURCES),
        flag=known("flag", _FLAGS),
        paid=known("paid", Span),
        refund=known("refund", ["abnormal"]),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 < day.year < 2200 else None


def _placed(wish: ListWish, now: datetime) -> tuple[datetime | None, datetime | None]:
    if wish.placed:
        return bounds(wish.placed, now=now)
    return (
        day_bounds(wish.first)[0] if wish.first else None,
        day_bounds(wish.last)[1] if wish.last else None,
    )


def _only_ids(wish: ListWish, now: datetime) -> Collection[int] | None:
    if wish.refund:
        return payments.orders_needing_staff(now=now)
    return fulfilment.late_orders(now=now) if wish.flag == Flag.LATE else None


def order_filter(
    wish: ListWish, *, currency: str, within: Collection[int] | None, now: datetime
) -> OrderFilter:
    """Return the filter of the list; a tracking number is asked of fulfilment.

    `within` are the only warehouses whose orders may be seen, None is all.
    """
    placed = _placed(wish, now)
    houses = {house.code: house.warehouse_id for house in inventory.warehouses()}
    paid = bounds(wish.paid, now=now) if wish.paid else (None, None)
    return OrderFilter(
        display_status=wish.status,
        q=wish.q,
        also_ids=fulfilment.order_ids_by_tracking(q=wish.q) if wish.q else (),
        only_ids=_only_ids(wish, now),
        warehouse_id=houses.get(wish.warehouse),
        within=within,
        source=wish.source,
        has_note=wish.flag == Flag.NOTE,
        after_sale_state=wish.flag if wish.flag in AfterSaleState else "",
        placed_from=placed[0],
        placed_to=placed[1],
        paid_from=paid[0],
        paid_to=paid[1],
        currency=currency if wish.paid else "",
    )
