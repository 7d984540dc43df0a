"""The statements of stock that every checkout waits for, and those of every product page."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from zhanggui.core import sql


def locked_levels(sku_ids: Collection[int]) -> list[tuple[Any, ...]]:
    """Return (id, SKU, warehouse, on hand, reserved, unavailable) under lock, in id order."""
    return sql.rows(
        "SELECT id, sku_id, warehouse_id, on_hand, reserved, unavailable"
        " FROM inventory_stocklevel WHERE sku_id IN ({wanted}) ORDER BY id {lock}",
        sku_ids,
    )


_FREE = "SELECT {by}, MAX(l.on_hand - l.reserved - l.unavailable) FROM inventory_stocklevel l"
_HOUSES = " JOIN inventory_warehouse w ON w.id = l.warehouse_id AND w.archived_at IS NULL"


def most_by_sku(sku_ids: Collection[int]) -> dict[int, int]:
    """Return SKU id → the most pieces that one warehouse can sell; those without a level lack."""
    statement = _FREE.format(by="l.sku_id") + _HOUSES
    return _most(f"{statement} WHERE l.sku_id IN ({sql.listed(sku_ids)}) GROUP BY l.sku_id")


def most_by_product(product_ids: Collection[int]) -> dict[int, int]:
    """Return product id → the most pieces that one warehouse can sell of one of its SKUs."""
    statement = _FREE.format(by="s.product_id") + _HOUSES
    return _most(
        f"{statement} JOIN catalog_sku s ON s.id = l.sku_id AND s.archived_at IS NULL"
        f" WHERE s.product_id IN ({sql.listed(product_ids)}) GROUP BY s.product_id"
    )


def _most(statement: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return dict(cursor.fetchall())


def add_to_levels(on_hand: Mapping[int, int], reserved: Mapping[int, int]) -> int:
    """Add pieces to the counters of levels (id → pieces, the same ids in both).

    Returns how many were changed: a level that would fall below zero or its promises is not.
    """
    new_on_hand, new_reserved = f"on_hand + {_case(on_hand)}", f"reserved + {_case(reserved)}"
    return sql.change(
        f"UPDATE inventory_stocklevel SET on_hand = {new_on_hand}, reserved = {new_reserved}"  # noqa: S608 -- whole numbers only
        f" WHERE id IN ({sql.listed(on_hand)}) AND {new_reserved} >= 0"
        f" AND {new_on_hand} >= {new_reserved} + unavailable"
    )


def _case(pieces: Mapping[int, int]) -> str:
    """One WHEN for each amount, not for each level: most levels change by one or two pieces."""
    levels: dict[int, list[int]] = {}
    for level_id, count in pieces.items():
        levels.setdefault(count, []).append(level_id)
    if len(levels) == 1:
        return str(int(next(iter(levels))))
    whens = (f"WHEN id IN ({sql.listed(ids)}) THEN {int(count)}" for count, ids in levels.items())
    return f"CASE {' '.join(whens)} ELSE 0 END"
