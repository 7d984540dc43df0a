"""What the database itself keeps true of stock."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked

from zhanggui.inventory.models import StockLevel, StockMovement, Warehouse


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"reserved": -1},
        {"unavailable": -1},
        {"reserved": 6, "on_hand": 5},
        {"reserved": 3, "unavailable": 3, "on_hand": 5},
        {"on_hand": -1},
    ],
    ids=str,
)
def test_the_database_itself_refuses_impossible_counters(values: dict[str, int]) -> None:
    level = stocked(SkuFactory(), 10)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(pk=level.pk).update(**values)

    level.refresh_from_db()
    assert (level.on_hand, level.reserved, level.unavailable) == (10, 0, 0)


@pytest.mark.django_db
def test_the_database_keeps_levels_and_warehouses_single() -> None:
    level = stocked(SkuFactory(), 10)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.create(sku=level.sku, warehouse=level.warehouse)
    with pytest.raises(IntegrityError), transaction.atomic():
        WarehouseFactory(code=level.warehouse.code)

    assert (StockLevel.objects.count(), Warehouse.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"kind": "receive"},
        {"kind": "lost", "cause_id": 2},
        {"cause_id": 2, "on_hand_delta": 0},
    ],
    ids=["a cause twice", "unknown kind", "nothing moved"],
)
def test_the_database_refuses_ledger_rows_that_cannot_be(values: dict[str, Any]) -> None:
    level = StockLevel.objects.create(sku=SkuFactory(), warehouse=WarehouseFactory())
    row: dict[str, Any] = {
        "level": level,
        "kind": "receive",
        "on_hand_delta": 1,
        "on_hand_after": 1,
        "reserved_after": 0,
        "cause_type": "test",
        "cause_id": 1,
        "actor_type": "system",
        "at": NOON,
    }
    StockMovement.objects.create(**row)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockMovement.objects.create(**{**row, **values})

    assert StockMovement.objects.count() == 1
