"""Tables of stock: how many pieces of which SKU lie in which warehouse."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from zhanggui.integrations.importing.cells import Cells
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat
from zhanggui.integrations.types import FileRow, ProductDraft, Reading, SkuDraft


def _keyed(row: FileRow, _before: str) -> Keyed:
    return Keyed(f"line:{row.line}")


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    """One row is one SKU, with a warehouse of its own or a column for each."""
    (row,) = rows
    cells = Cells(reading, label=STOCK.label_of)
    found = {
        name.partition(":")[2]: cells.whole(row, name)
        for name in row.values
        if name.startswith("stock:")
    }
    if "on_hand" in row.values:
        found[row.get("warehouse")] = cells.whole(row, "on_hand")
    return ProductDraft(
        lines=(row.line,),
        ref=row.get("reason"),
        skus=(
            SkuDraft(
                line=row.line,
                code=cells.code(row, "sku_code"),
                barcode=cells.code(row, "barcode"),
                stock={house: pieces for house, pieces in found.items() if pieces is not None},
            ),
        ),
        faults=tuple(cells.faults),
    )


STOCK = ProductFormat(
    name="stock",
    label=gettext_lazy("库存表"),
    fields=(
        Field(
            "sku_code",
            gettext_lazy("规格编码"),
            "sku_code|规格编码|SKU编码|商家编码|sku|货号|sku code|商品货号|Variant SKU",
        ),
        Field("barcode", gettext_lazy("条码"), "barcode|条码|条形码|商品条码|ean|gtin|upc|69码"),
        Field("warehouse", gettext_lazy("仓库"), "warehouse|仓库编码|仓库|仓库名称|location"),
        Field(
            "on_hand",
            gettext_lazy("实物数量"),
            "on_hand|实物数量|实物|库存|库存数量|数量|实际库存|盘点数量|stock|quantity|qty|on hand"
            "|Variant Inventory Qty|Inventory quantity|stockOnHand",
        ),
        Field("reason", gettext_lazy("原因"), "reason|原因|调整原因|备注"),
        Field("stock", gettext_lazy("库存")),
    ),
    patterns=((re.compile(r"(?:stock|库存)\s*[:_(\[]\s*(.+?)\s*[)\]]?"), "stock:{0}"),),
    is_loose=True,
    keyed=_keyed,
    draft=_draft,
)
