"""Keeping the figures over all orders: parts are added with each change and folded by a job."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from zhanggui.core.bulk import insert_rows
from zhanggui.core.ids import next_id
from zhanggui.orders import calc
from zhanggui.orders.models import Order, Tally
from zhanggui.orders.types import Source, sales_figure, status_figure

Key = tuple[str, int]  # figure, hour

FOLD_AT_ONCE = 5_000


class Counted(NamedTuple):
    """The facts of an order that figures count."""

    display_status: str
    source: str
    currency: str
    paid_at: datetime | None
    paid_minor: int
    refunded_minor: int


class _Part(NamedTuple):
    id: int
    figure: str
    hour: int
    orders: int
    net_minor: int
    is_folded: bool


def counted(order: Order) -> Counted:
    """Return the facts of an order as they are in memory."""
    return Counted(*(getattr(order, name) for name in Counted._fields))


def counted_before(*, order_id: int) -> Counted:
    """Return the facts of an order as they are stored; only under its lock."""
    return Counted(*Order.objects.values_list(*Counted._fields).get(pk=order_id))


def tally(
    *, before: Iterable[Counted] = (), after: Iterable[Counted] = (), is_folded: bool = False
) -> None:
    """Count a change of orders, in its transaction and in one statement for any number of them.

    `is_folded` is for who counts alone and all orders at once.
    """
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for sign, facts in ((-1, before), (1, after)):
        for one in facts:
            for key, orders, net_minor in _parts(one):
                sums[key][0] += sign * orders
                sums[key][1] += sign * net_minor
    parts = [
        _Part(next_id(), figure, hour, orders, net_minor, is_folded)
        for (figure, hour), (orders, net_minor) in sums.items()
        if orders or net_minor
    ]
    insert_rows(model=Tally, rows=parts)


def _parts(one: Counted) -> Iterable[tuple[Key, int, int]]:
    yield (status_figure(one.display_status), 0), 1, 0
    if one.paid_at is not None and one.source != Source.IMPORT:
        net = one.paid_minor - one.refunded_minor
        yield (sales_figure(one.currency), calc.hour_of(one.paid_at)), int(net > 0), net


def fold_tallies() -> int:
    """Add the parts up that are there by now; return how many there were.

    Repeat it until it returns less than FOLD_AT_ONCE. Any number may run at once: each takes parts
    that no other has, and parts that are not committed yet are left for the next time.
    """
    with transaction.atomic():
        parts = list(
            Tally.objects.select_for_update(skip_locked=True).filter(is_folded=False)[:FOLD_AT_ONCE]
        )
        sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        for part in parts:
            sums[part.figure, part.hour][0] += part.orders
            sums[part.figure, part.hour][1] += part.net_minor
        folded = _folded(sums)
        for key, (orders, net_minor) in sorted(sums.items()):
            if key in folded:
                Tally.objects.filter(pk=folded[key]).update(
                    orders=F("orders") + orders, net_minor=F("net_minor") + net_minor
                )
            else:
                figure, hour = key
                Tally.objects.create(
                    figure=figure, hour=hour, orders=orders, net_minor=net_minor, is_folded=True
                )
        Tally.objects.filter(pk__in=[part.pk for part in parts]).delete()
    return len(parts)


def _folded(keys: Iterable[Key]) -> dict[Key, int]:
    """Return the row into which each key is folded.

    Two that fold at once may each make one: the last of them is taken, and both count.
    """
    figures, hours = {figure for figure, _ in keys}, {hour for _, hour in keys}
    rows = Tally.objects.filter(is_folded=True, figure__in=figures, hour__in=hours)
    return {
        (figure, hour): pk
        for figure, hour, pk in rows.order_by("id").values_list("figure", "hour", "pk")
    }


@transaction.atomic
def count_orders_anew() -> None:
    """Count all orders and replace the figures; nobody may change an order meanwhile."""
    Tally.objects.all().delete()
    rows = Order.objects.order_by().values_list(*Counted._fields).iterator(chunk_size=5_000)
    tally(after=(Counted(*row) for row in rows), is_folded=True)
