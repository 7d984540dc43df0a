"""Who pays inside WeChat: a silent round trip tells the openid, kept sealed for these pages only.

It names the payer to WeChat Pay. It stands in no address, log or session; the state of the round
trip belongs to one browser, is used once, and is worth nothing after ten minutes.
"""

import logging
import secrets

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from zhanggui.core.encryption import UnknownKey, seal, unseal
from zhanggui.web import wechat
from zhanggui.web.access import open_to_all
from zhanggui.web.clients import public_url
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.scenes import JSAPI

log = logging.getLogger(__name__)

PAYER, STATE = "payer", "payer_state"
_PATH = "/pay/"
_PAYER_S = 2 * 3600  # as long as a payment that was begun
_STATE_S = 600


def payer(request: HttpRequest) -> str:
    """Return the openid that this browser learned; empty where it must be asked for."""
    try:
        sealed = signing.loads(request.COOKIES.get(PAYER, ""), salt=PAYER, max_age=_PAYER_S)
        return unseal(sealed, context=_context())
    except (signing.BadSignature, UnknownKey, InvalidTag):
        return ""


def ask(request: HttpRequest, *, token: str) -> HttpResponse:
    """Lead the browser to WeChat and back.

    A page does it, not a redirect: the one after the form of checkout may not leave our site.
    """
    from zhanggui.web import wechat_oauth  # noqa: PLC0415 -- brings requests

    state = secrets.token_hex(16)
    back = public_url(request) + reverse("store:pay-wechat")
    address = wechat_oauth.silent_address(request, back=back, state=state)
    response = render(request, "store/wechat.html", {"address": address})
    _keep(response, STATE, signing.dumps([state, token], salt=STATE), _STATE_S)
    return response


@open_to_all
@personal
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Take the code that WeChat sends back, exchange it, and go on paying."""
    try:
        kept = request.COOKIES.get(STATE, "")
        state, token = signing.loads(kept, salt=STATE, max_age=_STATE_S)
    except (signing.BadSignature, ValueError):
        return render(request, "store/pay/lost.html", status=400)
    if not constant_time_compare(state, request.GET.get("state", "")):
        return render(request, "store/pay/lost.html", status=400)
    pay = f"{reverse('store:pay', args=[token])}?channel={JSAPI}"
    response = HttpResponseRedirect(pay)
    if cache.add(f"wechat-state:{state}", 1, timeout=_STATE_S):
        from zhanggui.web import wechat_oauth  # noqa: PLC0415 -- brings requests

        try:
            openid = wechat_oauth.openid_by_code(request, code=request.GET.get("code", "")[:200])
        except wechat.NotTold as problem:
            log.warning("WeChat did not tell who pays: %s", problem.code)
            response["Location"] = f"{pay}&why=wechat"
        else:
            sealed = seal(openid, context=_context())
            _keep(response, PAYER, signing.dumps(sealed, salt=PAYER), _PAYER_S)
    response.delete_cookie(STATE, path=_PATH, samesite="Lax")
    return response


def forget(response: HttpResponse) -> None:
    """Ask anew next time."""
    response.delete_cookie(PAYER, path=_PATH, samesite="Lax")


def _keep(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _context() -> str:
    return f"payer|{settings.WECHAT['app_id']}"
