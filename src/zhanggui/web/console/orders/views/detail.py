"""The page of one order, and looking at its buyer's data."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from zhanggui.core.types import Refusal
from zhanggui.orders import services
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.orders.forms import RevealForm
from zhanggui.web.console.orders.order_page import answer_sheet, find_order, order_context
from zhanggui.web.console.pages import is_htmx, page


@allowed("orders", "view")
@require_safe
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show an order with all that happened to it."""
    order = find_order(request, number)
    context = order_context(request, order, now=timezone.now())
    return page(request, "console/orders/order.html", context)


@allowed("orders", "reveal")
@sensitive_variables("personal")
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Ask why, then show the buyer's data in clear, this once; the timeline keeps who and why."""
    order, now = find_order(request, number), timezone.now()
    form = RevealForm(request.POST or None)
    personal = None
    if request.method == "POST" and form.is_valid():
        try:
            personal = services.show_personal_data(
                order_id=order.pk,
                reason=form.reason,
                with_money=staff_user(request).may("orders", "see_money"),
                actor=staff_actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    status = 422 if request.method == "POST" and personal is None else 200
    context = {"form": form, "personal": personal}
    response = answer_sheet(request, order, "reveal", context, now=now, status=status)
    if personal is not None:
        add_never_cache_headers(response)
        if is_htmx(request):
            response.headers["HX-Trigger"] = "orderChanged"
    return response
