"""Warehouses and counters. Counters change only here, each time with a ledger row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import services as catalog_services
from zhanggui.core import audit, versions
from zhanggui.core.bulk import add_to_rows, insert_rows, stored_moment
from zhanggui.core.ids import next_id
from zhanggui.core.types import Actor, By
from zhanggui.inventory import sql
from zhanggui.inventory.models import StockLevel, StockMovement, Warehouse
from zhanggui.inventory.queries import STOCK, WAREHOUSES, available_by_product
from zhanggui.inventory.types import (
    FEW,
    LockedLevel,
    Move,
    MovementKind,
    StockChangedError,
    StockRefused,
)

Level = tuple[int, int]  # SKU id, warehouse id

# kind → change of (on_hand, reserved, unavailable) per piece
_EFFECT: dict[str, tuple[int, int, int]] = {
    MovementKind.RESERVE: (0, 1, 0),
    MovementKind.RELEASE: (0, -1, 0),
    MovementKind.SHIP: (-1, -1, 0),
    MovementKind.RECEIVE: (1, 0, 0),
    MovementKind.ADJUST: (1, 0, 0),
    MovementKind.SET_ASIDE: (0, 0, 1),
    MovementKind.PUT_BACK: (0, 0, -1),
    MovementKind.WRITE_OFF: (-1, 0, -1),
    MovementKind.TRANSFER_OUT: (-1, 0, 0),
    MovementKind.TRANSFER_IN: (1, 0, 0),
}


class LevelSeed(NamedTuple):
    """A level as a row; what it holds comes with its movements."""

    id: int
    sku_id: int
    warehouse_id: int


class NewMovement(NamedTuple):
    """A ledger row with the counters after it; `at` as `core.bulk.stored_moment` writes it."""

    id: int
    level_id: int
    kind: str
    on_hand_delta: int
    reserved_delta: int
    on_hand_after: int
    reserved_after: int
    cause_type: str
    cause_id: int
    actor_type: str
    reason: str
    at: str
    unavailable_delta: int = 0
    actor_id: int | None = None


@transaction.atomic
def save_warehouse(
    *,
    code: str,
    name: str,
    division_code: str,
    address: str = "",
    contact: str = "",
    by: By | None = None,
) -> Warehouse:
    """Make the warehouse of this code, or change it."""
    warehouse, _new = Warehouse.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "division_code": division_code,
            "address": address,
            "contact": contact,
            "archived_at": None,
        },
    )
    versions.bump(WAREHOUSES)
    audit.record_by(
        by,
        kind="warehouse.saved",
        subject_type="warehouse",
        subject_id=warehouse.pk,
        label=warehouse.name,
    )
    return warehouse


def locked_levels(*, sku_ids: Collection[int]) -> list[LockedLevel]:
    """Read all levels of these SKUs under lock, in id order.

    Raises:
        TransactionManagementError: there is no transaction that could hold the lock.
    """
    need_transaction()
    return [
        LockedLevel(
            level_id=level_id,
            sku_id=sku_id,
            warehouse_id=warehouse_id,
            on_hand=on_hand,
            reserved=reserved,
            unavailable=unavailable,
        )
        for level_id, sku_id, warehouse_id, on_hand, reserved, unavailable in sql.locked_levels(
            sku_ids
        )
    ]


def move(
    *,
    moves: Sequence[Move],
    actor: Actor,
    now: datetime,
    levels: Sequence[LockedLevel] = (),
    causes_are_new: bool = False,
) -> None:
    """Write all these moves: one guarded UPDATE of the counters and their ledger rows.

    Call it inside the transaction of the state change that causes it. `levels` are the rows as the
    caller locked them; without, they are locked here. A repeated cause changes nothing; it is not
    asked for where the causes were made in this very transaction.

    Raises:
        StockRefused: a level has too little for its move; nothing is written or changed.
        StockChangedError: the counters are not those that were read.
    """
    if not moves:
        return
    need_transaction()
    wanted = {(one.sku_id, one.warehouse_id) for one in moves}
    given = {
        key: level for level in levels if (key := (level.sku_id, level.warehouse_id)) in wanted
    }
    known = {key: replace(level) for key, level in given.items()}
    if missing := wanted - known.keys():
        known |= lock_or_make(missing)
    fresh = list(moves) if causes_are_new else _not_yet_made(moves, known)
    before = {key: level.available for key, level in known.items()}
    rows = [_apply(one, known[(one.sku_id, one.warehouse_id)], actor, now) for one in fresh]
    _write_counters(rows)
    insert_rows(model=StockMovement, rows=rows)
    if any(
        before[key] != level.available and min(before[key], level.available) <= FEW
        for key, level in known.items()
    ):
        versions.bump(STOCK)
    crossed = {key[0] for key, one in known.items() if (before[key] > 0) != (one.available > 0)}
    if crossed:
        _tell_shelf(catalog_services.locked_leaving(sku_ids=crossed), now=now)
    for key, level in given.items():
        after = known[key]
        level.on_hand, level.reserved = after.on_hand, after.reserved
        level.unavailable = after.unavailable


def refresh_sold_out(
    *, product_ids: Collection[int] = (), sku_ids: Collection[int] = (), now: datetime
) -> None:
    """Bring those of these products, or SKUs, in step that leave when they are sold out."""
    with transaction.atomic():
        leaving = catalog_services.locked_leaving(product_ids=product_ids, sku_ids=sku_ids)
        _tell_shelf(leaving, now=now)


def _tell_shelf(product_ids: Collection[int], *, now: datetime) -> None:
    """Tell locked products what there is of them, which is read only now."""
    if product_ids:
        pieces = available_by_product(product_ids=product_ids)
        catalog_services.note_stock(pieces=pieces, now=now)


def need_transaction() -> None:
    """Without one, SQLite would write the counters and lose their ledger rows."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Stock moves only inside a transaction.")


