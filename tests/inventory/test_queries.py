"""Reads of stock."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked

from zhanggui.catalog import queries as catalog
from zhanggui.inventory import queries
from zhanggui.inventory.models import StockLevel, Warehouse
from zhanggui.inventory.types import Band, StockRow, WarehouseView

pytestmark = pytest.mark.django_db


def test_shoppers_can_have_the_most_of_one_warehouse_in_use() -> None:
    sku, unknown = SkuFactory(), 1
    near, far, closed = WarehouseFactory(), WarehouseFactory(), WarehouseFactory(archived_at=NOON)
    stocked(sku, 5, near)
    stocked(sku, 8, far)
    stocked(sku, 99, closed)
    StockLevel.objects.filter(warehouse=far).update(reserved=2, unavailable=4)

    assert queries.available_by_sku(sku_ids=[sku.pk, unknown]) == {sku.pk: 5, unknown: 0}


def test_a_product_has_what_its_best_live_sku_has() -> None:
    product = ProductFactory()
    few = SkuFactory(product=product, options=["黑"])
    many = SkuFactory(product=product, options=["白"])
    old = SkuFactory(product=product, options=["红"], archived_at=NOON)
    for sku, pieces in ((few, 2), (many, 7), (old, 99)):
        stocked(sku, pieces)

    assert queries.available_by_product(product_ids=[product.pk, 1]) == {product.pk: 7, 1: 0}


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_skus_is_one_statement(count: int) -> None:
    skus = [SkuFactory() for _ in range(count)]
    for sku in skus:
        stocked(sku, 5)

    with CaptureQueriesContext(connection) as asked:
        assert len(queries.available_by_sku(sku_ids=[sku.pk for sku in skus])) == count
        assert len(queries.stock_rows(sku_ids=[sku.pk for sku in skus])) == count

    assert len(asked) == 2


def test_levels_are_listed_by_code_and_warehouse() -> None:
    first, second = WarehouseFactory(), WarehouseFactory()
    b, a = SkuFactory(code="B"), SkuFactory(code="A")
    stocked(b, 1, first)
    stocked(a, 2, second)
    stocked(a, 3, first)

    rows = queries.stock_rows(sku_ids=[a.pk, b.pk])

    assert rows == [
        StockRow("A", first.code, 3, 0, 0),
        StockRow("A", second.code, 2, 0, 0),
        StockRow("B", first.code, 1, 0, 0),
    ]
    assert queries.stock_rows(sku_code="A") == rows[:2]
    assert queries.stock_rows(sku_code="X") == []
    assert rows[0].available == 3


def test_the_ledger_of_several_levels_is_newest_first_and_goes_on_page_by_page() -> None:
    sku, houses = SkuFactory(), [WarehouseFactory(), WarehouseFactory()]
    for pieces in (1, 2, 3):
        stocked(sku, pieces, houses[pieces % 2])
    stocked(SkuFactory(), 9, houses[0])
    ids = queries.level_ids(sku_id=sku.pk)

    rows = queries.movements(level_ids=ids, limit=2)
    rest = queries.movements(level_ids=ids, before=rows[-1].pk, limit=2)

    assert [(row.on_hand_delta, row.on_hand_after) for row in rows] == [(3, 4), (2, 2)]
    assert [(row.on_hand_delta, row.on_hand_after) for row in rest] == [(1, 1)]
    assert str(rows[0]) == "receive +3/+0"
    for chosen, found in (
        ({"kind": "ship"}, 0),
        ({"since": NOON}, 3),
        ({"until": NOON}, 0),
        ({"level_ids": []}, 0),
    ):
        values: dict[str, Any] = {"level_ids": ids, "limit": 9, **chosen}
        assert len(queries.movements(**values)) == found


def test_warehouses_in_use_are_listed_oldest_first() -> None:
    first, _closed, last = (
        WarehouseFactory(),
        WarehouseFactory(archived_at=NOON),
        WarehouseFactory(),
    )

    assert list(queries.warehouses()) == [
        WarehouseView(house.pk, house.code, house.name, "330106") for house in (first, last)
    ]


def test_the_database_says_how_much_a_warehouse_can_sell() -> None:
    level = stocked(SkuFactory(), 0)
    found = {}
    for here, kept, back in ((0, 0, 0), (9, 4, 5), (10, 4, 5), (19, 4, 5), (20, 4, 5)):
        StockLevel.objects.filter(pk=level.pk).update(on_hand=here, reserved=kept, unavailable=back)
        found[here] = StockLevel.objects.get(pk=level.pk).band

    assert found == {0: Band.NONE, 9: Band.NONE, 10: Band.FEW, 19: Band.FEW, 20: Band.MANY}


@pytest.mark.parametrize("named", [500, 1], ids=["few of them", "many of them"])
def test_few_left_and_sold_out_are_the_same_however_they_are_looked_for(
    named: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_NAMED", named)
    near, far, closed = WarehouseFactory(), WarehouseFactory(), WarehouseFactory(archived_at=NOON)
    for code, here, there in (("FEW", 3, 0), ("BOTH", 20, 2), ("MANY", 20, 20), ("OUT", 0, 0)):
        sku = SkuFactory(code=code)
        stocked(sku, here, near)
        stocked(sku, there, far)
        stocked(sku, 5, closed)
    SkuFactory(code="NEVER")
    stocked(SkuFactory(code="FAR"), 4, far)

    def shown(wanted: str, *houses: Warehouse) -> list[str]:
        where = queries.skus_where(wanted=wanted, warehouse_ids=[one.pk for one in houses])
        return [row.code for row in catalog.sku_rows(where=where, limit=9)]

    assert shown("low", near, far) == ["BOTH", "FAR", "FEW"]
    assert shown("low", near) == ["FEW"]
    assert shown("out", near, far) == ["NEVER", "OUT"]
    assert shown("out", near) == ["FAR", "NEVER", "OUT"]
    assert shown("out", far) == ["FEW", "NEVER", "OUT"]
    assert shown("low") == []
    assert shown("out") == ["BOTH", "FAR", "FEW", "MANY", "NEVER", "OUT"]


def test_a_sku_that_never_came_is_sold_out_until_it_does() -> None:
    house, sku = WarehouseFactory(), SkuFactory(code="NEW")

    def is_out() -> bool:
        where = queries.skus_where(wanted="out", warehouse_ids=[house.pk])
        return bool(catalog.sku_rows(where=where, limit=1))

    assert is_out()
    stocked(sku, 1, house)

    assert not is_out()
