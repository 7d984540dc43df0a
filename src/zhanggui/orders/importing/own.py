"""Our own order table: what this program exports, and a short template to fill in."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    currency_of,
    first_moment,
    placed,
    quantity_of,
    same_amount,
    state_of,
    text_of,
    words,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.sales import Reading, Row, Sale, SaleLine
from zhanggui.orders.types import HistoryState

_STATES = words(
    unpaid="待付款|To pay|Awaiting payment|unpaid",
    to_ship="待发货|To ship|to_ship",
    part_shipped="部分发货|Partly shipped|part_shipped",
    shipped="待收货|已发货|To receive|Shipped|In transit",
    completed="已完成|Completed",
    closed="已关闭|已取消|Closed|Cancelled",
    refunded="已退款|Refunded",
)


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    row = rows[0]
    currency = currency_of(row, "currency") or reading.currency

    def amount(name: str, label: str) -> int | None:
        return same_amount(rows, name, currency, label=label)

    items = tuple(_item(one, currency) for one in rows)
    freight = amount("freight", _("订单运费")) or 0
    gross = sum(one.amount_minor for one in items) + freight
    off = amount("discount", _("订单优惠"))
    payable = amount("payable", _("订单应付"))
    if payable is None:
        payable = gross - (off or 0)
    if payable < 0:
        raise RowFault("amounts_differ", _("优惠比商品加运费还多"), line=row.line)
    paid, refunded = amount("paid", _("订单实付")), amount("refunded", _("订单已退")) or 0
    paid_at = first_moment(rows, "paid_at", zone=reading.zone)
    state = state_of(
        row, next((one.get("state") for one in rows if one.get("state")), ""), _STATES, reading
    )
    if state == HistoryState.CLOSED and (paid or (paid is None and paid_at)):
        state = HistoryState.REFUNDED
    if paid is None:
        paid = payable if state.is_paid else 0
    zone = reading.zone
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment(rows, "created", zone=zone) or paid_at, row),
        paid_at=paid_at,
        shipped_at=first_moment(rows, "shipped", zone=zone),
        completed_at=first_moment(rows, "completed", zone=zone),
        items=items,
        freight_minor=freight,
        told_discount_minor=off,
        payable_minor=payable,
        paid_minor=paid,
        refunded_minor=paid if state == HistoryState.REFUNDED else refunded,
        buyer=row.get("buyer"),
        province=text_of(row, "province", longest=40),
        city=text_of(row, "city", longest=40),
        district=text_of(row, "district", longest=40),
        country=text_of(row, "country", longest=60),
        note="" if row.get("note") == _("（已隐藏）") else row.get("note"),
    )


def _item(row: Row, currency: str) -> SaleLine:
    price = amount_of(row, "price", currency, label=_("单价"))
    if price is None:
        raise RowFault("no_amount", _("没有单价"), line=row.line)
    quantity = quantity_of(row, "quantity")
    return SaleLine(
        name=text_of(row, "name"),
        options=text_of(row, "options", longest=250),
        quantity=quantity,
        amount_minor=price * quantity,
        codes=codes_of(row, "code"),
    )


OWN = Layout(
    name="zhanggui",
    label=gettext_lazy("掌柜的订单表或模板"),
    fields={
        "ref": "订单号",
        "state": "状态",
        "created": "下单时间",
        "paid_at": "付款时间",
        "shipped": "发货时间",
        "completed": "完成时间",
        "buyer": "买家",
        "code": "规格编码",
        "name": "商品名称",
        "options": "规格",
        "quantity": "数量",
        "price": "单价",
        "currency": "币种",
        "freight": "订单运费",
        "discount": "订单优惠",
        "payable": "订单应付",
        "paid": "订单实付",
        "refunded": "订单已退",
        "province": "省",
        "city": "市",
        "district": "区县",
        "country": "国家",
        "note": "留言",
    },
    needed=("ref", "state", "created", "quantity", "price"),
    states=_STATES,
    read=_read,
    also="行类型|售后|渠道|运费分摊|小计|订单商品金额",
)
