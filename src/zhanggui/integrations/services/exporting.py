"""The rows of exported tables, read in short steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import ProductEdit, SkuInput
from zhanggui.core.masking import mask_detail, mask_name, mask_phone
from zhanggui.core.money import digits_of
from zhanggui.freight import queries as freight
from zhanggui.integrations.models import ExportRun
from zhanggui.integrations.services.known import Categories
from zhanggui.integrations.types import Kind
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.types import WarehouseView
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Order, OrderFilter, OrderLine

PRODUCTS_AT_ONCE = 100
SKUS_AT_ONCE = 500
ORDERS_AT_ONCE = 100
_OPTIONS = range(3)
_MOMENTS = ("placed_from", "placed_to", "paid_from", "paid_to")
Chunk = tuple[int, list[list[str]]]  # how many things it is about, and its rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table to be written: its header, the columns with numbers, and its rows in chunks."""

    header: list[str]
    numbers: set[str] = field(default_factory=set)
    total: int  # things, as far as known; 0 where only going through all would tell
    chunks: Iterator[Chunk]


def sheet_of(run: ExportRun, *, now: datetime, base: str) -> Sheet:
    """Return the table that somebody asked for; `base` begins the addresses of pictures."""
    if run.kind == Kind.STOCK:
        return _stock(run)
    if run.kind == Kind.ORDERS:
        return _orders(run)
    return _products(run, now=now, base=base)


def _products(run: ExportRun, *, now: datetime, base: str) -> Sheet:
    wanted = dict(run.filter)
    within: list[int] | None = wanted.pop("within", None)  # whose stock is shown
    ids = catalog.product_ids_found(**wanted)
    ids.reverse()  # the oldest first: imported elsewhere they get the same order
    columns = _Prices() if run.kind == Kind.PRICES else _Products(base, within)
    header = columns.header
    hidden = set() if run.with_costs else {"成本价"}
    shown = [place for place, name in enumerate(header) if name not in hidden]

    def chunks() -> Iterator[Chunk]:
        for start in range(0, len(ids), PRODUCTS_AT_ONCE):
            wanted = ids[start : start + PRODUCTS_AT_ONCE]
            by_id = {
                one.product_id: one
                for one in catalog.products_for_edit(product_ids=wanted, now=now)
            }
            products = [by_id[pk] for pk in wanted if pk in by_id]
            rows = columns.rows(products)
            yield len(wanted), [[row[place] for place in shown] for row in rows]

    numbers = {"售价", "划线价", "成本价", "重量(克)", "体积(立方厘米)"}
    numbers |= {name for name in header if name.startswith("库存")}
    return Sheet(
        header=[header[place] for place in shown],
        numbers=numbers,
        total=len(ids),
        chunks=chunks(),
    )


class _Prices:
    """One row for each SKU with what it costs."""

    header: Sequence[str] = ("规格编码", "商品名称", "规格", "售价", "划线价", "成本价")

    def rows(self, products: Sequence[ProductEdit]) -> list[list[str]]:
        """Return the rows of these products."""
        return [
            [sku.code, one.name, " / ".join(sku.options), *_amounts(one, sku)]
            for one in products
            for sku in one.skus
        ]


class _Products:
    """Our template: one row for each SKU, what is said of the product on the first."""

    def __init__(self, base: str, within: list[int] | None) -> None:
        self._base = base
        self._houses = [
            one for one in inventory.warehouses() if within is None or one.warehouse_id in within
        ]
        self._categories = Categories()
        specs = [name for n in _OPTIONS for name in (f"规格{n + 1}名称", f"规格{n + 1}值")]
        self.header: Sequence[str] = [
            *("商品编码", "商品名称", "副标题", "类目", *specs, "规格编码", "条码"),
            *("售价", "划线价", "成本价", *_stock_names(self._houses)),
            *("重量(克)", "体积(立方厘米)", "运费模板", "图片", "图片说明", "规格图片", "详情"),
            *("状态", "上架时间", "下架时间"),
        ]

    def rows(self, products: Sequence[ProductEdit]) -> list[list[str]]:
        """Return the rows of these products."""
        sku_ids = [pk for one in products for pk in one.sku_ids]
        pieces = inventory.level_figures(sku_ids=sku_ids)
        return [row for one in products for row in self._of_product(one, pieces)]

    def _of_product(
        self, one: ProductEdit, pieces: Mapping[tuple[int, int], tuple[int, int]]
    ) -> Iterator[list[str]]:
        for place, (sku, sku_id) in enumerate(zip(one.skus, one.sku_ids, strict=True)):
            stock = [
                str(pieces[sku_id, house.warehouse_id][0])
                if (sku_id, house.warehouse_id) in pieces
                else ""
                for house in self._houses
            ]
            yield self._row(one, sku, stock, is_first=place == 0)
        if not one.skus:
            yield self._row(one, None, [""] * len(self._houses), is_first=True)

    def _row(
        self, one: ProductEdit, sku: SkuInput | None, stock: list[str], *, is_first: bool
    ) -> list[str]:
        own = freight.own_template(product_id=one.product_id) if is_first else None
        pictures = one.pictures if is_first else ()
        alts = [picture.view.alt.replace("|", "\\|") for picture in pictures]
        path = self._categories.names.get(one.category_slug, ())
        return [
            one.slug,
            one.name,
            one.subtitle if is_first else "",
            " > ".join(name.replace(">", "\\>") for name in path) if is_first else "",
            *_options(one, sku),
            sku.code if sku else "",
            sku.barcode if sku else "",
            *(_amounts(one, sku) if sku else ["", "", ""]),
            *stock,
            str(sku.weight_grams) if sku else "",
            str(sku.volume_cm3) if sku else "",
            own.name if own else "",
            " | ".join(self._url(picture.view.large) for picture in pictures),
            " | ".join(alts) if any(alts) else "",
            self._sku_picture(one, sku),
            one.description if is_first else "",
            str(one.shelf.label) if is_first else "",
            _moment(one.on_at) if is_first else "",
            _moment(one.off_at) if is_first else "",
        ]

    def _url(self, name: str) -> str:
        url = default_storage.url(name)
        return url if "://" in url else f"{self._base}{url}"

    def _sku_picture(self, one: ProductEdit, sku: SkuInput | None) -> str:
        for picture in one.pictures:
            if sku is not None and sku.code in picture.sku_codes:
                return self._url(picture.view.large)
        return ""


def _stock_names(houses: Sequence[WarehouseView]) -> list[str]:
    is_only = len(houses) == len(inventory.warehouses()) == 1
    return ["库存"] if is_only else [f"库存:{house.code}" for house in houses]


def _options(one: ProductEdit, sku: SkuInput | None) -> list[str]:
    cells = []
    for place in _OPTIONS:
        has = sku is not None and place < len(one.options) and place < len(sku.options)
        cells += [one.options[place].name, sku.options[place]] if has and sku else ["", ""]
    return cells


def _amounts(one: ProductEdit, sku: SkuInput) -> list[str]:
    digits = digits_of(one.currency)
    amounts = (sku.price_minor, sku.market_price_minor, sku.cost_price_minor)
    return [_amount(minor, digits) for minor in amounts]


def _amount(minor: int | None, digits: int) -> str:
    return "" if minor is None else f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


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
        *map(_moment, moments),
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
    return [order.currency, *(_amount(minor, digits) for minor in amounts)]
