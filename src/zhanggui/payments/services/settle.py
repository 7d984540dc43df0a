"""Believing the channel: the one place where an attempt becomes paid."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import CHANNEL
from zhanggui.orders import services as orders
from zhanggui.payments.channels import provider_for
from zhanggui.payments.events import PaymentMismatch, PaymentSucceeded
from zhanggui.payments.models import Callback, Payment
from zhanggui.payments.providers.base import Callback as Verified
from zhanggui.payments.providers.base import (
    CallbackRefused,
    ChannelPayment,
    PaymentState,
    ProviderError,
)
from zhanggui.payments.services.refund import apply_refund, request_refund
from zhanggui.payments.states import PAYMENT
from zhanggui.payments.types import ChannelDown, PaymentStatus

log = logging.getLogger(__name__)

_LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING)
# until the channel is asked again when it does not tell by itself: half the attempt's age
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=10)


def take_callback(*, channel: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Take in what a channel sent and return what became of it.

    A repeat returns "repeat" and changes nothing.

    Raises:
        CallbackRefused: signature, age, merchant, number, amount or currency are not ours;
            nothing was changed.
    """
    provider = provider_for(channel)
    if provider is None:
        raise CallbackRefused("channel_off")
    verified = provider.verify_callback(headers=headers, body=body, now=now)
    return in_transaction(lambda: _take(channel, verified, now))


def _take(channel: str, verified: Verified, now: datetime) -> str:
    row, is_new = Callback.objects.get_or_create(
        channel=channel,
        event_id=verified.event_id,
        defaults={"kind": verified.kind, "outcome": "", "received_at": now},
    )
    if not is_new:
        return "repeat"
    if verified.payment is not None:
        outcome = settle(told=verified.payment, now=now)
    elif verified.refund is not None:
        outcome = apply_refund(told=verified.refund, now=now)
    else:
        outcome = "ignored"
    if outcome in ("unknown_number", "mismatch"):
        transaction.set_rollback(True)
        raise CallbackRefused(outcome)
    row.outcome = outcome
    row.save(update_fields=["outcome"])
    return outcome


@transaction.atomic
def settle(*, told: ChannelPayment, now: datetime) -> str:
    """Make our row agree with what the channel verifiably said, and tell orders of new money.

    Returns "paid", "repeat", "closed", "failed", "waiting", "mismatch" or "unknown_number"; only
    the first time that money is seen is it booked. Money that no order can use goes back.
    """
    payment = Payment.objects.select_for_update().filter(out_trade_no=told.out_trade_no).first()
    if payment is None:
        return "unknown_number"
    if told.state in (PaymentState.PAID, PaymentState.REFUNDING):
        return _book(payment, told, now)
    if payment.status not in _LIVE:
        return "repeat"
    if told.state == PaymentState.CLOSED:
        _end(payment, PaymentStatus.CLOSED, now)
        return "closed"
    if told.state == PaymentState.FAILED:
        _end(payment, PaymentStatus.FAILED, now)
        return "failed"
    return "waiting"


def _end(payment: Payment, status: PaymentStatus, now: datetime) -> None:
    PAYMENT.move(payment, status, live_key=None, ended_at=now, next_query_at=None)


def _book(payment: Payment, told: ChannelPayment, now: datetime) -> str:
    if (told.amount_minor, told.currency) != (payment.amount_minor, payment.currency):
        log.error("payment %s: the channel tells of another amount", payment.out_trade_no)
        return "mismatch"
    if payment.status == PaymentStatus.SUCCEEDED:
        return "repeat"
    PAYMENT.move(
        payment,
        PaymentStatus.SUCCEEDED,
        live_key=None,
        succeeded_at=now,
        next_query_at=None,
        channel_ref=told.channel_ref or "",
    )
    publish(
        PaymentSucceeded(
            subject_id=payment.order_id,
            at=now,
            actor=CHANNEL,
            channel=payment.channel,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            payment_id=payment.pk,
        )
    )
    recorded = orders.record_payment(
        order_id=payment.order_id, amount_minor=payment.amount_minor, now=now
    )
    if recorded.refund_minor:
        request_refund(
            payment_id=payment.pk,
            amount_minor=recorded.refund_minor,
            reason=recorded.reason,
            cause=("payment", payment.pk),
            now=now,
        )
    return "paid"


def _patience(age: timedelta) -> timedelta:
    return min(max(age / 2, _SOONEST), _LATEST)


def ask_channel(*, payment_id: int, now: datetime) -> str:
    """Ask the channel how an attempt stands and settle it; see `settle` for the answer.

    Raises:
        ChannelDown: the channel did not answer; it is asked again later.
    """
    payment = Payment.objects.get(pk=payment_id)
    provider = provider_for(payment.channel)
    if provider is None or payment.status not in _LIVE:
        return "repeat"
    # Not asked again by itself where nothing is planned: a disagreement is with the staff.
    Payment.objects.filter(pk=payment_id, next_query_at__isnull=False).update(
        next_query_at=now + _patience(now - payment.started_at)
    )
    try:
        told = provider.query(out_trade_no=payment.out_trade_no)
    except ProviderError as error:
        raise ChannelDown(_("支付渠道暂时没有回应，请稍后再试。")) from error
    outcome = in_transaction(lambda: settle(told=told, now=now))
    if outcome == "mismatch":
        _report_mismatch(payment, told, now)
    return outcome


@transaction.atomic
def _report_mismatch(payment: Payment, told: ChannelPayment, now: datetime) -> None:
    """Put the disagreement on the order's timeline, once, and stop asking."""
    changed = Payment.objects.filter(pk=payment.pk, next_query_at__isnull=False).update(
        next_query_at=None
    )
    if changed:
        publish(
            PaymentMismatch(
                subject_id=payment.order_id,
                at=now,
                channel=payment.channel,
                amount_minor=payment.amount_minor,
                currency=payment.currency,
                payment_id=payment.pk,
                told_minor=told.amount_minor,
                told_currency=told.currency,
            )
        )
