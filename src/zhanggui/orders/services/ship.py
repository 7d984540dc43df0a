"""Pieces that left, and the end of an order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries as catalog
from zhanggui.core.events import publish
from zhanggui.core.types import Actor
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Move, MovementKind
from zhanggui.orders.events import OrderCompleted, OrderShipped
from zhanggui.orders.models import OrderLine
from zhanggui.orders.services.rows import locked_order, save_derived
from zhanggui.orders.types import DisplayStatus, OrderNotReady, OrderStatus, ShippedLine


@transaction.atomic
def record_shipped(
    *,
    order_id: int,
    parcel_id: int,
    lines: Sequence[ShippedLine],
    carrier: str,
    tracking_no: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Take shipped pieces off the shelf and freeze their cost; only fulfilment calls this.

    Raises:
        OrderNotReady: the order is not paid, not open, or has fewer pieces left to ship.
    """
    order = locked_order(order_id)
    if order.display_status not in (DisplayStatus.TO_SHIP, DisplayStatus.PART_SHIPPED):
        raise OrderNotReady(
            _("订单现在不能发货：%(state)s。")
            % {"state": DisplayStatus(order.display_status).label}
        )
    pieces_by_sku = _ship_lines(order_id, lines)
    moves = [
        Move(
            kind=MovementKind.SHIP,
            cause=Cause("parcel", parcel_id),
            sku_id=sku_id,
            warehouse_id=order.warehouse_id,
            quantity=quantity,
        )
        for sku_id, quantity in pieces_by_sku.items()
    ]
    inventory.move(moves=moves, actor=actor, now=now)
    pieces = sum(pieces_by_sku.values())
    order.shipped_pieces += pieces
    if order.shipped_pieces == order.pieces:
        order.shipped_at = now
        order.confirm_by_at = now + timedelta(days=accounts.shop().confirm_days)
    save_derived(order, ("shipped_pieces", "shipped_at", "confirm_by_at"))
    publish(
        OrderShipped(
            subject_id=order_id,
            at=now,
            actor=actor,
            carrier=carrier,
            tracking_no=tracking_no,
            pieces=pieces,
        )
    )


def _ship_lines(order_id: int, lines: Sequence[ShippedLine]) -> dict[int, int]:
    """Count the pieces on their lines, freeze the cost, and return SKU id → pieces."""
    shipped = {line.order_line_id: line.quantity for line in lines}
    rows = list(OrderLine.objects.filter(order_id=order_id, pk__in=shipped).order_by("id"))
    costs = catalog.cost_prices(sku_ids={row.sku_id for row in rows if row.sku_id})
    pieces: dict[int, int] = {}
    for row in rows:
        row.shipped_quantity += shipped[row.pk]
        if row.shipped_quantity > row.quantity:
            raise OrderNotReady(_("发货数量超过了订单数量，请刷新后再试。"))
        cost = costs.get(row.sku_id)
        row.cost_minor = None if cost is None else cost * row.shipped_quantity
        pieces[row.sku_id] = pieces.get(row.sku_id, 0) + shipped[row.pk]
    OrderLine.objects.bulk_update(rows, ["shipped_quantity", "cost_minor"])
    return pieces


@transaction.atomic
def complete_order(*, order_id: int, actor: Actor, now: datetime) -> bool:
    """End an order whose goods were received (O11); False where it was completed before.

    Raises:
        OrderNotReady: not everything has been shipped.
    """
    order = locked_order(order_id)
    if order.status == OrderStatus.COMPLETED:
        return False
    if order.display_status != DisplayStatus.TO_RECEIVE:
        raise OrderNotReady(_("还没有全部发货，不能确认收货。"))
    order.status, order.completed_at, order.confirm_by_at = OrderStatus.COMPLETED, now, None
    save_derived(order, ("status", "completed_at", "confirm_by_at"))
    publish(OrderCompleted(subject_id=order.pk, at=now, actor=actor))
    return True
