"""Which warehouse ships."""

import pytest

from zhanggui.inventory.calc import choose_warehouse, covers, greatest_available
from zhanggui.inventory.types import WarehouseStock

NEAR = WarehouseStock(1, "330106", {7: 2, 8: 1})
FAR = WarehouseStock(2, "440106", {7: 5, 8: 5})
ALSO_FAR = WarehouseStock(3, "440105", {7: 9, 8: 9})
KM = {1: 10.0, 2: 900.0, 3: 900.0}


@pytest.mark.parametrize(
    ("pieces", "chosen"),
    [
        ({7: 1}, 1),
        ({7: 2, 8: 1}, 1),
        ({7: 3}, 2),
        ({7: 1, 8: 2}, 2),
        ({7: 6}, 3),
        ({7: 10}, None),
        ({9: 1}, None),
        ({7: 5, 9: 1}, None),
    ],
    ids=str,
)
def test_the_nearest_that_covers_the_whole_order_ships_it(
    pieces: dict[int, int], chosen: int | None
) -> None:
    assert choose_warehouse(pieces, [ALSO_FAR, FAR, NEAR], KM) == chosen


def test_a_warehouse_at_an_unknown_distance_comes_last() -> None:
    assert choose_warehouse({7: 1}, [NEAR, FAR], {2: 5_000.0}) == 2
    assert choose_warehouse({7: 1}, [FAR, NEAR], {}) == 1


def test_without_warehouses_nobody_ships() -> None:
    assert choose_warehouse({7: 1}, [], {}) is None
    assert greatest_available(7, []) == 0


def test_shoppers_can_have_the_most_of_one_warehouse_and_never_less_than_nothing() -> None:
    assert greatest_available(7, [NEAR, FAR]) == 5
    assert greatest_available(9, [NEAR, FAR]) == 0
    assert greatest_available(7, [WarehouseStock(4, "330106", {7: -2})]) == 0
    assert covers(NEAR, {7: 2})
    assert not covers(NEAR, {7: 3})
