"""Orders that name certain SKUs: what stands in the way of removing goods."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import OrdersOfSkus, OrderStatus


def named_skus(*, sku_ids: Collection[int]) -> set[int]:
    """Return which of these SKUs any order names, closed and imported ones included."""
    lines = OrderLine.objects.filter(sku__in=sku_ids).order_by()
    return set(lines.values_list("sku_id", flat=True).distinct())


def orders_of_skus(*, sku_ids: Collection[int]) -> OrdersOfSkus:
    """Return how many orders name these SKUs, and how many of them are what; 5 statements."""
    named, alone = _naming(sku_ids), unpaid_alone(sku_ids=sku_ids)
    staying = OrderLine.objects.filter(sku__in=sku_ids, order__status=OrderStatus.OPEN)
    staying = staying.exclude(order__in=alone)
    waiting = staying.aggregate(n=Sum(F("quantity") - F("shipped_quantity")))["n"]
    paid = ~Q(paid_minor=0) | Q(paid_at__isnull=False)
    return OrdersOfSkus(
        total=named.count(),
        unpaid_alone=len(alone),
        paid=named.filter(paid).count(),
        open=named.filter(status=OrderStatus.OPEN).count(),
        waiting=int(waiting or 0),
    )


def unpaid_alone(*, sku_ids: Collection[int]) -> list[int]:
    """Return the open orders that hold nothing but these SKUs and for which no money came."""
    others = OrderLine.objects.filter(order=OuterRef("pk")).filter(
        Q(sku=None) | ~Q(sku__in=sku_ids)
    )
    rows = _naming(sku_ids).filter(
        ~Exists(others), status=OrderStatus.OPEN, paid_minor=0, paid_at=None
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _naming(sku_ids: Collection[int]) -> QuerySet[Order]:
    lines = OrderLine.objects.filter(sku__in=sku_ids)
    return Order.objects.filter(pk__in=lines.values("order"))
