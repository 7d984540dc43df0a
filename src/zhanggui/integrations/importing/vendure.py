"""The product CSV of Vendure: continuation rows, options and pictures joined by `|`."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from zhanggui.integrations.importing.cells import Cells, first, flag
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat, forms
from zhanggui.integrations.types import FileRow, Picture, ProductDraft, Reading, SkuDraft


def _keyed(row: FileRow, before: str) -> Keyed:
    own = row.get("slug") or row.get("name")
    return Keyed(f"slug:{own}" if own else before or f"line:{row.line}")


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    cells = Cells(reading, label=VENDURE.label_of)
    names = tuple(_parts(first(rows, "option_groups")))
    facets = [one.partition(":") for one in _parts(first(rows, "facets"))]
    path = tuple(value for name, _sep, value in facets if name.casefold() == "category")
    pictures = tuple(Picture(source=one) for one in _parts(first(rows, "assets")))
    return ProductDraft(
        lines=tuple(row.line for row in rows),
        slug=first(rows, "slug"),
        ref=first(rows, "name"),
        name=first(rows, "name") or None,
        description=first(rows, "description") or None,
        category=path or None,
        option_names=names,
        skus=tuple(_sku(cells, row) for row in rows),
        pictures=pictures or None,
        faults=tuple(cells.faults),
    )


def _sku(cells: Cells, row: FileRow) -> SkuDraft:
    is_tracked = flag(row.get("tracked")) is not False
    stock = cells.whole(row, "stock") if is_tracked else None
    return SkuDraft(
        line=row.line,
        options=tuple(_parts(row.get("option_values"))),
        code=cells.code(row, "sku_code"),
        price_minor=cells.money(row, "price"),
        picture=next(iter(_parts(row.get("sku_assets"))), None),
        stock={} if stock is None else {"": max(stock, 0)},
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


VENDURE = ProductFormat(
    name="vendure",
    label="Vendure CSV",
    fields=(
        Field("name", gettext_lazy("商品名称"), "name"),
        Field("slug", gettext_lazy("商品编码（网址名）"), "slug"),
        Field("description", gettext_lazy("详情"), "description"),
        Field("assets", gettext_lazy("图片"), "assets"),
        Field("facets", gettext_lazy("类目"), "facets"),
        Field("option_groups", gettext_lazy("规格项"), "optionGroups"),
        Field("option_values", gettext_lazy("规格值"), "optionValues"),
        Field("sku_code", gettext_lazy("规格编码"), "sku"),
        Field("price", gettext_lazy("售价"), "price"),
        Field("stock", gettext_lazy("库存"), "stockOnHand"),
        Field("tracked", gettext_lazy("是否管库存"), "trackInventory"),
        Field("sku_assets", gettext_lazy("规格图片"), "variantAssets"),
    ),
    keyed=_keyed,
    draft=_draft,
    known=forms("taxCategory|variantFacets"),
    needed=("option_groups", "option_values"),
)
