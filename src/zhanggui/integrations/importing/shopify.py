"""Shopify's product CSV, with the header of before and the one of now."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.catalog.types import Shelf
from zhanggui.integrations.importing.cells import (
    Cells,
    brand_and_tags,
    category_path,
    first,
    flag,
    grams,
)
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat, forms
from zhanggui.integrations.types import FileRow, Picture, ProductDraft, Reading, SkuDraft

_OPTIONS = range(1, 4)
_SHELVES = {"active": Shelf.ON, "draft": Shelf.DRAFT, "archived": Shelf.OFF, "unlisted": Shelf.OFF}


def _keyed(row: FileRow, before: str) -> Keyed:
    if handle := row.get("slug"):
        return Keyed(f"slug:{handle}")
    if name := row.get("name"):  # the platform itself makes the handle, of such files
        return Keyed(f"name:{name}")
    return Keyed(before or f"line:{row.line}")


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    cells = Cells(reading, label=SHOPIFY.label_of)
    numbers, names = _option_names(rows)
    if flag(first(rows, "gift_card")):
        cells.wrong(rows[0], "", _("礼品卡不能当商品导入"))
    return ProductDraft(
        lines=tuple(row.line for row in rows),
        slug=first(rows, "slug"),
        ref=first(rows, "name"),
        name=first(rows, "name") or None,
        description=first(rows, "description") or None,
        category=_category(rows),
        shelf=_shelf(rows),
        attributes=brand_and_tags(FileRow(0, {n: first(rows, n) for n in ("brand", "tags")})),
        option_names=names,
        skus=tuple(_skus(cells, rows, numbers)),
        pictures=_pictures(rows),
        faults=tuple(cells.faults),
    )


def _option_names(rows: Sequence[FileRow]) -> tuple[list[int], tuple[str, ...]]:
    """Return the numbers of the options that a product has, and what they are called."""
    found = {n: name for n in _OPTIONS if (name := first(rows, f"option{n}_name"))}
    values = {row.get("option1_value") for row in rows} - {""}
    if values <= {"Default Title"} and set(found.values()) <= {"Title"}:
        return [], ()
    for n in _OPTIONS:
        if n not in found and first(rows, f"option{n}_value"):
            found[n] = "规格" + (str(n) if n > 1 else "")  # stored, so it follows no language
    return sorted(found), tuple(found[n] for n in sorted(found))


def _category(rows: Sequence[FileRow]) -> tuple[str, ...] | None:
    """The merchant's own word for its kind comes before the long path of the standard list."""
    text = first(rows, "type") or first(rows, "category")
    return category_path(text) if text else None


def _shelf(rows: Sequence[FileRow]) -> Shelf | None:
    status = _SHELVES.get(first(rows, "status").casefold())
    if status is Shelf.ON or status is None:
        published = flag(first(rows, "published"))
        return Shelf.OFF if published is False else Shelf.ON if published else status
    return status


def _skus(cells: Cells, rows: Sequence[FileRow], numbers: Sequence[int]) -> Iterator[SkuDraft]:
    for row in rows:
        if not any(row.get(name) for name in ("price", "sku_code", "option1_value")):
            continue  # one more picture
        code, barcode = cells.code(row, "sku_code"), cells.code(row, "barcode")
        stock = cells.whole(row, "stock") if row.get("tracker") else None
        yield SkuDraft(
            line=row.line,
            options=tuple(row.get(f"option{n}_value") for n in numbers),
            code=code,
            price_minor=cells.money(row, "price"),
            market_price_minor=cells.money(row, "market_price"),
            cost_price_minor=cells.money(row, "cost"),
            barcode=barcode or None,
            weight_grams=_weight(cells, row),
            picture=row.get("sku_image") or None,
            stock={} if stock is None else {"": max(stock, 0)},
        )


def _weight(cells: Cells, row: FileRow) -> int | None:
    if row.get("weight"):
        return cells.measure(row, "weight", unit=grams(row.get("weight_unit").casefold()))
    return cells.measure(row, "weight_g", unit=1)


