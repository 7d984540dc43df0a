"""The page of one order and what its buyer can do."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhanggui.core.types import SHOPPER
from zhanggui.fulfilment import services as fulfilment
from zhanggui.orders import services as orders
from zhanggui.orders.types import CartRefused, CloseReason, OrderNotReady
from zhanggui.web.access import open_to_all
from zhanggui.web.storefront.buyers import order_of
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.cart import cookies
from zhanggui.web.storefront.orders.reading import order_page


@open_to_all
@personal
@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    """Show the order to whoever holds its token."""
    values = {"page": order_page(order=order_of(token)), "why": request.GET.get("why", "")}
    return render(request, "store/orders/order.html", values)


@open_to_all
@personal
@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Close an unpaid order for its buyer."""
    found, reason = order_of(token), CloseReason.BUYER
    try:
        orders.cancel_order(order_id=found.pk, reason=reason, actor=SHOPPER, now=timezone.now())
    except OrderNotReady:
        return _back(token, why="cancel")
    return redirect("store:order", token=token)


@open_to_all
@personal
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """The buyer has the goods."""
    found = order_of(token)
    try:
        fulfilment.confirm_receipt(order_id=found.pk, actor=SHOPPER, now=timezone.now())
    except OrderNotReady:
        return _back(token, why="receive")
    return redirect("store:order", token=token)


@open_to_all
@personal
@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Put what was bought into the basket once more, as far as it can be had."""
    cart_id, now = cookies.cart_id(request), timezone.now()
    missing = 0
    for line in order_of(token).lines.all():
        try:
            cart_id = orders.put_in_cart(
                cart_id=cart_id, sku_code=line.sku_code, quantity=line.quantity, now=now
            )
        except CartRefused:
            missing += 1
    query = f"?missing={missing}" if missing else ""
    response = HttpResponseRedirect(reverse("store:cart") + query)
    if cart_id is not None:
        cookies.remember(response, cart_id=cart_id)
    return response


def _back(token: str, *, why: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('store:order', args=[token])}?why={why}")
