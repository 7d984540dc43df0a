"""What staff do about refunds that did not get through: send them again, or pay another way."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.text import clean_text
from zhanggui.core.types import Actor
from zhanggui.payments.events import RefundRetried
from zhanggui.payments.models import Refund
from zhanggui.payments.queries import may_retry, may_settle_by_hand
from zhanggui.payments.services.refund import about, request_refund, tell_succeeded
from zhanggui.payments.states import REFUND
from zhanggui.payments.types import RefundRefused, RefundStatus


@transaction.atomic
def retry_refund(*, refund_id: int, actor: Actor, now: datetime) -> Refund:
    """Ask again for a refund that did not get through; repeats ask once.

    What the channel gave up needs a new number (R5). What it never accepted, and what was never
    sent, goes out under the same number: should it have arrived after all, it is the same refund.

    Raises:
        RefundRefused: it is on its way or done, or the money went back another way.
    """
    refund = _locked(refund_id)
    if refund.status == RefundStatus.CLOSED:
        return request_refund(
            payment_id=refund.payment_id,
            amount_minor=refund.amount_minor,
            reason=refund.reason,
            cause=(refund.cause_type, refund.cause_id),
            actor=actor,
            now=now,
        )
    if refund.status == RefundStatus.CREATED and not may_retry(refund=refund, now=now):
        return refund  # somebody just asked for it
    if not may_retry(refund=refund, now=now):
        raise RefundRefused(_("这笔退款现在不能重试，请看它的状态。"))
    if refund.status == RefundStatus.ABNORMAL:
        REFUND.move(refund, RefundStatus.CREATED, refusal_code="", queued_at=now)
    else:
        refund.queued_at = now
        refund.save(update_fields=["queued_at"])
    publish(RefundRetried(**about(refund, actor, now)))
    return refund


@transaction.atomic
def settle_refund_by_hand(*, refund_id: int, reference: str, actor: Actor, now: datetime) -> Refund:
    """Book a refund that staff paid outside the channel (R4); the same reference again is a repeat.

    Raises:
        RefundRefused: there is no reference, or the channel may still pay it, or it is paid.
    """
    refund = _locked(refund_id)
    words = clean_text(reference, max_length=64)
    if not words:
        raise RefundRefused(_("请填写转账流水号或说明，对账时要用。"))
    if refund.status == RefundStatus.SUCCEEDED and refund.channel_ref == words:
        return refund
    if not may_settle_by_hand(refund=refund):
        raise RefundRefused(_("这笔退款不是异常状态，不能登记线下退款。"))
    REFUND.move(
        refund,
        RefundStatus.SUCCEEDED,
        succeeded_at=now,
        channel_ref=words,
        refusal_code="",
        next_query_at=None,
    )
    tell_succeeded(refund, actor, now, by_hand=True)
    return refund


def _locked(refund_id: int) -> Refund:
    return Refund.objects.select_for_update().get(pk=refund_id)
