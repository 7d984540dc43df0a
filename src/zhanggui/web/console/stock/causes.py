"""Ledger rows in plain words, each with a link to what caused it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhanggui.accounts import queries as accounts
from zhanggui.core.types import ActorType
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.inventory import queries
from zhanggui.inventory.queries import Event, StockMovement
from zhanggui.inventory.types import MovementKind as Kind
from zhanggui.orders import queries as orders

# (kind, cause type) → what it says; %s is the number of the order or transfer
_WORDS: dict[tuple[str, str], str | Promise] = {
    (Kind.RESERVE, "order"): _("订单 %s 下单占用"),
    (Kind.RELEASE, "order"): _("订单 %s 关闭，释放占用"),
    (Kind.RESERVE, "order_reopened"): _("订单 %s 重新打开，再次占用"),
    (Kind.SHIP, "parcel"): _("订单 %s 付款后发货出库"),
    (Kind.TRANSFER_OUT, "transfer"): _("调拨 %s 发出"),
    (Kind.TRANSFER_IN, "transfer_receipt"): _("调拨 %s 到货"),
    (Kind.ADJUST, "transfer_receipt"): _("调拨 %s 短少"),
    (Kind.RESERVE, "stock_check"): _("库存核对修复：补上订单占用"),
    (Kind.RELEASE, "stock_check"): _("库存核对修复：释放多余占用"),
    (Kind.RECEIVE, "demo"): _("期初入库（演示数据）"),
    (Kind.RECEIVE, "sample"): _("示例店铺：期初入库"),
    (Kind.ADJUST, "sample"): _("示例店铺：清除剩下的货"),
    (Kind.WRITE_OFF, "sample"): _("示例店铺：清除不可售的货"),
}
_ACTORS = {
    ActorType.SHOPPER: _("顾客"),
    ActorType.API: _("接口"),
    ActorType.CHANNEL: _("支付渠道"),
    ActorType.SYSTEM: _("系统"),
    ActorType.COMMAND: pgettext_lazy("actor", "命令行"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A movement in plain words: what happened, who did it, where to read more."""

    movement: StockMovement
    title: str
    url: str
    note: str
    actor: str


def ledger_rows(found: Sequence[StockMovement]) -> list[LedgerRow]:
    """Return movements in plain words, with one statement for each kind of cause."""
    numbers = _numbers(found)
    reasons = queries.corrections(correction_ids=_ids(found, "correction"))
    names = who_did(found)
    rows = []
    for row in found:
        cause = (row.cause_type, row.cause_id)
        number, url = numbers.get(cause, ("", ""))
        title = str(_WORDS.get((row.kind, row.cause_type), row.get_kind_display()))
        if "%s" in title:
            title = title % number if number else row.get_kind_display()
        if row.cause_type == "correction" and row.cause_id in reasons:
            title = f"{row.get_kind_display()} · {reasons[row.cause_id].get_reason_display()}"
        actor = names.get(row.actor_id or 0) or str(_ACTORS.get(ActorType(row.actor_type), ""))
        rows.append(LedgerRow(movement=row, title=title, url=url, note=row.reason, actor=actor))
    return rows


def who_did(found: Collection[StockMovement] | Collection[Event]) -> dict[int, str]:
    """Return id → name of the people and programs that did these things."""
    ids: dict[str, set[int]] = {ActorType.STAFF: set(), ActorType.API: set()}
    for row in found:
        if row.actor_id and row.actor_type in ids:
            ids[row.actor_type].add(row.actor_id)
    names = accounts.user_names(user_ids=ids[ActorType.STAFF])
    if ids[ActorType.API]:
        keys = accounts.key_names(ids[ActorType.API])
        names |= {pk: _("接口 · %(key)s") % {"key": key} for pk, key in keys.items()}
    return names


def _ids(found: Collection[StockMovement], *types: str) -> set[int]:
    return {row.cause_id for row in found if row.cause_type in types}


def _numbers(found: Collection[StockMovement]) -> dict[tuple[str, int], tuple[str, str]]:
    """Return cause → number and address of its order or transfer."""
    parcels = fulfilment.orders_of_parcels(parcel_ids=_ids(found, "parcel"))
    ids = _ids(found, "order", "order_reopened") | set(parcels.values())
    numbers = orders.order_numbers(order_ids=ids)
    known: dict[tuple[str, int], tuple[str, str]] = {}
    for row in found:
        order_id = parcels.get(row.cause_id) if row.cause_type == "parcel" else row.cause_id
        number = numbers.get(order_id or 0)
        if number and row.cause_type in ("order", "order_reopened", "parcel"):
            url = reverse("console:order", args=[number])
            known[(row.cause_type, row.cause_id)] = (number, url)
    moved = queries.transfer_numbers(
        transfer_ids=_ids(found, "transfer"), receipt_ids=_ids(found, "transfer_receipt")
    )
    for cause, number in moved.items():
        known[cause] = (number, reverse("console:stock_transfer", args=[number]))
    return known
