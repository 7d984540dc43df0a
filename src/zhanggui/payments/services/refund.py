"""Money going back: asked for with its cause, sent by a job, followed to the end."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import CHANNEL, SYSTEM, Actor
from zhanggui.orders import services as orders
from zhanggui.payments.channels import provider_for
from zhanggui.payments.events import RefundNeedsStaff, RefundRequested, RefundSucceeded
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.providers.base import (
    ChannelRefund,
    Provider,
    ProviderError,
    RefundRequest,
    RefundState,
)
from zhanggui.payments.providers.registry import SCENES
from zhanggui.payments.states import REFUND
from zhanggui.payments.types import ChannelDown, RefundRefused, RefundStatus

log = logging.getLogger(__name__)

# minutes until the channel is asked again (domain.md §5)
_PATIENCE = (1, 1, 1, 1, 1, 5, 10, 20, 30)

_WORDS = {
    "late": "付款超时后到账，订单已关闭",
    "closed": "订单已取消后到账",
    "surplus": "重复付款",
}


@transaction.atomic
def request_refund(
    *,
    payment_id: int,
    amount_minor: int,
    reason: str,
    cause: tuple[str, int],
    now: datetime,
    actor: Actor = SYSTEM,
) -> Refund:
    """Ask for money back over a payment (R1); the same cause asks once.

    Where the channel gave the refund up (R5), the cause may ask again: with a new number.

    Raises:
        RefundRefused: more than was paid and not yet asked back.
    """
    payment = Payment.objects.select_for_update().select_related("order").get(pk=payment_id)
    asked = Refund.objects.filter(payment=payment, cause_type=cause[0], cause_id=cause[1])
    known = asked.order_by("-attempt").first()
    if known is not None and known.status != RefundStatus.CLOSED:
        return known
    _take_from(payment, amount_minor)
    count = Refund.objects.filter(payment__order_id=payment.order_id).count()
    refund = Refund.objects.create(
        payment=payment,
        out_refund_no=f"{payment.order.number}R{count + 1}",
        amount_minor=amount_minor,
        currency=payment.currency,
        status=RefundStatus.CREATED,
        reason=_WORDS.get(reason, reason),
        cause_type=cause[0],
        cause_id=cause[1],
        attempt=known.attempt + 1 if known else 1,
        requested_at=now,
        queued_at=now,
    )
    publish(
        RefundRequested(
            subject_id=payment.order_id,
            at=now,
            actor=actor,
            channel=payment.channel,
            amount_minor=amount_minor,
            currency=payment.currency,
            refund_id=refund.pk,
            reason=refund.reason,
        )
    )
    return refund


def _take_from(payment: Payment, amount_minor: int) -> None:
    guarded = Payment.objects.filter(
        pk=payment.pk, refunded_minor__lte=F("amount_minor") - amount_minor
    )
    if amount_minor < 1 or not guarded.update(refunded_minor=F("refunded_minor") + amount_minor):
        raise RefundRefused(_("退款金额超过了可退的金额，请核对后再提交。"))


def submit_refund(*, refund_id: int, now: datetime, notify_url: str = "") -> str:
    """Send a refund to its channel (R2); a repeat is the same refund there.

    What the channel does not accept is abnormal with the channel's code, and can be sent again.
    Without `notify_url` the outcome is only learnt by asking.

    Raises:
        ChannelDown: the outcome is not known; the job repeats it with the same number.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status not in (RefundStatus.CREATED, RefundStatus.PROCESSING):
        return "repeat"
    provider = provider_for(refund.payment.channel)
    if provider is None:
        is_off = refund.payment.channel in SCENES  # a transfer never had one
        return _refuse(refund.pk, "CHANNEL_OFF" if is_off else "", now)
    try:
        told = provider.refund(
            RefundRequest(
                out_trade_no=refund.payment.out_trade_no,
                out_refund_no=refund.out_refund_no,
                refund_minor=refund.amount_minor,
                total_minor=refund.payment.amount_minor,
                currency=refund.currency,
                reason=refund.reason,
                notify_url=notify_url,
            )
        )
    except ProviderError as error:
        if error.permanent:
            return _not_accepted(refund, provider, error, now)
        raise ChannelDown(_("支付渠道暂时没有回应，退款会自动重试。")) from error
    return in_transaction(lambda: apply_refund(told=told, now=now))


def _not_accepted(refund: Refund, provider: Provider, error: ProviderError, now: datetime) -> str:
    """Believe a "no" only when the number is unknown there: an earlier try may have got through."""
    log.error("refund %s: not accepted: %s", refund.out_refund_no, error.code)
    try:
        told = provider.query_refund(out_refund_no=refund.out_refund_no)
    except ProviderError as silent:
        if not silent.permanent:
            raise ChannelDown(_("支付渠道暂时没有回应，退款会自动重试。")) from silent
        return _refuse(refund.pk, error.code[:64], now)
    if told.state == RefundState.UNKNOWN_NUMBER:
        return _refuse(refund.pk, error.code[:64], now)
    return in_transaction(lambda: apply_refund(told=told, now=now))


