"""Background work of fulfilment."""

import logging
from datetime import timedelta

from django.utils import timezone

from zhanggui.core.jobs import every, task
from zhanggui.core.types import SYSTEM, Refusal
from zhanggui.fulfilment import services
from zhanggui.orders import queries as orders

log = logging.getLogger(__name__)


@every(timedelta(minutes=1))
@task
def confirm_receipts() -> None:
    """Confirm receipt for buyers who did not do it in time."""
    now = timezone.now()
    for order_id in orders.orders_past_confirm(now=now):
        try:
            services.confirm_receipt(order_id=order_id, actor=SYSTEM, now=now)
        except Refusal as refusal:
            log.warning("order %s is not completed: %s", order_id, refusal.code)
