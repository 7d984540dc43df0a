"""WooCommerce's product CSV, whose header names follow the language of the shop."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.catalog.types import Shelf
from zhanggui.integrations.importing.cells import (
    Cells,
    brand_and_tags,
    category_path,
    decimal_of,
    grams,
    millimetres,
    plain,
    value_of,
)
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat, forms
from zhanggui.integrations.types import FileRow, Picture, ProductDraft, Reading, SkuDraft, Values

_COMMA = re.compile(r"(?<!\\),")
_SHELVES = {"1": Shelf.ON, "0": Shelf.OFF, "-1": Shelf.DRAFT}
_SIDES = ("length", "width", "height")
_SUBTITLE = 200
_ATTRIBUTES = range(1, 31)
_UNSORTED = {("Uncategorized",), ("未分类",)}  # where the platform puts what has none
_ANY = "任意"  # stored, so it does not follow the language


def _keyed(row: FileRow, _before: str) -> Keyed:
    number, code, parent = row.get("id"), row.get("sku_code"), row.get("parent")
    if _types(row) & {"variation"} and parent:
        wanted = parent.removeprefix("id:").strip()
        return Keyed(f"id:{wanted}" if parent.startswith("id:") else f"sku:{parent}")
    names = [f"id:{number}"] * bool(number) + [f"sku:{code}"] * bool(code)
    names += [f"name:{row.get('name')}"]
    return Keyed(names[0], tuple(names[1:2] if number or code else ()))


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    cells = Cells(reading, label=WOOCOMMERCE.label_of)
    parents = [row for row in rows if "variation" not in _types(row)]
    variations = [row for row in rows if "variation" in _types(row)]
    if not parents:
        cells.wrong(
            rows[0], "parent", _("文件里没有它的主商品 %(ref)s") % {"ref": rows[0].get("parent")}
        )
    head = parents[0] if parents else rows[0]
    if _types(head) & {"grouped", "external"}:
        cells.wrong(head, "type", _("组合商品和外链商品不能导入"))
    variations = [row for row in variations if row.get("published") != "-1"]
    names = _option_names(head, variations) if variations else ()
    return ProductDraft(
        lines=tuple(row.line for row in rows),
        ref=f"{head.get('name')} {head.get('id')}".strip(),
        name=head.get("name") or None,
        subtitle=plain(_lines(head.get("short")), longest=_SUBTITLE) or None,
        description=_lines(head.get("description")) or None,
        category=_category(head.get("categories")),
        shelf=_SHELVES.get(head.get("published")),
        attributes={**_attributes(head, names), **_brand_and_tags(head)},
        option_names=names,
        skus=tuple(_skus(cells, head, variations, names)),
        pictures=_pictures(head.get("images")),
        faults=tuple(cells.faults),
    )


def _types(row: FileRow) -> set[str]:
    return {part.strip().casefold() for part in row.get("type").split(",")}


def _lines(text: str) -> str:
    return text.replace("\\n", "\n")


def _category(text: str) -> tuple[str, ...] | None:
    """Of several categories the deepest is the product's, and of those the first."""
    paths = [category_path(part.replace("\\,", ",")) for part in _COMMA.split(text)]
    paths = [path for path in paths if path not in _UNSORTED] or [()]
    return max(paths, key=len) or None


def _pictures(text: str) -> tuple[Picture, ...] | None:
    sources = dict.fromkeys(one for part in _COMMA.split(text) if (one := part.strip()))
    return tuple(Picture(source=one.replace("\\,", ",")) for one in sources) or None


def _option_names(head: FileRow, variations: Sequence[FileRow]) -> tuple[str, ...]:
    """Return the attributes in which the variations differ, in the order of the product's own."""
    own = [head.get(f"attribute:{n}:name") for n in _ATTRIBUTES]
    used = [row.get(f"attribute:{n}:name") for row in variations for n in _ATTRIBUTES]
    return tuple(name for name in dict.fromkeys([*own, *used]) if name and name in used)


