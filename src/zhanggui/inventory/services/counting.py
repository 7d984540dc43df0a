"""Counts of many levels at once, as files bring them."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from zhanggui.core.types import Actor
from zhanggui.inventory.services.corrections import MAX_COUNT
from zhanggui.inventory.services.levels import lock_or_make, move
from zhanggui.inventory.types import Count, Counted, LockedLevel, Move, MovementKind


def set_counts(*, counts: Sequence[Count], actor: Actor, now: datetime) -> list[Counted]:
    """Set many counts at once: the differences become ledger rows. One result each, in order.

    Call it inside a transaction. What can't be is refused by itself; a level named twice is
    counted by the last.
    """
    wanted = {(one.sku_id, one.warehouse_id): one for one in counts}
    levels = lock_or_make(wanted) if wanted else {}
    moves, results = [], {}
    for key, one in wanted.items():
        level = levels[key]
        refusal = _refusal(one.on_hand, level)
        after = level.on_hand if refusal else one.on_hand
        results[key] = Counted(before=level.on_hand, after=after, refusal=refusal)
        if after != level.on_hand:
            moves.append(
                Move(
                    kind=MovementKind.ADJUST,
                    cause=one.cause,
                    sku_id=one.sku_id,
                    warehouse_id=one.warehouse_id,
                    quantity=after - level.on_hand,
                    reason=one.reason[:200],
                )
            )
    move(moves=moves, actor=actor, now=now, levels=list(levels.values()))
    return [results[one.sku_id, one.warehouse_id] for one in counts]


def _refusal(on_hand: int, level: LockedLevel) -> str:
    if not 0 <= on_hand <= MAX_COUNT:
        return _("数量要在 0 到 %(most)d 之间。") % {"most": MAX_COUNT}
    least = level.reserved + level.unavailable
    if on_hand < least:
        return _("不能少于已占用和不可售的 %(least)d 件，请先处理相关订单。") % {"least": least}
    return ""
