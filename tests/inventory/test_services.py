"""Stock: guarded counters, and a ledger whose sums they are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.parallel import together

from zhanggui.core import versions
from zhanggui.core.ids import next_id
from zhanggui.core.text import TextRefused
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.inventory import queries, services
from zhanggui.inventory.models import StockLevel, StockMovement, Warehouse
from zhanggui.inventory.types import (
    Cause,
    CountRefused,
    Move,
    MovementKind,
    StockChangedError,
    StockRefused,
    UnknownStock,
)

CLERK = Actor(ActorType.STAFF, 7)


def level_with(on_hand: int, *, reserved: int = 0, unavailable: int = 0) -> StockLevel:
    """Return a level whose ledger tells how it came about."""
    level = stocked(SkuFactory(), on_hand) if on_hand else empty_level()
    if reserved:
        moved(level, MovementKind.RESERVE, reserved)
    StockLevel.objects.filter(pk=level.pk).update(unavailable=unavailable)
    level.refresh_from_db()
    return level


def empty_level() -> StockLevel:
    level: StockLevel = StockLevel.objects.create(sku=SkuFactory(), warehouse=WarehouseFactory())
    return level


def a_move(level: StockLevel, kind: MovementKind, quantity: int, **values: Any) -> Move:
    return Move(
        **{
            "kind": kind,
            "cause": Cause("test", next_id()),
            "sku_id": level.sku_id,
            "warehouse_id": level.warehouse_id,
            "quantity": quantity,
            **values,
        }
    )


def moved(level: StockLevel, kind: MovementKind, quantity: int, **values: Any) -> None:
    with transaction.atomic():
        services.move(moves=[a_move(level, kind, quantity, **values)], actor=CLERK, now=NOON)


def counters(level: StockLevel) -> tuple[int, int, int]:
    level.refresh_from_db()
    return level.on_hand, level.reserved, level.unavailable


def ledger_sums(level: StockLevel) -> tuple[int, int]:
    sums = level.movements.aggregate(on_hand=Sum("on_hand_delta"), reserved=Sum("reserved_delta"))
    return sums["on_hand"] or 0, sums["reserved"] or 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "quantity", "after"),
    [
        (MovementKind.RESERVE, 3, (10, 7, 1)),
        (MovementKind.RELEASE, 3, (10, 1, 1)),
        (MovementKind.SHIP, 3, (7, 1, 1)),
        (MovementKind.RECEIVE, 3, (13, 4, 1)),
        (MovementKind.ADJUST, 3, (13, 4, 1)),
        (MovementKind.ADJUST, -3, (7, 4, 1)),
    ],
)
def test_each_kind_moves_its_counters_and_leaves_its_row(
    kind: MovementKind, quantity: int, after: tuple[int, int, int]
) -> None:
    level = level_with(10, reserved=4, unavailable=1)

    moved(level, kind, quantity, cause=Cause("order", 42), reason="测试")

    assert counters(level) == after
    row = StockMovement.objects.get(cause_type="order")
    assert (row.kind, row.on_hand_delta, row.reserved_delta) == (
        kind,
        after[0] - 10,
        after[1] - 4,
    )
    assert (row.on_hand_after, row.reserved_after) == after[:2]
    assert (row.cause_id, row.actor_type, row.actor_id, row.reason, row.at) == (
        42,
        "staff",
        7,
        "测试",
        NOON,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "quantity"),
    [
        (MovementKind.RESERVE, 6),
        (MovementKind.RELEASE, 5),
        (MovementKind.SHIP, 5),
        (MovementKind.ADJUST, -6),
    ],
)
def test_too_little_is_refused_with_the_figures_and_nothing_changes(
    kind: MovementKind, quantity: int
) -> None:
    level = level_with(10, reserved=4, unavailable=1)
    rows = StockMovement.objects.count()

    with pytest.raises(StockRefused, match="实物 10 件，已占用 4 件，不可售 1 件") as refusal:
        moved(level, kind, quantity)

    assert (refusal.value.code, refusal.value.status) == ("below_reserved", 409)
    assert counters(level) == (10, 4, 1)
    assert StockMovement.objects.count() == rows


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kind for kind in MovementKind if kind != MovementKind.ADJUST])
def test_a_negative_quantity_is_a_bug_and_not_the_opposite(kind: MovementKind) -> None:
    level = level_with(10, reserved=4)

    with pytest.raises(ValueError, match="positive quantity"):
        moved(level, kind, -1)

    assert counters(level) == (10, 4, 0)


@pytest.mark.django_db
def test_a_cause_moves_a_level_once_per_kind() -> None:
    level = level_with(10)
    cause = Cause("order", 42)
    for _ in range(3):
        moved(level, MovementKind.RESERVE, 2, cause=cause)
    moved(level, MovementKind.SHIP, 2, cause=cause)
    moved(level, MovementKind.RESERVE, 2, cause=Cause("order", 43))
    moved(level, MovementKind.RESERVE, 2, cause=Cause("exchange", 42))

    assert counters(level) == (8, 4, 0)
    assert StockMovement.objects.exclude(cause_type="test").count() == 4


@pytest.mark.django_db
def test_a_cause_repeated_within_a_batch_counts_once() -> None:
    level = level_with(10)
    one = a_move(level, MovementKind.RESERVE, 2)

    with transaction.atomic():
        services.move(moves=[one, one], actor=SYSTEM, now=NOON)

    assert counters(level) == (10, 2, 0)


@pytest.mark.django_db
def test_each_row_of_a_batch_tells_the_balance_after_it() -> None:
    level, other = level_with(10), level_with(5)
    batch = [
        a_move(level, MovementKind.RESERVE, 3),
        a_move(other, MovementKind.RESERVE, 5),
        a_move(level, MovementKind.RESERVE, 4),
        a_move(level, MovementKind.SHIP, 3),
        a_move(level, MovementKind.RELEASE, 4),
    ]
    first = StockMovement.objects.order_by("-id").first()

    with transaction.atomic():
        services.move(moves=batch, actor=SYSTEM, now=NOON)

    rows = StockMovement.objects.filter(pk__gt=first.pk if first else 0).order_by("id")
    assert [(row.level_id, row.on_hand_after, row.reserved_after) for row in rows] == [
        (level.pk, 10, 3),
        (other.pk, 5, 5),
        (level.pk, 10, 7),
        (level.pk, 7, 4),
        (level.pk, 7, 0),
    ]
    assert (counters(level), counters(other)) == ((7, 0, 0), (5, 5, 0))


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 20])
def test_a_batch_of_any_size_takes_the_same_statements(count: int) -> None:
    levels = [level_with(100) for _ in range(count)]
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        locked = services.locked_levels(sku_ids=[level.sku_id for level in levels])
        moves = [a_move(level, MovementKind.RESERVE, 2) for level in levels]
        services.move(moves=moves, actor=SYSTEM, now=NOON, levels=locked)

    assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) == 4
    assert all(counters(level) == (100, 2, 0) for level in levels)
    assert {level.reserved for level in locked} == {2}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pieces", "change", "is_seen"),
    [(12, 1, False), (12, 2, True), (10, 1, True), (1, 1, True), (0, 0, False)],
    ids=["plenty left", "few left", "fewer", "sold out", "nothing moves"],
)
def test_pages_learn_of_stock_that_shoppers_read(pieces: int, change: int, is_seen: bool) -> None:
    level = level_with(pieces)
    before = versions.key(queries.STOCK)

    with transaction.atomic():
        moves = [a_move(level, MovementKind.RESERVE, change)]
        services.move(moves=moves, actor=SYSTEM, now=NOON)

    assert (versions.key(queries.STOCK) != before) is is_seen


@pytest.mark.django_db
def test_pages_learn_of_stock_that_comes_back() -> None:
    level = level_with(0)
    before = versions.key(queries.STOCK)

    counted(level, 500)

    assert versions.key(queries.STOCK) != before


@pytest.mark.django_db
def test_a_refused_batch_changes_neither_rows_nor_what_the_caller_holds() -> None:
    level, other = level_with(10), level_with(1)
    with transaction.atomic():
        locked = services.locked_levels(sku_ids=[level.sku_id, other.sku_id])
        before = [replace(each) for each in locked]
        batch = [
            a_move(level, MovementKind.RESERVE, 3),
            a_move(other, MovementKind.RESERVE, 2),
        ]

        with pytest.raises(StockRefused):
            services.move(moves=batch, actor=SYSTEM, now=NOON, levels=locked)

    assert locked == before
    assert (counters(level), counters(other)) == ((10, 0, 0), (1, 0, 0))


@pytest.mark.django_db
def test_counters_that_changed_behind_the_caller_stop_the_batch() -> None:
    level = level_with(10)
    with transaction.atomic():
        locked = services.locked_levels(sku_ids=[level.sku_id])
        StockLevel.objects.filter(pk=level.pk).update(on_hand=2)

        with pytest.raises(StockChangedError):
            services.move(
                moves=[a_move(level, MovementKind.RESERVE, 3)],
                actor=SYSTEM,
                now=NOON,
                levels=locked,
            )

    assert counters(level) == (2, 0, 0)


@pytest.mark.django_db
def test_moving_nothing_asks_nothing_and_a_move_of_nothing_leaves_no_row() -> None:
    level = level_with(10)
    rows = StockMovement.objects.count()

    with CaptureQueriesContext(connection) as asked:
        services.move(moves=[], actor=SYSTEM, now=NOON)
    moved(level, MovementKind.RESERVE, 0)

    assert len(asked) == 0
    assert StockMovement.objects.count() == rows


@pytest.mark.django_db
def test_the_first_pieces_of_a_sku_in_a_warehouse_make_its_level() -> None:
    sku, house = SkuFactory(), WarehouseFactory()

    stocked(sku, 5, house)

    assert counters(StockLevel.objects.get(sku=sku, warehouse=house)) == (5, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_stock_is_neither_locked_nor_moved_outside_a_transaction() -> None:
    level = level_with(10)

    with pytest.raises(transaction.TransactionManagementError):
        services.locked_levels(sku_ids=[level.sku_id])
    with pytest.raises(transaction.TransactionManagementError):
        services.move(moves=[a_move(level, MovementKind.RESERVE, 1)], actor=SYSTEM, now=NOON)

    assert counters(level) == (10, 0, 0)


def counted(level: StockLevel, on_hand: int, **values: Any) -> Any:
    known = {"sku_code": level.sku.code, "warehouse_code": level.warehouse.code, "reason": "盘点"}
    return services.set_count(**{**known, **values}, on_hand=on_hand, actor=CLERK, now=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("on_hand", [5, 9, 11, 100_000_000])
def test_a_count_is_written_as_the_difference(on_hand: int) -> None:
    level = level_with(10, reserved=4, unavailable=1)

    row = counted(level, on_hand, reason=" 盘点 ")

    assert (row.on_hand, row.reserved, row.unavailable, row.available) == (
        on_hand,
        4,
        1,
        on_hand - 5,
    )
    assert counters(level) == (on_hand, 4, 1)
    movement = level.movements.get(kind="adjust")
    assert (movement.on_hand_delta, movement.on_hand_after, movement.reason) == (
        on_hand - 10,
        on_hand,
        "盘点",
    )


@pytest.mark.django_db
def test_a_count_that_differs_in_nothing_leaves_no_row() -> None:
    level = level_with(10)

    assert counted(level, 10).on_hand == 10

    assert not level.movements.filter(kind="adjust").exists()


@pytest.mark.django_db
def test_a_sku_can_be_counted_where_it_never_was() -> None:
    sku, house = SkuFactory(), WarehouseFactory()

    services.set_count(
        sku_code=sku.code,
        warehouse_code=house.code,
        on_hand=3,
        reason="盘盈",
        actor=CLERK,
        now=NOON,
    )

    assert counters(StockLevel.objects.get(sku=sku)) == (3, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on_hand", "values", "refused", "code"),
    [
        (4, {}, StockRefused, "below_reserved"),
        (0, {}, StockRefused, "below_reserved"),
        (-1, {}, CountRefused, "invalid_count"),
        (100_000_001, {}, CountRefused, "invalid_count"),
        (2**63, {}, CountRefused, "invalid_count"),
        (20, {"reason": " "}, CountRefused, "invalid_count"),
        (20, {"reason": "盘" * 201}, TextRefused, "invalid_text"),
        (20, {"reason": "盘\x00"}, TextRefused, "invalid_text"),
        (20, {"sku_code": "UNKNOWN"}, UnknownStock, "not_found"),
        (20, {"sku_code": "\x00"}, TextRefused, "invalid_text"),
        (20, {"warehouse_code": "UNKNOWN"}, UnknownStock, "not_found"),
        (20, {"warehouse_code": "\ud800"}, TextRefused, "invalid_text"),
    ],
    ids=str,
)
def test_a_count_that_cannot_be_is_refused_and_changes_nothing(
    on_hand: int, values: dict[str, str], refused: type[Exception], code: str
) -> None:
    level = level_with(10, reserved=4, unavailable=1)

    with pytest.raises(refused) as refusal:
        counted(level, on_hand, **values)

    assert refusal.value.code == code  # type: ignore[attr-defined]
    assert counters(level) == (10, 4, 1)
    assert not StockMovement.objects.filter(kind="adjust").exists()


@pytest.mark.django_db
def test_nothing_is_counted_in_an_archived_warehouse() -> None:
    level = level_with(10)
    Warehouse.objects.update(archived_at=NOON)

    with pytest.raises(UnknownStock):
        counted(level, 5)

    assert counters(level) == (10, 0, 0)


@pytest.mark.django_db
def test_a_warehouse_saved_again_is_changed_and_back_in_use() -> None:
    first = services.save_warehouse(code="HZ", name="杭州仓", division_code="330106")
    Warehouse.objects.update(archived_at=NOON)

    again = services.save_warehouse(code="HZ", name="杭州一仓", division_code="330105")

    assert first.pk == again.pk
    row = Warehouse.objects.get()
    assert (row.name, row.division_code, row.archived_at) == ("杭州一仓", "330105", None)
    assert str(row) == "杭州一仓"


STEPS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(MovementKind), st.integers(1, 6), st.integers(0, 1)),
        min_size=1,
        max_size=4,
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=STEPS)
def test_whatever_is_asked_stock_is_never_negative_and_the_ledger_explains_it(
    batches: list[list[tuple[MovementKind, int, int]]],
) -> None:
    levels = [level_with(8), level_with(3)]
    for batch in batches:
        moves = [a_move(levels[which], kind, quantity) for kind, quantity, which in batch]
        before = [counters(level) for level in levels]
        try:
            with transaction.atomic():
                services.move(moves=moves, actor=SYSTEM, now=NOON)
        except StockRefused:
            assert [counters(level) for level in levels] == before

    for level in levels:
        on_hand, reserved, unavailable = counters(level)
        assert 0 <= reserved <= on_hand - unavailable
        assert unavailable >= 0
        back = level.movements.aggregate(n=Sum("unavailable_delta"))["n"]
        assert (back or 0) == unavailable
        assert ledger_sums(level) == (on_hand, reserved)
        last = level.movements.order_by("-id").first()
        assert last is not None
        assert (last.on_hand_after, last.reserved_after) == (on_hand, reserved)


@pytest.mark.django_db(transaction=True)
def test_counting_and_reserving_at_once_end_with_a_ledger_that_adds_up() -> None:
    level = level_with(10)

    def reserve() -> None:
        in_transaction(lambda: moved(level, MovementKind.RESERVE, 2), attempts=20)

    def count(on_hand: int) -> Callable[[], None]:
        def work() -> None:
            counted(level, on_hand)

        return work

    results = together([reserve, count(6), reserve, reserve, count(4), reserve])

    refused = [each for each in results if each is not None]
    assert all(isinstance(each, StockRefused) for each in refused)
    on_hand, reserved, _ = counters(level)
    assert on_hand in (4, 6, 10)  # 10 where the reservations came first and left no room
    assert reserved <= on_hand
    assert ledger_sums(level) == (on_hand, reserved)
    assert reserved == 2 * level.movements.filter(kind="reserve").count()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_the_last_pieces_at_once_only_as_many_get_them_as_there_are() -> None:
    level = level_with(5)

    def reserve() -> None:
        in_transaction(lambda: moved(level, MovementKind.RESERVE, 1), attempts=20)

    results = together([reserve] * 8)

    assert results.count(None) == 5
    assert [type(each) for each in results].count(StockRefused) == 3
    assert counters(level) == (5, 5, 0)
