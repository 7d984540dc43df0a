"""Counts and sums over orders. Sales are orders by the moment they were paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Sum

from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import DisplayStatus, Source

Period = tuple[datetime, datetime]  # from, up to but not including


@dataclass(frozen=True, slots=True)
class SalesFigure:
    """Money taken less money given back, and the number of paid orders, of one period."""

    net_minor: int
    orders: int


def status_counts() -> dict[str, int]:
    """Return how many orders stand under each label, all labels included."""
    rows = Order.objects.values("display_status").annotate(n=Count("pk")).order_by()
    found = dict(rows.values_list("display_status", "n"))
    return {status: found.get(status, 0) for status in DisplayStatus.values}


def sales(*, periods: Sequence[Period], currency: str) -> list[SalesFigure]:
    """Return the figure of each period in one statement.

    Counts every order that was paid in it and not imported; a refund counts against the day of its
    order's payment.
    """
    if not periods:
        return []
    columns: dict[str, Any] = {}
    for number, (start, end) in enumerate(periods):
        within = Q(paid_at__gte=start, paid_at__lt=end)
        columns[f"m{number}"] = Sum(F("paid_minor") - F("refunded_minor"), filter=within)
        columns[f"n{number}"] = Count("pk", filter=within & Q(paid_minor__gt=F("refunded_minor")))
    row = (
        Order.objects.filter(
            paid_at__gte=min(start for start, _end in periods),
            paid_at__lt=max(end for _start, end in periods),
            currency=currency,
        )
        .exclude(source=Source.IMPORT)
        .aggregate(**columns)
    )
    return [
        SalesFigure(row[f"m{number}"] or 0, row[f"n{number}"]) for number in range(len(periods))
    ]


def best_sellers(*, period: Period, limit: int = 5) -> list[dict[str, object]]:
    """Return {product_name, product_slug, picture, pieces, sum_minor} of the most sold products."""
    rows = (
        OrderLine.objects.filter(order__paid_at__gte=period[0], order__paid_at__lt=period[1])
        .exclude(order__source=Source.IMPORT)
        .values("product_slug", "product_name")
        .annotate(pieces=Sum("quantity"), sum_minor=Sum(F("unit_price_minor") * F("quantity")))
        .order_by("-pieces", "product_slug")
    )
    return [dict(row) for row in rows[:limit]]
