"""Checkout: one screen, one button; every step also works without script."""

from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhanggui.core.phones import InvalidPhone
from zhanggui.core.transactions import Busy
from zhanggui.customers.types import InvalidAddress
from zhanggui.orders import services as orders
from zhanggui.orders.types import OrderRefused, PlacedOrder
from zhanggui.regions import queries as regions
from zhanggui.regions.types import ParsedAddress
from zhanggui.web.access import open_to_all
from zhanggui.web.middleware import RETRY_SECONDS
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.cart import cookies
from zhanggui.web.storefront.checkout import page as pages
from zhanggui.web.storefront.checkout.asked import (
    NEW_ADDRESS,
    Asked,
    filled,
    first_asked,
    new_key,
    offered_channels,
    posted,
    sent_again,
)
from zhanggui.web.storefront.checkout.forms import FIELDS
from zhanggui.web.storefront.checkout.page import CheckoutPage
from zhanggui.web.storefront.checkout.placing import place
from zhanggui.web.storefront.shoppers import shopper_user_id

PASTED_LENGTH = 500


@open_to_all
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Show what is about to be bought, fill, price, and place the order."""
    now = timezone.now()
    if request.method != "POST":
        asked = first_asked(request, now=now)
        return _show(request, _page(request, asked, now)) if asked.lines else redirect("store:cart")
    asked = posted(request)
    if not asked.lines:
        return redirect("store:cart")
    action = request.POST.get("action", "")
    if action == "parse":
        asked = _parsed(asked)
    if action == "pay" and "remove" not in request.POST:
        return _pay(request, asked, now)
    return _show(request, _page(request, asked, now))


@open_to_all
@personal
@require_POST
def parse(request: HttpRequest) -> HttpResponse:
    """Read a pasted text for the script of the page."""
    found = regions.parse_address(text=request.POST.get("text", "")[:PASTED_LENGTH])
    fields = _fields_of(found)
    return JsonResponse({**fields, "confidence": dict(found.confidence)})


def _fields_of(found: ParsedAddress) -> dict[str, str]:
    return {name: getattr(found, name) for name in FIELDS}


def _parsed(asked: Asked) -> Asked:
    found = regions.parse_address(text=asked.fields["address_text"][:PASTED_LENGTH])
    told = {name: value for name, value in _fields_of(found).items() if value}
    return replace(filled(asked, **told), address=NEW_ADDRESS)


def _page(request: HttpRequest, asked: Asked, now: datetime) -> CheckoutPage:
    book = pages.address_book(shopper_user_id(request))
    return pages.checkout_page(asked=asked, book=book, channels=offered_channels(request), now=now)


def _show(request: HttpRequest, page: CheckoutPage, *, status: int = 200) -> HttpResponse:
    part = "#quoted" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"store/checkout/checkout.html{part}", {"page": page}, status=status)


def _pay(request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
    """Place the order, or show the form again with what stands in its way and nothing lost."""
    user_id = shopper_user_id(request)
    book = pages.address_book(user_id)
    asked = pages.with_address(asked, book)
    checked = pages.checkout_page(
        asked=asked, book=book, channels=offered_channels(request), now=now, is_checked=True
    )
    if (
        not checked.form.is_valid()
        or _has_lost_place(asked, checked)
        or _is_surprised(asked, checked)
    ):
        return _show(request, checked, status=422)
    asked = filled(asked, **checked.form.cleaned_data)
    try:
        placed = place(asked=asked, book=book, user_id=user_id, now=now)
    except (InvalidAddress, InvalidPhone) as refusal:
        field = refusal.field if isinstance(refusal, InvalidAddress) else "phone"
        checked.form.add_error(field if field in FIELDS else None, str(refusal))
        return _show(request, checked, status=422)
    except Busy:
        return _waiting(request, asked)
    except OrderRefused as refusal:
        return _show(request, _refused(request, asked, refusal, now), status=422)
    return _placed(request, asked, placed)


def _waiting(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Keep the whole form on a page that sends it again: nothing was written, nothing is lost."""
    values = {"fields": sent_again(request, asked), "seconds": RETRY_SECONDS}
    response = render(request, "store/checkout/waiting.html", values, status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _has_lost_place(asked: Asked, checked: CheckoutPage) -> bool:
    """Tell whether a city or district does not lie in the place above; it is asked for again."""
    if not checked.is_new_address:
        return False
    kept = checked.asked.fields
    lost = [name for name in ("city", "district") if asked.fields[name].strip() and not kept[name]]
    for name in lost:
        text = _("没有找到这个省、市、区，请从列表里选，或粘贴完整地址。")
        checked.form.add_error(name, text)
    return bool(lost)


def _is_surprised(asked: Asked, checked: CheckoutPage) -> bool:
    """Tell whether the freight was not on the button yet; then the person looks once more."""
    freight = checked.quote.freight_minor
    if asked.expected_minor is None and freight:
        checked.form.add_error(None, _("运费已按地址算好，请核对金额后再点一次付款。"))
        return True
    return False


def _refused(
    request: HttpRequest, asked: Asked, refusal: OrderRefused, now: datetime
) -> CheckoutPage:
    if refusal.code == "idempotency_conflict":
        asked = replace(asked, key=new_key())
    page = pages.checkout_page(
        asked=asked,
        book=pages.address_book(shopper_user_id(request)),
        channels=offered_channels(request),
        now=now,
        is_checked=True,
        refused=refusal.lines,
    )
    text = str(refusal)
    if refusal.code == "idempotency_conflict":
        text = _("你刚才已经提交过一张订单。要再下一单，请再点一次付款。")
    page.form.add_error(None, text)
    return page


def _placed(request: HttpRequest, asked: Asked, placed: PlacedOrder) -> HttpResponse:
    """Take what was bought out of the basket and go on to paying."""
    response: HttpResponse = redirect("store:pay", token=placed.token)
    cart_id = cookies.cart_id(request)
    if asked.is_cart and cart_id is not None:
        orders.empty_cart(cart_id=cart_id, sku_codes=[line.sku for line in asked.lines])
        cookies.remember(response, cart_id=cart_id)
    return response
