"""Douyin shop: one row for each sub-order, with money and state of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.aftersale import combined, standing
from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    discount_of,
    first_moment,
    is_masked,
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
    unpaid="待支付|待付款|支付处理中|待确认",
    to_ship="备货中|待发货|已支付",
    part_shipped="部分发货",
    shipped="已发货|待收货",
    completed="已完成|已签收|交易成功",
    closed="已关闭|已取消|交易关闭",
    refunded="退款成功|已退款",
)
_OFF = ("platform_off", "shop_off", "host_off")


@dataclass(frozen=True, slots=True)
class _Part:
    row: Row
    state: HistoryState
    item: SaleLine
    freight: int
    off: int | None
    due: int
    refunded: int | None  # None: all of it


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    parts = [_part(row, reading) for row in _distinct(rows)]
    state = combined(one.state for one in parts)
    if state != HistoryState.CLOSED:  # what was closed before it was paid is no part of it
        parts = [one for one in parts if one.state != HistoryState.CLOSED]
    row, once = parts[0].row, _is_repeated(parts)
    freight = parts[0].freight if once else sum(one.freight for one in parts)
    payable = parts[0].due if once else sum(one.due for one in parts)
    offs = [one.off for one in parts if one.off is not None]
    region = [text_of(row, name, longest=40) for name in ("province", "city", "district")]
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=reading.currency,
        placed_at=placed(first_moment(rows, "created", "paid_at"), row),
        paid_at=first_moment(rows, "paid_at") if state.is_paid else None,
        shipped_at=first_moment(rows, "shipped"),
        completed_at=first_moment(rows, "completed"),
        items=tuple(one.item for one in parts),
        freight_minor=freight,
        payable_minor=payable,
        paid_minor=payable if state.is_paid else 0,
        refunded_minor=_refunded(parts, state, payable, once=once),
        told_discount_minor=None if len(offs) < len(parts) or once else sum(offs),
        province="" if is_masked(region[0]) else region[0],
        city="" if is_masked(region[1]) else region[1],
        district="" if is_masked(region[2]) else region[2],
        note=row.get("note"),
    )


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """Leave out sub-orders that stand there twice: pages of an export overlap."""
    found: dict[str, Row] = {}
    for row in rows:
        known = found.setdefault(row.get("part") or f"line {row.line}", row)
        if known.values != row.values:
            raise RowFault("twice", _("子订单在文件里有两行，内容不一样"), line=row.line)
    return list(found.values())


def _part(row: Row, reading: Reading) -> _Part:
    currency = reading.currency
    price = amount_of(row, "price", currency, label=_("商品单价"))
    due = amount_of(row, "due", currency, label=_("订单应付金额"))
    quantity = quantity_of(row, "quantity")
    freight = amount_of(row, "freight", currency, label=_("运费")) or 0
    if price is None or due is None:
        text = _("没有商品单价") if price is None else _("没有订单应付金额")
        raise RowFault("no_amount", text, line=row.line)
    state, refunded = standing(row, reading, _STATES, paid_at=["paid_at"])
    has_off = any(row.get(name) for name in _OFF)
    return _Part(
        row=row,
        state=state,
        item=SaleLine(
            name=text_of(row, "name"),
            options=text_of(row, "options", longest=250),
            quantity=quantity,
            amount_minor=price * quantity,
            codes=codes_of(row, "code"),
        ),
        freight=freight,
        off=sum(discount_of(row, name, currency) for name in _OFF) if has_off else None,
        due=due,
        refunded=None if state == HistoryState.REFUNDED else refunded,
    )


def _is_repeated(parts: Sequence[_Part]) -> bool:
    """Tell whether each row repeats the money of the whole order, as some exports do."""
    first = parts[0]
    if len(parts) < 2 or any((p.due, p.freight) != (first.due, first.freight) for p in parts):
        return False
    if all(p.due <= p.item.amount_minor + p.freight for p in parts):
        return False
    return first.due <= sum(p.item.amount_minor for p in parts) + first.freight


def _refunded(parts: Sequence[_Part], state: HistoryState, payable: int, *, once: bool) -> int:
    if state == HistoryState.REFUNDED:
        return payable
    whole = [one for one in parts if one.refunded is None]
    if once and whole:
        why = _("一部分退了款，但文件里没有每件的金额")
        raise RowFault("no_amount", why, line=whole[0].row.line)
    return sum(one.due if one.refunded is None else one.refunded for one in parts)


DOUYIN = Layout(
    name="douyin",
    label=gettext_lazy("抖店订单"),
    fields={
        "ref": "主订单编号|主订单号",
        "part": "子订单编号|子订单号",
        "name": "选购商品|商品名称",
        "options": "商品规格",
        "quantity": "商品数量",
        "code": "商家编码",
        "price": "商品单价|商品价格",
        "due": "订单应付金额",
        "freight": "运费",
        "platform_off": "平台实际承担优惠金额",
        "shop_off": "商家实际承担优惠金额",
        "host_off": "达人实际承担优惠金额",
        "state": "订单状态",
        "after_sale": "售后状态",
        "refund": "退款金额|退款金额(元)",
        "created": "订单提交时间|下单时间",
        "paid_at": "支付完成时间|支付时间",
        "shipped": "发货时间",
        "completed": "订单完成时间",
        "province": "省",
        "city": "市",
        "district": "区",
        "note": "买家留言",
    },
    needed=("ref", "name", "quantity", "due", "state", "price"),
    states=_STATES,
    read=_read,
    also="商品ID|达人ID|达人昵称|流量来源|APP渠道|是否安心购|广告渠道|取消原因|预约发货时间|手续费",
)
