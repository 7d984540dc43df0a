"""JD (POP): one row for each SKU, the money of the order repeated on each."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    first_moment,
    placed,
    quantity_of,
    same_amount,
    state_of,
    text_of,
    word_form,
    words,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.sales import Reading, Row, Sale, SaleLine
from zhanggui.orders.types import HistoryState

_DELETED, _LOCKED = "(删除)", "(锁定)"
_BARE = words(
    unpaid="等待付款|等待付款确认|延迟付款确认|未付款",
    to_ship="等待出库|等待发货|待出库|等待打印|正在出库",
    shipped="等待确认收货|已出库|等待收货|已发货",
    completed="完成|已完成",
    closed="已取消|取消|订单取消",
)
_STATES = {
    **_BARE,
    **{_LOCKED + word: state for word, state in _BARE.items()},
    **{_DELETED + word: HistoryState.CLOSED for word in _BARE},
}


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    row, currency = rows[0], reading.currency
    told = {word_form(one.get("state")): one for one in rows if one.get("state")}
    if len(told) > 1:
        raise RowFault("mixed_states", _("同一订单的状态不一样"), line=rows[1].line)
    state = state_of(row, next(iter(told), ""), _STATES, reading)
    paid_at = first_moment(rows, "paid_at")
    if state == HistoryState.CLOSED and paid_at:
        state = HistoryState.REFUNDED
    items = tuple(_item(one, currency) for one in rows)
    freight = same_amount(rows, "freight", currency, label=_("运费")) or 0
    gross = sum(one.amount_minor for one in items) + freight
    payable = _payable(rows, gross, currency)
    refunded = same_amount(rows, "refund", currency, label=_("退款金额")) or 0
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment(rows, "created") or paid_at, row),
        paid_at=paid_at,
        completed_at=first_moment(rows, "completed"),
        items=items,
        freight_minor=freight,
        payable_minor=payable,
        paid_minor=payable if state.is_paid else 0,
        refunded_minor=payable if state == HistoryState.REFUNDED else refunded,
        buyer=next((one.get("buyer") for one in rows if one.get("buyer")), ""),
        note=next((one.get("note") for one in rows if one.get("note")), ""),
    )


def _payable(rows: Sequence[Row], gross: int, currency: str) -> int:
    """Return what the buyer paid for the order.

    What is due is told without what came from the balance of an account, or with it.
    """
    due = same_amount(rows, "due", currency, label=_("应付金额"))
    balance = same_amount(rows, "balance", currency, label=_("余额支付")) or 0
    settled = same_amount(rows, "settled", currency, label=_("结算金额"))
    total = same_amount(rows, "total", currency, label=_("订单金额"))
    if due is not None and due + balance:
        return due + balance if due + balance <= gross else due
    for found in (settled, total):
        if found is not None:
            return found
    if due is None:
        raise RowFault("no_amount", _("没有应付金额"), line=rows[0].line)
    return due


def _item(row: Row, currency: str) -> SaleLine:
    price = amount_of(row, "price", currency, label=_("京东价"))
    if price is None:
        raise RowFault("no_amount", _("没有京东价"), line=row.line)
    quantity = quantity_of(row, "quantity")
    return SaleLine(
        name=text_of(row, "name"),
        quantity=quantity,
        amount_minor=price * quantity,
        codes=codes_of(row, "code"),
    )


JD = Layout(
    name="jd",
    label=gettext_lazy("京东订单"),
    fields={
        "ref": "订单号|订单编号",
        "product": "商品ID|商品编号",
        "name": "商品名称",
        "quantity": "订购数量",
        "price": "京东价",
        "total": "订单金额",
        "settled": "结算金额",
        "balance": "余额支付",
        "due": "应付金额",
        "state": "订单状态",
        "created": "下单时间",
        "buyer": "下单帐号|下单账号",
        "note": "订单备注",
        "freight": "运费金额|运费",
        "paid_at": "付款确认时间|付款时间",
        "code": "货号|商家SKUID",
        "completed": "订单完成时间",
        "refund": "退款金额",
    },
    needed=("ref", "name", "quantity", "price", "state"),
    states=_STATES,
    read=_read,
    also="支付方式|订单类型|订单来源|订单渠道|发票类型|增值税发票|商家备注",
)
