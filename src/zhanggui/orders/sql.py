"""What every checkout asks of earlier orders."""

from collections.abc import Collection

from zhanggui.core import sql
from zhanggui.orders.types import OrderStatus, PaymentState


def open_unpaid(phone_indexes: Collection[str]) -> dict[str, int]:
    """Return phone index → number of open orders that wait for money."""
    found = sql.rows(
        "SELECT phone_index, COUNT(*) FROM orders_order WHERE phone_index IN ({wanted})"
        " AND status = %s AND payment_state = %s GROUP BY phone_index",
        phone_indexes,
        OrderStatus.OPEN.value,
        PaymentState.UNPAID.value,
    )
    return dict(found)


def known_requests(request_ids: Collection[str]) -> set[str]:
    """Return those request ids under which an order was placed."""
    found = sql.rows(
        "SELECT request_id FROM orders_order WHERE request_id IN ({wanted})", request_ids
    )
    return {request_id for (request_id,) in found}
