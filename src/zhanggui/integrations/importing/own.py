"""Our own template, and tables of unknown shops whose columns go by usual names."""

import json
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.catalog.types import Shelf
from zhanggui.core.tables.cells import decimal_of
from zhanggui.integrations.importing.cells import (
    Cells,
    brand_and_tags,
    category_path,
    first,
    first_category,
    flag,
    named_values,
    picture_sources,
    shelf_of,
    text_or_clear,
    unescaped,
)
from zhanggui.integrations.importing.formats import Keyed, ProductFormat
from zhanggui.integrations.importing.own_columns import FIELDS, OPTIONS, PATTERNS
from zhanggui.integrations.importing.settling import settled
from zhanggui.integrations.types import (
    CLEAR,
    FileRow,
    Picture,
    ProductDraft,
    Reading,
    SkuDraft,
    Values,
)

_PAIRS = re.compile(r"[;；|,，]+")
_BAR = re.compile(r"(?<!\\)\|")
_SUMS = {"合计", "总计", "小计", "合计：", "合计:", "Total", "TOTAL"}
_SIDES = ("length_mm", "width_mm", "height_mm")


def _keyed(row: FileRow, before: str) -> Keyed:
    if slug := row.get("slug"):
        return Keyed(f"slug:{slug.casefold()}")
    if name := row.get("name"):
        return Keyed(f"name:{name}")
    if code := row.get("sku_code"):
        has_options = any(
            name.startswith("option:") or (name.startswith("spec") and name.endswith("_value"))
            for name in row.values
        )
        return Keyed(before if before and has_options else f"sku:{code}")
    return Keyed(before or f"line:{row.line}")


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    cells = Cells(reading, label=OWN.label_of)
    head = _head(rows)
    names = _option_names(rows)
    skus = [_sku(cells, row, names) for row in rows if _says_of_sku(row)]
    category = first_category(head.get("categories")) or head.get("category")
    return ProductDraft(
        lines=tuple(row.line for row in rows),
        slug=head.get("slug"),
        ref=head.get("name"),
        name=unescaped(head.get("name")) or None,
        subtitle=text_or_clear(head, "subtitle"),
        description=_described(text_or_clear(head, "description")),
        category=category_path(category) if category else None,
        shelf=_shelf(cells, head),
        on_at=cells.moment(head, "on_at"),
        off_at=cells.moment(head, "off_at"),
        leaves_when_sold_out=_leaves(cells, head),
        freight=text_or_clear(head, "freight"),
        attributes=_attributes(head),
        option_names=names,
        option_values=named_values(head.get("option_values")),
        skus=tuple(skus),
        pictures=_pictures(head),
        faults=tuple(cells.faults),
        skipped=_("合计行") if _is_sum(head) else "",
    )


def _described(text: str | None) -> str | None:
    """Return a description as HTML; editors that keep blocks write them as JSON."""
    if not text or not text.startswith("{") or '"blocks"' not in text:
        return text
    try:
        blocks = json.loads(text)["blocks"]
        return "".join(f"<p>{one['data']['text']}</p>" for one in blocks if "text" in one["data"])
    except (ValueError, TypeError, KeyError):
        return text


def _is_sum(head: FileRow) -> bool:
    names = [text for name in ("slug", "name", "sku_code") if (text := head.get(name))]
    return len(names) == 1 and names[0] in _SUMS


def _leaves(cells: Cells, row: FileRow) -> bool | None:
    text = row.get("leaves_when_sold_out")
    found = flag(text) if text else None
    if text and found is None:
        cells.wrong(row, "leaves_when_sold_out", _("请写是或否"))
    return found


def _attributes(row: FileRow) -> dict[str, Values]:
    text = row.get("attributes")
    found = {name: Values(texts) for name, texts in named_values(text).items()}
    for name, cell in row.values.items():
        if name.startswith("attribute:"):
            texts = () if cell == CLEAR else tuple(filter(None, map(str.strip, cell.split("|"))))
            found[name.partition(":")[2]] = Values(texts)
    return {**found, **brand_and_tags(row)}


