"""Counts and sums over orders. Sales are orders by the moment they were paid."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Q, Sum

from zhanggui.core import sql
from zhanggui.orders import calc
from zhanggui.orders.models import BestSold, Order, OrderLine
from zhanggui.orders.types import DisplayStatus, Source, sales_figure, status_figure

_SUMS = "SELECT figure, SUM(orders) FROM orders_tally WHERE figure IN ({wanted}) GROUP BY figure"
_SALES = (
    "SELECT hour, SUM(net_minor), SUM(orders) FROM orders_tally"
    " WHERE figure IN ({wanted}) AND hour >= %s AND hour < %s GROUP BY hour"
)
MOST_COUNTED = 1_000
_BEST_DAYS, _BEST = timedelta(days=30), 8
_LATE = timedelta(minutes=10)  # that the job may be, until it counts as not running
Period = tuple[datetime, datetime]  # from, up to but not including


@dataclass(frozen=True, slots=True)
class SalesFigure:
    """Money taken less money given back, and the number of paid orders, of one period."""

    net_minor: int
    orders: int


def total() -> int:
    """Return how many orders there are; it reads them all."""
    return Order.objects.count()


def pay_waits(*, limit: int) -> list[tuple[str, timedelta]]:
    """Return channel and time from placing to paying of the orders that were paid last."""
    rows = Order.objects.filter(paid_at__isnull=False).exclude(source=Source.IMPORT)
    found = rows.order_by("-paid_at").values_list("payment_channel", "placed_at", "paid_at")
    return [(channel, paid - placed) for channel, placed, paid in found[:limit] if paid]


def status_counts(*, within: Collection[int] | None = None) -> dict[str, int]:
    """Return how many orders stand under each label, all labels included.

    Within some warehouses they are counted one by one, to MOST_COUNTED.
    """
    if within is not None:
        return {status.value: _counted(status, within) for status in DisplayStatus}
    names = {status_figure(status): status.value for status in DisplayStatus}
    found = {name: int(number) for name, number in sql.rows(_SUMS, list(names))}
    return {status: found.get(name, 0) for name, status in names.items()}


def _counted(status: DisplayStatus, within: Collection[int]) -> int:
    rows = Order.objects.filter(display_status=status, warehouse_id__in=within)
    return rows[:MOST_COUNTED].count()


def sales(*, periods: Sequence[Period], currency: str) -> list[SalesFigure]:
    """Return the figure of each period, all in two statements.

    Counts every order that was paid in it and not imported; a refund counts against the day of its
    order's payment. Whole hours were counted when they happened; only what a period begins or ends
    within an hour is read from the orders themselves.
    """
    whole = [calc.whole_hours(*period) for period in periods]
    edges = sorted(
        {edge for one, hours in zip(periods, whole, strict=True) for edge in _edges(one, hours)}
    )
    by_hour = _sales_by_hour(whole, currency)
    by_edge = _sales_by_edge(edges, currency)
    return [
        _total(
            [
                *(by_hour[hour] for hour in hours if hour in by_hour),
                *(by_edge[edge] for edge in _edges(one, hours)),
            ]
        )
        for one, hours in zip(periods, whole, strict=True)
    ]


def _edges(period: Period, hours: range) -> list[Period]:
    """Return what of a period lies outside its whole hours."""
    start, end = period
    if not hours:
        return [period]
    first, last = calc.hour_start(hours.start), calc.hour_start(hours.stop)
    return [edge for edge in ((start, first), (last, end)) if edge[0] < edge[1]]


def _sales_by_hour(wanted: Sequence[range], currency: str) -> dict[int, SalesFigure]:
    if not any(wanted):
        return {}
    first = min(hours.start for hours in wanted if hours)
    last = max(hours.stop for hours in wanted if hours)
    found = sql.rows(_SALES, [sales_figure(currency)], first, last)
    return {hour: SalesFigure(int(net), int(number)) for hour, net, number in found}


def _sales_by_edge(edges: Sequence[Period], currency: str) -> dict[Period, SalesFigure]:
    if not edges:
        return {}
    within = Q()
    for start, end in edges:
        within |= Q(paid_at__gte=start, paid_at__lt=end)
    rows = Order.objects.filter(within, currency=currency).exclude(source=Source.IMPORT)
    paid = list(rows.values_list("paid_at", F("paid_minor") - F("refunded_minor")))
    return {
        (start, end): _total(
            [SalesFigure(net, int(net > 0)) for at, net in paid if start <= at < end]
        )
        for start, end in edges
    }


def _total(parts: Sequence[SalesFigure]) -> SalesFigure:
    return SalesFigure(sum(one.net_minor for one in parts), sum(one.orders for one in parts))


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


def summed_best_sold(*, now: datetime) -> tuple[str, ...]:
    """Return the slugs of the products that sold best in 30 days, by reading all their lines."""
    rows = best_sellers(period=(now - _BEST_DAYS, now), limit=_BEST)
    return tuple(row.product_slug for row in rows)


def noted_best_sold(*, now: datetime) -> tuple[str, ...] | None:
    """Return the same as the job noted it last; None where no worker does so."""
    slugs = BestSold.objects.filter(due_at__gt=now - _LATE).values_list("slugs", flat=True).first()
    return None if slugs is None else tuple(slugs)
