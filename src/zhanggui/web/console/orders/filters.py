"""What the order list shows, as its address says. Nonsense in an address narrows nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.core.text import TextRefused, clean_text
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.orders.queries import OrderFilter
from zhanggui.orders.types import DisplayStatus
from zhanggui.payments import queries as payments
from zhanggui.web.console.periods import Span, bounds

LONGEST = 100  # characters of a search
PAID = {
    Span.TODAY: _("今天付款"),
    Span.WEEK: _("近 7 天付款"),
    Span.MONTH: _("近 30 天付款"),
}


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
    paid: str = ""
    refund: str = ""

    @property
    def narrows(self) -> bool:
        """Tell whether more than a tab is chosen."""
        return bool(self.q or self.placed or self.paid or self.refund)

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

    def known(name: str, values: list[str]) -> str:
        value = parameters.get(name, "")
        return value if value in values else ""

    try:
        q = clean_text(parameters.get("q", "")[: LONGEST * 2], max_length=LONGEST * 2)[:LONGEST]
    except TextRefused:
        q = ""
    return ListWish(
        status=known("status", DisplayStatus.values),
        q=q,
        placed=known("placed", Span.values),
        paid=known("paid", Span.values),
        refund=known("refund", ["abnormal"]),
    )


def order_filter(wish: ListWish, *, currency: str, now: datetime) -> OrderFilter:
    """Return the filter of the list; a tracking number is asked of fulfilment."""
    placed = bounds(wish.placed, now=now) if wish.placed else (None, None)
    paid = bounds(wish.paid, now=now) if wish.paid else (None, None)
    return OrderFilter(
        display_status=wish.status,
        q=wish.q,
        also_ids=fulfilment.order_ids_by_tracking(q=wish.q) if wish.q else (),
        only_ids=payments.orders_needing_staff(now=now) if wish.refund else None,
        placed_from=placed[0],
        placed_to=placed[1],
        paid_from=paid[0],
        paid_to=paid[1],
        currency=currency if wish.paid else "",
    )