def _attributes(head: FileRow, names: Sequence[str]) -> dict[str, Values]:
    """Return what the product has of attributes that are no options of it."""
    found = {}
    for n in _ATTRIBUTES:
        name, text = head.get(f"attribute:{n}:name"), head.get(f"attribute:{n}:values")
        if name and text and name not in names:
            values = (value_of(part.replace("\\,", ",")) for part in _COMMA.split(text))
            found[name[:30]] = Values(tuple(dict.fromkeys(filter(None, values))))
    return found


def _brand_and_tags(head: FileRow) -> dict[str, Values]:
    brands = [one.strip() for one in _COMMA.split(head.get("brand")) if one.strip()]
    return brand_and_tags(FileRow(0, {"brand": (brands or [""])[0], "tags": head.get("tags")}))


def _skus(
    cells: Cells, head: FileRow, variations: Sequence[FileRow], names: tuple[str, ...]
) -> Iterator[SkuDraft]:
    for row in variations or [head]:
        both = FileRow(row.line, {**_inherited(head), **row.values})
        code, barcode = cells.code(row, "sku_code"), cells.code(row, "barcode")
        if variations and code and code == head.get("sku_code"):
            code = ""  # shops export the parent's code where a variation has none
        price, market, timed = _prices(cells, row)
        stock = cells.whole(row, "stock")
        pictures = _pictures(row.get("images")) if variations else None
        yield SkuDraft(
            line=row.line,
            options=_values(row, names),
            code=code,
            price_minor=price,
            market_price_minor=market,
            timed_price_minor=timed[0],
            timed_from=timed[1],
            timed_until=timed[2],
            cost_price_minor=cells.money(row, "cost"),
            barcode=barcode or None,
            weight_grams=_weight(cells, both),
            volume_cm3=_volume(both),
            picture=pictures[0].source if pictures else None,
            stock={} if stock is None else {"": max(stock, 0)},
        )


def _inherited(head: FileRow) -> dict[str, str]:
    names = ("weight", *_SIDES)
    return {key: text for key, text in head.values.items() if key.partition(":")[0] in names}


def _values(row: FileRow, names: tuple[str, ...]) -> tuple[str, ...]:
    found = {row.get(f"attribute:{n}:name"): row.get(f"attribute:{n}:values") for n in _ATTRIBUTES}
    return tuple(found.get(name) or _ANY for name in names)


_Timed = tuple[int | None, datetime | str | None, datetime | str | None]


def _prices(cells: Cells, row: FileRow) -> tuple[int | None, int | None, _Timed]:
    """Return the price, what it was before a lasting sale, and a sale of some days."""
    regular, sale = cells.money(row, "price"), cells.money(row, "sale_price")
    begins, ends = cells.moment(row, "sale_from"), cells.moment(row, "sale_to")
    none: _Timed = (None, None, None)
    if sale is None or (regular is not None and sale >= regular):
        return regular, None, none
    if regular is None:
        return sale, None, none
    if isinstance(ends, datetime) and ends <= cells.reading.now:
        return regular, None, none
    if ends or (isinstance(begins, datetime) and begins > cells.reading.now):
        return regular, None, (sale, begins, ends)
    return sale, regular, none


def _weight(cells: Cells, row: FileRow) -> int | None:
    name = next((one for one in row.values if one.partition(":")[0] == "weight"), "weight")
    return cells.measure(row, name, unit=grams(name.partition(":")[2] or "kg"))


def _volume(row: FileRow) -> int | None:
    sides = []
    for side in _SIDES:
        name = next((one for one in row.values if one.partition(":")[0] == side), "")
        value = decimal_of(row.get(name)) if name else None
        sides.append(float(value or 0) * millimetres(name.partition(":")[2] or "cm"))
    length, width, height = sides
    return int(length * width * height / 1000 + 0.5) or None


def _unit(*names: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(names)})\s*\((kg|g|lbs?|oz|mm|cm|m|in|yd)\)")


