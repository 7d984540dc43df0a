"""The rows of exported tables, read in short steps."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.catalog import queries as catalog
from zhanggui.core.masking import mask_detail, mask_name, mask_phone
from zhanggui.core.money import digits_of
from zhanggui.integrations.models import ExportRun
from zhanggui.integrations.services.exporting_products import products_sheet
from zhanggui.integrations.services.sheets import Chunk, Sheet, amount_text, moment_text
from zhanggui.integrations.types import Kind
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Order, OrderFilter, OrderLine

SKUS_AT_ONCE = 500
ORDERS_AT_ONCE = 100
_MOMENTS = ("placed_from", "placed_to", "paid_from", "paid_to")


def sheet_of(run: ExportRun, *, now: datetime, base: str) -> Sheet:
    """Return the table that somebody asked for; `base` begins the addresses of pictures."""
    if run.kind == Kind.STOCK:
        return _stock(run)
    if run.kind == Kind.ORDERS:
        return _orders(run)
    return products_sheet(run, now=now, base=base)


def _stock(run: ExportRun) -> Sheet:
    within = run.filter.get("within")
    only = run.filter.get("warehouse", "")
    houses = [
        one
        for one in inventory.warehouses()
        if (within is None or one.warehouse_id in within) and only in ("", one.code)
    ]
    where = inventory.skus_where(
        wanted=run.filter.get("show", ""), warehouse_ids=[one.warehouse_id for one in houses]
    )

    def chunks() -> Iterator[Chunk]:
        after = ""
        while skus := catalog.sku_rows(
            q=run.filter.get("q", ""), after=after, where=where, limit=SKUS_AT_ONCE
        ):
            known = {
                (row.sku, row.warehouse): row
                for row in inventory.stock_rows(sku_ids=[one.sku_id for one in skus])
            }
            rows = []
            for sku in skus:
                for house in houses:
                    row = known.get((sku.code, house.code))
                    figures = (
                        (row.on_hand, row.reserved, row.unavailable, row.available)
                        if row
                        else (0, 0, 0, 0)
                    )
                    texts = [sku.code, sku.barcode, sku.product_name, sku.options_text]
                    rows.append([*texts, house.code, house.name, *map(str, figures)])
            yield len(skus), rows
            after = skus[-1].code

    numbers = ["实物数量", "占用", "不可售", "可售"]
    return Sheet(
        header=["规格编码", "条码", "商品名称", "规格", "仓库编码", "仓库名称", *numbers],
        numbers=set(numbers),
        total=0,
        chunks=chunks(),
    )


_ORDER_TEXTS = [
    *("订单号", "行类型", "状态", "售后", "渠道", "下单时间", "付款时间", "发货时间", "完成时间"),
    *("仓库", "收件人", "电话", "省", "市", "区县", "详细地址", "邮编", "国家", "留言"),
    *("规格编码", "商品名称", "规格", "数量"),
]
_ORDER_MONEY = [
    *("币种", "单价", "优惠", "运费分摊", "小计", "订单商品金额", "订单运费", "订单优惠"),
    *("订单应付", "订单实付", "订单已退"),
]


def _orders(run: ExportRun) -> Sheet:
    wanted = filter_of(run.filter)
    houses = inventory.warehouse_names()
    header = [*_ORDER_TEXTS, *(_ORDER_MONEY if run.with_money else [])]

    def chunks() -> Iterator[Chunk]:
        cursor = ""
        while True:
            page = orders.order_page(wanted=wanted, cursor=cursor, limit=ORDERS_AT_ONCE)
            rows = []
            for order in page.orders:
                of_order = _order_cells(run, order, houses)
                for place, line in enumerate(orders.lines_of(order=order)):
                    kind = _("首行") if place == 0 else _("续行")
                    money = _money_cells(order, line) if run.with_money else []
                    rows.append([order.number, kind, *of_order, *_line_cells(line), *money])
            yield len(page.orders), rows
            if not page.next:
                return
            cursor = page.next

    return Sheet(
        header=header,
        numbers={"数量", *_ORDER_MONEY} - {"币种"},
        total=0,
        chunks=chunks(),
    )


def filter_of(stored: Mapping[str, Any]) -> OrderFilter:
    """Return a filter of orders as an export keeps it."""
    values = dict(stored)
    for name in _MOMENTS:
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    return OrderFilter(**values)


def stored_filter(wanted: OrderFilter) -> dict[str, Any]:
    """Return a filter of orders as JSON; `filter_of` reads it."""
    values = {name: getattr(wanted, name) for name in OrderFilter.__slots__}
    for name in _MOMENTS:
        values[name] = values[name].isoformat() if values[name] else None
    for name in ("also_ids", "only_ids", "within"):
        values[name] = None if values[name] is None else sorted(values[name])
    return values


def _order_cells(run: ExportRun, order: Order, houses: Mapping[int, str]) -> list[str]:
    name, phone, detail, note = order.name, order.phone, order.detail, order.note
    if not run.with_people:
        name, phone, detail = mask_name(name), mask_phone(phone), mask_detail(detail)
        note = _("（已隐藏）") if note else ""
    moments = (order.placed_at, order.paid_at, order.shipped_at, order.completed_at)
    after_sale = "" if order.after_sale_state == "none" else order.get_after_sale_state_display()
    return [
        str(order.get_display_status_display()),
        str(after_sale),
        str(order.get_source_display()),
        *map(moment_text, moments),
        houses.get(order.warehouse_id or 0, ""),
        *(name, phone, order.province, order.city, order.district, detail),
        *(order.postcode, order.country, note),
    ]


def _line_cells(line: OrderLine) -> list[str]:
    return [line.sku_code, line.product_name, line.options_text, str(line.quantity)]


def _money_cells(order: Order, line: OrderLine) -> list[str]:
    digits = digits_of(order.currency)
    amounts = (
        *(line.unit_price_minor, line.discount_minor, line.freight_minor, line.payable_minor),
        *(order.goods_minor, order.freight_minor, order.discount_minor),
        *(order.payable_minor, order.paid_minor, order.refunded_minor),
    )
    return [order.currency, *(amount_text(minor, digits) for minor in amounts)]
