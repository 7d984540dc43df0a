"""The order list."""

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import OrderFilter, OrderPage
from zhanggui.orders.types import DisplayStatus, Source
from zhanggui.web.access import allowed, seen_houses, staff_user
from zhanggui.web.badges import status_badge
from zhanggui.web.console.menu import rights, status_counts
from zhanggui.web.console.orders.drawing import drawn
from zhanggui.web.console.orders.filters import Flag, ListWish, order_filter, read_wish
from zhanggui.web.console.orders.rows import order_rows
from zhanggui.web.console.pages import page
from zhanggui.web.console.periods import Span
from zhanggui.web.formats import grouped

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A status above the list with the number of its orders."""

    code: str
    label: str
    count: int
    active: bool


@allowed("orders", "view")
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders, newest first, by tab, period and whatever somebody knows of an order."""
    now, wish = timezone.now(), read_wish(request.GET)
    person = staff_user(request)
    within = person.warehouse_ids
    wanted = order_filter(wish, currency=accounts.shop().currency, within=within, now=now)
    found = orders.order_page(wanted=wanted, cursor=request.GET.get("cursor", ""), limit=SHOWN)
    rows = order_rows(found=found.orders)
    counts = status_counts(request)
    context = {
        "wish": wish,
        "tabs": _tabs(counts, wish),
        "spans": Span,
        "houses": tuple((house.code, house.name) for house in seen_houses(person)),
        "sources": Source,
        "flags": Flag,
        "chips": wish.chips(),
        "rows": drawn(rows, rights=rights(person), now=now) if rows else None,
        "sees_money": person.may("orders", "see_money"),
        "found": found,
        "total": _total(_number(wish, wanted, found, counts)),
    }
    return page(request, "console/orders/list.html", context, part="list")


def _tabs(counts: dict[str, int], wish: ListWish) -> tuple[Tab, ...]:
    # part_shipped comes with parcels that split an order: no tab before there is one
    return tuple(
        Tab(
            code=code,
            label=label,
            count=counts[code] if code else sum(counts.values()),
            active=code == wish.status,
        )
        for code, label in _labels(get_language())
        if code != DisplayStatus.PART_SHIPPED or counts[code]
    )


@cache
def _labels(language: str | None) -> tuple[tuple[str, str], ...]:
    """Return the tabs in this language, which is that of the page."""
    labels = {one.value: str(status_badge(one, staff=True).label) for one in DisplayStatus}
    return (("", pgettext("all pages", "全部")), *labels.items())


def _number(
    wish: ListWish, wanted: OrderFilter, found: OrderPage, counts: dict[str, int]
) -> int | None:
    """Return how many orders the list holds, None where only counting them would tell."""
    if not wish.narrows:
        return counts[wish.status] if wish.status else sum(counts.values())
    if wanted.paid_from and wanted.paid_to and wish == ListWish(paid=wish.paid):
        period = (wanted.paid_from, wanted.paid_to)
        return orders.sales(periods=[period], currency=wanted.currency)[0].orders
    return None if found.next or found.previous else len(found.orders)


def _total(number: int | None) -> str:
    if number is None:
        return _("共 %(n)s 条以上") % {"n": SHOWN}
    return ngettext("共 %(n)s 条", "共 %(n)s 条", number) % {"n": grouped(number)}