def lock_or_make(pairs: Iterable[Level]) -> dict[Level, LockedLevel]:
    wanted = set(pairs)
    sku_ids = {sku_id for sku_id, _warehouse in wanted}
    found = {(one.sku_id, one.warehouse_id): one for one in locked_levels(sku_ids=sku_ids)}
    if absent := wanted - found.keys():
        StockLevel.objects.bulk_create(
            [StockLevel(sku_id=s, warehouse_id=w) for s, w in sorted(absent)],
            ignore_conflicts=True,
        )
        found = {(one.sku_id, one.warehouse_id): one for one in locked_levels(sku_ids=sku_ids)}
    return found


def _not_yet_made(moves: Sequence[Move], levels: dict[Level, LockedLevel]) -> list[Move]:
    by_type: dict[str, set[int]] = {}
    for one in moves:
        by_type.setdefault(one.cause.type, set()).add(one.cause.id)
    made: set[tuple[str, int, str, int]] = set()
    for cause_type, ids in by_type.items():
        made |= set(
            StockMovement.objects.filter(cause_type=cause_type, cause_id__in=ids).values_list(
                "cause_type", "cause_id", "kind", "level_id"
            )
        )
    fresh = []
    for one in moves:
        level = levels[(one.sku_id, one.warehouse_id)].level_id
        key = (one.cause.type, one.cause.id, str(one.kind), level)
        if key not in made and one.quantity:
            made.add(key)
            fresh.append(one)
    return fresh


def _apply(one: Move, level: LockedLevel, actor: Actor, now: datetime) -> NewMovement:
    on_hand, reserved, unavailable = (change * one.quantity for change in _EFFECT[one.kind])
    level.on_hand += on_hand
    level.reserved += reserved
    level.unavailable += unavailable
    if level.reserved < 0 or level.unavailable < 0 or level.available < 0:
        raise StockRefused(
            _("库存不够：实物 %(on_hand)d 件，已占用 %(reserved)d 件，不可售 %(unavailable)d 件。")
            % {
                "on_hand": level.on_hand - on_hand,
                "reserved": level.reserved - reserved,
                "unavailable": level.unavailable - unavailable,
            }
        )
    return NewMovement(
        id=next_id(),
        level_id=level.level_id,
        kind=one.kind,
        on_hand_delta=on_hand,
        reserved_delta=reserved,
        on_hand_after=level.on_hand,
        reserved_after=level.reserved,
        cause_type=one.cause.type,
        cause_id=one.cause.id,
        actor_type=actor.type,
        actor_id=actor.id,
        reason=one.reason,
        at=stored_moment(now),
        unavailable_delta=unavailable,
    )


def _write_counters(rows: Sequence[NewMovement]) -> None:
    on_hand: dict[int, int] = {}
    reserved: dict[int, int] = {}
    unavailable: dict[int, int] = {}
    for row in rows:
        on_hand[row.level_id] = on_hand.get(row.level_id, 0) + row.on_hand_delta
        reserved[row.level_id] = reserved.get(row.level_id, 0) + row.reserved_delta
        if row.unavailable_delta:
            kept_back = unavailable.get(row.level_id, 0)
            unavailable[row.level_id] = kept_back + row.unavailable_delta
    if rows and sql.add_to_levels(on_hand, reserved, unavailable) != len(on_hand):
        raise StockChangedError


@transaction.atomic
def seed_stock(*, levels: Sequence[LevelSeed], movements: Sequence[NewMovement]) -> None:
    """Write levels and ledger rows many at once; `seed_counters` must follow.

    For measuring, nothing else: only the database's constraints guard against overselling.
    """
    insert_rows(model=StockLevel, rows=levels)
    insert_rows(model=StockMovement, rows=movements)


@transaction.atomic
def seed_counters(*, changes: Sequence[tuple[int, int, int]]) -> None:
    """Add what ledger rows of `seed_stock` add up to: pieces on hand, reserved, and the level."""
    add_to_rows(model=StockLevel, fields=("on_hand", "reserved"), changes=changes)
