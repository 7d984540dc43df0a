"""One order of one shopper: simultaneous ones share a transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from zhanggui.core.batching import Full, Group
from zhanggui.core.transactions import Busy
from zhanggui.core.types import Refusal
from zhanggui.orders.services import sold_out
from zhanggui.orders.services.place import Result, place_orders
from zhanggui.orders.types import OrderInput, PlacedOrder

MOST_AT_ONCE = 64  # orders of one transaction
MOST_INSIDE = 28  # of one process's 32 threads, so that pages stay open in a rush
SECONDS = 8.0  # that an order may wait for its turn


def _place_all(batch: Sequence[tuple[OrderInput, datetime]]) -> list[Result]:
    return place_orders(wanted=[one for one, _now in batch], now=max(now for _one, now in batch))


_group = Group(_place_all, most_at_once=MOST_AT_ONCE, most_inside=MOST_INSIDE, seconds=SECONDS)


def place_order(*, wanted: OrderInput, now: datetime) -> PlacedOrder:
    """Place one order and reserve its stock, all or nothing.

    A second call with the same `request_id` and `body_hash` returns the first order.

    Raises:
        OrderRefused: see its code; nothing was written.
        Busy: too many order at this moment; nothing was written, the same call may be repeated.
    """
    result = _placed(wanted, now)
    if isinstance(result, Refusal):
        raise result
    return result


def _placed(wanted: OrderInput, now: datetime) -> Result:
    if refusal := sold_out.refusal(wanted):
        return refusal
    if transaction.get_connection().in_atomic_block:  # others' orders do not belong into it
        return place_orders(wanted=[wanted], now=now)[0]
    try:
        return _group.submit((wanted, now))
    except Full as error:
        raise Busy from error
