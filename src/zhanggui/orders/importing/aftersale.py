"""What the after-sale columns of Pinduoduo and Douyin say, and states of several parcels in one."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from django.utils.translation import gettext as _

from zhanggui.orders.importing.cells import (
    NOTHING,
    amount_of,
    first_moment,
    state_of,
    word_form,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.sales import Reading, Row
from zhanggui.orders.types import HistoryState

_NONE = ("无售后", "售后取消", "售后关闭", "售后已关闭", "已撤销", "驳回", "售后失败", "拒绝")
_PENDING = (
    "处理中",
    "售后中",
    "待商家",
    "待买家",
    "待消费者",
    "待退货",
    "待收货",
    "申请",
    "退款中",
)
_FULL = ("退款成功", "全额退款", "售后完成", "退款完成")


class AfterSale(StrEnum):
    """What became of an after-sale case as far as money is concerned."""

    NONE = "none"
    PART = "part"
    FULL = "full"
    UNKNOWN = "unknown"


def after_sale(text: str) -> AfterSale:
    """Return what an after-sale column says. Money under way has not gone back yet."""
    form = word_form(text)
    if form in NOTHING or form == "正常":
        return AfterSale.NONE
    if "部分退款" in form:
        return AfterSale.PART
    if any(word in form for word in _FULL):
        return AfterSale.FULL
    if any(word in form for word in (*_NONE, *_PENDING)):
        return AfterSale.NONE
    return AfterSale.UNKNOWN


def standing(
    row: Row,
    reading: Reading,
    states: Mapping[str, HistoryState],
    *,
    paid_at: Sequence[str],
    paid: int | None = None,
) -> tuple[HistoryState, int]:
    """Return where what a row is about stands, and what was given back of it.

    `paid_at` are the fields that have a moment only where it was paid, `paid` is what was paid,
    where the row tells. Of what went back as a whole no amount is told.
    """
    word, after = row.get("state"), row.get("after_sale")
    refund = amount_of(row, "refund", reading.currency, label=_("退款金额")) or 0
    case = after_sale(after)
    if case == AfterSale.UNKNOWN:
        return state_of(row, f"{word} · {after}", {}, reading), refund
    state = state_of(row, word, states, reading)
    if state == HistoryState.CLOSED and first_moment([row], *paid_at):
        return HistoryState.REFUNDED, 0
    if case == AfterSale.PART and not refund:
        raise RowFault("no_amount", _("有部分退款，但文件里没有退款金额"), line=row.line)
    if case == AfterSale.FULL and (not refund or refund == paid):
        return HistoryState.REFUNDED, 0
    return state, refund


def combined(states: Iterable[HistoryState]) -> HistoryState:
    """Return where an order stands whose parts stand here: closed ones count only alone."""
    found = set(states)
    live = found - {HistoryState.CLOSED, HistoryState.REFUNDED}
    if not live:
        return HistoryState.REFUNDED if HistoryState.REFUNDED in found else HistoryState.CLOSED
    if len(live) == 1:
        return live.pop()
    if HistoryState.UNPAID in live:
        return HistoryState.UNPAID
    if live <= {HistoryState.SHIPPED, HistoryState.COMPLETED}:
        return HistoryState.SHIPPED
    return HistoryState.PART_SHIPPED
