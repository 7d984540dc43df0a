"""What staff do with an order that is not paid: cancel it, or book the transfer that arrived."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhanggui.core.types import Refusal
from zhanggui.orders import services
from zhanggui.orders.queries import Order
from zhanggui.orders.types import CloseReason, OrderStatus
from zhanggui.payments import services as payments
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.console.orders.forms import TransferForm
from zhanggui.web.console.orders.order_page import answer_sheet, find_order, order_url
from zhanggui.web.console.pages import go
from zhanggui.web.forms import RefusingForm


@allowed("orders", "cancel")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Say what cancelling does, then cancel."""
    order, now = find_order(request, number), timezone.now()
    form = RefusingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.cancel_order(
                order_id=order.pk, reason=CloseReason.MERCHANT, actor=staff_actor(request), now=now
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("订单已取消，库存已释放"))
            return go(request, order_url(order))
    status = 422 if form.is_bound else 200
    return answer_sheet(request, order, "cancel", {"form": form}, now=now, status=status)


@allowed("payments", "confirm_transfer")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Book a transfer that arrived, also a late one; the words say what became of the order."""
    order, now = find_order(request, number), timezone.now()
    due = max(order.payable_minor - order.paid_minor, 0)
    form = TransferForm(
        request.POST if request.method == "POST" else None, initial={"amount_minor": due}
    )
    form.fields["amount_minor"].currency = order.currency  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            payments.confirm_transfer(
                order_id=order.pk,
                amount_minor=form.cleaned_data["amount_minor"],
                reference=form.cleaned_data["reference"],
                actor=staff_actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _transferred(find_order(request, number)))
            return go(request, order_url(order))
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "due_minor": due,
        "is_late": order.close_reason == CloseReason.PAY_TIMEOUT,
    }
    return answer_sheet(request, order, "transfer", context, now=now, status=status)


def _transferred(order: Order) -> str:
    if order.status == OrderStatus.CLOSED:
        return _("已入账。订单仍是关闭的，请把这笔钱退给买家")
    return _("已确认到账，可以发货了")
