"""Bank transfers, which staff see on the account and confirm."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.text import clean_text
from zhanggui.core.transactions import retried
from zhanggui.core.types import Actor
from zhanggui.orders import services as orders
from zhanggui.orders.types import PaymentChannel
from zhanggui.payments.events import PaymentSucceeded
from zhanggui.payments.models import Payment
from zhanggui.payments.services.refund import request_refund
from zhanggui.payments.types import PaymentRefused, PaymentStatus


@retried  # a late one reserves stock after the audit log's head was locked
def confirm_transfer(
    *, order_id: int, amount_minor: int, reference: str, actor: Actor, now: datetime
) -> Payment:
    """Book a transfer that arrived. It must be the whole amount due; a second one is refused.

    A late one is booked too: it opens the order again where that was closed for lateness and its
    stock is there (O7), else a refund is made, which staff pay back by hand.

    Raises:
        OrderNotReady: the order is paid.
        PaymentRefused: the amount is not what is due.
    """
    due = orders.lock_owed(order_id=order_id, now=now)
    if amount_minor != due.due_minor:
        raise PaymentRefused(_("到账金额和应付金额不一致，请核对。"))
    last = Payment.objects.filter(order_id=order_id).aggregate(n=Max("attempt"))["n"] or 0
    payment = Payment.objects.create(
        order_id=order_id,
        attempt=last + 1,
        channel=PaymentChannel.TRANSFER,
        out_trade_no=f"{due.number}P{last + 1}",
        amount_minor=amount_minor,
        currency=due.currency,
        status=PaymentStatus.SUCCEEDED,
        channel_ref=clean_text(reference, max_length=64),
        started_at=now,
        expires_at=due.pay_by_at,
        succeeded_at=now,
    )
    publish(
        PaymentSucceeded(
            subject_id=order_id,
            at=now,
            actor=actor,
            channel=payment.channel,
            amount_minor=amount_minor,
            currency=due.currency,
            payment_id=payment.pk,
        )
    )
    _tell_order(payment, actor, now)
    return payment


def _tell_order(payment: Payment, actor: Actor, now: datetime) -> None:
    recorded = orders.record_payment(
        order_id=payment.order_id, amount_minor=payment.amount_minor, now=now, actor=actor
    )
    if recorded.refund_minor:
        request_refund(
            payment_id=payment.pk,
            amount_minor=recorded.refund_minor,
            reason=recorded.reason,
            cause=("payment", payment.pk),
            now=now,
            actor=actor,
        )
