"""Corrections of stock by people, each with a reason."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries as catalog
from zhanggui.core.events import publish
from zhanggui.core.ids import next_id
from zhanggui.core.text import clean_text
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import Actor, ActorType
from zhanggui.inventory.events import StockCorrected
from zhanggui.inventory.models import StockCorrection, StockMovement, Warehouse
from zhanggui.inventory.services.levels import lock_or_make, move
from zhanggui.inventory.types import (
    Cause,
    Correction,
    CorrectionAct,
    CorrectionReason,
    CountRefused,
    LockedLevel,
    Move,
    MovementKind,
    StockMoved,
    StockRefused,
    StockRow,
    UnknownStock,
)

MAX_COUNT = 100_000_000  # counters are 32 bits wide, and sums of them must fit too
_KIND = {
    CorrectionAct.COUNT: MovementKind.ADJUST,
    CorrectionAct.SET_ASIDE: MovementKind.SET_ASIDE,
    CorrectionAct.PUT_BACK: MovementKind.PUT_BACK,
    CorrectionAct.WRITE_OFF: MovementKind.WRITE_OFF,
}


def set_count(
    *, sku_code: str, warehouse_code: str, on_hand: int, reason: str, actor: Actor, now: datetime
) -> StockRow:
    """Set the counted pieces of a SKU in a warehouse, for a reason in own words; see `correct`."""
    wanted = Correction(
        sku_code=sku_code,
        warehouse_code=warehouse_code,
        act=CorrectionAct.COUNT,
        quantity=on_hand,
        reason=CorrectionReason.OTHER,
        note=reason,
    )
    return correct(wanted=wanted, actor=actor, now=now)


def correct(*, wanted: Correction, actor: Actor, now: datetime) -> StockRow:
    """Correct one level: set its count, or move pieces between sellable and not sellable.

    The difference becomes a ledger row. The same `request_id` again changes nothing.

    Raises:
        UnknownStock: there is no such SKU or warehouse.
        StockRefused: fewer than are promised or kept back, or more than there are to move.
        StockMoved: the figure is not the one that was seen.
        CountRefused: the reason is missing, or no shelf holds so many.
        TextRefused: as core.text says.
    """
    wanted = replace(
        wanted,
        sku_code=clean_text(wanted.sku_code, max_length=60),
        warehouse_code=clean_text(wanted.warehouse_code, max_length=20),
        note=clean_text(wanted.note, max_length=200),
        request_id=clean_text(wanted.request_id, max_length=64) or f"none {next_id()}",
    )
    if wanted.reason == CorrectionReason.OTHER and not wanted.note:
        raise CountRefused(_("请写明调整库存的原因。"))
    least = 0 if wanted.act == CorrectionAct.COUNT else 1
    if not least <= wanted.quantity <= MAX_COUNT:
        raise CountRefused(
            _("数量要在 %(least)d 到 %(most)d 之间。") % {"least": least, "most": MAX_COUNT}
        )
    return in_transaction(lambda: _correct(wanted, actor, now))


def _correct(wanted: Correction, actor: Actor, now: datetime) -> StockRow:
    level = _locked(wanted)
    if not StockCorrection.objects.filter(request_id=wanted.request_id).exists():
        _refuse_if_moved(level, wanted)
        refuse_impossible(level, wanted.act, wanted.quantity)
        _book(level, wanted, actor, now)
    return StockRow(
        wanted.sku_code, wanted.warehouse_code, level.on_hand, level.reserved, level.unavailable
    )


def _locked(wanted: Correction) -> LockedLevel:
    sku_id = catalog.sku_id(code=wanted.sku_code)
    houses = Warehouse.objects.filter(code=wanted.warehouse_code, archived_at=None)
    warehouse_id = houses.values_list("pk", flat=True).first()
    if sku_id is None or warehouse_id is None:
        raise UnknownStock(_("没有这个 SKU 或仓库，请检查编码。"))
    return lock_or_make({(sku_id, warehouse_id)})[(sku_id, warehouse_id)]


def _figure(level: LockedLevel, act: CorrectionAct) -> int:
    return level.on_hand if act == CorrectionAct.COUNT else level.unavailable


def _refuse_if_moved(level: LockedLevel, wanted: Correction) -> None:
    now = _figure(level, wanted.act)
    if wanted.seen is None or wanted.seen == now:
        return
    moved = StockMovement.objects.filter(level=level.level_id)
    if wanted.act == CorrectionAct.COUNT:
        moved = moved.exclude(on_hand_delta=0)
    else:
        moved = moved.exclude(unavailable_delta=0)
    last = moved.order_by("-id").first()
    who = {}
    if last and last.actor_type == ActorType.STAFF and last.actor_id:
        who = accounts.user_names(user_ids={last.actor_id})
    raise StockMoved(
        _(
            "数量刚刚变了：你看到 %(seen)d 件，现在是 %(now)d 件（%(who)s：%(what)s）。"
            "请核对后重填。"
        )
        % {
            "seen": wanted.seen,
            "now": now,
            "who": next(iter(who.values()), _("系统")),
            "what": last.get_kind_display() if last else "",
        }
    )


def refuse_impossible(level: LockedLevel | StockRow, act: CorrectionAct, quantity: int) -> None:
    """Refuse what the level has no pieces for, and say what to do.

    Raises:
        StockRefused: fewer than are promised or kept back, or more than there are to move.
        CountRefused: nothing is to be moved.
    """
    if act != CorrectionAct.COUNT and quantity < 1:
        raise CountRefused(_("请填写要转的件数，至少 1 件。"))
    kept = level.reserved + level.unavailable
    figures = {
        "least": kept,
        "reserved": level.reserved,
        "unavailable": level.unavailable,
        "available": level.available,
    }
    if act == CorrectionAct.COUNT and quantity < kept:
        raise StockRefused(
            _(
                "不能少于已占用和不可售的 %(least)d 件（订单占用 %(reserved)d，不可售"
                " %(unavailable)d）。请先取消占用它的订单，或把不可售的货报废，再来更正。"
            )
            % figures
        )
    if act == CorrectionAct.SET_ASIDE and quantity > level.available:
        raise StockRefused(
            _("可售的只有 %(available)d 件，其余已被订单占用。请减少件数，或先取消占用它的订单。")
            % figures
        )
    if act in (CorrectionAct.PUT_BACK, CorrectionAct.WRITE_OFF) and (quantity > level.unavailable):
        raise StockRefused(_("不可售的只有 %(unavailable)d 件，请减少件数。") % figures)


def _book(level: LockedLevel, wanted: Correction, actor: Actor, now: datetime) -> None:
    is_count = wanted.act == CorrectionAct.COUNT
    quantity = wanted.quantity - level.on_hand if is_count else wanted.quantity
    made = StockCorrection.objects.create(
        level_id=level.level_id,
        act=wanted.act,
        reason=wanted.reason,
        note=wanted.note,
        quantity=quantity,
        request_id=wanted.request_id,
        at=now,
    )
    one = Move(
        kind=_KIND[wanted.act],
        cause=Cause("correction", made.pk),
        sku_id=level.sku_id,
        warehouse_id=level.warehouse_id,
        quantity=quantity,
        reason=wanted.note,
    )
    before = _figure(level, wanted.act)
    move(moves=[one], actor=actor, now=now, levels=[level])
    publish(
        StockCorrected(
            subject_id=level.sku_id,
            at=now,
            actor=actor,
            warehouse_id=level.warehouse_id,
            act=wanted.act,
            reason=wanted.reason,
            before=before,
            after=_figure(level, wanted.act),
        )
    )
