"""Counts and sums over orders. Sales are orders by the moment they were paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, Sum

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSeller:
    """A product by what was sold of it. The names are those of its lines."""

    product_slug: str
    product_name: str
    picture: str  # storage name, "" where there was none
    pieces: int
    sum_minor: int


def best_sellers(*, period: Period, currency: str = "", limit: int = 5) -> list[BestSeller]:
    """Return the products of which most pieces were paid in the period, the most sold first.

    Sums make sense only within one currency; without one, only the pieces do.
    """
    in_currency = Q(order__currency=currency) if currency else Q()
    rows = (
        OrderLine.objects.filter(
            order__paid_at__gte=period[0],
            order__paid_at__lt=period[1],
        )
        .filter(in_currency)
        .exclude(order__source=Source.IMPORT)
        .values("product_slug")
        .annotate(
            product_name=Max("product_name"),
            cover=Max("picture"),
            pieces=Sum("quantity"),
            sum_minor=Sum(F("unit_price_minor") * F("quantity")),
        )
        .order_by("-pieces", "product_slug")
    )
    return [
        BestSeller(
            product_slug=row["product_slug"],
            product_name=row["product_name"],
            picture=row["cover"],
            pieces=row["pieces"],
            sum_minor=row["sum_minor"],
        )
        for row in rows[:limit]
    ]
