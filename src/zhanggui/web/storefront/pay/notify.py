"""What WeChat Pay tells us: verified by payments, answered in its own form, never logged."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from zhanggui.orders.types import PaymentChannel
from zhanggui.payments import services
from zhanggui.payments.providers.base import CallbackRefused
from zhanggui.web.access import open_to_all

log = logging.getLogger(__name__)

MOST_BODY = 64 * 1024
_UNSIGNED = {"missing_header", "signature_probe", "unknown_algorithm", "stale", "unknown_key"}
_UNSIGNED |= {"bad_signature"}


@open_to_all
@csrf_exempt
@require_POST
def wechatpay(request: HttpRequest) -> HttpResponse:
    """Take in a callback. Repeats are accepted again; our own failure is a 5xx: it comes back."""
    length = request.headers.get("Content-Length", "")
    if int(length[:12] if length.isdecimal() else 0) > MOST_BODY or len(request.body) > MOST_BODY:
        return _refused(413, "too large")
    try:
        services.take_callback(
            channel=PaymentChannel.WECHAT_NATIVE,
            headers=request.headers,
            body=request.body,
            now=timezone.now(),
        )
    except CallbackRefused as refusal:
        if not refusal.is_probe:
            log.warning("a payment callback was refused: %s", refusal.code)
        return _refused(401 if refusal.code in _UNSIGNED else 400, refusal.code)
    return HttpResponse(status=204)


def _refused(status: int, message: str) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": message}, status=status)
