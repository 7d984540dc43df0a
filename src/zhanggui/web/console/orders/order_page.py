"""Everything that the page of one order shows, laid side by side from the domains."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.core.masking import mask_detail
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.integrations import queries as integrations
from zhanggui.integrations.queries import ImportRun
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Elsewhere, Order, OrderLine
from zhanggui.orders.types import DisplayStatus, PaymentChannel
from zhanggui.payments import queries as payments
from zhanggui.payments.queries import Refund
from zhanggui.payments.types import RefundStatus
from zhanggui.web import timeline
from zhanggui.web.access import sees, staff_user
from zhanggui.web.console.orders.forms import SettleRefundForm
from zhanggui.web.console.orders.rows import OrderRow, order_rows
from zhanggui.web.console.pages import is_htmx, page
from zhanggui.web.formats import moment_text

_STAGE = {
    DisplayStatus.TO_PAY: 1,
    DisplayStatus.TO_SHIP: 2,
    DisplayStatus.PART_SHIPPED: 2,
    DisplayStatus.TO_RECEIVE: 3,
    DisplayStatus.COMPLETED: 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the order's progress."""

    label: str | Promise
    note: str
    state: str  # done, now or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line with the sum of its pieces before discount and freight."""

    line: OrderLine
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRefund:
    """What somebody wanted with a refund and was refused."""

    refund_id: int
    problem: str
    settle: SettleRefundForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """A refund with what this person can do about it now."""

    refund: Refund
    can_retry: bool
    settle: SettleRefundForm | None  # None: it can't be paid another way
    problem: str  # why the last try was refused


def find_order(request: HttpRequest, number: str) -> Order:
    """Return the order of this number with its lines, or answer 404."""
    order = orders.order_by_number(number=number)
    if order is None or not sees(staff_user(request), order.warehouse_id):
        raise Http404
    return order


def order_context(
    request: HttpRequest, order: Order, *, now: datetime, tried: TriedRefund | None = None
) -> dict[str, Any]:
    """Return what the page needs, for the rights of who looks; `tried` was refused just now."""
    person = staff_user(request)
    sees_money = person.may("orders", "see_money")
    sees_payments = sees_money and person.may("payments", "view")
    events = orders.timeline(order_id=order.pk)
    row = order_rows(found=[order])[0]
    paid = payments.payments_of(order_id=order.pk) if sees_payments else []
    elsewhere = orders.elsewhere(order=order, with_money=sees_money)
    is_unpaid = order.display_status == DisplayStatus.TO_PAY and not order.paid_minor
    return {
        "order": order,
        "row": row,
        "detail": mask_detail(order.detail),
        "steps": steps(order, row, now=now),
        "lines": [
            LineView(line=line, total_minor=line.unit_price_minor * line.quantity)
            for line in order.lines.all()
        ],
        "houses": inventory.warehouse_names(),
        "parcels": fulfilment.parcels_of(order_id=order.pk) if order.shipped_pieces else [],
        "payments": paid,
        "refunds": _refunds(order, now=now, may_act=person.may("payments", "refund"), tried=tried)
        if paid
        else [],
        "channel": channel_label(order.payment_channel),
        "kept_minor": order.paid_minor - order.refunded_minor,
        "events": timeline.for_staff(
            events=events,
            names=accounts.user_names(user_ids=timeline.staff_ids(events)),
            with_money=sees_money,
        ),
        "can_ship": row.can_ship and person.may("orders", "ship"),
        "can_cancel": is_unpaid and person.may("orders", "cancel"),
        "can_confirm": takes_transfer(order) and person.may("payments", "confirm_transfer"),
        "elsewhere": elsewhere,
        "import_run": _import_of(elsewhere) if person.may("imports", "view") else None,
        "can_reveal": person.may("orders", "reveal")
        and bool(order.phone or order.name or (elsewhere and elsewhere.columns)),
    }


def _import_of(elsewhere: Elsewhere | None) -> ImportRun | None:
    """Return the import that last brought what another shop said of an order."""
    if elsewhere is None or elsewhere.imported_at is None:
        return None
    return integrations.orders_import_at(
        format_name=elsewhere.format_name, at=elsewhere.imported_at
    )


def takes_transfer(order: Order) -> bool:
    """Tell whether a transfer can be booked: nothing was paid yet, late and closed ones included.

    A history that was imported has no transfers to come.
    """
    waits = order.display_status in (DisplayStatus.TO_PAY, DisplayStatus.CLOSED)
    by_transfer = order.payment_channel == PaymentChannel.TRANSFER
    return waits and by_transfer and order.payable_minor > 0 and not order.paid_minor


def _refunds(
    order: Order, *, now: datetime, may_act: bool, tried: TriedRefund | None
) -> list[RefundView]:
    found = payments.refunds_of(order_id=order.pk)
    open_ones = [one for one in found if one.status != RefundStatus.SUCCEEDED]
    stuck = payments.stuck_refunds_of(order_id=order.pk, now=now) if open_ones else set()
    views = []
    for refund in found:
        acts = may_act and refund.pk in stuck
        form = SettleRefundForm(prefix=f"r{refund.pk}") if acts else None
        problem = ""
        if tried and tried.refund_id == refund.pk:
            problem = tried.problem
            form = tried.settle or form
        can_settle = acts and payments.may_settle_by_hand(refund=refund)
        views.append(
            RefundView(
                refund=refund,
                can_retry=acts and payments.may_retry(refund=refund, now=now),
                settle=form if can_settle else None,
                problem=problem,
            )
        )
    return views


def channel_label(code: str) -> str:
    """Return the words for a payment channel."""
    return str(PaymentChannel(code).label) if code in PaymentChannel.values else code


def steps(order: Order, row: OrderRow, *, now: datetime) -> list[Step]:
    """Return the way of an order with its times; a closed one ends where it was closed."""

    def time(at: datetime | None) -> str:
        return moment_text(at, now=now) if at else ""

    done = [
        (_("已下单"), _("已下单"), order.placed_at),
        (_("已付款"), _("待付款"), order.paid_at),
        (_("已发货"), _("待发货"), order.shipped_at),
        (_("已完成"), _("待收货"), order.completed_at),
    ]
    if order.display_status == DisplayStatus.CLOSED:
        reached = [one for one in done if one[2] is not None]
        ended = Step(label=_("已关闭"), note=time(order.closed_at), state="now")
        return [Step(label=one[0], note=time(one[2]), state="done") for one in reached] + [ended]
    stage = _STAGE[DisplayStatus(order.display_status)]
    return [
        Step(
            label=label if place < stage else waiting if place == stage else label,
            note=time(at),
            state="done" if place < stage else "now" if place == stage else "",
        )
        for place, (label, waiting, at) in enumerate(done)
    ]


def order_url(order: Order) -> str:
    """Return the address of the order's page."""
    return reverse("console:order", args=[order.number])


def answer_sheet(
    request: HttpRequest,
    order: Order,
    name: str,
    context: dict[str, Any],
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    """Answer with a sheet: alone for htmx, else open upon the order's page."""
    template = f"console/orders/_{name}_sheet.html"
    common = {"order": order, "row": order_rows(found=[order])[0], **context}
    if is_htmx(request):
        return page(request, template, common, status=status)
    whole = order_context(request, order, now=now)
    context = {**whole, **common, "sheet": template, "close": order_url(order)}
    return page(request, "console/orders/order.html", context, status=status)
