"""The first page of each role, and the page of all pages."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import Holder, Role
from zhanggui.core.jobs import queries as jobs
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import OrderFilter
from zhanggui.orders.types import DisplayStatus
from zhanggui.payments import queries as payments
from zhanggui.web.access import allowed, staff_user
from zhanggui.web.console.home.checklist import checklist
from zhanggui.web.console.home.figures import BEFORE, best_sellers, kpis
from zhanggui.web.console.home.sample import sample_card
from zhanggui.web.console.menu import menu, status_counts
from zhanggui.web.console.orders.rows import OrderRow, order_rows
from zhanggui.web.console.pages import page
from zhanggui.web.console.periods import Span

SHOWN = 5  # orders of a short list
QUEUE = 30


@allowed("home", "view")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person."""
    now, kind = timezone.now(), _kind(staff_user(request))
    if kind is None:
        return page(request, "console/home/all.html", {"groups": menu(request)})
    within = staff_user(request).warehouse_ids
    context: dict[str, Any] = {"now": now, "counts": status_counts(request)}
    if kind == Role.WAREHOUSE:
        context |= _warehouse(within)
    elif kind == Role.SERVICE:
        context |= _service(now, within)
    else:
        context |= _owner(request, now)
    return page(request, f"console/home/{kind}.html", context, part="live")


def _kind(person: Holder) -> Role | None:
    """Return whose home the person's role has, as far as its rights reach."""
    if person.acts_as is None or not person.may("orders", "view"):
        return None
    home = person.acts_as.home
    sees_all = person.may("orders", "see_money") and person.warehouse_ids is None
    return home if home != Role.OWNER or sees_all else Role.SERVICE


@allowed("home", "view")
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Show all pages that this person may open: on phones the menu has no other place."""
    return page(request, "console/home/all.html", {"groups": menu(request)})


def _owner(request: HttpRequest, now: datetime) -> dict[str, Any]:
    wish = request.GET.get("period", "")
    span = Span(wish) if wish in Span.values else Span.TODAY
    shop = accounts.shop()
    late, first = fulfilment.waiting(now=now)
    steps = checklist(staff_user(request), now=now)
    return {
        "checklist": steps,
        "sample": sample_card(staff_user(request), is_new=steps is not None),
        "spans": Span.choices,
        "span": span,
        "kpis": kpis(span=span, now=now, currency=shop.currency),
        "before": BEFORE[span],
        "currency": shop.currency,
        "late": late,
        "first_deadline": first,
        "refunds": len(payments.orders_needing_staff(now=now)),
        "wrong_stock": inventory.open_differences(),
        "failed_jobs": jobs.queue_counts(now=now).failed,
        "best_sellers": best_sellers(now=now),
        "newest": _rows(OrderFilter()),
        "orders_url": reverse("console:orders"),
    }


def _service(now: datetime, within: Collection[int] | None) -> dict[str, Any]:
    late, first = fulfilment.waiting(now=now, within=within)
    return {
        "late": late,
        "first_deadline": first,
        "waiting": _queue(limit=SHOWN, within=within),
        "unpaid": _rows(OrderFilter(display_status=DisplayStatus.TO_PAY, within=within)),
        "newest": _rows(OrderFilter(within=within)),
    }


def _warehouse(within: Collection[int] | None) -> dict[str, Any]:
    return {"queue": _queue(limit=QUEUE, within=within), "houses": inventory.warehouse_names()}


def _rows(wanted: OrderFilter) -> list[OrderRow]:
    return order_rows(found=orders.order_page(wanted=wanted, limit=SHOWN).orders)


def _queue(*, limit: int, within: Collection[int] | None) -> list[OrderRow]:
    """Return the orders that wait, the most urgent first."""
    deadlines = fulfilment.queue(limit=limit, within=within)
    found = {order.pk: order for order in orders.orders_by_ids(order_ids=list(deadlines))}
    return order_rows(found=[found[one] for one in deadlines])
