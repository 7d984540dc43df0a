"""Signing in by WeChat: allauth asks WeChat, these views start it and act on the answer."""

import logging
import time

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib.auth import login
from django.contrib.auth.backends import ModelBackend
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhanggui.customers import queries as customers
from zhanggui.customers import services as customer_services
from zhanggui.customers.types import WechatTaken
from zhanggui.orders import services as orders
from zhanggui.web import wechat
from zhanggui.web.access import open_to_all
from zhanggui.web.clients import is_in_wechat
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.cart import cookies
from zhanggui.web.storefront.shoppers import shopper_user_id

log = logging.getLogger(__name__)

BACKEND = "django.contrib.auth.backends.ModelBackend"
_PENDING = "wechat_pending"  # in the session: who came by WeChat and has shown no phone yet
_PENDING_S = 900


def is_offered(request: HttpRequest) -> bool:
    """Tell whether this page can ask WeChat who reads it."""
    return wechat.is_set_up() and is_in_wechat(request)


@open_to_all
@personal
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Ask WeChat who this is: to sign in, or to link who is signed in by phone."""
    if not wechat.is_set_up():
        raise Http404
    provider = get_adapter().get_provider(request, provider=wechat.PROVIDER)
    process = AuthProcess.LOGIN if shopper_user_id(request) is None else AuthProcess.CONNECT
    address = provider.redirect(request, process=process)["Location"]
    return render(request, "store/wechat.html", {"address": address})


@open_to_all
@personal
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Take who comes back from WeChat: the state is ours, fresh and used once."""
    if not wechat.is_set_up():
        raise Http404
    from zhanggui.web import wechat_oauth  # noqa: PLC0415 -- brings requests

    answer: HttpResponse = wechat_oauth.returned(request)
    return answer


def arrived(request: HttpRequest, found: SocialLogin) -> HttpResponse:
    """Link who is signed in, sign in who is known, and ask who is new for a phone."""
    uid, user_id = found.account.uid, shopper_user_id(request)
    if found.state.get("process") == AuthProcess.CONNECT and user_id is not None:
        return _linked(user_id, uid)
    if not found.account.pk:
        request.session[_PENDING] = [uid, time.time()]
        return redirect("store:me")
    user = ModelBackend().get_user(found.account.user_id)
    if user is None or user.role:  # staff sign in at the console, with all that it asks for
        return _back("refused")
    login(request, user, backend=BACKEND)
    return with_basket(request, user.pk)


def _linked(user_id: int, uid: str) -> HttpResponse:
    try:
        customer_services.link_wechat(user_id=user_id, uid=uid)
    except WechatTaken:
        return _back("taken")
    return _back("linked")


def failed(request: HttpRequest, error: Exception | None) -> HttpResponse:
    """Say that WeChat confirmed nobody; who pressed "refuse" comes here, too."""
    if error is not None:
        log.warning("WeChat confirmed no shopper: %s", wechat.error_code(str(error)))
    return _back("failed")


def pending_uid(request: HttpRequest) -> str:
    """Return who came by WeChat a moment ago and has no phone here yet."""
    uid, at = request.session.get(_PENDING) or ("", 0)
    return uid if time.time() - at < _PENDING_S else ""


def keep(request: HttpRequest, *, user_id: int, uid: str) -> None:
    """Sign this shopper in by WeChat from now on; somebody else's WeChat stays theirs."""
    request.session.pop(_PENDING, None)
    try:
        customer_services.link_wechat(user_id=user_id, uid=uid)
    except WechatTaken:
        log.info("a WeChat was linked to somebody else meanwhile")


@open_to_all
@personal
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """Let only the phone sign this shopper in."""
    user_id = shopper_user_id(request)
    if user_id is not None:
        customer_services.unlink_wechat(user_id=user_id)
    return _back("unlinked")


def _back(said: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('store:me')}?wechat={said}")


def with_basket(request: HttpRequest, user_id: int) -> HttpResponse:
    """Go to my orders, with the guest's basket added to the one I had."""
    response = HttpResponseRedirect(reverse("store:me"))
    customer = customers.customer_of_user(user_id=user_id)
    if customer is not None:
        cart_id = orders.merge_carts(
            cart_id=cookies.cart_id(request), customer_id=customer.pk, now=timezone.now()
        )
        cookies.remember(response, cart_id=cart_id)
    return response
