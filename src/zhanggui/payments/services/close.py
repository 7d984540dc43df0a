"""Closing attempts at the channel, and orders that nobody paid."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhanggui.core.transactions import in_transaction
from zhanggui.orders import services as orders
from zhanggui.payments.channels import provider_for
from zhanggui.payments.models import Payment
from zhanggui.payments.providers.base import CloseOutcome, ProviderError
from zhanggui.payments.services.settle import ask_channel
from zhanggui.payments.states import PAYMENT
from zhanggui.payments.types import ChannelDown, PaymentStatus

_LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING)


def close_attempts(*, order_id: int, now: datetime, channel: str = "") -> bool:
    """Make an order's live attempts (of one channel) unpayable; True when none was paid meanwhile.

    The channel is asked before anything is believed; what was paid is settled.

    Raises:
        ChannelDown: a channel did not answer; nothing is closed that might still be paid.
    """
    live = Payment.objects.filter(order_id=order_id, status__in=_LIVE).order_by("attempt")
    if channel:
        live = live.filter(channel=channel)
    outcomes = [_close_attempt(payment, now) for payment in live]
    return all(outcomes)


def _close_attempt(payment: Payment, now: datetime) -> bool:
    provider = provider_for(payment.channel)
    if provider is not None:
        if ask_channel(payment_id=payment.pk, now=now) in ("paid", "mismatch"):
            return False
        try:
            outcome = provider.close(out_trade_no=payment.out_trade_no)
        except ProviderError as error:
            raise ChannelDown(_("支付渠道暂时没有回应，请稍后再试。")) from error
        if outcome == CloseOutcome.QUERY_FIRST:
            ask_channel(payment_id=payment.pk, now=now)
            payment.refresh_from_db()
            return payment.status in (PaymentStatus.CLOSED, PaymentStatus.FAILED)
    payment.refresh_from_db()
    if payment.status in _LIVE:
        PAYMENT.move(payment, PaymentStatus.CLOSED, live_key=None, ended_at=now, next_query_at=None)
    return payment.status != PaymentStatus.SUCCEEDED


def close_overdue(*, order_id: int, now: datetime) -> bool:
    """Close an order whose time to pay is over, once no attempt can be paid any more (O5).

    Raises:
        ChannelDown: a channel did not answer; the order stays open and is tried again.
    """
    if not close_attempts(order_id=order_id, now=now):
        return False
    return in_transaction(lambda: orders.close_unpaid(order_id=order_id, now=now))
