"""What the pay page and its result show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.orders.queries import Order
from zhanggui.orders.types import DisplayStatus, OrderNotReady, PaymentChannel
from zhanggui.payments import queries, services
from zhanggui.payments.queries import Payment, Refund
from zhanggui.payments.types import ChannelDown, PaymentRefused, RefundStatus
from zhanggui.web.clients import client_ip, is_in_wechat, public_url
from zhanggui.web.codes import qr_code
from zhanggui.web.formats import money_parts
from zhanggui.web.storefront import scenes

ASK_SECONDS = 2  # an order's channel is asked at most this often by people who wait
WAYS: Mapping[str, str | Promise] = {
    PaymentChannel.WECHAT_NATIVE: _("改用微信扫码付款"),
    PaymentChannel.WECHAT_H5: _("改在本机打开微信付款"),
    PaymentChannel.WECHAT_JSAPI: _("直接用微信支付"),
    PaymentChannel.TRANSFER: _("改用银行转账"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """How to pay an order now. Without `payment` and `account`, `problem` says why not."""

    order: Order
    channel: str
    ways: list[tuple[str, str | Promise]]  # to change to
    payment: Payment | None
    qr: SafeString | None
    cashier_url: str  # the simulator's, in the demo
    bridge: str  # what the script asks WeChat for, as JSON
    link: str  # to this page, for another browser; only inside WeChat
    account: str
    problem: str
    can_retry: bool
    due_minor: int

    @property
    def amount_plain(self) -> str:
        """The amount as banks' forms take it: 1234.50."""
        parts = money_parts(self.due_minor, self.order.currency)
        return f"{parts.whole.replace(',', '')}{parts.fraction}"


def is_waiting(order: Order) -> bool:
    """Tell whether the order still waits for its money."""
    return order.display_status == DisplayStatus.TO_PAY


def ways_to_pay(order: Order, request: HttpRequest) -> list[str]:
    """Return the channels that this order can be paid by, where the page is read.

    A transfer needs days, which only an order placed for transfer has.
    """
    by_transfer = order.payment_channel == PaymentChannel.TRANSFER
    channels = scenes.possible(request, queries.channels())
    return [one for one in channels if one != PaymentChannel.TRANSFER or by_transfer]


def channel_for(*, order: Order, wanted: str, request: HttpRequest) -> str:
    """Return the channel that the page shows: the one chosen, else what fits the device."""
    offered = ways_to_pay(order, request)
    usual = scenes.usual(request, queries.channels(), order.payment_channel)
    return wanted if wanted in offered else usual or next(iter(offered), "")


def pay_page(
    *, order: Order, channel: str, payer: str, request: HttpRequest, now: datetime
) -> PayPage:
    """Open the attempt at the channel, if it is one, and return what the buyer needs."""
    payment, problem, can_retry = None, "", False
    is_transfer = channel == PaymentChannel.TRANSFER
    if not is_transfer:
        try:
            payment = _started(order, channel, payer, request, now)
        except ChannelDown as refusal:
            problem, can_retry = str(refusal), True
        except (PaymentRefused, OrderNotReady) as refusal:
            problem = str(refusal)
    return PayPage(
        order=order,
        channel=channel,
        ways=[(one, WAYS[one]) for one in ways_to_pay(order, request) if one != channel],
        payment=payment,
        qr=qr_code(payment.code_url) if payment and payment.code_url else None,
        cashier_url=_cashier(payment, order, request) if payment else "",
        bridge=json.dumps(payment.bridge) if payment and payment.bridge else "",
        link=public_url(request) + request.path if is_in_wechat(request) else "",
        account=accounts.shop().transfer_account if is_transfer else "",
        problem=problem,
        can_retry=can_retry,
        due_minor=order.payable_minor - order.paid_minor,
    )


def unknown_payer(*, order: Order, request: HttpRequest) -> PayPage:
    """Return the page for who came back from WeChat without a name: try again, or another way."""
    channel = PaymentChannel.WECHAT_JSAPI
    return PayPage(
        order=order,
        channel=channel,
        ways=[(one, WAYS[one]) for one in ways_to_pay(order, request) if one != channel],
        payment=None,
        qr=None,
        cashier_url="",
        bridge="",
        link=public_url(request) + request.path,
        account="",
        problem=gettext("微信没有确认付款人，没有扣款。"),
        can_retry=True,
        due_minor=order.payable_minor - order.paid_minor,
    )


def _started(
    order: Order, channel: str, payer: str, request: HttpRequest, now: datetime
) -> Payment:
    origin = public_url(request)
    first = next(iter(order.lines.all()), None)
    return services.start_payment(
        order_id=order.pk,
        channel=channel,
        client_ip=client_ip(request),
        notify_url=origin + reverse("store:pay-notify"),
        return_url=origin + reverse("store:pay-result", args=[order.token]),
        description=f"{accounts.shop().name} {first.product_name if first else order.number}",
        now=now,
        payer=payer,
    )


def _cashier(payment: Payment, order: Order, request: HttpRequest) -> str:
    """Return the simulated cashier behind a code; only the demo has one."""
    codes = parse_qs(urlsplit(payment.code_url).query).get("pr", [])
    if not accounts.shop().is_demo or not codes:
        return ""
    back = public_url(request) + reverse("store:pay-result", args=[order.token])
    query = urlencode({"pr": codes[0], "redirect_url": back})
    return f"{settings.WECHATPAY['base']}/cashier?{query}"


def ask_if_due(*, order: Order, now: datetime) -> bool:
    """Ask the channel about the order's attempts, unless somebody just did; True when asked.

    A channel that does not answer changes nothing: the callback or the worker will tell.
    """
    if not is_waiting(order) or not cache.add(f"pay-asked:{order.pk}", 1, timeout=ASK_SECONDS):
        return False
    for payment in queries.payments_of(order_id=order.pk):
        if payment.status in queries.LIVE:
            try:
                services.ask_channel(payment_id=payment.pk, now=now)
            except ChannelDown:
                return False
    return True


def refunded_minor(refunds: Sequence[Refund]) -> tuple[int, bool]:
    """Return how much goes or went back, and whether all of it has arrived."""
    live = [one for one in refunds if one.status != RefundStatus.CLOSED]
    done = all(one.status == RefundStatus.SUCCEEDED for one in live)
    return sum(one.amount_minor for one in live), done
