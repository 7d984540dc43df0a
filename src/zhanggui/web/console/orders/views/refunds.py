"""What staff do about a refund that did not get through; both acts stand on the order's page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhanggui.core.types import Refusal
from zhanggui.orders.queries import Order
from zhanggui.payments import queries, services
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.console.orders.forms import SettleRefundForm
from zhanggui.web.console.orders.order_page import (
    TriedRefund,
    find_order,
    order_context,
    order_url,
)
from zhanggui.web.console.pages import go, page


@allowed("payments", "refund")
@require_POST
def retry_refund(request: HttpRequest, number: str, refund_id: int) -> HttpResponse:
    """Send a refund again that the channel did not take, or gave up."""
    order = _order_of(request, number, refund_id)
    try:
        services.retry_refund(refund_id=refund_id, actor=staff_actor(request), now=timezone.now())
    except Refusal as refusal:
        return _refused(request, order, TriedRefund(refund_id=refund_id, problem=str(refusal)))
    messages.success(request, _("退款已重新提交，结果会显示在进展里"))
    return go(request, order_url(order))


@allowed("payments", "refund")
@require_POST
def settle_refund(request: HttpRequest, number: str, refund_id: int) -> HttpResponse:
    """Book a refund that was paid back outside the channel."""
    order = _order_of(request, number, refund_id)
    form = SettleRefundForm(request.POST, prefix=f"r{refund_id}")
    if form.is_valid():
        try:
            services.settle_refund_by_hand(
                refund_id=refund_id,
                reference=form.cleaned_data["reference"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已登记线下退款"))
            return go(request, order_url(order))
    problem = " ".join(str(one) for one in form.non_field_errors())
    tried = TriedRefund(refund_id=refund_id, problem=problem, settle=form)
    return _refused(request, order, tried)


def _order_of(request: HttpRequest, number: str, refund_id: int) -> Order:
    order = find_order(request, number)
    if refund_id not in {one.pk for one in queries.refunds_of(order_id=order.pk)}:
        raise Http404
    return order


def _refused(request: HttpRequest, order: Order, tried: TriedRefund) -> HttpResponse:
    context = order_context(request, order, now=timezone.now(), tried=tried)
    return page(request, "console/orders/order.html", context, status=422)
