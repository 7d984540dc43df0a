"""What open orders still wait for, for comparing it with what stock has reserved."""

from collections.abc import Collection

from django.db.models import F, Sum

from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import DisplayStatus, OrderStatus

_WAITING = (DisplayStatus.TO_PAY, DisplayStatus.TO_SHIP, DisplayStatus.PART_SHIPPED)


def promised_pieces(sku_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return (SKU id, warehouse id) → pieces ordered and not shipped. One statement."""
    open_orders = Order.objects.filter(display_status__in=_WAITING, status=OrderStatus.OPEN)
    lines = OrderLine.objects.filter(
        order__in=open_orders, sku__in=sku_ids, quantity__gt=F("shipped_quantity")
    )
    rows = (
        lines.order_by()
        .values_list("sku_id", "order__warehouse_id")
        .annotate(pieces=Sum(F("quantity") - F("shipped_quantity")))
    )
    return {(sku_id, house): pieces for sku_id, house, pieces in rows if house is not None}
