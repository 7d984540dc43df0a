"""Closing orders that were not paid. Money already on its way is handled by payments."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.transactions import retried
from zhanggui.core.types import SYSTEM, Actor
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Move, MovementKind
from zhanggui.orders.events import OrderClosed
from zhanggui.orders.models import Order
from zhanggui.orders.services.rows import locked_order, pieces_of, save_derived
from zhanggui.orders.types import CloseReason, OrderNotReady, OrderStatus


@retried
def cancel_order(*, order_id: int, reason: CloseReason, actor: Actor, now: datetime) -> None:
    """Close an unpaid order for its buyer or the shop and release its stock (O6).

    Repeating it changes nothing. Payments closes the attempt at the channel afterwards.

    Raises:
        OrderNotReady: money has arrived, or the order is completed.
    """
    order = locked_order(order_id)
    if order.status == OrderStatus.CLOSED:
        return
    if order.status != OrderStatus.OPEN or order.paid_minor or order.paid_at is not None:
        raise OrderNotReady(_("订单已经付款，不能直接取消，请走退款。"))
    _close(order, reason, actor, now)


@retried
def close_unpaid(*, order_id: int, now: datetime) -> bool:
    """Close an order whose time to pay is over (O5); False where it was paid, closed or has time.

    Only payments calls this, after the channel said that nothing was paid.
    """
    order = locked_order(order_id)
    if (
        order.status != OrderStatus.OPEN
        or order.paid_minor
        or order.pay_by_at is None
        or order.pay_by_at > now
    ):
        return False
    _close(order, CloseReason.PAY_TIMEOUT, SYSTEM, now)
    return True


def _close(order: Order, reason: CloseReason, actor: Actor, now: datetime) -> None:
    inventory.move(
        moves=[
            Move(
                kind=MovementKind.RELEASE,
                cause=Cause("order", order.pk),
                sku_id=sku_id,
                warehouse_id=order.warehouse_id,
                quantity=count,
            )
            for sku_id, count in pieces_of(order).items()
        ],
        actor=actor,
        now=now,
    )
    order.status, order.close_reason = OrderStatus.CLOSED, reason
    order.closed_at, order.pay_by_at = now, None
    save_derived(order, ("status", "close_reason", "closed_at", "pay_by_at"))
    publish(OrderClosed(subject_id=order.pk, at=now, actor=actor, reason=reason))
