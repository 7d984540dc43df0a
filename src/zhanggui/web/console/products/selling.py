"""Whether shoppers can buy what the console shows: why not, and how many pieces there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zhanggui.catalog.types import AdminRow, NotSold, ProductEdit
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.web.console.products.forms import Editor
from zhanggui.web.console.products.matrix import RowForm, values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCell:
    """What a row of the matrix shows beside its fields. `sku` is empty before the first save."""

    sku: str = ""
    pieces: int = 0
    not_sold: NotSold | None = None


def with_reasons(rows: Sequence[AdminRow], *, now: datetime) -> list[AdminRow]:
    """Return the rows of a list with all reasons joined; a constant number of statements."""
    codes = [code for row in rows for code in row.codes]
    found = orders.why_not_sold(sku_codes=codes, now=now)
    return [
        replace(
            row,
            not_sold=orders.why_product_not_sold(
                status=row.not_sold, skus=[found[code] for code in row.codes]
            ),
        )
        for row in rows
    ]


def selling(
    product: ProductEdit | None, editor: Editor, *, now: datetime
) -> tuple[ProductEdit | None, list[tuple[RowForm, StockCell]]]:
    """Return the product with its reason, and the rows of the form with their pieces."""
    if product is None:
        return None, [(row, StockCell()) for row in editor.rows]
    found = orders.why_not_sold(sku_codes=[sku.code for sku in product.skus], now=now)
    pieces = inventory.available_by_sku(sku_ids=product.sku_ids)
    cells = {
        sku.options: StockCell(sku=sku.code, pieces=pieces[sku_id], not_sold=found[sku.code])
        for sku, sku_id in zip(product.skus, product.sku_ids, strict=True)
    }
    reason = orders.why_product_not_sold(status=product.not_sold, skus=found.values())
    rows = [
        (row, cells.get(values_of(row["options"].value()) or (), StockCell()))
        for row in editor.rows
    ]
    return replace(product, not_sold=reason), rows