def _pictures(rows: Sequence[FileRow]) -> tuple[Picture, ...] | None:
    found: dict[str, tuple[int, Picture]] = {}
    for place, row in enumerate(rows):
        source, position = row.get("image"), row.get("image_position")
        if source and source not in found:
            rank = int(position) if position.isdecimal() else 1000 + place
            found[source] = (rank, Picture(source=source, alt=row.get("image_alt")[:120]))
    return tuple(one for _rank, one in sorted(found.values(), key=lambda x: x[0])) or None


def _options() -> Iterator[Field]:
    for n in _OPTIONS:
        yield Field(f"option{n}_name", gettext_lazy("规格项"), f"Option{n} Name")
        yield Field(f"option{n}_value", gettext_lazy("规格值"), f"Option{n} Value")


SHOPIFY = ProductFormat(
    name="shopify",
    label="Shopify CSV",
    fields=(
        Field("slug", gettext_lazy("商品编码（网址名）"), "Handle|URL handle"),
        Field("name", gettext_lazy("商品名称"), "Title"),
        Field("description", gettext_lazy("详情"), "Body (HTML)|Description"),
        Field("category", gettext_lazy("类目"), "Product Category|Standard Product Type"),
        Field("type", gettext_lazy("类型"), "Type|Custom Product Type"),
        Field("brand", gettext_lazy("品牌"), "Vendor"),
        Field("tags", gettext_lazy("标签"), "Tags"),
        Field("published", gettext_lazy("已发布"), "Published|Published on online store"),
        Field("status", gettext_lazy("状态"), "Status"),
        Field("sku_code", gettext_lazy("规格编码"), "Variant SKU|SKU"),
        Field("barcode", gettext_lazy("条码"), "Variant Barcode|Barcode"),
        *_options(),
        Field("price", gettext_lazy("售价"), "Variant Price|Price"),
        Field(
            "market_price",
            gettext_lazy("划线价"),
            "Variant Compare At Price|Compare-at price|Compare at price",
        ),
        Field("cost", gettext_lazy("成本价"), "Cost per item"),
        Field("stock", gettext_lazy("库存"), "Variant Inventory Qty|Inventory quantity"),
        Field(
            "tracker",
            gettext_lazy("是否管库存"),
            "Variant Inventory Tracker|Inventory tracker",
        ),
        Field("weight_g", gettext_lazy("重量（克）"), "Variant Grams|Weight value (grams)"),
        Field("weight", gettext_lazy("重量"), "Variant Weight"),
        Field(
            "weight_unit", gettext_lazy("重量单位"), "Variant Weight Unit|Weight unit for display"
        ),
        Field("image", gettext_lazy("图片"), "Image Src|Product image URL"),
        Field("image_position", gettext_lazy("图片顺序"), "Image Position"),
        Field("image_alt", gettext_lazy("图片说明"), "Image Alt Text"),
        Field("sku_image", gettext_lazy("规格图片"), "Variant Image|Variant image URL"),
        Field("gift_card", gettext_lazy("礼品卡"), "Gift Card"),
    ),
    keyed=_keyed,
    draft=_draft,
    known=forms(
        "Variant Inventory Policy|Variant Fulfillment Service|"
        "Variant Requires Shipping|Variant Taxable|"
        "SEO Title|SEO Description|Variant Tax Code|Charge tax|Tax code|"
        "Requires shipping|Continue selling when out of stock|"
        "Fulfillment service|Option1 Linked To|"
        "Option2 Linked To|Option3 Linked To|"
        "Google Shopping / Google Product Category|Google Shopping / Gender|"
        "Google Shopping / Age Group|Google Shopping / MPN|"
        "Google Shopping / Condition|Google Shopping / Custom Product|"
        "Google Shopping / Ad group name|Google Shopping / Custom Label 0|"
        "Google Shopping / Custom Label 1|Google Shopping / Custom Label 2|"
        "Google Shopping / Custom Label 3|Google Shopping / Custom Label 4"
    ),
    needed=("slug", "option1_value"),
)
