"""Pinduoduo: one row for each order, which is of one SKU."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.aftersale import standing
from zhanggui.orders.importing.cells import (
    BEIJING,
    amount_of,
    codes_of,
    discount_of,
    first_moment,
    only,
    placed,
    quantity_of,
    text_of,
    words,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.sales import Reading, Row, Sale, SaleLine
from zhanggui.orders.types import HistoryState

_STATES = words(
    unpaid="待支付|待付款",
    to_ship="待发货|已成团,待发货|待发货,退款中",
    part_shipped="部分发货",
    shipped="已发货待签收|已发货,待签收|已发货|待签收|待收货",
    completed="已签收|已收货|交易成功|已完成",
    closed="已取消|交易关闭|已关闭|未支付,已取消",
    refunded="退款成功|未发货,退款成功|未发货退款成功|已发货,退款成功|已发货退款成功|"
    "已签收,退款成功|已签收退款成功|已取消,退款成功|已取消退款成功|待发货,退款成功",
)
_DATED = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})-[0-9]+")
_FEES = ("install", "carry", "carry_install")
_PAID_AT = ("paid_at", "deal_at")
_OFF = ("shop_off", "platform_off", "pay_off")


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    row, currency = only(rows), reading.currency
    paid_at = first_moment(rows, *_PAID_AT)
    goods = amount_of(row, "goods", currency, label=_("商品总价"))
    if goods is None:
        raise RowFault("no_amount", _("没有商品总价"), line=row.line)
    freight = amount_of(row, "freight", currency, label=_("邮费")) or 0
    fees = [(name, amount_of(row, name, currency) or 0) for name in _FEES]
    off = sum(discount_of(row, name, currency) for name in _OFF)
    gross = goods + freight + sum(minor for _name, minor in fees)
    payable = amount_of(row, "paid", currency, label=_("用户实付金额"))
    state, refunded = standing(row, reading, _STATES, paid_at=_PAID_AT, paid=payable)
    if payable is None or (not state.is_paid and not payable):
        payable = max(gross - off, 0)
    labels = {
        "install": _("上门安装费"),
        "carry": _("送货入户费"),
        "carry_install": _("送货入户并安装费"),
    }
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment(rows, "created") or paid_at or _day(row.get("ref")), row),
        paid_at=paid_at if state.is_paid else None,
        shipped_at=first_moment(rows, "shipped"),
        completed_at=first_moment(rows, "completed"),
        items=(_item(row, goods),),
        freight_minor=freight,
        extras=tuple((labels[name], minor) for name, minor in fees if minor),
        told_discount_minor=off,
        payable_minor=payable,
        paid_minor=payable if state.is_paid else 0,
        refunded_minor=payable if state == HistoryState.REFUNDED else refunded,
        province=text_of(row, "province", longest=40),
        city=text_of(row, "city", longest=40),
        district=text_of(row, "district", longest=40),
        note=row.get("note"),
    )


def _item(row: Row, goods: int) -> SaleLine:
    return SaleLine(
        name=text_of(row, "name"),
        options=text_of(row, "options", longest=250),
        quantity=quantity_of(row, "quantity"),
        amount_minor=goods,
        codes=codes_of(row, "code", "product_code"),
    )


def _day(ref: str) -> datetime | None:
    """Return the day that an order number begins with."""
    if not (match := _DATED.fullmatch(ref)):
        return None
    try:
        return datetime(2000 + int(match[1]), int(match[2]), int(match[3]), tzinfo=BEIJING)
    except ValueError:
        return None


PINDUODUO = Layout(
    name="pinduoduo",
    label=gettext_lazy("拼多多订单"),
    fields={
        "ref": "订单号",
        "name": "商品|商品名称",
        "state": "订单状态",
        "goods": "商品总价(元)|商品总价",
        "freight": "邮费(元)|邮费",
        "shop_off": "店铺优惠折扣(元)|店铺优惠折扣",
        "platform_off": "平台优惠折扣(元)|平台优惠折扣",
        "pay_off": "多多支付立减金额(元)|多多支付立减金额",
        "install": "上门安装费(元)|上门安装费",
        "carry": "送货入户费(元)|送货入户费",
        "carry_install": "送货入户并安装费(元)|送货入户并安装费",
        "paid": "用户实付金额(元)|用户实付金额",
        "quantity": "商品数量(件)|商品数量",
        "created": "下单时间|订单创建时间",
        "paid_at": "支付时间",
        "deal_at": "订单成交时间|拼单成功时间",
        "shipped": "发货时间",
        "completed": "确认收货时间",
        "options": "商品规格",
        "code": "商家编码-规格维度|商家编码-SKU维度",
        "product_code": "商家编码-商品维度",
        "note": "买家留言",
        "after_sale": "售后状态",
        "refund": "退款金额(元)|退款金额",
        "province": "省",
        "city": "市",
        "district": "区",
    },
    needed=("ref", "state", "name", "goods", "paid", "quantity"),
    states=_STATES,
    read=_read,
    also="商家实收金额(元)|承诺发货时间|样式ID|是否审核中|团ID|商品id|消费者资料",
    many_rows=False,
)
