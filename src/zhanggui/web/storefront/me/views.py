"""My orders and addresses, behind a phone and a one-time code."""

from typing import cast

from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.core.masking import mask_phone
from zhanggui.core.phones import InvalidPhone
from zhanggui.customers import queries as customers
from zhanggui.customers import services as customer_services
from zhanggui.customers.types import CodeRefused
from zhanggui.notifications import queries as messages
from zhanggui.notifications import services as notifications
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Order
from zhanggui.orders.types import DisplayStatus
from zhanggui.web import wechat
from zhanggui.web.access import open_to_all
from zhanggui.web.badges import DISPLAY_STATUS
from zhanggui.web.clients import client_ip
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.cart import cookies
from zhanggui.web.storefront.me import wechat as me_wechat
from zhanggui.web.storefront.me.forms import CodeForm, PhoneForm
from zhanggui.web.storefront.shoppers import customer_of, shopper_user_id

_TABS: tuple[tuple[str, frozenset[str]], ...] = (
    ("to_pay", frozenset({DisplayStatus.TO_PAY})),
    ("to_ship", frozenset({DisplayStatus.TO_SHIP, DisplayStatus.PART_SHIPPED})),
    ("to_receive", frozenset({DisplayStatus.TO_RECEIVE})),
    ("completed", frozenset({DisplayStatus.COMPLETED})),
)


@open_to_all
@personal
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show my orders by status, or the way to sign in."""
    customer = customer_of(request)
    if customer is None:
        return _sign_in_page(request, PhoneForm())
    tab, user_id = request.GET.get("tab", ""), cast(int, customer.user_id)
    found = orders.newest_orders_of(customer_id=customer.pk)
    wanted = dict(_TABS).get(tab)
    values = {
        "phone": mask_phone(customer.phone),
        "orders": [one for one in found if wanted is None or one.display_status in wanted],
        "tabs": _tabs(found, tab if wanted else ""),
        "addresses": customers.addresses(user_id=user_id),
        "by_wechat": wechat.is_set_up() and customers.is_wechat_linked(user_id=user_id),
        "offers_wechat": me_wechat.is_offered(request),
        "said": request.GET.get("wechat", ""),
    }
    return render(request, "store/me/me.html", values)


def _sign_in_page(request: HttpRequest, form: PhoneForm, *, status: int = 200) -> HttpResponse:
    values = {
        "form": form,
        "offers_wechat": me_wechat.is_offered(request),
        "is_new": bool(me_wechat.pending_uid(request)),
        "said": request.GET.get("wechat", ""),
    }
    return render(request, "store/me/sign_in.html", values, status=status)


def _tabs(found: list[Order], tab: str) -> list[dict[str, object]]:
    here = reverse("store:me")
    tabs: list[dict[str, object]] = [
        {"url": here, "label": _("全部"), "count": len(found), "active": not tab}
    ]
    for name, statuses in _TABS:
        count = sum(one.display_status in statuses for one in found)
        label = DISPLAY_STATUS[name].label
        tabs.append(
            {"url": f"{here}?tab={name}", "label": label, "count": count, "active": name == tab}
        )
    return tabs


@open_to_all
@personal
@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    """Send a code to the phone and ask for it. The phone travels in the form, never in a URL."""
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return render(request, "store/me/sign_in.html", {"form": form}, status=422)
    phone = form.cleaned_data["phone"]
    code_form, status = CodeForm(initial={"phone": phone}), 200
    values: dict[str, object] = {"form": code_form, "phone": phone}
    try:
        notifications.send_sign_in_code(phone=phone, client=client_ip(request), now=timezone.now())
    except InvalidPhone as refusal:
        form.add_error("phone", str(refusal))
        return _sign_in_page(request, form, status=422)
    except CodeRefused as refusal:
        values["problem"], status = str(refusal), 429
    return render(request, "store/me/code.html", values, status=status)


@open_to_all
@personal
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Use the code up, sign in, and bring the basket along."""
    form, now = CodeForm(request.POST), timezone.now()
    values = {"form": form, "phone": request.POST.get("phone", "")[:30]}
    if not form.is_valid():
        return render(request, "store/me/code.html", values, status=422)
    try:
        user_id = customer_services.sign_in_by_code(
            phone=form.cleaned_data["phone"], code=form.cleaned_data["code"], now=now
        )
    except (CodeRefused, InvalidPhone) as refusal:
        form.add_error("code", str(refusal))
        return render(request, "store/me/code.html", values, status=422)
    user = ModelBackend().get_user(user_id)
    if user is None:
        form.add_error("code", _("这个账号已停用，请联系客服。"))
        return render(request, "store/me/code.html", values, status=422)
    uid = me_wechat.pending_uid(request)
    login(request, user, backend=me_wechat.BACKEND)
    if uid:
        me_wechat.keep(request, user_id=user_id, uid=uid)
    return me_wechat.with_basket(request, user_id)


@open_to_all
@personal
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and leave no basket to whoever comes next."""
    if shopper_user_id(request) is not None:
        logout(request)
    response = HttpResponseRedirect(reverse("store:home"))
    cookies.forget(response)
    return response


@open_to_all
@personal
@require_POST
def forget_address(request: HttpRequest) -> HttpResponse:
    """Take an address out of my book."""
    user_id, address = shopper_user_id(request), request.POST.get("address", "")
    if user_id is not None and address.isascii() and address.isdecimal() and len(address) < 19:
        customer_services.archive_address(
            user_id=user_id, address_id=int(address), now=timezone.now()
        )
    return redirect("store:me")


@open_to_all
@personal
@require_safe
def demo_messages(request: HttpRequest) -> HttpResponse:
    """Show the demo's messages, which no SMS provider delivers; other shops have no such page."""
    if not accounts.shop().is_demo:
        raise Http404
    return render(request, "store/me/messages.html", {"found": messages.newest_messages(limit=20)})
