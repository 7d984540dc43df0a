"""Reads of warehouses and stock."""

from collections.abc import Collection

from django.db.models import Subquery

from zhanggui.core import versions
from zhanggui.inventory import sql
from zhanggui.inventory.models import StockLevel, Warehouse
from zhanggui.inventory.models import StockMovement as StockMovement
from zhanggui.inventory.types import StockRow, WarehouseView

WAREHOUSES = versions.declare("warehouses")
STOCK = versions.declare("stock")  # what shoppers see of it: sold out, or few pieces left


@versions.versioned(WAREHOUSES)
def warehouses() -> tuple[WarehouseView, ...]:
    """Return all warehouses in use, oldest first."""
    rows = Warehouse.objects.filter(archived_at=None).order_by("id")
    named = rows.values_list("id", "code", "name", "division_code")
    return tuple(WarehouseView(*row) for row in named)


@versions.versioned(WAREHOUSES)
def warehouse_names() -> dict[int, str]:
    """Return id → name of all warehouses, those that are no longer used among them."""
    return dict(Warehouse.objects.order_by("id").values_list("id", "name"))


def available_by_sku(*, sku_ids: Collection[int]) -> dict[int, int]:
    """Return what shoppers can have of each SKU: the most that a single warehouse can sell."""
    found = sql.most_by_sku(sku_ids)
    return {sku_id: max(found.get(sku_id, 0), 0) for sku_id in sku_ids}


def available_by_product(*, product_ids: Collection[int]) -> dict[int, int]:
    """Return for each product the most pieces that one warehouse can sell of one of its SKUs."""
    found = sql.most_by_product(product_ids)
    return {product_id: max(found.get(product_id, 0), 0) for product_id in product_ids}


def stock_rows(*, sku_code: str | None = None, sku_ids: Collection[int] = ()) -> list[StockRow]:
    """Return the levels of one SKU by its code, or of several by their ids, in a steady order."""
    levels = StockLevel.objects.filter(warehouse__archived_at=None)
    levels = (
        levels.filter(sku__code=sku_code)
        if sku_code is not None
        else levels.filter(sku_id__in=sku_ids)
    )
    rows = levels.order_by("sku__code", "warehouse_id").values_list(
        "sku__code", "warehouse__code", "on_hand", "reserved", "unavailable"
    )
    return [StockRow(*row) for row in rows]


def ledger(*, sku_code: str, warehouse_code: str, limit: int = 50) -> list[StockMovement]:
    """Return the newest ledger rows of one level, newest first."""
    # One value, not a join: then the index of a level's rows is read from its end.
    level = StockLevel.objects.filter(sku__code=sku_code, warehouse__code=warehouse_code)
    rows = StockMovement.objects.filter(level=Subquery(level.values("pk")[:1]))
    return list(rows.order_by("-id")[:limit])
