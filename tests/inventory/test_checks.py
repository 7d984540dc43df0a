"""The nightly check: counters against ledger and open orders, and repairs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, books_balance, open_shop, stocked

from zhanggui.core import versions
from zhanggui.core.models import Event
from zhanggui.core.types import Actor, ActorType
from zhanggui.inventory import queries, services
from zhanggui.inventory.models import StockDifference, StockLevel, StockMovement
from zhanggui.inventory.queries import STOCK
from zhanggui.inventory.services import checks
from zhanggui.inventory.types import Cause, CheckRefused, Move, MovementKind
from zhanggui.orders import services as orders

CLERK = Actor(ActorType.STAFF, 7)


def spoil(level: StockLevel, **counters: int) -> None:
    StockLevel.objects.filter(pk=level.pk).update(**counters)


def figures(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.on_hand, level.reserved, level.unavailable


def the_difference() -> StockDifference:
    services.check_stock(now=NOON)
    found: StockDifference = StockDifference.objects.order_by("-pk").first()  # type: ignore[assignment]
    return found


@pytest.mark.django_db
def test_right_counters_are_compared_and_nothing_is_found() -> None:
    open_shop()
    level = stocked(SkuFactory(), 10)
    stocked(SkuFactory(), 3)
    orders.place_order(wanted=basket((level.sku, 2)), now=NOON)

    check = services.check_stock(now=NOON)

    assert (check.levels, check.found, check.still_open, check.finished_at) == (2, 0, 0, NOON)
    assert queries.open_differences() == 0


@pytest.mark.django_db
def test_a_wrong_counter_is_found_and_set_to_what_the_ledger_says() -> None:
    level, right = stocked(SkuFactory(), 10), stocked(SkuFactory(), 3)
    spoil(level, on_hand=47)

    one = the_difference()
    assert (one.level_id, one.on_hand, one.ledger_on_hand) == (level.pk, 47, 10)
    assert queries.open_differences() == 1
    before = versions.key(STOCK)
    for _ in range(2):
        services.repair(difference_id=one.pk, actor=CLERK, now=NOON)

    assert (figures(level), figures(right)) == ((10, 0, 0), (3, 0, 0))
    assert queries.open_differences() == 0
    versions.forget()
    assert versions.key(STOCK) != before
    (event,) = Event.objects.filter(kind="stock.repaired")
    assert (event.subject_id, event.actor_id) == (level.sku_id, 7)
    assert (event.payload["before"], event.payload["after"]) == ([47, 0, 0], [10, 0, 0])
    assert StockMovement.objects.count() == 2
    books_balance()


@pytest.mark.django_db
def test_reservations_that_no_order_waits_for_are_released_by_a_ledger_row() -> None:
    open_shop()
    level = stocked(SkuFactory(), 10)
    orders.place_order(wanted=basket((level.sku, 2)), now=NOON)
    services.move(
        moves=[
            Move(
                kind=MovementKind.RESERVE,
                cause=Cause("lost", 1),
                sku_id=level.sku_id,
                warehouse_id=level.warehouse_id,
                quantity=3,
            )
        ],
        actor=CLERK,
        now=NOON,
    )

    one = the_difference()
    assert (one.reserved, one.ledger_reserved, one.promised) == (5, 5, 2)
    services.repair(difference_id=one.pk, actor=CLERK, now=NOON)

    assert figures(level) == (10, 2, 0)
    row = StockMovement.objects.get(cause_type="stock_check")
    assert (row.kind, row.reserved_delta, row.cause_id) == ("release", -3, one.pk)
    books_balance()


@pytest.mark.django_db
def test_a_level_that_moved_since_is_not_repaired() -> None:
    level = stocked(SkuFactory(), 10)
    spoil(level, on_hand=47)
    one = the_difference()
    stocked(level.sku, 5, level.warehouse)

    with pytest.raises(CheckRefused, match="又变动过"):
        services.repair(difference_id=one.pk, actor=CLERK, now=NOON)

    assert figures(level) == (52, 0, 0)
    assert queries.open_differences() == 1


@pytest.mark.django_db
def test_a_ledger_that_cannot_be_true_is_not_made_the_counter() -> None:
    level = stocked(SkuFactory(), 10)
    StockMovement.objects.filter(level=level).update(on_hand_delta=-1)
    one = the_difference()

    with pytest.raises(CheckRefused, match="流水合计本身不成立（实物 -1"):
        services.repair(difference_id=one.pk, actor=CLERK, now=NOON)

    assert figures(level) == (10, 0, 0)


@pytest.mark.django_db
def test_the_same_statements_for_any_number_of_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            stocked(SkuFactory(), 3)
        with CaptureQueriesContext(connection) as asked:
            services.check_stock(now=NOON)
        counts.append(len(asked))
    monkeypatch.setattr(checks, "AT_ONCE", 2)
    check = services.check_stock(now=NOON)

    assert counts == [7, 7]
    assert check.levels == 6
