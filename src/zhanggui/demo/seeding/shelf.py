"""What seeded orders take from stock, with the ledger that a real shop would have."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhanggui.core.bulk import stored_moment
from zhanggui.core.types import SYSTEM
from zhanggui.inventory import services as inventory
from zhanggui.inventory.services import LevelSeed, NewMovement
from zhanggui.inventory.types import MovementKind

RESTOCK = 400  # pieces that come in where a level runs low
_LOW = 40
_EFFECT = {
    MovementKind.RESERVE.value: (0, 1),
    MovementKind.RELEASE.value: (0, -1),
    MovementKind.SHIP.value: (-1, -1),
    MovementKind.RECEIVE.value: (1, 0),
}


@dataclass(slots=True)
class Change:
    """A wanted movement; changes of a batch are written in the order of their moments."""

    at: str  # as the database stores it
    kind: str
    sku_id: int
    warehouse_id: int
    quantity: int
    cause_type: str
    cause_id: int
    actor: str


@dataclass(slots=True)
class _Level:
    level_id: int
    on_hand: int
    reserved: int
    counted: tuple[int, int]  # on hand and reserved as the level's row has them


class Shelf:
    """The levels of some SKUs. Nobody else may move them until the counters are written."""

    def __init__(self, *, sku_ids: Iterable[int], ids: Iterator[int]) -> None:
        """Read what there is."""
        self.ids = ids
        with transaction.atomic():
            found = inventory.locked_levels(sku_ids=list(sku_ids))
        self._levels = {
            (one.sku_id, one.warehouse_id): _Level(
                one.level_id, one.on_hand, one.reserved, (one.on_hand, one.reserved)
            )
            for one in found
        }

    def write(self, changes: Sequence[Change]) -> None:
        """Write the ledger rows of these changes; what runs low is bought in before."""
        new: list[LevelSeed] = []
        rows: list[NewMovement] = []
        for change in sorted(changes, key=_when):
            level = self._level(change, new)
            if change.kind == MovementKind.RESERVE and level.on_hand - level.reserved < _LOW:
                rows.append(_row(level, _restocking(change, next(self.ids)), next(self.ids)))
            rows.append(_row(level, change, next(self.ids)))
        inventory.seed_stock(levels=new, movements=rows)

    def write_counters(self) -> None:
        """Bring the rows of the levels up to their ledger: once at the end, not with each batch."""
        changes = []
        for level in self._levels.values():
            on_hand, reserved = level.counted
            changes.append((level.on_hand - on_hand, level.reserved - reserved, level.level_id))
            level.counted = level.on_hand, level.reserved
        inventory.seed_counters(changes=[one for one in changes if one[0] or one[1]])

    def open_with(self, pairs: Iterable[tuple[int, int]], *, quantity: int, at: datetime) -> None:
        """Book a first delivery of so many pieces to each SKU and warehouse that has none."""
        changes = [
            Change(
                stored_moment(at),
                MovementKind.RECEIVE.value,
                *pair,
                quantity,
                "seed",
                next(self.ids),
                SYSTEM.type,
            )
            for pair in pairs
            if pair not in self._levels
        ]
        self.write(changes)

    def _level(self, change: Change, new: list[LevelSeed]) -> _Level:
        pair = change.sku_id, change.warehouse_id
        level = self._levels.get(pair)
        if level is None:
            level = self._levels[pair] = _Level(next(self.ids), 0, 0, (0, 0))
            new.append(LevelSeed(level.level_id, *pair))
        return level


def _when(change: Change) -> str:
    return change.at


def _restocking(change: Change, cause_id: int) -> Change:
    return Change(
        change.at,
        MovementKind.RECEIVE.value,
        change.sku_id,
        change.warehouse_id,
        RESTOCK,
        "seed",
        cause_id,
        SYSTEM.type,
    )


def _row(level: _Level, change: Change, row_id: int) -> NewMovement:
    on_hand, reserved = (sign * change.quantity for sign in _EFFECT[change.kind])
    level.on_hand += on_hand
    level.reserved += reserved
    return NewMovement(
        row_id,
        level.level_id,
        change.kind,
        on_hand,
        reserved,
        level.on_hand,
        level.reserved,
        change.cause_type,
        change.cause_id,
        change.actor,
        "",
        change.at,
    )
