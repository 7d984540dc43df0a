"""Pure rules of stock: which warehouse ships an order, and what a correction does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zhanggui.inventory.types import (
    CorrectionAct,
    LockedLevel,
    StockRow,
    WarehouseStock,
    WarehouseView,
)


def warehouse_stocks(
    warehouses: Sequence[WarehouseView], levels: Sequence[LockedLevel]
) -> list[WarehouseStock]:
    """Return what each warehouse can sell of the SKUs whose levels are given."""
    return [
        WarehouseStock(
            house.warehouse_id,
            house.division_code,
            {
                level.sku_id: level.available
                for level in levels
                if level.warehouse_id == house.warehouse_id
            },
        )
        for house in warehouses
    ]


def covers(stock: WarehouseStock, pieces: Mapping[int, int]) -> bool:
    """Tell whether one warehouse can sell all the wanted pieces (SKU id → pieces)."""
    return all(stock.available.get(sku, 0) >= count for sku, count in pieces.items())


def choose_warehouse(
    pieces: Mapping[int, int], stocks: Sequence[WarehouseStock], distance_km: Mapping[int, float]
) -> int | None:
    """Return the nearest warehouse that covers the whole order, by distance and then id."""
    able = [stock.warehouse_id for stock in stocks if covers(stock, pieces)]
    return min(able, key=lambda i: (distance_km.get(i, float("inf")), i), default=None)


def greatest_available(sku_id: int, stocks: Sequence[WarehouseStock]) -> int:
    """Return how many pieces shoppers can have: the most that a single warehouse can sell."""
    return max((max(stock.available.get(sku_id, 0), 0) for stock in stocks), default=0)


def corrected(row: StockRow, act: CorrectionAct, quantity: int) -> StockRow:
    """Return a level as a correction would leave it."""
    if act == CorrectionAct.COUNT:
        return replace(row, on_hand=quantity)
    if act == CorrectionAct.SET_ASIDE:
        return replace(row, unavailable=row.unavailable + quantity)
    if act == CorrectionAct.PUT_BACK:
        return replace(row, unavailable=row.unavailable - quantity)
    return replace(row, on_hand=row.on_hand - quantity, unavailable=row.unavailable - quantity)
