"""Taking SKUs out of stock for good: those of the sample shop, when it is cleared."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhanggui.core import versions
from zhanggui.core.types import Actor
from zhanggui.inventory.models import (
    StockCheck,
    StockCorrection,
    StockDifference,
    StockLevel,
    StockMovement,
)
from zhanggui.inventory.queries import STOCK
from zhanggui.inventory.services.levels import locked_levels, move
from zhanggui.inventory.types import Cause, Move, MovementKind, StockRefused


@transaction.atomic
def remove_skus(*, sku_ids: Collection[int]) -> int:
    """Forget all levels of these SKUs with their whole ledger; return how many pieces that were.

    What is left adds up as before: a ledger goes with its counters, and what a comparison found
    wrong of them is no longer open.

    Raises:
        StockRefused: an order has some of them reserved; nothing is removed.
    """
    levels = locked_levels(sku_ids=sku_ids)
    if any(one.reserved for one in levels):
        raise StockRefused(_("有订单占用着这些货，不能删除，请先取消或发货。"))
    ids = [one.level_id for one in levels]
    wrong = StockDifference.objects.filter(level__in=ids)
    still_open = Counter(wrong.filter(repaired_at=None).values_list("stock_check_id", flat=True))
    for check_id, count in sorted(still_open.items()):
        StockCheck.objects.filter(pk=check_id).update(still_open=F("still_open") - count)
    wrong.delete()
    StockCorrection.objects.filter(level__in=ids).delete()
    StockMovement.objects.filter(level__in=ids).delete()
    StockLevel.objects.filter(pk__in=ids).delete()
    versions.bump(STOCK)
    return sum(one.on_hand for one in levels)


@transaction.atomic
def write_off_free(*, sku_ids: Collection[int], cause: Cause, actor: Actor, now: datetime) -> int:
    """Book out every piece of these SKUs that no order waits for; return how many.

    The same cause again changes nothing.
    """
    levels = locked_levels(sku_ids=sku_ids)
    moves = [
        Move(
            kind=kind,
            cause=cause,
            sku_id=one.sku_id,
            warehouse_id=one.warehouse_id,
            quantity=quantity,
            reason=str(_("清除示例店铺")),
        )
        for one in levels
        for kind, quantity in (
            (MovementKind.WRITE_OFF, one.unavailable),
            (MovementKind.ADJUST, -one.available),
        )
        if quantity
    ]
    before = sum(one.on_hand for one in levels)
    move(moves=moves, actor=actor, now=now, levels=levels)
    return before - sum(one.on_hand for one in levels)
