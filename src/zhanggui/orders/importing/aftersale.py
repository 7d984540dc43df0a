"""What the after-sale columns of Pinduoduo and Douyin say, and states of several parcels in one."""

from collections.abc import Iterable
from enum import StrEnum

from zhanggui.orders.importing.cells import NOTHING, word_form
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
