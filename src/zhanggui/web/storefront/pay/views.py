"""Paying: the page, its state for scripts, and what came of it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhanggui.payments import queries as payments
from zhanggui.web.access import open_to_all
from zhanggui.web.storefront.buyers import order_of
from zhanggui.web.storefront.caching import personal
from zhanggui.web.storefront.pay import reading, wechat
from zhanggui.web.storefront.scenes import JSAPI

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def tells_origin_only(view: View[P]) -> View[P]:
    """Let other sites learn our origin, which WeChat Pay demands, but never a path with a token."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return shown


@open_to_all
@personal
@tells_origin_only
@require_safe
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Open the attempt at the channel and show how to pay it."""
    order = order_of(token)
    if not reading.is_waiting(order):
        return redirect("store:pay-result", token=token)
    wanted = request.GET.get("channel", "")
    channel = reading.channel_for(order=order, wanted=wanted, request=request)
    payer = wechat.payer(request) if channel == JSAPI and "fresh" not in request.GET else ""
    if channel != JSAPI or payer:
        page = reading.pay_page(
            order=order, channel=channel, payer=payer, request=request, now=timezone.now()
        )
    elif request.GET.get("why") == "wechat":
        page = reading.unknown_payer(order=order, request=request)
    else:
        return wechat.ask(request, token=token)
    status = 503 if page.can_retry else 200
    values = {"page": page, "order": order}
    response = render(request, "store/pay/pay.html", values, status=status)
    if payer and page.problem and not page.can_retry:
        wechat.forget(response)  # maybe known to another account than the one that takes the money
    return response


@open_to_all
@personal
@require_safe
def state(request: HttpRequest, token: str) -> HttpResponse:
    """Tell a waiting page where to go; asks the channel itself, since callbacks get lost."""
    order = order_of(token)
    if reading.ask_if_due(order=order, now=timezone.now()):
        order.refresh_from_db(fields=["display_status"])
    if reading.is_waiting(order):
        return JsonResponse({"state": "waiting"})
    return JsonResponse({"state": "done", "url": reverse("store:pay-result", args=[token])})


@open_to_all
@personal
@tells_origin_only
@require_safe
def result(request: HttpRequest, token: str) -> HttpResponse:
    """Say what came of paying, by the channel's own word where no callback came."""
    order = order_of(token)
    if reading.ask_if_due(order=order, now=timezone.now()):
        order = order_of(token)
    refunded_minor, is_refunded = reading.refunded_minor(payments.refunds_of(order_id=order.pk))
    values = {
        "order": order,
        "is_waiting": reading.is_waiting(order),
        "refunded_minor": refunded_minor,
        "is_refunded": is_refunded,
    }
    return render(request, "store/pay/result.html", values)
