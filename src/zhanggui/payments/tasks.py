"""Background work of payments: take ids, call one service."""

import logging
from datetime import timedelta

from django.utils import timezone

from zhanggui.core.jobs import every, retries, task
from zhanggui.orders import queries as orders
from zhanggui.payments import queries, services
from zhanggui.payments.types import ChannelDown

log = logging.getLogger(__name__)


@retries(times=12, first_seconds=5, most_seconds=1800)
@task
def submit_refund(refund_id: int) -> None:
    """Send a refund to its channel."""
    services.submit_refund(refund_id=refund_id, now=timezone.now())


@retries(times=12, first_seconds=5, most_seconds=1800)
@task
def close_attempts(order_id: int) -> None:
    """Close what could still be paid of an order that was cancelled or paid another way."""
    services.close_attempts(order_id=order_id, now=timezone.now())


@every(timedelta(seconds=5))
@task
def ask_channels() -> None:
    """Ask about attempts and refunds of which no callback came."""
    now = timezone.now()
    for payment_id in queries.payments_to_ask(now=now):
        try:
            services.ask_channel(payment_id=payment_id, now=timezone.now())
        except ChannelDown:
            log.warning("payment %s: the channel did not answer", payment_id)
    for refund_id in queries.refunds_to_ask(now=now):
        try:
            services.ask_refund(refund_id=refund_id, now=timezone.now())
        except ChannelDown:
            log.warning("refund %s: the channel did not answer", refund_id)


@every(timedelta(seconds=15))
@task
def close_overdue_orders() -> None:
    """Close orders whose time to pay is over."""
    for order_id in orders.orders_past_pay(now=timezone.now()):
        try:
            services.close_overdue(order_id=order_id, now=timezone.now())
        except ChannelDown:
            log.warning("order %s stays open: the channel did not answer", order_id)
