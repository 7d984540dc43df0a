"""Transfers between warehouses: stock leaves one when sent and is in the other when received.

Between the two it is on the way: on hand in neither, counted by the lines of what was sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import queries as catalog
from zhanggui.core.events import publish
from zhanggui.core.ids import next_id
from zhanggui.core.states import IllegalMove
from zhanggui.core.text import clean_text
from zhanggui.core.transactions import retried
from zhanggui.core.types import Actor
from zhanggui.inventory.events import TransferChanged
from zhanggui.inventory.models import Transfer, TransferLine, TransferReceipt, Warehouse
from zhanggui.inventory.services.levels import lock_or_make, move
from zhanggui.inventory.states import transfer_machine
from zhanggui.inventory.types import (
    Arrival,
    Cause,
    MissingReason,
    Move,
    MovementKind,
    StockMoved,
    StockRefused,
    TransferRefused,
    UnknownStock,
)
from zhanggui.inventory.types import TransferStatus as Status

MOST_PIECES = 1_000_000  # of one line
MOST_LINES = 200


@retried
def create_transfer(
    *,
    source: str,
    target: str,
    note: str,
    request_id: str,
    lines: Mapping[str, int] | None = None,
    actor: Actor,
    now: datetime,
) -> Transfer:
    """Begin a transfer between two warehouses (by code) of these pieces (SKU code → how many).

    The same request again returns it.

    Raises:
        UnknownStock: there is no such warehouse or SKU.
        TransferRefused: both warehouses are the same, or there are too many pieces or lines.
        TextRefused: as core.text says.
    """
    request_id = clean_text(request_id, max_length=64) or f"none {next_id()}"
    note = clean_text(note, max_length=200)
    known = Transfer.objects.filter(request_id=request_id).first()
    if known:
        return known
    houses = {
        house.code: house
        for house in Warehouse.objects.filter(code__in=[source, target], archived_at=None)
    }
    if source not in houses or target not in houses:
        raise UnknownStock(_("没有这个仓库，请重新选择。"))
    if source == target:
        raise TransferRefused(_("调出和调入要选不同的仓库。"))
    key = next_id()
    day = timezone.localtime(now, timezone.get_default_timezone())
    made = Transfer.objects.create(
        pk=key,
        number=f"DB{day:%y%m%d}{key % 1_000_000:06d}",
        source=houses[source],
        target=houses[target],
        status=Status.DRAFT,
        note=note,
        request_id=request_id,
        created_at=now,
    )
    _tell(made, "created", actor, now)
    for code, quantity in (lines or {}).items():
        _set_line(made, code, quantity, actor, now)
    return made


@retried
def set_transfer_line(
    *, transfer_id: int, sku_code: str, quantity: int, actor: Actor, now: datetime
) -> None:
    """Say how many pieces of a SKU go along; none takes the line away.

    Raises:
        UnknownStock: there is no such transfer or SKU.
        IllegalMove: it was sent or canceled.
        TransferRefused: too many pieces or lines.
    """
    transfer = _locked(transfer_id)
    if transfer.status != Status.DRAFT:
        raise IllegalMove(_("这张调拨单已经发出或取消，不能再改。"))
    _set_line(transfer, sku_code, quantity, actor, now)


def _set_line(
    transfer: Transfer, sku_code: str, quantity: int, actor: Actor, now: datetime
) -> None:
    sku_id = catalog.sku_id(code=clean_text(sku_code, max_length=60))
    if sku_id is None:
        raise UnknownStock(_("没有这个 SKU，请检查编码。"))
    if not 0 <= quantity <= MOST_PIECES:
        raise TransferRefused(_("数量要在 0 到 %(most)d 之间。") % {"most": MOST_PIECES})
    if not quantity:
        transfer.lines.filter(sku=sku_id).delete()
    else:
        TransferLine.objects.update_or_create(
            transfer=transfer, sku_id=sku_id, defaults={"quantity": quantity}
        )
        if transfer.lines.count() > MOST_LINES:
            raise TransferRefused(_("一张调拨单最多 %(most)d 种规格。") % {"most": MOST_LINES})
    publish(
        TransferChanged(
            subject_id=transfer.pk,
            at=now,
            actor=actor,
            change="line",
            pieces=quantity,
            sku_id=sku_id,
        )
    )


@retried
def send_transfer(*, transfer_id: int, actor: Actor, now: datetime) -> None:
    """Send it: the pieces leave their warehouse and are on the way. Again changes nothing.

    Raises:
        UnknownStock: there is no such transfer.
        IllegalMove: it was canceled.
        TransferRefused: it has no lines.
        StockRefused: the warehouse has too few available; nothing left.
    """
    transfer = _locked(transfer_id)
    if transfer.status in (Status.SENT, Status.RECEIVED):
        return
    lines = list(transfer.lines.order_by("sku_id"))
    if not lines:
        raise TransferRefused(_("还没有要调的货，请先添加。"))
    levels = lock_or_make({(line.sku_id, transfer.source_id) for line in lines})
    short = [
        line
        for line in lines
        if levels[(line.sku_id, transfer.source_id)].available < line.quantity
    ]
    if short:
        raise StockRefused(
            _short_text(short[0], levels[(short[0].sku_id, transfer.source_id)].available)
        )
    transfer_machine.move(transfer, Status.SENT, sent_at=now)
    move(
        moves=[
            Move(
                kind=MovementKind.TRANSFER_OUT,
                cause=Cause("transfer", transfer.pk),
                sku_id=line.sku_id,
                warehouse_id=transfer.source_id,
                quantity=line.quantity,
            )
            for line in lines
        ],
        actor=actor,
        now=now,
        levels=list(levels.values()),
    )
    _tell(transfer, "sent", actor, now, pieces=sum(line.quantity for line in lines))


def _short_text(line: TransferLine, available: int) -> str:
    return str(
        _("%(sku)s 可调的只有 %(available)d 件，单上是 %(wanted)d 件。请减少件数，或先入库。")
        % {"sku": line.sku.code, "available": max(available, 0), "wanted": line.quantity}
    )


@retried
def receive_transfer(
    *,
    transfer_id: int,
    arrivals: Sequence[Arrival],
    missing_reason: str,
    note: str,
    request_id: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Book what arrived and what never will; the transfer ends when nothing is on the way.

    Missing pieces are booked in and out again at the target, so its ledger tells of the loss. The
    same `request_id` again changes nothing.

    Raises:
        UnknownStock: there is no such transfer or line.
        IllegalMove: it is not on the way.
        StockMoved: somebody received some of it meanwhile.
        TransferRefused: more than are on the way, nothing at all, or a loss without a reason.
        TextRefused: as core.text says.
    """
    request_id = clean_text(request_id, max_length=64) or f"none {next_id()}"
    note = clean_text(note, max_length=200)
    transfer = _locked(transfer_id)
    if TransferReceipt.objects.filter(request_id=request_id).exists():
        return
    if transfer.status != Status.SENT:
        raise IllegalMove(_("这张调拨单不在途，不能收货。"))
    lines = {line.pk: line for line in transfer.lines.all()}
    wanted = [one for one in arrivals if one.received or one.missing]
    _refuse_arrivals(wanted, lines, missing_reason, note)
    made = TransferReceipt.objects.create(
        transfer=transfer,
        request_id=request_id,
        missing_reason=missing_reason,
        note=note,
        at=now,
    )
    moves = [one for arrival in wanted for one in _moves(arrival, lines, transfer, made)]
    TransferLine.objects.bulk_update(lines.values(), ["received_quantity", "missing_quantity"])
    move(moves=moves, actor=actor, now=now)
    change = "arrived"
    if not any(line.on_the_way for line in lines.values()):
        transfer_machine.move(transfer, Status.RECEIVED, received_at=now)
        change = "received"
    pieces, missing = sum(one.received for one in wanted), sum(one.missing for one in wanted)
    _tell(transfer, change, actor, now, pieces=pieces, missing=missing)


