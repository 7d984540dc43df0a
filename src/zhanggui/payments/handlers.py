"""Reactions of payments: job rows in the transaction of what they react to."""

from collections.abc import Sequence

from zhanggui.core.events import on
from zhanggui.orders.events import OrderClosed, OrderPaid
from zhanggui.payments import tasks
from zhanggui.payments.events import RefundRequested, RefundRetried
from zhanggui.payments.queries import orders_with_live_attempts


@on(RefundRequested)
def send_refunds(events: Sequence[RefundRequested]) -> None:
    """A refund that was asked for is sent."""
    for event in events:
        tasks.submit_refund.enqueue(event.refund_id)


@on(RefundRetried)
def send_refunds_again(events: Sequence[RefundRetried]) -> None:
    """A refund that staff ask for again is sent again."""
    for event in events:
        tasks.submit_refund.enqueue(event.refund_id)


@on(OrderClosed)
def close_attempts_of_closed(events: Sequence[OrderClosed]) -> None:
    """A cancelled order must not be paid any more."""
    for order_id in orders_with_live_attempts(order_ids=[event.subject_id for event in events]):
        tasks.close_attempts.enqueue(order_id)


@on(OrderPaid)
def close_other_attempts(events: Sequence[OrderPaid]) -> None:
    """An order that is paid must not be paid twice."""
    for order_id in orders_with_live_attempts(order_ids=[event.subject_id for event in events]):
        tasks.close_attempts.enqueue(order_id)
