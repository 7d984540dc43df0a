"""Tables of the Chinese mall: products.csv, and skus.csv that lies beside it."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.catalog.types import Shelf
from zhanggui.integrations.importing.cells import (
    Cells,
    brand_and_tags,
    category_path,
    first,
    picture_sources,
)
from zhanggui.integrations.importing.formats import Field, Keyed, ProductFormat, forms
from zhanggui.integrations.types import FileRow, Picture, ProductDraft, Reading, SkuDraft

SKU_FILE = "skus.csv"  # its rows name their product by product_id
_PAIRS = re.compile(r"[;；]+")


def _keyed(row: FileRow, _before: str) -> Keyed:
    return Keyed(f"id:{row.get('product_id') or row.get('id')}")


def _draft(rows: Sequence[FileRow], reading: Reading) -> ProductDraft:
    cells = Cells(reading, label=MALL.label_of)
    heads = [row for row in rows if not row.get("product_id")]
    skus = [row for row in rows if row.get("product_id")]
    if not heads:
        cells.wrong(
            rows[0], "id", _("商品表里没有编号 %(id)s 的商品") % {"id": rows[0].get("product_id")}
        )
    head = heads[0] if heads else rows[0]
    names = tuple(name for name, _value in _pairs(first(skus, "options")))
    category = head.get("category")
    sources = picture_sources(" | ".join(filter(None, (head.get("pic"), head.get("album")))))
    return ProductDraft(
        lines=tuple(row.line for row in heads or rows),
        ref=f"{head.get('name')} {head.get('id')}",
        name=head.get("name") or None,
        subtitle=head.get("subtitle") or None,
        description=head.get("description") or None,
        category=category_path(category) if category else None,
        shelf={"1": Shelf.ON, "0": Shelf.OFF}.get(head.get("publish_status")),
        attributes=brand_and_tags(head),
        option_names=names,
        skus=tuple(_sku(cells, row, head, names) for row in skus or [head]),
        pictures=tuple(Picture(source=one) for one in sources) or None,
        faults=tuple(cells.faults),
        skipped=_("在原来的店里已删除") if head.get("delete_status") == "1" else "",
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in _PAIRS.split(text) if part.strip())
    return [(name.strip(), value.strip()) for name, _sep, value in parts]


def _sku(cells: Cells, row: FileRow, head: FileRow, names: tuple[str, ...]) -> SkuDraft:
    pairs = dict(_pairs(row.get("options")))
    stock = cells.whole(row, "stock")
    market = cells.money(head, "market_price")
    price = cells.money(row, "price")
    if price is None:
        price = cells.money(head, "price")
    return SkuDraft(
        line=row.line if row is head else head.line,
        options=tuple(pairs.get(name, "") for name in names),
        code=cells.code(row, "sku_code"),
        price_minor=price,
        market_price_minor=market if market and price is not None and market > price else None,
        weight_grams=cells.measure(head, "weight", unit=1),
        picture=row.get("pic") or None if row is not head else None,
        stock={} if stock is None else {"": max(stock, 0)},
    )


MALL = ProductFormat(
    name="mall",
    label=gettext_lazy("mall 商品表（products.csv 和 skus.csv）"),
    fields=(
        Field("id", gettext_lazy("编号"), "id"),
        Field("product_id", gettext_lazy("商品编号"), "product_id"),
        Field("name", gettext_lazy("商品名称"), "name"),
        Field("subtitle", gettext_lazy("副标题"), "sub_title"),
        Field("description", gettext_lazy("详情"), "detail_html|description"),
        Field("category", gettext_lazy("类目"), "category_path|product_category_name"),
        Field("price", gettext_lazy("售价"), "price"),
        Field("market_price", gettext_lazy("划线价"), "original_price"),
        Field("stock", gettext_lazy("库存"), "stock"),
        Field("weight", gettext_lazy("重量（克）"), "weight"),
        Field("publish_status", gettext_lazy("状态"), "publish_status"),
        Field("delete_status", gettext_lazy("已删除"), "delete_status"),
        Field("sku_code", gettext_lazy("规格编码"), "sku_code"),
        Field("options", gettext_lazy("规格"), "options|sp_data"),
        Field("brand", gettext_lazy("品牌"), "brand_name"),
        Field("tags", gettext_lazy("标签"), "keywords"),
        Field("pic", gettext_lazy("图片"), "pic"),
        Field("album", gettext_lazy("更多图片"), "album_pics"),
    ),
    keyed=_keyed,
    draft=_draft,
    known=forms(
        "product_sn|product_category_id|brand_id|promotion_price|"
        "promotion_type|low_stock|unit|service_ids|gift_point|use_point_limit|"
        "new_status|recommand_status|verify_status|sort|sale|"
        "promotion_start_time|promotion_end_time|promotion_per_limit|lock_stock"
    ),
    needed=("id", "name", "publish_status"),
)
