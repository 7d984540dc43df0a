"""The catalogue as a table: our own template, prices alone, or a file that Shopify takes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.core.files.storage import default_storage

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import AttributeView, ProductEdit, Shelf, SkuInput
from zhanggui.core.money import digits_of
from zhanggui.freight import queries as freight
from zhanggui.integrations.importing.cells import BRAND, TAGS, escaped, named_text
from zhanggui.integrations.models import ExportRun
from zhanggui.integrations.services.known import Categories
from zhanggui.integrations.services.sheets import Chunk, Sheet, amount_text, moment_text
from zhanggui.integrations.types import Kind
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.types import WarehouseView

PRODUCTS_AT_ONCE = 100
SHOPIFY = "shopify"
_OPTIONS = range(3)
_SHELVES = {Shelf.ON: "上架", Shelf.OFF: "下架", Shelf.DRAFT: "草稿"}  # read in every language
_COSTS = {"成本价", "Cost per item"}
Pieces = Mapping[tuple[int, int], tuple[int, int]]


class Columns(Protocol):
    """The columns of a table of products, and what stands in them."""

    header: Sequence[str]

    def rows(self, products: Sequence[ProductEdit]) -> list[list[str]]:
        """Return the rows of these products."""

    def last_rows(self) -> list[list[str]]:
        """Return what stands below the products where none was filtered out."""


def products_sheet(run: ExportRun, *, now: datetime, base: str) -> Sheet:
    """Return the table of the products that somebody asked for."""
    wanted = dict(run.filter)
    within: list[int] | None = wanted.pop("within", None)  # whose stock is shown
    columns = _columns(run, wanted.pop("format", ""), base, within)
    ids = catalog.product_ids_found(**wanted)
    ids.reverse()  # the oldest first: imported elsewhere they get the same order
    header = columns.header
    shown = [place for place, name in enumerate(header) if run.with_costs or name not in _COSTS]

    def chunks() -> Iterator[Chunk]:
        for start in range(0, len(ids), PRODUCTS_AT_ONCE):
            asked = ids[start : start + PRODUCTS_AT_ONCE]
            by_id = {
                one.product_id: one for one in catalog.products_for_edit(product_ids=asked, now=now)
            }
            rows = columns.rows([by_id[pk] for pk in asked if pk in by_id])
            yield len(asked), [[row[place] for place in shown] for row in rows]
        rows = [] if any(wanted.values()) else columns.last_rows()
        yield 0, [[row[place] for place in shown] for row in rows]

    numbers = {"售价", "划线价", "成本价", "定时价", "重量(克)", "体积(立方厘米)"}
    numbers |= {name for name in header if name.startswith("库存")}
    return Sheet(
        header=[header[place] for place in shown],
        numbers=numbers,
        total=len(ids),
        chunks=chunks(),
    )


def _columns(run: ExportRun, format_name: str, base: str, within: list[int] | None) -> Columns:
    if run.kind == Kind.PRICES:
        return _Prices()
    houses = [one for one in inventory.warehouses() if within is None or one.warehouse_id in within]
    return _Shopify(base, houses) if format_name == SHOPIFY else _Products(base, houses)


class _Prices:
    """One row for each SKU with what it costs."""

    header: Sequence[str] = ("规格编码", "商品名称", "规格", "售价", "划线价", "成本价")

    def rows(self, products: Sequence[ProductEdit]) -> list[list[str]]:
        """Return the rows of these products."""
        return [
            [escaped(sku.code), one.name, " / ".join(sku.options), *_amounts(one, sku)]
            for one in products
            for sku in one.skus
        ]

    def last_rows(self) -> list[list[str]]:
        """Return nothing."""
        return []


class _Described:
    """What tables of products need of attributes, pictures and stock."""

    def __init__(self, base: str, houses: Sequence[WarehouseView]) -> None:
        self._base, self._houses = base, houses
        self._categories = Categories()
        self._attributes: dict[str, list[AttributeView]] = {}  # category → its attributes
        self._values: Mapping[int, Mapping[int, list[str]]] = {}
        self._pieces: Pieces = {}

    def _load(self, products: Sequence[ProductEdit]) -> None:
        self._values = catalog.values_of_products(product_ids=[one.product_id for one in products])
        sku_ids = [pk for one in products for pk in one.sku_ids]
        self._pieces = inventory.level_figures(sku_ids=sku_ids)

    def _attributes_of(self, category_slug: str) -> list[AttributeView]:
        if category_slug not in self._attributes:
            row = self._categories.rows.get(self._categories.by_slug.get(category_slug, 0))
            self._attributes[category_slug] = catalog.attributes_of(category=row) if row else []
        return self._attributes[category_slug]

    def _named_values(self, one: ProductEdit) -> dict[str, list[str]]:
        """Return name → values; of two attributes of one name the second goes by its key."""
        has, found = self._values.get(one.product_id, {}), dict[str, list[str]]()
        names = set()
        for view in self._attributes_of(one.category_slug):
            name = view.key if view.name in names else view.name
            names.add(view.name)
            if texts := has.get(view.attribute_id):
                found[name] = texts
        return found

    def _url(self, name: str) -> str:
        url = default_storage.url(name)
        return url if "://" in url else f"{self._base}{url}"

    def _sku_picture(self, one: ProductEdit, sku: SkuInput | None) -> str:
        for picture in one.pictures:
            if sku is not None and sku.code in picture.sku_codes:
                return self._url(picture.view.large)
        return ""

    def _path(self, one: ProductEdit) -> str:
        return _path_text(self._categories.names.get(one.category_slug, ()))


class _Products(_Described):
    """Our template: one row for each SKU, what is said of the product on the first.

    Below all products of a shop stand its categories, with what another shop needs to make them
    alike.
    """

    def __init__(self, base: str, houses: Sequence[WarehouseView]) -> None:
        super().__init__(base, houses)
        specs = [name for n in _OPTIONS for name in (f"规格{n + 1}名称", f"规格{n + 1}值")]
        self.header: Sequence[str] = [
            *("商品编码", "商品名称", "副标题", "类目", *specs, "规格编码", "条码"),
            *("售价", "划线价", "成本价", "定时价", "定时价开始", "定时价结束"),
            *_stock_names(houses),
            *("重量(克)", "体积(立方厘米)", "运费模板", "图片", "图片说明", "规格图片", "详情"),
            *("状态", "上架时间", "下架时间", "售罄自动下架", "属性", "规格值顺序", "类目资料"),
        ]

    def rows(self, products: Sequence[ProductEdit]) -> list[list[str]]:
        """Return the rows of these products."""
        self._load(products)
        return [row for one in products for row in self._of_product(one)]

    def last_rows(self) -> list[list[str]]:
        """Return the categories, those above before those below."""
        found = []
        for row in sorted(self._categories.rows.values(), key=lambda row: row.path.count("/")):
            path = _path_text(self._categories.names[row.slug])
            cells = {"类目": path, "类目资料": self._told(row)}
            found.append([cells.get(name, "") for name in self.header])
        return found

    def _told(self, row: Any) -> str:
        own = [one for one in self._attributes_of(row.slug) if one.category_id == row.pk]
        told = {
            "slug": row.slug,
            "position": row.position,
            "attributes": [
                {
                    "key": one.key,
                    "name": one.name,
                    "kind": str(one.kind),
                    "values": list(one.values),
                    "unit": one.unit,
                    "facet": one.is_facet,
                }
                for one in own
            ],
        }
        return json.dumps(told, ensure_ascii=False)

    def _of_product(self, one: ProductEdit) -> Iterator[list[str]]:
        for place, (sku, sku_id) in enumerate(zip(one.skus, one.sku_ids, strict=True)):
            keys = [(sku_id, house.warehouse_id) for house in self._houses]
            stock = [str(self._pieces[key][0]) if key in self._pieces else "" for key in keys]
            yield self._row(one, sku, stock, is_first=place == 0)
        if not one.skus:
            yield self._row(one, None, [""] * len(self._houses), is_first=True)

    def _row(
        self, one: ProductEdit, sku: SkuInput | None, stock: list[str], *, is_first: bool
    ) -> list[str]:
        return [
            one.slug,
            escaped(one.name),
            escaped(one.subtitle) if is_first else "",
            self._path(one) if is_first else "",
            *_options(one, sku),
            *(self._of_sku(one, sku, stock) if sku else [""] * (8 + len(stock) + 2)),
            *(self._seen(one) if is_first else ("", "", "")),
            self._sku_picture(one, sku),
            *(self._sold(one) if is_first else [""] * 7),
            "",
        ]

    def _of_sku(self, one: ProductEdit, sku: SkuInput, stock: list[str]) -> list[str]:
        return [
            escaped(sku.code),
            escaped(sku.barcode),
            *_amounts(one, sku),
            amount_text(sku.timed_price_minor, digits_of(one.currency)),
            moment_text(sku.timed_from),
            moment_text(sku.timed_until),
            *stock,
            str(sku.weight_grams),
            str(sku.volume_cm3),
        ]

    def _seen(self, one: ProductEdit) -> tuple[str, str, str]:
        own = freight.own_template(product_id=one.product_id)
        alts = [picture.view.alt.replace("|", "\\|") for picture in one.pictures]
        return (
            escaped(own.name) if own else "",
            " | ".join(self._url(picture.view.large) for picture in one.pictures),
            " | ".join(alts) if any(alts) else "",
        )

    def _sold(self, one: ProductEdit) -> list[str]:
        return [
            escaped(one.description),
            _SHELVES[one.shelf],
            moment_text(one.on_at),
            moment_text(one.off_at),
            "是" if one.leaves_when_sold_out else "否",
            named_text(self._named_values(one)),
            _option_order(one),
        ]


class _Shopify(_Described):
    """A product CSV of Shopify with its header of today."""

    header: Sequence[str] = (
        *("Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags"),
        *("Published on online store", "Status", "SKU", "Barcode"),
        *(f"Option{n + 1} {what}" for n in _OPTIONS for what in ("name", "value")),
        *("Price", "Compare-at price", "Cost per item", "Charge tax", "Tax code"),
        *("Inventory tracker", "Inventory quantity", "Continue selling when out of stock"),
        *("Weight value (grams)", "Weight unit for display", "Requires shipping"),
        *("Fulfillment service", "Product image URL", "Image position", "Image alt text"),
        *("Variant image URL", "Gift card", "SEO title", "SEO description"),
    )

    def rows(self, products: Sequence[ProductEdit]) -> list[list[str]]:
        """Return the rows of these products: a SKU and a picture on each as long as there are."""
        self._load(products)
        return [row for one in products for row in self._of_product(one)]

    def last_rows(self) -> list[list[str]]:
        """Return nothing."""
        return []

    def _of_product(self, one: ProductEdit) -> Iterator[list[str]]:
        for place in range(max(len(one.skus), len(one.pictures), 1)):
            cells = {"URL handle": one.slug}
            if place == 0:
                cells |= self._of_all(one)
            if place < len(one.skus):
                cells |= self._of_sku(one, one.skus[place], one.sku_ids[place])
            if place < len(one.pictures):
                view = one.pictures[place].view
                cells |= {
                    "Product image URL": self._url(view.large),
                    "Image position": str(place + 1),
                    "Image alt text": view.alt,
                }
            yield [cells.get(name, "") for name in self.header]

    def _of_all(self, one: ProductEdit) -> dict[str, str]:
        values = self._named_values(one)
        return {
            "Title": one.name,
            "Description": one.description,
            "Vendor": ", ".join(values.get(BRAND, ())),
            "Type": self._path(one),
            "Tags": ", ".join(values.get(TAGS, ())),
            "Published on online store": _truth(one.shelf == Shelf.ON),
            "Status": "draft" if one.shelf == Shelf.DRAFT else "active",
            "Gift card": "FALSE",
        }

    def _of_sku(self, one: ProductEdit, sku: SkuInput, sku_id: int) -> dict[str, str]:
        price, market, cost = _amounts(one, sku)
        options = list(zip([option.name for option in one.options], sku.options, strict=False))
        named: dict[str, str] = {}
        for n, (name, value) in enumerate(options or [("Title", "Default Title")], start=1):
            named |= {f"Option{n} name": name, f"Option{n} value": value}
        levels = [
            self._pieces.get((sku_id, house.warehouse_id), (0, 0))[0] for house in self._houses
        ]
        return {
            **named,
            "SKU": sku.code,
            "Barcode": sku.barcode,
            "Price": price,
            "Compare-at price": market,
            "Cost per item": cost,
            "Charge tax": "TRUE",
            "Inventory tracker": "shopify",
            "Inventory quantity": str(sum(levels)) if self._houses else "",
            "Continue selling when out of stock": "FALSE",
            "Weight value (grams)": str(sku.weight_grams),
            "Weight unit for display": "g",
            "Requires shipping": "TRUE",
            "Fulfillment service": "manual",
            "Variant image URL": self._sku_picture(one, sku),
        }


def _truth(is_so: bool) -> str:
    return "TRUE" if is_so else "FALSE"


def _path_text(path: Sequence[str]) -> str:
    return " > ".join(name.replace(">", "\\>") for name in path)


def _stock_names(houses: Sequence[WarehouseView]) -> list[str]:
    is_only = len(houses) == len(inventory.warehouses()) == 1
    return ["库存"] if is_only else [f"库存:{house.code}" for house in houses]


def _options(one: ProductEdit, sku: SkuInput | None) -> list[str]:
    cells: list[str] = []
    for place in _OPTIONS:
        has = sku is not None and place < len(one.options) and place < len(sku.options)
        pair = [one.options[place].name, sku.options[place]] if has and sku else ["", ""]
        cells += map(escaped, pair)
    return cells


def _option_order(one: ProductEdit) -> str:
    """Return the options' values where the order of the SKUs does not tell it."""
    told = {
        option.name: option.values
        for place, option in enumerate(one.options)
        if option.values != tuple(dict.fromkeys(sku.options[place] for sku in one.skus))
    }
    return named_text(told)


def _amounts(one: ProductEdit, sku: SkuInput) -> list[str]:
    digits = digits_of(one.currency)
    amounts = (sku.price_minor, sku.market_price_minor, sku.cost_price_minor)
    return [amount_text(minor, digits) for minor in amounts]
