"""Taobao and Tmall: the list of orders, with the list of items beside it or alone."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    first_moment,
    only,
    placed,
    quantity_of,
    state_of,
    text_of,
    words,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.sales import Reading, Row, Sale, SaleLine
from zhanggui.orders.types import HistoryState

_STATES = words(
    unpaid="等待买家付款|没有创建支付宝交易|等待付款|付款确认中",
    to_ship="买家已付款,等待卖家发货|买家已付款|等待卖家发货|等待发货",
    part_shipped="卖家部分发货|部分发货",
    shipped="卖家已发货,等待买家确认|卖家已发货|等待买家确认收货|等待买家确认",
    completed="交易成功",
    closed="交易关闭|交易取消|付款以前,卖家或买家主动关闭交易",
    refunded="付款以后用户退款成功,交易自动关闭",
)


def _read(rows: Sequence[Row], items: Sequence[Row], reading: Reading) -> Sale:
    row, currency = only(rows), reading.currency
    paid_at = first_moment(rows, "paid_at")
    state = state_of(row, row.get("state"), _STATES, reading)
    if state == HistoryState.CLOSED and paid_at:
        state = HistoryState.REFUNDED
    freight = amount_of(row, "freight", currency, label=_("邮费")) or 0
    goods = amount_of(row, "goods", currency, label=_("货款"))
    total = amount_of(row, "total", currency, label=_("总金额"))
    if total is None:
        if goods is None:
            raise RowFault("no_amount", _("没有总金额，也没有货款"), line=row.line)
        total = goods + freight
    payable, paid, refunded = _money(row, state, total, currency)
    lines = [_item(one, currency) for one in items]
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment(rows, "created") or paid_at, row),
        paid_at=paid_at,
        shipped_at=first_moment(rows, "shipped"),
        completed_at=first_moment(rows, "completed"),
        items=tuple(lines) or (_whole(row, total - freight if goods is None else goods),),
        freight_minor=freight,
        payable_minor=payable,
        paid_minor=paid,
        refunded_minor=refunded,
        buyer=row.get("buyer"),
        note=row.get("note"),
    )


def _money(row: Row, state: HistoryState, total: int, currency: str) -> tuple[int, int, int]:
    """Return what was owed, paid and given back. What is paid may stand there less the refund."""
    if not state.is_paid:
        return total, 0, 0
    paid = amount_of(row, "paid", currency, label=_("实际支付金额"))
    refund = amount_of(row, "refund", currency, label=_("退款金额")) or 0
    if state == HistoryState.REFUNDED:
        whole = paid or refund or total
        return whole, whole, whole
    if paid is None:
        paid = total
    if refund > paid and paid + refund <= total:
        paid += refund
    return paid, paid, refund


def _item(row: Row, currency: str) -> SaleLine:
    price = amount_of(row, "price", currency, label=_("价格"))
    if price is None:
        raise RowFault("no_amount", _("没有价格"), line=row.line)
    quantity = quantity_of(row, "quantity")
    return SaleLine(
        name=text_of(row, "title"),
        options=text_of(row, "options", longest=250),
        quantity=quantity,
        amount_minor=price * quantity,
        codes=codes_of(row, "code", "outer"),
    )


def _whole(row: Row, goods: int) -> SaleLine:
    """Return all goods as one line: the list of orders does not tell them apart."""
    quantity = quantity_of(row, "count") if row.get("count") else 1
    return SaleLine(
        name=text_of(row, "title"),
        quantity=quantity,
        amount_minor=goods,
        codes=codes_of(row, "code"),
    )


def _no_list(rows: Sequence[Row], _items: Sequence[Row], _reading: Reading) -> Sale:
    raise RowFault("no_order", _("订单表里没有这个订单"), line=rows[0].line)


ITEMS = Layout(
    name="taobao-items",
    label=gettext_lazy("淘宝、天猫宝贝明细"),
    fields={
        "ref": "订单编号|主订单编号",
        "title": "标题|商品标题|宝贝标题|宝贝名称",
        "price": "价格|商品价格|宝贝价格",
        "quantity": "购买数量|商品数量",
        "code": "商家编码|商家SKU编码",
        "outer": "外部系统编号",
        "options": "商品属性|套餐信息",
        "state": "订单状态",
    },
    needed=("ref", "title", "price", "quantity"),
    states=_STATES,
    read=_no_list,
    also="备注|子订单编号",
)
TAOBAO = Layout(
    name="taobao",
    label=gettext_lazy("淘宝、天猫订单"),
    fields={
        "ref": "订单编号|主订单编号",
        "buyer": "买家会员名|买家昵称",
        "goods": "买家应付货款|应付货款",
        "freight": "买家应付邮费|应付邮费",
        "total": "总金额",
        "paid": "买家实际支付金额|买家实付金额",
        "state": "订单状态|交易状态",
        "note": "买家留言",
        "created": "订单创建时间",
        "paid_at": "订单付款时间",
        "shipped": "发货时间",
        "completed": "确认收货时间|订单完成时间",
        "title": "宝贝标题|商品标题",
        "count": "宝贝总数量|商品总数量",
        "code": "商家编码",
        "refund": "退款金额",
    },
    needed=("ref", "state", "created"),
    states=_STATES,
    read=_read,
    also="买家支付宝账号|宝贝种类|店铺Id|店铺名称|订单关闭原因|卖家服务费|返点积分|是否手机订单",
    many_rows=False,
    items=ITEMS,
)
