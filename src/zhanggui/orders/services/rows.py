"""Reading an order under lock and writing its derived columns: the single writer of both."""

from collections.abc import Sequence

from zhanggui.orders import calc
from zhanggui.orders.models import Order
from zhanggui.orders.services.tallies import counted, counted_before, tally

_MONEY = (
    "status",
    "display_status",
    "payment_state",
    "after_sale_state",
    "close_reason",
    "paid_minor",
    "refunded_minor",
    "warehouse",
    "pay_by_at",
    "paid_at",
    "closed_at",
)


def locked_order(order_id: int) -> Order:
    """Read an order under lock; only inside a transaction."""
    return Order.objects.select_for_update().get(pk=order_id)


def pieces_of(order: Order) -> dict[int, int]:
    """Return SKU id → pieces of an order, summed over its lines."""
    pieces: dict[int, int] = {}
    for sku_id, quantity in order.lines.values_list("sku_id", "quantity"):
        pieces[sku_id] = pieces.get(sku_id, 0) + quantity
    return pieces


def save_derived(order: Order, fields: Sequence[str]) -> None:
    """Write these fields and the states that follow from the order's facts; count the change."""
    before = counted_before(order_id=order.pk)
    order.display_status = calc.display_status(
        status=order.status,
        payable_minor=order.payable_minor,
        paid_minor=order.paid_minor,
        pieces=order.pieces,
        shipped_pieces=order.shipped_pieces,
    )
    order.payment_state = calc.payment_state(
        payable_minor=order.payable_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
    )
    order.save(update_fields=[*fields, "display_status", "payment_state"])
    tally(before=[before], after=[counted(order)])


def save_money(order: Order) -> None:
    """Write what money can change on an order."""
    save_derived(order, _MONEY)
