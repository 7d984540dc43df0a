"""Background work of payments: take ids, call one service."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from zhanggui.core.jobs import every, retries, task
from zhanggui.core.types import Refusal
from zhanggui.orders import queries as orders
from zhanggui.payments import queries, services
from zhanggui.payments.types import ChannelDown

log = logging.getLogger(__name__)

SILENT_CALLS = 3


@retries(times=12, first_seconds=5, most_seconds=1800)
@task
def submit_refund(refund_id: int) -> None:
    """Send a refund to its channel, which tells us its outcome where it tells us of payments."""
    services.submit_refund(refund_id=refund_id, now=timezone.now(), notify_url=_notify_url())


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
    _each("payment", queries.payments_to_ask(now=now), _ask_payment)
    _each("refund", queries.refunds_to_ask(now=now), _ask_refund)


@every(timedelta(seconds=15))
@task
def close_overdue_orders() -> None:
    """Close orders whose time to pay is over."""
    _each("order", orders.orders_past_pay(now=timezone.now()), _close_overdue)


def _ask_payment(payment_id: int) -> None:
    services.ask_channel(payment_id=payment_id, now=timezone.now())


def _ask_refund(refund_id: int) -> None:
    services.ask_refund(refund_id=refund_id, now=timezone.now(), notify_url=_notify_url())


def _notify_url() -> str:
    return f"{settings.PUBLIC_URL}{reverse('store:pay-notify')}"


def _close_overdue(order_id: int) -> None:
    services.close_overdue(order_id=order_id, now=timezone.now())


def _each(what: str, ids: Sequence[int], work: Callable[[int], None]) -> None:
    """Work on each row; one that refuses does not hold up those behind it.

    A channel that does not answer several times running ends the round: each call can take long,
    and the next round asks again.
    """
    silent = 0
    for row_id in ids:
        try:
            work(row_id)
            silent = 0
        except ChannelDown:
            log.warning("%s %s: the channel did not answer", what, row_id)
            silent += 1
            if silent == SILENT_CALLS:
                return
        except Refusal as refusal:
            log.warning("%s %s: %s", what, row_id, refusal.code)
