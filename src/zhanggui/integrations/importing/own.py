"""Our own template, and tables of unknown shops whose columns go by usual names."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.catalog.types import Shelf
from zhanggui.core.tables.cells import decimal_of
from zhanggui.integrations.importing.cells import (
    Cells,
    category_path,
    first,
    picture_sources,
    text_or_clear,
)
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat
from zhanggui.integrations.types import (
    CLEAR,
    FileRow,
    Picture,
    ProductDraft,
    Reading,
    SkuDraft,
)

OPTIONS = 3
_PAIRS = re.compile(r"[;；|,，]+")
_BAR = re.compile(r"(?<!\\)\|")
_SHELVES = {
    **dict.fromkeys(("on", "上架", "在售", "active", "published", "1", "true", "是"), Shelf.ON),
    **dict.fromkeys(("off", "下架", "archived", "停售", "仓库中", "0", "false", "否"), Shelf.OFF),
    **dict.fromkeys(("draft", "草稿", "-1"), Shelf.DRAFT),
}
_SIDES = ("length_mm", "width_mm", "height_mm")


def _keyed(row: FileRow, before: str) -> Keyed:
    if slug := row.get("slug"):
        return Keyed(f"slug:{slug.casefold()}")
    if name := row.get("name"):
        return Keyed(f"name:{name}")
    if code := row.get("sku_code"):
        has_options = any(row.get(f"spec{n}_value") for n in range(1, OPTIONS + 1))
        return Keyed(before if before and has_options else f"sku:{code}")
    return Keyed(before or f"line:{row.line}")


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    cells = Cells(reading, label=OWN.label_of)
    head = _head(rows)
    names = _option_names(rows)
    skus = [_sku(cells, row, names) for row in rows if _says_of_sku(row)]
    category = head.get("category")
    return ProductDraft(
        lines=tuple(row.line for row in rows),
        slug=head.get("slug"),
        ref=head.get("name"),
        name=head.get("name") or None,
        subtitle=text_or_clear(head, "subtitle"),
        description=text_or_clear(head, "description"),
        category=category_path(category) if category else None,
        shelf=_shelf(cells, head),
        on_at=cells.moment(head, "on_at"),
        off_at=cells.moment(head, "off_at"),
        freight=text_or_clear(head, "freight"),
        option_names=names,
        skus=tuple(skus),
        pictures=_pictures(head),
        faults=tuple(cells.faults),
    )


def _head(rows: Sequence[FileRow]) -> FileRow:
    """Return what the rows say of the product: the first word on each field counts."""
    values: dict[str, str] = {}
    for row in rows:
        values = {**row.values, **values}
    return FileRow(rows[0].line, values)


def _says_of_sku(row: FileRow) -> bool:
    return any(
        name in _OF_SKU or name.startswith(("spec", "options", "stock:")) for name in row.values
    )


def _option_names(rows: Sequence[FileRow]) -> tuple[str, ...] | None:
    if text := first(rows, "options"):
        return tuple(name for name, _value in _pairs(text))
    if first(rows, "spec1_value") == CLEAR:
        return ()
    values = [n for n in range(1, OPTIONS + 1) if first(rows, f"spec{n}_value")]
    if not values:
        return None
    return tuple(first(rows, f"spec{n}_name") or _unnamed(n) for n in values)


def _unnamed(number: int) -> str:
    return "规格" + (str(number) if number > 1 else "")


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for number, part in enumerate(filter(None, map(str.strip, _PAIRS.split(text))), start=1):
        name, mark, value = (
            part.partition("=") if "=" in part else part.replace("：", ":").partition(":")
        )
        found.append((name.strip(), value.strip()) if mark else (_unnamed(number), part))
    return found


def _sku(cells: Cells, row: FileRow, names: tuple[str, ...] | None) -> SkuDraft:
    return SkuDraft(
        line=row.line,
        options=_values(cells, row, names),
        code=cells.code(row, "sku_code"),
        price_minor=cells.money(row, "price"),
        market_price_minor=cells.price_or_clear(row, "market_price"),
        cost_price_minor=cells.price_or_clear(row, "cost"),
        barcode="" if row.get("barcode") == CLEAR else (cells.code(row, "barcode") or None),
        weight_grams=_weight(cells, row),
        volume_cm3=_volume(cells, row),
        picture=text_or_clear(row, "sku_image"),
        stock=_stock(cells, row),
    )


def _values(cells: Cells, row: FileRow, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if text := row.get("options"):
        pairs = dict(_pairs(text))
        if set(pairs) != set(names):
            cells.wrong(row, "options", _("规格项和同一商品的其他行不一样"))
        return tuple(pairs.get(name, "") for name in names)
    values = (row.get(f"spec{n}_value") for n in range(1, OPTIONS + 1))
    return tuple(value for value in values if value and value != CLEAR)


def _weight(cells: Cells, row: FileRow) -> int | None:
    if "weight_kg" in row.values:
        return cells.measure(row, "weight_kg", unit=1000)
    return cells.measure(row, "weight_g", unit=1)


def _volume(cells: Cells, row: FileRow) -> int | None:
    if row.get("volume_cm3"):
        return cells.measure(row, "volume_cm3", unit=1)
    sides = [decimal_of(row.get(name)) for name in _SIDES]
    if not all(sides):
        return None
    length, width, height = (float(side or 0) for side in sides)
    return int(length * width * height / 1000 + 0.5)


def _stock(cells: Cells, row: FileRow) -> dict[str, int]:
    names = [name for name in row.values if name == "stock" or name.startswith("stock:")]
    found = {name.removeprefix("stock").lstrip(":"): cells.whole(row, name) for name in names}
    return {house: max(pieces, 0) for house, pieces in found.items() if pieces is not None}


def _shelf(cells: Cells, row: FileRow) -> Shelf | None:
    text = row.get("status")
    if not text:
        return None
    shelf = _SHELVES.get(text.casefold())
    if shelf is None:
        cells.wrong(
            row, "status", _("%(text)s 不是状态，请写上架、下架或草稿") % {"text": text[:40]}
        )
    return shelf


def _pictures(row: FileRow) -> tuple[Picture, ...] | None:
    text = row.get("images")
    if not text:
        return None
    alts = [alt.replace("\\|", "|").strip() for alt in _BAR.split(row.get("image_alts"))]
    sources = () if text == CLEAR else picture_sources(text)
    return tuple(
        Picture(source=source, alt=alts[place] if place < len(alts) else "")
        for place, source in enumerate(sources)
    )


_SPECS = tuple(
    one
    for n in range(1, OPTIONS + 1)
    for one in (
        Field(
            f"spec{n}_name",
            gettext_lazy("规格项"),
            f"spec{n}_name|规格{n}名称|规格{n}名|规格名{n}|规格项{n}|option{n} name|"
            f"option {n} name|规格名称{n}",
        ),
        Field(
            f"spec{n}_value",
            gettext_lazy("规格值"),
            f"spec{n}_value|规格{n}值|规格值{n}|规格{n}|option{n} value|option {n} value",
        ),
    )
)
FIELDS = (
    Field(
        "slug",
        gettext_lazy("商品编码（网址名）"),
        "spu_code|商品编码|SPU编码|款号|slug|handle|url handle|网址名|spu|url_key|product code",
    ),
    Field(
        "name",
        gettext_lazy("商品名称"),
        "title|商品名称|名称|标题|商品标题|name|product name|product title|宝贝标题|"
        "商品名|品名|post_title",
    ),
    Field(
        "subtitle",
        gettext_lazy("副标题"),
        "subtitle|副标题|sub_title|卖点|商品卖点|short description|short_description|简介",
    ),
    Field(
        "category",
        gettext_lazy("类目"),
        "category_path|类目|分类|商品分类|商品类目|category|categories|product type|"
        "类别|product category|product_type",
    ),
    *_SPECS,
    Field(
        "options",
        gettext_lazy("规格（颜色:黑;尺码:M）"),
        "options|规格|商品规格|规格属性|销售属性|sku属性|option_values|规格型号",
    ),
    Field(
        "sku_code",
        gettext_lazy("规格编码"),
        "sku_code|规格编码|SKU编码|商家编码|sku|货号|商品货号|variant sku|sku code|"
        "product_sku|item number|_sku",
    ),
    Field(
        "barcode",
        gettext_lazy("条码"),
        "barcode|条码|条形码|商品条码|ean|gtin|upc|ean13|69码|国际条码",
    ),
    Field(
        "price",
        gettext_lazy("售价"),
        "price|售价|价格|销售价|单价|销售价格|regular price|selling price|商品价格|"
        "现价|regular_price|unit price",
    ),
    Field(
        "market_price",
        gettext_lazy("划线价"),
        "market_price|划线价|市场价|原价|compare at price|compare-at price|"
        "original_price|list price|msrp",
    ),
    Field(
        "cost",
        gettext_lazy("成本价"),
        "cost|成本价|成本|进价|cost price|cost per item|进货价|cost_price|采购价",
    ),
    Field(
        "stock",
        gettext_lazy("库存"),
        "stock|库存|库存数量|库存数|quantity|qty|可用库存|inventory|stock quantity|"
        "stockonhand|on_hand|数量",
    ),
    Field(
        "weight_g",
        gettext_lazy("重量（克）"),
        "weight_g|重量(克)|重量(g)|重量g|重量|克重|weight (g)|grams|weight",
    ),
    Field(
        "weight_kg",
        gettext_lazy("重量（千克）"),
        "weight_kg|重量(kg)|重量(千克)|重量(公斤)|weight (kg)",
    ),
    Field("volume_cm3", gettext_lazy("体积（立方厘米）"), "volume_cm3|体积(立方厘米)|体积"),
    Field("length_mm", gettext_lazy("长（毫米）"), "length_mm|长(毫米)|长(mm)"),
    Field("width_mm", gettext_lazy("宽（毫米）"), "width_mm|宽(毫米)|宽(mm)"),
    Field("height_mm", gettext_lazy("高（毫米）"), "height_mm|高(毫米)|高(mm)"),
    Field("freight", gettext_lazy("运费模板"), "freight_template|运费模板"),
    Field(
        "images",
        gettext_lazy("图片"),
        "images|图片|商品图片|主图|image|image url|image src|picture|pictures|图片地址|"
        "商品主图|image_urls",
    ),
    Field("image_alts", gettext_lazy("图片说明"), "image_alts|图片说明|image alt text"),
    Field("sku_image", gettext_lazy("规格图片"), "sku_image|规格图片|variant image|规格图"),
    Field(
        "description",
        gettext_lazy("详情"),
        "detail_html|详情|商品详情|商品描述|描述|description|body (html)|detail|内容|"
        "body_html|product description",
    ),
    Field(
        "status",
        gettext_lazy("状态"),
        "status|状态|上架状态|是否上架|商品状态|published|shelf|是否上架(1上架0下架)",
    ),
    Field("on_at", gettext_lazy("上架时间"), "on_at|上架时间|定时上架"),
    Field("off_at", gettext_lazy("下架时间"), "off_at|下架时间|定时下架"),
)
_OF_SKU = {
    *("sku_code", "barcode", "price", "market_price", "cost", "stock", "weight_g", "weight_kg"),
    *("volume_cm3", *_SIDES, "sku_image"),
}
OWN = ProductFormat(
    name="zhanggui",
    label=gettext_lazy("掌柜模板，或列名常见的表格"),
    fields=FIELDS,
    patterns=((re.compile(r"(?:stock|库存)\s*[:_(\[]\s*(.+?)\s*[)\]]?"), "stock:{0}"),),
    keyed=_keyed,
    draft=_draft,
)
