"""Orders of further marketplaces, and any table of orders with usual column names.

Xiaohongshu, Kuaishou, WeChat's shops, Youzan, Weidian, Xianyu, TikTok Shop, Amazon and eBay: one
row for each item. It is asked only where no other format knows the columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.aftersale import combined, standing
from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    currency_of,
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
    unpaid="待付款|待支付|等待买家付款|未付款|unpaid|pending|to pay|awaiting payment",
    to_ship="待发货|待配货|备货中|已付款|买家已付款|已支付|待揽收|to ship|unshipped|"
    "awaiting shipment|"
    "awaiting collection|paid|processing",
    part_shipped="部分发货|partially shipped|partial",
    shipped="已发货|待收货|卖家已发货|运输中|shipped|in transit|sent",
    completed="已完成|交易成功|交易完成|已签收|已收货|订单完成|完成|completed|complete|delivered|"
    "shipped - delivered to buyer|finished",
    closed="已关闭|已取消|交易关闭|订单关闭|取消|canceled|cancelled|closed",
    refunded="已退款|退款成功|全额退款|refunded|shipped - returned to seller",
)
_AMOUNTS = ("price", "line_total", "paid")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_OFF = ("off", "platform_off", "shop_off")


@dataclass(frozen=True, slots=True)
class _Part:
    row: Row
    state: HistoryState
    item: SaleLine
    freight: int
    tax: int
    paid: int | None
    refunded: int | None  # None: all of it


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    currency = _currency(rows) or reading.currency
    parts = [_part(row, reading, currency) for row in rows]
    state = combined(one.state for one in parts)
    if state != HistoryState.CLOSED:  # what was closed before it was paid is no part of it
        parts = [one for one in parts if one.state != HistoryState.CLOSED]
    row = parts[0].row
    goods = sum(one.item.amount_minor - one.item.discount_minor for one in parts)
    freight = _total([one.freight for one in parts], most=0)
    paid = [one.paid for one in parts if one.paid is not None]
    tax = sum(one.tax for one in parts)
    payable = _total(paid, most=goods + freight + tax) if paid else goods + freight + tax
    over = payable - freight - goods
    whole = state == HistoryState.REFUNDED
    refunds = [one.refunded for one in parts]
    if not whole and None in refunds and len(paid) < len(parts):
        raise RowFault("no_amount", _("一部分退了款，但文件里没有每件的金额"), line=row.line)
    back = sum((one.paid or 0) if one.refunded is None else one.refunded for one in parts)
    region = [text_of(row, name, longest=40) for name in ("province", "city", "district")]
    region = ["" if is_masked(one) else one for one in region]
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment(rows, "created", "paid_at", zone=reading.zone), row),
        paid_at=first_moment(rows, "paid_at", zone=reading.zone) if state.is_paid else None,
        shipped_at=first_moment(rows, "shipped", zone=reading.zone),
        completed_at=first_moment(rows, "completed", zone=reading.zone),
        items=tuple(one.item for one in parts),
        freight_minor=freight,
        extras=((_("税费"), tax),) if tax and over > 0 else (),
        payable_minor=payable,
        paid_minor=payable if state.is_paid else 0,
        refunded_minor=payable if whole else min(back, payable),
        buyer=row.get("buyer"),
        province=region[0],
        city=region[1],
        district=region[2],
        country=text_of(row, "country", longest=60),
        note=row.get("note"),
    )


def _currency(rows: Sequence[Row]) -> str:
    """Return the currency that a column or the sign of an amount tells, "" where none does."""
    if named := next(filter(None, (currency_of(one, "currency") for one in rows)), ""):
        return named
    amounts = "".join(one.get(name) for one in rows for name in _AMOUNTS)
    return next((code for sign, code in _SIGNS.items() if sign in amounts), "")


def _total(amounts: Sequence[int], *, most: int) -> int:
    """Return the sum of what rows tell, or once what each of them repeats of the whole order."""
    is_same = len(amounts) > 1 and len(set(amounts)) == 1
    return amounts[0] if is_same and sum(amounts) > most else sum(amounts)


def _part(row: Row, reading: Reading, currency: str) -> _Part:
    quantity = quantity_of(row, "quantity")
    whole = amount_of(row, "line_total", currency, label=_("商品总价"))
    price = amount_of(row, "price", currency, label=_("商品单价"))
    paid = amount_of(row, "paid", currency, label=_("实付金额"))
    freight = amount_of(row, "freight", currency, label=_("运费")) or 0
    if whole is None and price is not None:
        whole = price * quantity
    if whole is None and paid is not None:
        whole = max(paid - freight, 0)
    if whole is None:
        raise RowFault("no_amount", _("没有商品单价"), line=row.line)
    off = sum(discount_of(row, name, currency) for name in _OFF if row.get(name))
    state, refunded = standing(_told(row), reading, _STATES, paid_at=["paid_at"])
    return _Part(
        row=row,
        state=state,
        item=SaleLine(
            name=text_of(row, "name"),
            options=text_of(row, "options", longest=250),
            quantity=quantity,
            amount_minor=whole,
            codes=codes_of(row, "code"),
            discount_minor=min(off, whole),
        ),
        freight=freight,
        tax=amount_of(row, "tax", currency, label=_("税费")) or 0,
        paid=paid,
        refunded=None if state == HistoryState.REFUNDED else refunded,
    )


def _told(row: Row) -> Row:
    """Return the row with a status; where a file has none, its moments tell."""
    if row.get("state"):
        return row
    known = "completed" if row.get("completed") or row.get("shipped") else "paid"
    return Row(row.line, {**row.values, "state": known if row.get("paid_at") else ""}, row.kept)


COMMON = Layout(
    name="common",
    label=gettext_lazy(
        "列名常见的订单表（小红书、快手、视频号、有赞、微店、TikTok、Amazon、eBay）"
    ),
    fields={
        "ref": "订单号|订单编号|主订单号|主订单编号|交易单号|order id|amazon-order-id|order number|"
        "order no|order no.|订单id",
        "state": "订单状态|交易状态|状态|order status|order-status|status",
        "after_sale": "售后状态|退款状态|售后/退款状态",
        "refund": "退款金额|退款金额(元)|已退款金额|order refund amount|refund amount",
        "created": "订单创建时间|下单时间|订单下单时间|创建时间|订单提交时间|拍下时间|created time|"
        "purchase-date|sale date|order date|created at",
        "paid_at": "支付时间|付款时间|订单支付时间|买家付款时间|订单付款时间|paid time|"
        "paid on date|"
        "payments-date|date paid",
        "shipped": "发货时间|订单发货时间|shipped time|shipped on date|date shipped",
        "completed": "完成时间|订单完成时间|交易成功时间|确认收货时间|签收时间|delivered time",
        "name": "商品名称|宝贝标题|商品标题|商品|全部商品名称|product name|product-name|item title|"
        "item name|title",
        "options": "商品规格|规格|规格名称|sku规格|商品属性|商品型号|variation|variation details|"
        "sku名称",
        "quantity": "商品数量|数量|sku件数|购买数量|成交数量|件数|quantity|quantity-purchased|qty",
        "code": "商家编码|规格编码|sku编码|sku编码(自定义)|商品编码(自定义)|商品编码|货号|"
        "seller sku|sku|"
        "custom label|custom label (sku)|商家sku编码",
        "price": "商品单价|单价|商品价格|商品价格(元)|商品单价(元)|sku unit original price|"
        "unit price",
        "line_total": "商品总价|商品总价(元)|商品金额|商品合计|sku subtotal before discount|"
        "item-price|"
        "sold for|item total|sale price",
        "paid": "实付款|实付款(元)|实付金额|实付金额(元)|订单实付金额|订单实际支付金额|"
        "用户应付金额(元)|"
        "用户实付金额(元)|商家应收金额(元)(支付金额)|订单金额|订单总金额|买家实付|order amount|"
        "total price|order total",
        "freight": "运费|运费(元)|快递费|邮费|订单运费|shipping fee after discount|shipping-price|"
        "shipping and handling|postage and packaging|order shipping",
        "off": "优惠金额|商品优惠|item-promotion-discount|discount amount",
        "platform_off": "sku platform discount",
        "shop_off": "sku seller discount",
        "tax": "taxes|item-tax|sales tax|order sales tax",
        "currency": "币种|currency",
        "buyer": "买家昵称|买家账号|买家会员名|买家id|用户id|buyer username|buyer-email|"
        "buyer email|buyer",
        "province": "省|省份|收货省份|province|ship-state|ship to state|ship state",
        "city": "市|城市|收货城市|city|ship-city|ship to city|ship city",
        "district": "区|区县|收货区|district",
        "country": "国家|country|ship-country|ship to country|ship country",
        "note": "买家留言|买家备注|用户备注|留言|buyer message|buyer note",
    },
    needed=("ref", "created|paid_at", "name", "quantity", "price|line_total|paid"),
    states=_STATES,
    read=_read,
    also="物流单号|快递单号|快递公司|物流公司|收货人|收件人|asin|tracking id|sales record number",
)
