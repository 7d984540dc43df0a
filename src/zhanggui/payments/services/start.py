"""Opening an attempt to pay at the channel."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.core.encryption import blind_index
from zhanggui.core.transactions import retried
from zhanggui.orders import services as orders
from zhanggui.payments.channels import provider_for
from zhanggui.payments.models import Payment
from zhanggui.payments.providers.base import (
    Provider,
    ProviderError,
    Scene,
    Started,
    StartRequest,
)
from zhanggui.payments.providers.registry import SCENES
from zhanggui.payments.services.close import close_attempts
from zhanggui.payments.services.settle import ask_channel
from zhanggui.payments.states import PAYMENT
from zhanggui.payments.types import ChannelDown, PaymentRefused, PaymentStatus

_CHANGED = _("订单状态刚刚变了，请刷新后再看。")
FIRST_QUERY = timedelta(seconds=5)
_MARGIN = timedelta(seconds=20)  # a code about to expire is fetched anew


def start_payment(
    *,
    order_id: int,
    channel: str,
    client_ip: str,
    notify_url: str,
    return_url: str,
    description: str,
    now: datetime,
    payer: str = "",
) -> Payment:
    """Return an attempt that the buyer can pay now, with its QR content, address or bridge.

    One live attempt per order and channel: a repeat returns it, with a fresh code where the old
    one expires. Inside the channel's own app it is bound to its `payer`: for another person it is
    closed and a new one made. No transaction is open while the channel is asked.

    Raises:
        PaymentRefused: the order can't be paid, or not this way.
        ChannelDown: the channel did not answer; nothing is lost, try again.
    """
    provider = provider_for(channel)
    if provider is None or not accounts.shop().takes(channel):
        raise PaymentRefused(_("这种付款方式现在不可用，请换一种。"))
    if SCENES[channel] == Scene.JSAPI and not payer:
        raise PaymentRefused(_("请在微信里打开付款页，再用这种方式付款。"))
    index = blind_index("payer", payer) if payer else ""
    ask = partial(
        _ask,
        provider,
        description=description,
        notify_url=notify_url,
        scene=SCENES[channel],
        client_ip=client_ip,
        return_url=return_url,
        payer=payer,
    )
    payment = _attempt_of(order_id=order_id, channel=channel, payer_index=index, now=now)
    if payment.url_expires_at is not None and payment.url_expires_at > now + _MARGIN:
        return payment
    was_open = payment.status == PaymentStatus.PENDING
    try:
        return _open(payment, ask, now)
    except PaymentRefused:
        # A number that was accepted once is bound to its values: the buyer's network address or
        # language may be another one by now. End that attempt and make a new one.
        if not was_open or not close_attempts(order_id=order_id, channel=channel, now=now):
            raise
    payment = open_attempt(order_id=order_id, channel=channel, payer_index=index, now=now)
    return _open(payment, ask, now)


def _attempt_of(*, order_id: int, channel: str, payer_index: str, now: datetime) -> Payment:
    """Return the live attempt, made anew where it can be paid by somebody else only."""
    asked = partial(open_attempt, order_id=order_id, channel=channel, now=now)
    payment = asked(payer_index=payer_index)
    if payment.payer_index == payer_index:
        return payment
    if not close_attempts(order_id=order_id, channel=channel, now=now):
        raise PaymentRefused(_CHANGED)
    return asked(payer_index=payer_index)


def _ask(provider: Provider, payment: Payment, **known: Any) -> Started:
    return provider.start(
        StartRequest(
            out_trade_no=payment.out_trade_no,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            expires_at=payment.expires_at,
            **known,
        )
    )


@retried
def open_attempt(*, order_id: int, channel: str, now: datetime, payer_index: str = "") -> Payment:
    """Return the live attempt of this order at this channel, made where there is none.

    The channel is not asked. Raises OrderNotReady where the order can't be paid.
    """
    order = orders.lock_payable(order_id=order_id, now=now)
    key = f"{order_id}:{channel}"
    live = Payment.objects.filter(live_key=key).first()
    if live is not None:
        return live
    last = Payment.objects.filter(order_id=order_id).aggregate(n=Max("attempt"))["n"] or 0
    return Payment.objects.create(
        order_id=order_id,
        attempt=last + 1,
        channel=channel,
        out_trade_no=f"{order.number}P{last + 1}",
        amount_minor=order.due_minor,
        currency=order.currency,
        status=PaymentStatus.CREATED,
        live_key=key,
        payer_index=payer_index,
        started_at=now,
        expires_at=order.pay_by_at,
        next_query_at=now + FIRST_QUERY,
    )


def _open(payment: Payment, ask: Callable[[Payment], Started], now: datetime) -> Payment:
    try:
        started = ask(payment)
    except ProviderError as error:
        if error.query_first:
            ask_channel(payment_id=payment.pk, now=now)
        elif error.permanent:
            if payment.status == PaymentStatus.CREATED:
                PAYMENT.move(
                    payment, PaymentStatus.FAILED, live_key=None, ended_at=now, next_query_at=None
                )
            raise PaymentRefused(_("微信支付没有接受这笔付款，请换一种付款方式。")) from error
        raise ChannelDown(_("支付渠道暂时没有回应，请稍后再试。")) from error
    opened = {
        "status": PaymentStatus.PENDING,
        "code_url": started.code_url or "",
        "pay_url": started.pay_url or "",
        "bridge": started.bridge,
        "url_expires_at": started.expires_at,
    }
    is_live = Payment.objects.filter(
        pk=payment.pk, status__in=(PaymentStatus.CREATED, PaymentStatus.PENDING)
    ).update(**opened)
    if not is_live:  # closed or paid while the channel was asked
        raise PaymentRefused(_CHANGED)
    payment.refresh_from_db()
    return payment
