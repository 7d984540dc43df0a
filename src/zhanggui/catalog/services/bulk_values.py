"""What an edit of many products sets: the fields of each act, as one text that rows keep."""

from datetime import datetime

from zhanggui.catalog.calc import BULK_FIELDS, stored
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.types import BulkAct, BulkRefusal, BulkWish, Shelf

OF_SKUS = {act: BULK_FIELDS[act] for act in (BulkAct.PRICE, BulkAct.PRICE_AT, BulkAct.WEIGHT)}
OF_PRODUCTS = {act: BULK_FIELDS[act] for act in (BulkAct.SHELF, BulkAct.SHELF_AT, BulkAct.CATEGORY)}


def of_row(act: BulkAct, row: Product | Sku) -> str:
    """Return what a product or SKU has now."""
    return stored([getattr(row, name) for name in BULK_FIELDS[act]])


def timed_shelf(wish: BulkWish, product: Product, now: datetime) -> tuple[str, BulkRefusal | None]:
    """Return a product's shelf with the wished moments, and what speaks against them.

    What is on sale stays so until it ends; what is not comes onto the shelf at the beginning.
    Without moments the schedule goes, and the product stays as shoppers see it now.
    """
    shelf, on_at, off_at = product.shelf, product.on_at, product.off_at
    begun = shelf == Shelf.ON and (on_at is None or on_at <= now)
    is_live = begun and (off_at is None or off_at > now)
    if wish.begins_at is None and wish.ends_at is None:
        is_scheduled = on_at is not None or off_at is not None
        ended = Shelf.OFF if is_scheduled and shelf == Shelf.ON and not is_live else shelf
        return stored([ended, None, None]), None
    if wish.begins_at and not is_live:
        shelf, on_at = Shelf.ON, wish.begins_at
        off_at = off_at if off_at and off_at > on_at else None
    if wish.ends_at:
        off_at = wish.ends_at
    if shelf != Shelf.ON:
        return of_row(BulkAct.SHELF_AT, product), BulkRefusal.NOT_ON
    latest = max(filter(None, (on_at, wish.begins_at)), default=None)
    if off_at and latest and off_at <= latest:
        return of_row(BulkAct.SHELF_AT, product), BulkRefusal.OUT_OF_ORDER
    return stored([shelf, on_at, off_at]), None