_ATTRIBUTE = r"(?:attribute|属性)\s*([0-9]+)\s*(?:的)?\s*"
WOOCOMMERCE = ProductFormat(
    name="woocommerce",
    label="WooCommerce CSV",
    fields=(
        Field("id", gettext_lazy("编号"), "ID"),
        Field("type", gettext_lazy("类型"), "Type|类型|产品类型|商品类型"),
        Field("sku_code", gettext_lazy("规格编码"), "SKU|货号|产品编号"),
        Field(
            "barcode",
            gettext_lazy("条码"),
            "GTIN, UPC, EAN, or ISBN|GTIN、UPC、EAN 或 ISBN|GTIN，UPC，EAN 或 ISBN|"
            "GTIN、UPC、EAN或ISBN|全局唯一ID",
        ),
        Field("name", gettext_lazy("商品名称"), "Name|名称|产品名称|名字"),
        Field("published", gettext_lazy("状态"), "Published|已发布|发布"),
        Field(
            "short",
            gettext_lazy("副标题"),
            "Short description|简短描述|简短说明|简短介绍|简短内容|短描述",
        ),
        Field("description", gettext_lazy("详情"), "Description|描述|说明|介绍"),
        Field(
            "sale_from",
            gettext_lazy("促销开始"),
            "Date sale price starts|促销价格开始日期|促销开始日期|特价开始日期|特价生效日期",
        ),
        Field(
            "sale_to",
            gettext_lazy("促销结束"),
            "Date sale price ends|促销价格结束日期|促销截止日期|特价结束日期|特价截止日期",
        ),
        Field("stock", gettext_lazy("库存"), "Stock|库存|库存数量"),
        Field("weight", gettext_lazy("重量")),
        Field("length", gettext_lazy("长")),
        Field("width", gettext_lazy("宽")),
        Field("height", gettext_lazy("高")),
        Field(
            "sale_price",
            gettext_lazy("促销价"),
            "Sale price|促销价格|促销价|特价|销售价格|折扣价",
        ),
        Field(
            "price",
            gettext_lazy("原价"),
            "Regular price|常规售价|常规价格|正常价格|原价|定价|标准价格",
        ),
        Field("cost", gettext_lazy("成本价"), "Cost of goods|成本|商品成本"),
        Field("categories", gettext_lazy("类目"), "Categories|分类|类别|目录"),
        Field("images", gettext_lazy("图片"), "Images|图片|图像"),
        Field(
            "parent",
            gettext_lazy("主商品"),
            "Parent|父级|上级|父产品|父类|父|父级产品",
        ),
        Field("brand", gettext_lazy("品牌"), "Brands|Brand|品牌"),
        Field("tags", gettext_lazy("标签"), "Tags|标签"),
        Field("attribute", gettext_lazy("属性")),
    ),
    patterns=(
        (re.compile(_ATTRIBUTE + r"(?:name|名称|名字|名)"), "attribute:{0}:name"),
        (
            re.compile(_ATTRIBUTE + r"(?:value\(s\)|values?|值|的值|值\(s\))"),
            "attribute:{0}:values",
        ),
        (_unit("weight", "重量"), "weight:{0}"),
        (_unit("length", "长度", "长"), "length:{0}"),
        (_unit("width", "宽度", "宽"), "width:{0}"),
        (_unit("height", "高度", "高"), "height:{0}"),
    ),
    keyed=_keyed,
    draft=_draft,
    known=forms(
        "Is featured?|Visibility in catalog|Tax status|Tax class|In stock?|"
        "Low stock amount|Backorders allowed?|Sold individually?|Purchase note|"
        "Allow customer reviews?|Shipping class|Download limit|Position|"
        "Download expiry days|Grouped products|Upsells|Cross-sells|"
        "External URL|Button text|是推荐产品？|是否推荐？|有库存？|"
        "有货？|税状态|税类|在产品目录中可见|目录可见性|在目录中的可见性|"
        "允许缺货下单？|单独出售？|单独销售？|允许客户评价？|购物备注|"
        "运费类别|运费类|下载限制|下载过期天数|分组产品|交叉销售|追加销售|"
        "外部链接|按钮文本|位置|库存不足数量|低库存数量|纳税状态"
    ),
    needed=("type", "name"),
)
