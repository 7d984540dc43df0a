"""The basket: add, look, change, and buying one thing straight away."""

import json
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.catalog import queries as catalog
from zhanggui.core.text import is_storable
from zhanggui.orders import services
from zhanggui.orders.calc import MAX_QUANTITY
from zhanggui.orders.types import CartRefused
from zhanggui.web.access import open_to_all
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.cart import cookies, reading
from zhanggui.web.storefront.catalog.product import sku_by_options
from zhanggui.web.storefront.parsing import whole_number


@open_to_all
@personal
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """Show the basket at today's prices."""
    wanted = reading.cart_wanted(cart_id=cookies.cart_id(request))
    shown = reading.shown_cart(wanted=wanted, now=timezone.now())
    missing = whole_number(request.GET.get("missing", ""), least=0, most=99)
    return render(request, "store/cart/cart.html", {"cart": shown, "missing": missing})


@open_to_all
@personal
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put pieces of a SKU into the basket; the first add makes it."""
    code, quantity = _asked_sku(request), _asked_quantity(request)
    try:
        cart_id = services.put_in_cart(
            cart_id=cookies.cart_id(request),
            sku_code=code,
            quantity=quantity,
            now=timezone.now(),
        )
    except CartRefused as refusal:
        return _refused(request, "choose" if not code else "unsold", str(refusal))
    response: HttpResponse = HttpResponseRedirect(reverse("store:cart"))
    if request.headers.get("HX-Request"):
        toast = {"text": _("已加入购物车"), "tone": "success"}
        told = {"sheetClose": True, "toast": toast}
        response = HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
    cookies.remember(response, cart_id=cart_id)
    return response


@open_to_all
@personal
@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """Go to checkout with this one thing; the basket stays as it is."""
    code = _asked_sku(request)
    if not code:
        return _refused(request, "choose", "")
    wanted = {"sku": code, "quantity": _asked_quantity(request)}
    return HttpResponseRedirect(f"{reverse('store:checkout')}?{urlencode(wanted)}")


@open_to_all
@personal
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Set how many pieces of a SKU the basket holds; 0 takes it out."""
    response = HttpResponseRedirect(reverse("store:cart"))
    cart_id = cookies.cart_id(request)
    if cart_id is not None:
        services.set_cart_quantity(
            cart_id=cart_id,
            sku_code=_plain(request.POST.get("sku", "")),
            quantity=whole_number(request.POST.get("quantity", ""), least=0, most=MAX_QUANTITY),
            now=timezone.now(),
        )
        cookies.remember(response, cart_id=cart_id)
    return response


def _asked_quantity(request: HttpRequest) -> int:
    return whole_number(request.POST.get("quantity", ""), least=1, most=MAX_QUANTITY)


def _plain(text: str) -> str:
    """Return a code as databases take it; other text names no SKU."""
    return text if is_storable(text) and len(text) <= 60 else ""


def _asked_sku(request: HttpRequest) -> str:
    """Return the code of the chosen SKU: by its options where there are any. "" for none."""
    if "o0" not in request.POST:
        return _plain(request.POST.get("sku", ""))
    slug = _plain(request.POST.get("product", ""))
    page = catalog.product_page(slug=slug, now=timezone.now())
    found = sku_by_options(page, request.POST) if page else None
    return found.code if found else ""


def _refused(request: HttpRequest, why: str, text: str) -> HttpResponse:
    """Say why at the product's page, or as a toast where a script asked."""
    if request.headers.get("HX-Request"):
        toast = {"text": text or _("没有这种规格组合，请重新选择。"), "tone": "error"}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast})})
    slug = _plain(request.POST.get("product", ""))
    if not slug or catalog.product_page(slug=slug, now=timezone.now()) is None:
        return HttpResponseRedirect(reverse("store:home"))
    options = {key: value for key, value in request.POST.items() if key in ("o0", "o1", "o2")}
    query = urlencode({**options, "why": why}, errors="replace")
    return HttpResponseRedirect(f"{reverse('store:product', args=[slug])}?{query}")
