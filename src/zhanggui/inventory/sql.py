"""The statements of stock that every checkout waits for, and those of every product page."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from zhanggui.core import sql
from zhanggui.core.bulk import stored_moment


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


def skus_without_level(warehouse_ids: Collection[int], *, most: int) -> list[int]:
    """Return live SKUs that have a level in none of these warehouses."""
    houses = sql.listed(warehouse_ids) if warehouse_ids else "0"
    return [
        row[0]
        for row in sql.fetch(
            "SELECT s.id FROM catalog_sku s"  # noqa: S608 -- whole numbers only
            " JOIN catalog_product p ON p.id = s.product_id AND p.archived_at IS NULL"
            " WHERE s.archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM inventory_stocklevel l"
            f" WHERE l.sku_id = s.id AND l.warehouse_id IN ({houses})) LIMIT {int(most)}"
        )
    ]


def add_to_levels(
    on_hand: Mapping[int, int], reserved: Mapping[int, int], unavailable: Mapping[int, int]
) -> int:
    """Add pieces to the counters of levels (id → pieces, the first two with the same ids).

    Returns how many were changed: a level that would fall below zero or its promises is not.
    """
    new_on_hand, new_reserved = f"on_hand + {_case(on_hand)}", f"reserved + {_case(reserved)}"
    new_unavailable, also = "unavailable", ""
    if unavailable:  # never of an order: its statement stays short
        amounts = {level_id: unavailable.get(level_id, 0) for level_id in on_hand}
        new_unavailable = f"unavailable + {_case(amounts)}"
        also = f", unavailable = {new_unavailable}"
    return sql.change(
        f"UPDATE inventory_stocklevel SET on_hand = {new_on_hand}, reserved = {new_reserved}{also}"  # noqa: S608 -- whole numbers only
        f" WHERE id IN ({sql.listed(on_hand)}) AND {new_reserved} >= 0"
        f" AND {new_on_hand} >= {new_reserved} + {new_unavailable}"
        + (f" AND {new_unavailable} >= 0" if unavailable else "")
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


def newest_movements(
    level_ids: Collection[int],
    *,
    before: int,
    most: int,
    kind: str,
    since: datetime | None,
    until: datetime | None,
) -> list[int]:
    """Return the newest ledger rows of these levels with an id below `before`, newest first.

    Each level's rows are read from the end of its index, so it takes as long for many as for few.
    """
    if not level_ids:
        return []
    wanted: list[tuple[str, str]] = []
    if kind:
        wanted.append(("kind = %s", kind))
    if since:
        wanted.append(("at >= %s", stored_moment(since)))
    if until:
        wanted.append(("at < %s", stored_moment(until)))
    also = "".join(f" AND {condition}" for condition, _value in wanted)
    parts = [
        "SELECT id FROM (SELECT id FROM inventory_stockmovement"  # noqa: S608 -- whole numbers only
        f" WHERE level_id = {int(one)} AND id < {int(before)}{also}"
        f" ORDER BY id DESC LIMIT {int(most)}) m{place}"
        for place, one in enumerate(level_ids)
    ]
    statement = " UNION ALL ".join(parts) + f" ORDER BY id DESC LIMIT {int(most)}"
    values = [value for _condition, value in wanted] * len(parts)
    return [row[0] for row in sql.fetch(statement, *values)]


_SUMS = (
    "COALESCE(SUM(m.on_hand_delta), 0), COALESCE(SUM(m.reserved_delta), 0),"
    " COALESCE(SUM(m.unavailable_delta), 0)"
)
_COUNTERS = "l.id, l.sku_id, l.warehouse_id, l.on_hand, l.reserved, l.unavailable"


def compared_levels(*, after: int, most: int) -> list[tuple[Any, ...]]:
    """Return the next levels by id, each with its counters and the sums of its ledger.

    One statement, so both are of the same moment.
    """
    return sql.fetch(
        f"SELECT {_COUNTERS}, {_SUMS} FROM (SELECT * FROM inventory_stocklevel"  # noqa: S608 -- whole numbers only
        f" WHERE id > {int(after)} ORDER BY id LIMIT {int(most)}) l"
        f" LEFT JOIN inventory_stockmovement m ON m.level_id = l.id GROUP BY {_COUNTERS}"
        " ORDER BY l.id"
    )


def compared_anew(level_ids: Collection[int]) -> list[tuple[Any, ...]]:
    """Return these levels, which the caller has locked, in the same way."""
    return sql.fetch(
        f"SELECT {_COUNTERS}, {_SUMS} FROM inventory_stocklevel l"  # noqa: S608 -- whole numbers only
        " LEFT JOIN inventory_stockmovement m ON m.level_id = l.id"
        f" WHERE l.id IN ({sql.listed(level_ids)}) GROUP BY {_COUNTERS} ORDER BY l.id"
    )


def levels_by_id_locked(level_ids: Collection[int]) -> None:
    """Lock these levels, in id order."""
    sql.rows(
        "SELECT id FROM inventory_stocklevel WHERE id IN ({wanted}) ORDER BY id {lock}", level_ids
    )
