"""The kept figures are those that counting all orders would give, whatever happens to them."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from tests.factories.catalog import SkuFactory
from tests.factories.payments import placed
from tests.factories.shop import NOON, basket, guest, open_shop, stocked
from tests.factories.threads import at_once
from tests.orders.history import imported, row, written

from zhanggui.core.types import SYSTEM, Refusal
from zhanggui.orders import queries, services
from zhanggui.orders.models import Order, Tally
from zhanggui.orders.queries import SalesFigure
from zhanggui.orders.services import tallies
from zhanggui.orders.types import CloseReason, DisplayStatus, ShippedLine, Source

HOUR = timedelta(hours=1)


def counted_statuses() -> dict[str, int]:
    rows = Order.objects.values("display_status").annotate(n=Count("pk")).order_by()
    return dict(rows.values_list("display_status", "n"))


def counted_sales(start: datetime, end: datetime) -> SalesFigure:
    rows = Order.objects.filter(paid_at__gte=start, paid_at__lt=end, currency="CNY")
    net = F("paid_minor") - F("refunded_minor")
    sums = rows.exclude(source=Source.IMPORT).aggregate(
        net=Sum(net), number=Count("pk", filter=Q(paid_minor__gt=F("refunded_minor")))
    )
    return SalesFigure(sums["net"] or 0, sums["number"])


PERIODS = [
    (NOON, NOON + HOUR),
    (NOON - timedelta(days=1), NOON + timedelta(days=3)),
    (NOON + timedelta(minutes=10), NOON + timedelta(minutes=20)),
    (NOON + timedelta(minutes=10), NOON + timedelta(hours=30, minutes=50)),
    (NOON + timedelta(minutes=50), NOON + timedelta(minutes=70)),
    (NOON + timedelta(days=9), NOON + timedelta(days=10)),
]


def figures_are_true() -> None:
    found = {status: n for status, n in queries.status_counts().items() if n}
    assert found == counted_statuses()
    assert queries.sales(periods=PERIODS, currency="CNY") == [
        counted_sales(*period) for period in PERIODS
    ]


def pay(order: Order, now: datetime) -> None:
    services.record_payment(order_id=order.pk, amount_minor=order.payable_minor, now=now)


def pay_some(order: Order, now: datetime) -> None:
    services.record_payment(order_id=order.pk, amount_minor=700, now=now)


def give_back(order: Order, now: datetime) -> None:
    rest = order.paid_minor - order.refunded_minor
    if rest:
        services.record_refund(order_id=order.pk, amount_minor=max(rest // 2, 1), now=now)


def cancel(order: Order, now: datetime) -> None:
    services.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SYSTEM, now=now)


def close_late(order: Order, now: datetime) -> None:
    services.close_unpaid(order_id=order.pk, now=now + timedelta(days=9))


def ship(order: Order, now: datetime) -> None:
    lines = [ShippedLine(order_line_id=order.lines.get().pk, quantity=1)]
    services.record_shipped(
        order_id=order.pk,
        parcel_id=order.pk,
        lines=lines,
        carrier="shunfeng",
        tracking_no="SF1",
        actor=SYSTEM,
        now=now,
    )


def complete(order: Order, now: datetime) -> None:
    services.complete_order(order_id=order.pk, actor=SYSTEM, now=now)


ACTS: list[Callable[[Order, datetime], None]] = [
    *(pay, pay, pay_some, give_back, cancel, close_late, ship, ship, complete),
]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_figures_are_true_after_anything_that_can_happen(seed: int) -> None:
    dice = random.Random(seed)
    open_shop()
    orders = [placed(pieces=3, now=NOON).pk for _ in range(4)]

    for step in range(40):
        now = NOON + timedelta(minutes=dice.randrange(48 * 60))
        order = Order.objects.get(pk=dice.choice(orders))
        with suppress(Refusal):
            dice.choice(ACTS)(order, now)
        if step % 7 == 0:
            tallies.fold_tallies()
        figures_are_true()

    assert len(counted_statuses()) > 1


@pytest.mark.django_db
def test_an_order_that_costs_nothing_is_counted_as_waiting_and_not_as_a_sale() -> None:
    open_shop()
    sku = SkuFactory(price_minor=0, weight_grams=0)
    stocked(sku, 1)
    services.place_order(wanted=basket((sku, 1)), now=NOON)

    figures_are_true()


@pytest.mark.django_db
def test_imported_orders_are_counted_and_are_no_sales(tmp_path: Path) -> None:
    imported(written(tmp_path, row("536365"), row("536366")))

    assert queries.status_counts()["completed"] == 2
    figures_are_true()


@pytest.mark.django_db
def test_a_refusal_and_a_rollback_count_nothing() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 1)
    wanted = [basket((sku, 1), address=guest(number)) for number in range(2)]
    services.place_orders(wanted=wanted, now=NOON)
    order = Order.objects.get()

    with transaction.atomic():
        pay(order, NOON)
        transaction.set_rollback(True)

    assert counted_statuses() == {"to_pay": 1}
    figures_are_true()


@pytest.mark.django_db
def test_folding_leaves_one_row_a_figure_and_changes_none() -> None:
    open_shop()
    for _ in range(3):
        pay(placed(), NOON)

    assert tallies.fold_tallies() > 3
    pay(placed(), NOON + HOUR)
    tallies.fold_tallies()

    kept = Tally.objects.order_by("figure", "hour").values_list("figure", "is_folded", "orders")
    assert list(kept) == [
        ("sales:CNY", True, 3),
        ("sales:CNY", True, 1),
        ("status:to_pay", True, 0),
        ("status:to_ship", True, 4),
    ]
    assert tallies.fold_tallies() == 0
    figures_are_true()


@pytest.mark.django_db
def test_counting_anew_gives_what_was_counted_step_by_step() -> None:
    open_shop()
    pay(placed(), NOON)
    placed()
    Tally.objects.all().delete()

    services.count_orders_anew()

    figures_are_true()
    assert tallies.fold_tallies() == 0


@pytest.mark.django_db(transaction=True)
def test_buyers_payers_and_folders_at_once_lose_no_count() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 30)
    unpaid = [placed() for _ in range(6)]
    wanted = [basket((sku, 1), address=guest(number)) for number in range(6)]

    at_once(
        [
            *(partial(services.place_order, wanted=one, now=NOON) for one in wanted),
            *(partial(pay, order, NOON) for order in unpaid),
            *[tallies.fold_tallies] * 6,
        ]
    )

    assert counted_statuses() == {DisplayStatus.TO_PAY: 6, DisplayStatus.TO_SHIP: 6}
    figures_are_true()
    while tallies.fold_tallies():
        pass
    figures_are_true()