def ask_refund(*, refund_id: int, now: datetime, notify_url: str = "") -> str:
    """Ask the channel how a refund stands (R3-R5); one that it does not know is sent again.

    Raises:
        ChannelDown: the channel did not answer; it is asked again later.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    provider = provider_for(refund.payment.channel)
    if provider is None or refund.status != RefundStatus.PROCESSING:
        return "repeat"
    wait = _PATIENCE[min(refund.queries, len(_PATIENCE) - 1)]
    Refund.objects.filter(pk=refund_id).update(
        queries=F("queries") + 1, next_query_at=now + timedelta(minutes=wait)
    )
    try:
        told = provider.query_refund(out_refund_no=refund.out_refund_no)
    except ProviderError as error:
        raise ChannelDown(_("支付渠道暂时没有回应，退款会自动重试。")) from error
    if told.state == RefundState.UNKNOWN_NUMBER:
        return submit_refund(refund_id=refund_id, now=now, notify_url=notify_url)
    return in_transaction(lambda: apply_refund(told=told, now=now))


@transaction.atomic
def apply_refund(*, told: ChannelRefund, now: datetime) -> str:
    """Make our refund agree with what the channel verifiably said; see the state names."""
    rows = Refund.objects.select_related("payment")
    refund = rows.filter(out_refund_no=told.out_refund_no).first()
    if refund is None or told.state == RefundState.UNKNOWN_NUMBER:
        return "unknown_number"
    ours = (
        (told.refund_minor, refund.amount_minor),
        (told.total_minor, refund.payment.amount_minor),
        (told.currency, refund.currency),
        (told.out_trade_no, refund.payment.out_trade_no),
    )
    if any(said is not None and said != own for said, own in ours):
        log.error("refund %s: the channel tells of another one", refund.out_refund_no)
        return "mismatch"
    return _apply_state(refund.pk, told.state, told.channel_ref or "", now)


def _refuse(refund_id: int, code: str, now: datetime) -> str:
    return _apply_state(refund_id, RefundState.ABNORMAL, "", now, refusal_code=code)


@transaction.atomic
def _apply_state(
    refund_id: int, state: RefundState, channel_ref: str, now: datetime, *, refusal_code: str = ""
) -> str:
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    wanted = _STATUS[state]
    if not REFUND.can(refund, wanted):
        return "repeat"
    also: dict[str, object] = {
        "next_query_at": None,
        "channel_ref": channel_ref,
        "refusal_code": refusal_code,
    }
    if wanted == RefundStatus.SUCCEEDED:
        also["succeeded_at"] = now
    elif wanted == RefundStatus.PROCESSING:
        also["next_query_at"] = now + timedelta(minutes=_PATIENCE[0])
    REFUND.move(refund, wanted, **also)
    _tell(refund, wanted, now)
    return str(wanted)


_STATUS = {
    RefundState.PROCESSING: RefundStatus.PROCESSING,
    RefundState.SUCCEEDED: RefundStatus.SUCCEEDED,
    RefundState.ABNORMAL: RefundStatus.ABNORMAL,
    RefundState.CLOSED: RefundStatus.CLOSED,
}


def _tell(refund: Refund, status: RefundStatus, now: datetime) -> None:
    payment = refund.payment
    if status == RefundStatus.SUCCEEDED:
        tell_succeeded(refund, CHANNEL, now)
    elif status in (RefundStatus.ABNORMAL, RefundStatus.CLOSED):
        if status == RefundStatus.CLOSED:  # nothing went back: it may be asked for again
            Payment.objects.filter(pk=payment.pk).update(
                refunded_minor=F("refunded_minor") - refund.amount_minor
            )
        publish(RefundNeedsStaff(**about(refund, CHANNEL, now), state=str(status)))


def tell_succeeded(refund: Refund, actor: Actor, now: datetime, *, by_hand: bool = False) -> None:
    """Put money that went back on the order; only in the transaction that ends the refund."""
    orders.record_refund(
        order_id=refund.payment.order_id, amount_minor=refund.amount_minor, now=now, actor=actor
    )
    publish(RefundSucceeded(**about(refund, actor, now), by_hand=by_hand))


def about(refund: Refund, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what every event about a refund says."""
    return {
        "subject_id": refund.payment.order_id,
        "at": now,
        "actor": actor,
        "channel": refund.payment.channel,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "refund_id": refund.pk,
    }
