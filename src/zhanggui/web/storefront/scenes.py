"""Which of WeChat Pay's ways fits where the page is read."""

from collections.abc import Sequence

from django.http import HttpRequest

from zhanggui.orders.types import PaymentChannel
from zhanggui.web.clients import is_desktop, is_in_wechat, is_phone

NATIVE, H5 = PaymentChannel.WECHAT_NATIVE, PaymentChannel.WECHAT_H5
JSAPI = PaymentChannel.WECHAT_JSAPI
WECHAT: frozenset[str] = frozenset({NATIVE, H5, JSAPI})


def fitting(request: HttpRequest, channels: Sequence[str]) -> str:
    """Return WeChat Pay's way for this device: inside WeChat its app, on a phone H5, else a code.

    Inside WeChat, H5 pages are refused: without the account's keys a code is all that is left.
    """
    if is_in_wechat(request):
        return JSAPI if JSAPI in channels else NATIVE
    return H5 if is_phone(request) else NATIVE


def possible(request: HttpRequest, channels: Sequence[str]) -> list[str]:
    """Return the channels that work where the page is read."""
    hidden = H5 if is_in_wechat(request) else JSAPI
    return [one for one in channels if one != hidden]


def usual(request: HttpRequest, channels: Sequence[str], placed_for: str) -> str:
    """Return how an order is paid here that was placed for this channel, maybe on another device.

    Programs that name no device get what they asked for.
    """
    here = possible(request, channels)
    knows_device = is_in_wechat(request) or is_phone(request) or is_desktop(request)
    if placed_for in WECHAT and (knows_device or placed_for not in here):
        fits = fitting(request, channels)
        return fits if fits in here else ""
    return placed_for if placed_for in here else ""
