"""Checkouts at the same moment, in real transactions of threads and processes."""

import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, books_balance, guest, open_shop, stocked
from tests.factories.threads import at_once

from zhanggui.core.transactions import Busy, in_transaction
from zhanggui.customers.models import Customer
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import services
from zhanggui.orders.models import Order
from zhanggui.orders.types import OrderInput, OrderRefused, PlacedOrder

pytestmark = pytest.mark.django_db(transaction=True)


def place(wanted: OrderInput) -> PlacedOrder:
    """Order as a person does: who is told that too many order comes again a moment later."""
    for _ in range(600):
        try:
            return services.place_order(wanted=wanted, now=NOON)
        except Busy:
            time.sleep(0.05)
    raise AssertionError("This buyer was never served.")


def codes(results: list[object]) -> list[str]:
    return sorted(one.code if isinstance(one, OrderRefused) else "placed" for one in results)


def test_forty_buyers_of_ten_pieces_make_ten_orders() -> None:
    open_shop()
    sku = SkuFactory()
    level = stocked(sku, 10)
    wanted = [basket((sku, 1), address=guest(number)) for number in range(40)]

    results = at_once([partial(place, one) for one in wanted])

    assert codes(results) == ["out_of_stock"] * 30 + ["placed"] * 10
    assert Order.objects.count() == 10
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (10, 10)
    assert Customer.objects.count() == 10
    books_balance()


def test_buyers_of_several_goods_in_any_order_do_not_block_each_other() -> None:
    open_shop()
    skus = [SkuFactory() for _ in range(4)]
    for sku in skus:
        stocked(sku, 6)
    wanted = [
        basket(*((sku, 1) for sku in skus[turn % 4 :] + skus[: turn % 4]), address=guest(turn))
        for turn in range(12)
    ]

    results = at_once([partial(place, one) for one in wanted])

    assert codes(results) == ["out_of_stock"] * 6 + ["placed"] * 6
    books_balance()


def test_a_double_tap_makes_one_order_also_of_the_last_piece() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 1)
    wanted = basket((sku, 1))

    results = at_once([partial(place, wanted)] * 4)

    assert {one.number for one in results} == {Order.objects.get().number}
    assert sorted(one.is_new for one in results) == [False, False, False, True]
    books_balance()


def test_a_double_tap_with_another_body_is_a_conflict() -> None:
    open_shop()
    sku, other = SkuFactory(), SkuFactory()
    stocked(sku, 5)
    stocked(other, 5)
    first = basket((sku, 1))
    second = replace(basket((other, 1)), request_id=first.request_id)

    results = at_once([partial(place, first), partial(place, second)])

    assert codes(results) == ["idempotency_conflict", "placed"]
    assert Order.objects.count() == 1
    books_balance()


@pytest.mark.parametrize("before", [0, 3])
def test_a_phone_gets_five_unpaid_orders_whatever_it_buys(before: int) -> None:
    open_shop()
    skus = [SkuFactory() for _ in range(8)]
    for sku in skus:
        stocked(sku, 5)
    for sku in skus[:before]:
        place(basket((sku, 1)))

    results = at_once([partial(place, basket((sku, 1))) for sku in skus])

    assert codes(results).count("placed") == 5 - before
    assert codes(results).count("too_many_open_orders") == 3 + before
    assert Order.objects.count() == 5
    assert Customer.objects.count() == 1
    books_balance()


def test_batches_at_the_same_moment_share_the_stock() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 10)
    batches = [
        [basket((sku, 1), address=guest(10 * turn + number)) for number in range(5)]
        for turn in range(4)
    ]

    results = at_once([partial(services.place_orders, wanted=batch, now=NOON) for batch in batches])

    assert codes([one for batch in results for one in batch]).count("placed") == 10
    books_balance()


BUYER = """
import sys
import time
import django
django.setup()
from tests.factories.shop import NOON, basket, guest
from zhanggui.catalog.models import Sku
from zhanggui.orders import services
sku = Sku.objects.get()
first = int(sys.argv[1])
wanted = [basket((sku, 1), address=guest(first + number)) for number in range(10)]
done = []
sys.stdin.readline()
for one in wanted:
    done += services.place_orders(wanted=[one], now=NOON)
print(sum(hasattr(one, "number") for one in done))
"""


@pytest.mark.full
def test_processes_that_sell_the_same_goods_never_sell_too_many(
    process_environment: dict[str, str],
) -> None:
    open_shop()
    sku = SkuFactory()
    level = stocked(sku, 12)
    buyers = [
        subprocess.Popen(
            [sys.executable, "-c", BUYER, str(turn * 100)],
            env={**process_environment, "DJANGO_SETTINGS_MODULE": "zhanggui.config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for turn in range(2)
    ]

    sold = [int(buyer.communicate("\n", timeout=60)[0]) for buyer in buyers]

    assert sum(sold) == 12
    assert [buyer.returncode for buyer in buyers] == [0, 0]
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (12, 12)
    books_balance()


def test_who_loses_a_deadlock_is_run_again() -> None:
    open_shop()
    levels = [stocked(SkuFactory(), 5).pk for _ in range(2)]
    is_one_writer = connection.vendor == "sqlite"  # it lets nobody else in: no deadlock
    both_hold_one, runs = Barrier(2), []

    def take(order: list[int]) -> None:
        tries = []

        def work() -> None:
            runs.append(order)
            tries.append(order)
            for number, pk in enumerate(order):
                if number and len(tries) == 1 and not is_one_writer:
                    both_hold_one.wait(120)
                StockLevel.objects.select_for_update().get(pk=pk)

        in_transaction(work)

    at_once([partial(take, levels), partial(take, levels[::-1])])

    assert len(runs) == (2 if is_one_writer else 3)
