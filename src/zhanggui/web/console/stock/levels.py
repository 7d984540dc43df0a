"""What all warehouses hold of SKUs, as the pages of stock show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import SkuRow
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.inventory import queries
from zhanggui.inventory.types import StockRow, WarehouseView
from zhanggui.web.access import seen_houses, staff_user


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A SKU in one warehouse, counters at zero where nothing was ever booked."""

    warehouse: WarehouseView
    row: StockRow
    coming: int  # on the way by transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class StockView:
    """A SKU with its levels in all warehouses."""

    sku: SkuRow
    levels: list[Level]


def stock_views(
    skus: Sequence[SkuRow], *, houses: Sequence[WarehouseView], only: str = ""
) -> list[StockView]:
    """Return SKUs with their levels in these warehouses, or in one of them. 2 statements."""
    ids = [sku.sku_id for sku in skus]
    known = {(row.sku, row.warehouse): row for row in queries.stock_rows(sku_ids=ids)}
    coming = queries.on_the_way(sku_ids=ids)
    houses = [house for house in houses if only in ("", house.code)]
    return [
        StockView(
            sku=sku,
            levels=[
                Level(
                    warehouse=house,
                    row=known.get((sku.code, house.code))
                    or StockRow(sku.code, house.code, 0, 0, 0),
                    coming=coming.get((sku.code, house.code), 0),
                )
                for house in houses
            ],
        )
        for sku in skus
    ]


def wanted_sku(code: str) -> SkuRow:
    """Return the SKU of an address, or answer that there is none."""
    try:
        found = catalog.sku_row(code=clean_text(code, max_length=60))
    except TextRefused as refusal:
        raise Http404 from refusal
    if found is None:
        raise Http404
    return found


def clean(request: HttpRequest, name: str) -> str:
    """Return a value of the address, "" where it is no text that could be meant."""
    try:
        return clean_text(request.GET.get(name, ""), max_length=100)
    except TextRefused:
        return ""


def key_of(text: str) -> int:
    """Return the key after which a page goes on, 0 for the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def houses_of(request: HttpRequest) -> tuple[WarehouseView, ...]:
    """Return the warehouses that this person may see."""
    return seen_houses(staff_user(request))


def house_code(request: HttpRequest) -> str:
    """Return the chosen warehouse's code, "" for all."""
    wish = request.GET.get("warehouse", "")
    return wish if wish in {house.code for house in houses_of(request)} else ""