def _moves(
    one: Arrival, lines: dict[int, TransferLine], transfer: Transfer, receipt: TransferReceipt
) -> list[Move]:
    """Note on its line what arrived, and return the moves that book it."""
    line = lines[one.line_id]
    line.received_quantity += one.received
    line.missing_quantity += one.missing
    pieces = {
        MovementKind.TRANSFER_IN: one.received + one.missing,
        MovementKind.ADJUST: -one.missing,
    }
    return [
        Move(
            kind=kind,
            cause=Cause("transfer_receipt", receipt.pk),
            sku_id=line.sku_id,
            warehouse_id=transfer.target_id,
            quantity=quantity,
            reason=receipt.note,
        )
        for kind, quantity in pieces.items()
    ]


def _refuse_arrivals(
    wanted: Sequence[Arrival],
    lines: dict[int, TransferLine],
    missing_reason: str,
    note: str,
) -> None:
    if not wanted:
        raise TransferRefused(_("请填写实收或短少的件数。"))
    if len({one.line_id for one in wanted}) < len(wanted):
        raise TransferRefused(_("同一行只能填一次。"))
    for one in wanted:
        line = lines.get(one.line_id)
        if line is None:
            raise UnknownStock(_("这张调拨单没有这一行，请刷新后再看。"))
        if line.on_the_way != one.seen:
            raise StockMoved(
                _("刚刚有人收过货：你看到在途 %(seen)d 件，现在是 %(now)d 件。请核对后重填。")
                % {"seen": one.seen, "now": line.on_the_way}
            )
        if one.received < 0 or one.missing < 0 or one.received + one.missing > line.on_the_way:
            raise TransferRefused(
                _("收到和短少加起来不能多于在途的 %(most)d 件；多到的货请收完后用盘点更正。")
                % {"most": line.on_the_way}
            )
    if any(one.missing for one in wanted):
        if missing_reason not in MissingReason.values:
            raise TransferRefused(_("有短少时请选择原因。"))
        if missing_reason == MissingReason.OTHER and not note:
            raise TransferRefused(_("请写明短少的原因。"))


@retried
def cancel_transfer(*, transfer_id: int, actor: Actor, now: datetime) -> None:
    """Give up a transfer that was not sent. Again changes nothing.

    Raises:
        UnknownStock: there is no such transfer.
        IllegalMove: it was sent.
    """
    transfer = _locked(transfer_id)
    if transfer.status == Status.CANCELED:
        return
    transfer_machine.move(transfer, Status.CANCELED, canceled_at=now)
    _tell(transfer, "canceled", actor, now)


def _locked(transfer_id: int) -> Transfer:
    found = Transfer.objects.select_for_update().filter(pk=transfer_id).first()
    if found is None:
        raise UnknownStock(_("没有这张调拨单。"))
    return found


def _tell(
    transfer: Transfer,
    change: str,
    actor: Actor,
    now: datetime,
    *,
    pieces: int = 0,
    missing: int = 0,
) -> None:
    publish(
        TransferChanged(
            subject_id=transfer.pk,
            at=now,
            actor=actor,
            change=change,
            pieces=pieces,
            missing=missing,
        )
    )
