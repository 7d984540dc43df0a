"""Tables with a row for each product and rows of another kind for what it is sold in.

So Magento, Wix, BigCommerce, Ecwid and Amazon write them: a column tells the kind of each row.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy

from zhanggui.core.tables.cells import decimal_of
from zhanggui.integrations.importing.cells import first_category
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat
from zhanggui.integrations.importing.own import OWN, SKU_FIELDS
from zhanggui.integrations.importing.own_columns import FIELDS, OPTIONS, PATTERNS
from zhanggui.integrations.types import FileRow, ProductDraft, Reading

_HEADS = {"product", "parent", "configurable", "variable"}
_OTHERS = {"rule", "product_option", "product_file", "product_attribute", "configurable_variation"}
_BELOW = {"sku", "rule"}  # belong to the row above
_MORE = {
    "name": "item_name|product_name",
    "slug": "url_key|product url",
    "category": "collection|product_category_1|item type keyword|item_type",
    "price": "standard_price|standard price|product_price",
    "market_price": "product_compare_to_price",
    "stock": "qty|inventory|product_quantity",
    "sku_code": "item_sku|product_variation_sku",
    "barcode": "external_product_id|product_upc",
    "weight_kg": "product_weight",
    "images": (
        "productimageurl|main_image_url|main image url|base_image|product_media_main_image_url"
    ),
    "description": "product_description",
    "status": "visible|product_online|product_is_available",
    "brand": "brand_name|brand name|product_brand",
}
_NOT = {"category": {"product_type", "product type"}, "weight_g": {"product weight", "weight"}}
_SPECIAL = (
    Field(
        "row_kind",
        gettext_lazy("行的类型"),
        "fieldtype|item type|type|product_type|parent_child|parentage",
    ),
    Field(
        "family",
        gettext_lazy("上级商品"),
        "handleid|parent_sku|parent sku|product_internal_id",
    ),
    Field("head_code", gettext_lazy("上级商品的编码"), "product_sku"),
    Field("surcharge", gettext_lazy("加价"), "surcharge"),
    Field("children", gettext_lazy("规格（sku=…,size=…）"), "configurable_variations"),
    Field("child_labels", gettext_lazy("规格项的名称"), "configurable_variation_labels"),
    Field("theme", gettext_lazy("规格组"), "option set align|variation_theme|variation theme"),
    *(
        field
        for n in range(1, OPTIONS + 1)
        for field in (
            Field(f"spec{n}_name", gettext_lazy("规格项"), f"productoptionname{n}"),
            Field(f"spec{n}_value", gettext_lazy("规格值"), f"productoptiondescription{n}"),
        )
    ),
)
_PATTERNS = (
    (re.compile(r"product_variation_option_(.+)"), "option:{0}"),
    (re.compile(r"(colou?r|size|style|material)_name"), "option:{0}"),
)
_SIGNS = ("surcharge", "children", "theme", "head_code")  # of which each such program has one
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}:")
_PAIR = re.compile(r"(?:\[\w+\])?([^=,\[\]]+)=([^,]*)")


def _kind(row: FileRow) -> str:
    return row.get("row_kind").strip().casefold().removeprefix("product_variation") or "variant"


def _code(row: FileRow) -> str:
    return row.get("sku_code") or row.get("head_code")


def _keyed(row: FileRow, before: str) -> Keyed:
    kind = _kind(row)
    if kind in _BELOW and not row.get("family"):
        return Keyed(before or f"line:{row.line}")
    children = [dict(_PAIR.findall(part)).get("sku", "") for part in row.get("children").split("|")]
    key = row.get("family") or _code(row) or f"line:{row.line}"
    return Keyed(f"family:{key}", tuple(f"family:{one}" for one in children if one))


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    """Lay the rows out as those of our own template, then read them as such."""
    kept = [row for row in rows if _kind(row) not in _OTHERS] or list(rows[:1])
    head = next((row for row in kept if _kind(row) in _HEADS), kept[0])
    variants = [row for row in kept if row is not head]
    product = {**head.values, **_of_product(head)}
    product.pop("categories", None)  # the first of them is the category
    if not variants:
        plain = {name: text for name, text in product.items() if not name.startswith("spec")}
        return OWN.draft([FileRow(head.line, {"sku_code": _code(head), **plain})], reading)
    above = {name: text for name, text in product.items() if not _is_of_sku(name)}
    laid = [FileRow(head.line, above)]
    for row in variants:
        values = {name: text for name, text in row.values.items() if _is_of_sku(name)}
        options = _options(row, head)
        if options:
            values = {name: text for name, text in values.items() if not _is_option(name)}
        for n, (name, value) in enumerate(options[:OPTIONS], start=1):
            values |= {f"spec{n}_name": name, f"spec{n}_value": value}
        laid.append(FileRow(row.line, {**values, "price": _price(row, head)}))
    return OWN.draft(laid, reading)


def _of_product(head: FileRow) -> dict[str, str]:
    found = {}
    if text := head.get("categories") or head.get("category"):
        path = first_category(text).removeprefix("Default Category").strip("/ ")
        found["category"] = path.replace("/", ">")
    if slug := head.get("slug"):
        found["slug"] = slug.strip("/").rpartition("/")[2]
    return {**found, "name": head.get("name")}


def _is_option(name: str) -> bool:
    return name.startswith(("spec", "option:"))


def _is_of_sku(name: str) -> bool:
    return name in SKU_FIELDS or name.startswith("stock:") or _is_option(name)


def _options(row: FileRow, head: FileRow) -> list[tuple[str, str]]:
    """Return option and value of a row by what its program writes; none: columns of their own."""
    if "[" in row.get("name") and (named := _PAIR.findall(row.get("name"))):
        return [(name.strip(), value.strip()) for name, value in named]
    labels: dict[str, str] = dict(_PAIR.findall(head.get("child_labels")))
    for part in head.get("children").split("|"):
        pairs: dict[str, str] = dict(_PAIR.findall(part))
        if pairs.pop("sku", "") == row.get("sku_code") != "":
            return [(labels.get(name, name), value) for name, value in pairs.items()]
    return [
        (head.get(f"spec{n}_name"), _COLOR.sub("", row.get(f"spec{n}_value")))
        for n in range(1, OPTIONS + 1)
        if head.get(f"spec{n}_name") and row.get(f"spec{n}_value")
    ]


def _price(row: FileRow, head: FileRow) -> str:
    text = row.get("price") or head.get("price")
    more, base = decimal_of(row.get("surcharge")), decimal_of(text)
    return str(base + more) if more and base is not None and not row.get("price") else text


def _names(field: Field) -> str:
    taken = {name for one in _SPECIAL for name in one.names.split("|")}
    taken |= {name for more in _MORE.values() for name in more.split("|")}
    left_out = taken | _NOT.get(field.name, set())
    own = [name for name in field.names.split("|") if name and name not in left_out]
    if field.name == "weight_kg":
        own.append("weight")
    return "|".join((*own, _MORE.get(field.name, ""))).strip("|")


_TAKEN = {one.name for one in _SPECIAL}
FAMILIES = ProductFormat(
    name="families",
    label=gettext_lazy("Magento、Wix、BigCommerce、Ecwid、Amazon"),
    fields=(
        *_SPECIAL,
        *(replace(one, names=_names(one)) for one in FIELDS if one.name not in _TAKEN),
    ),
    patterns=(*_PATTERNS, *PATTERNS),
    needed=("row_kind",),
    any_of=_SIGNS,
    keyed=_keyed,
    draft=_draft,
    is_loose=True,
)
