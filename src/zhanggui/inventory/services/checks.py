"""The nightly comparison of counters with the ledger and the open orders, and repairs.

The ledger is the truth of what is there, the open orders are the truth of what is promised.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import in_transaction, retried
from zhanggui.core.types import Actor
from zhanggui.inventory import hooks, sql
from zhanggui.inventory.events import StockRepaired
from zhanggui.inventory.models import StockCheck, StockDifference, StockLevel
from zhanggui.inventory.queries import STOCK
from zhanggui.inventory.services.levels import move, refresh_sold_out
from zhanggui.inventory.types import Cause, CheckRefused, Move, MovementKind

AT_ONCE = 500  # levels compared by one statement


class Compared(NamedTuple):
    """A level's counters beside what they should be."""

    level_id: int
    sku_id: int
    warehouse_id: int
    on_hand: int
    reserved: int
    unavailable: int
    ledger_on_hand: int
    ledger_reserved: int
    ledger_unavailable: int
    promised: int

    @property
    def counters(self) -> tuple[int, int, int]:
        """What the level says."""
        return self.on_hand, self.reserved, self.unavailable

    @property
    def ledger(self) -> tuple[int, int, int]:
        """What its ledger adds up to."""
        return self.ledger_on_hand, self.ledger_reserved, self.ledger_unavailable

    @property
    def differs(self) -> bool:
        """Tell whether the counters are wrong."""
        return self.counters != self.ledger or self.reserved != self.promised


def check_stock(*, now: datetime) -> StockCheck:
    """Compare all levels, so many at a time, and keep what differs as a report.

    Per 500 levels 4 statements, and 5 more where something looks wrong: it is looked at again
    under lock, since an order may have come between counters and orders.
    """
    check: StockCheck = StockCheck.objects.create(started_at=now)
    last = 0
    while rows := sql.compared_levels(after=last, most=AT_ONCE):
        last = rows[-1][0]
        suspects = [one.level_id for one in _with_promises(rows) if one.differs]
        found = in_transaction(partial(_note, check, suspects)) if suspects else 0
        StockCheck.objects.filter(pk=check.pk).update(
            levels=F("levels") + len(rows),
            found=F("found") + found,
            still_open=F("still_open") + found,
        )
    StockCheck.objects.filter(pk=check.pk).update(finished_at=now)
    check.refresh_from_db()
    return check


def _with_promises(rows: Collection[tuple[int, ...]]) -> list[Compared]:
    promised = hooks.promised({row[1] for row in rows})
    return [Compared(*(*map(int, row), promised.get((row[1], row[2]), 0))) for row in rows]


def _compared_under_lock(level_ids: Collection[int]) -> list[Compared]:
    sql.levels_by_id_locked(level_ids)
    return _with_promises(sql.compared_anew(level_ids))


def _note(check: StockCheck, level_ids: Collection[int]) -> int:
    wrong = [one for one in _compared_under_lock(level_ids) if one.differs]
    StockDifference.objects.bulk_create(
        StockDifference(
            stock_check=check,
            level_id=one.level_id,
            on_hand=one.on_hand,
            reserved=one.reserved,
            unavailable=one.unavailable,
            ledger_on_hand=one.ledger_on_hand,
            ledger_reserved=one.ledger_reserved,
            ledger_unavailable=one.ledger_unavailable,
            promised=one.promised,
        )
        for one in wrong
    )
    return len(wrong)


@retried
def repair(*, difference_id: int, actor: Actor, now: datetime) -> None:
    """Set the counters to the ledger's sums, and book the reservations that orders lack or left.

    Only if the level is still as it was found. Again changes nothing.

    Raises:
        CheckRefused: it changed since, or the ledger itself can't be true.
        StockRefused: there are too few pieces for what orders wait for.
    """
    found = StockDifference.objects.filter(pk=difference_id).first()
    if found is None:
        raise CheckRefused(_("没有这条差异，请刷新后再看。"))
    (one,) = _compared_under_lock([found.level_id])
    found = StockDifference.objects.get(pk=difference_id)
    if found.repaired_at:
        return
    seen = (found.on_hand, found.reserved, found.unavailable)
    ledger = (found.ledger_on_hand, found.ledger_reserved, found.ledger_unavailable)
    if (one.counters, one.ledger, one.promised) != (seen, ledger, found.promised):
        raise CheckRefused(_("这个库存在核对之后又变动过，请重新核对一次再修复。"))
    on_hand, reserved, unavailable = one.ledger
    if reserved < 0 or unavailable < 0 or on_hand < reserved + unavailable:
        raise CheckRefused(
            _(
                "流水合计本身不成立（实物 %(on_hand)d，占用 %(reserved)d，"
                "不可售 %(unavailable)d），请先盘点实物。"
            )
            % {"on_hand": on_hand, "reserved": reserved, "unavailable": unavailable}
        )
    StockLevel.objects.filter(pk=one.level_id).update(
        on_hand=on_hand, reserved=reserved, unavailable=unavailable
    )
    _book_promises(one, difference_id, actor, now)
    refresh_sold_out(sku_ids=[one.sku_id], now=now)
    StockDifference.objects.filter(pk=difference_id).update(repaired_at=now)
    StockCheck.objects.filter(pk=found.stock_check_id).update(still_open=F("still_open") - 1)
    versions.bump(STOCK)
    publish(
        StockRepaired(
            subject_id=one.sku_id,
            at=now,
            actor=actor,
            warehouse_id=one.warehouse_id,
            before=one.counters,
            after=(on_hand, one.promised, unavailable),
        )
    )


def _book_promises(one: Compared, difference_id: int, actor: Actor, now: datetime) -> None:
    lacking = one.promised - one.ledger_reserved
    kind = MovementKind.RESERVE if lacking > 0 else MovementKind.RELEASE
    wanted = Move(
        kind=kind,
        cause=Cause("stock_check", difference_id),
        sku_id=one.sku_id,
        warehouse_id=one.warehouse_id,
        quantity=abs(lacking),
    )
    move(moves=[wanted], actor=actor, now=now)