def _head(rows: Sequence[FileRow]) -> FileRow:
    """Return what the rows say of the product: the first word on each field counts."""
    values: dict[str, str] = {}
    for row in rows:
        values = {**row.values, **values}
    return FileRow(rows[0].line, values)


def _says_of_sku(row: FileRow) -> bool:
    return any(
        name in SKU_FIELDS or name.startswith(("spec", "option", "stock:")) for name in row.values
    )


def _option_names(rows: Sequence[FileRow]) -> tuple[str, ...] | None:
    if named := _named_options(rows):
        return tuple(name.partition(":")[2] for name in named)
    if text := first(rows, "options"):
        return tuple(name for name, _value in _pairs(text))
    if first(rows, "spec1_value") == CLEAR:
        return ()
    values = [n for n in range(1, OPTIONS + 1) if first(rows, f"spec{n}_value")]
    if not values:
        return None
    return tuple(unescaped(first(rows, f"spec{n}_name")) or _unnamed(n) for n in values)


def _named_options(rows: Sequence[FileRow]) -> list[str]:
    """Return the columns that are options by their own name, as 颜色 and 尺码, and are used."""
    found = (name for row in rows for name in row.values if name.startswith("option:"))
    return list(dict.fromkeys(found))[:OPTIONS]


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
        timed_price_minor=cells.price_or_clear(row, "timed_price"),
        timed_from=cells.moment(row, "timed_from"),
        timed_until=cells.moment(row, "timed_until"),
        barcode="" if row.get("barcode") == CLEAR else (cells.code(row, "barcode") or None),
        weight_grams=_weight(cells, row),
        volume_cm3=_volume(cells, row),
        picture=text_or_clear(row, "sku_image"),
        stock=_stock(cells, row),
    )


def _values(cells: Cells, row: FileRow, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if any(name.startswith("option:") for name in row.values):
        return tuple(row.get(f"option:{name}") for name in names)
    if text := row.get("options"):
        pairs = dict(_pairs(text))
        if set(pairs) != set(names):
            cells.wrong(row, "options", _("规格项和同一商品的其他行不一样"))
        return tuple(pairs.get(name, "") for name in names)
    values = (row.get(f"spec{n}_value") for n in range(1, OPTIONS + 1))
    return tuple(unescaped(value) for value in values if value and value != CLEAR)


def _weight(cells: Cells, row: FileRow) -> int | None:
    if "weight_kg" in row.values:
        return cells.measure(row, "weight_kg", unit=1000)
    return cells.measure(row, "weight_g", unit=1)


def _volume(cells: Cells, row: FileRow) -> int | None:
    if row.get("volume_cm3"):
        return cells.measure(row, "volume_cm3", unit=1)
    sides = [decimal_of(row.get(name), comma=cells.reading.comma) for name in _SIDES]
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
    shelf = shelf_of(text)
    if shelf is None:
        cells.wrong(
            row, "status", _("%(text)s 不是状态，请写上架、下架或草稿") % {"text": text[:40]}
        )
    return shelf


def _pictures(row: FileRow) -> tuple[Picture, ...] | None:
    more = sorted((name for name in row.values if name.startswith("images:")), key=_number)
    text = "\n".join(filter(None, (row.get(name) for name in ("images", *more))))
    if not text:
        return None
    alts = [alt.replace("\\|", "|").strip() for alt in _BAR.split(row.get("image_alts"))]
    sources = () if text == CLEAR else picture_sources(text)
    return tuple(
        Picture(source=source, alt=alts[place] if place < len(alts) else "")
        for place, source in enumerate(sources)
    )


def _number(name: str) -> int:
    return int(name.partition(":")[2])


SKU_FIELDS = {
    *("sku_code", "barcode", "price", "market_price", "cost", "stock", "weight_g", "weight_kg"),
    *("volume_cm3", *_SIDES, "sku_image"),
}
OWN = ProductFormat(
    name="zhanggui",
    label=gettext_lazy("掌柜模板，或列名常见的表格"),
    fields=FIELDS,
    patterns=PATTERNS,
    settle=settled,
    is_loose=True,
    keyed=_keyed,
    draft=_draft,
)
