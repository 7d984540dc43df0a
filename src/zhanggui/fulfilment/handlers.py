"""Reactions of fulfilment to events of orders."""

from collections.abc import Sequence

from zhanggui.core.events import on
from zhanggui.fulfilment import services
from zhanggui.orders.events import OrderPaid


@on(OrderPaid)
def allocate_paid(events: Sequence[OrderPaid]) -> None:
    """What is paid goes to its warehouse."""
    services.allocate(order_ids=[event.subject_id for event in events], now=events[0].at)
