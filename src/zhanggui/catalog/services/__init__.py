"""Writes of the catalogue: categories, products with their SKUs, pictures, the search index."""

from zhanggui.catalog.services.attributes import (
    archive_attribute,
    checked_values,
    save_attribute,
    set_attributes,
)
from zhanggui.catalog.services.bulk_preview import preview_bulk_edit
from zhanggui.catalog.services.bulk_run import (
    run_bulk_edit,
    start_bulk_edit,
    undo_bulk_edit,
)
from zhanggui.catalog.services.categories import (
    archive_category,
    place_category,
    restore_category,
    save_category,
)
from zhanggui.catalog.services.copies import copy_product
from zhanggui.catalog.services.images import Encoded, encode
from zhanggui.catalog.services.pictures import (
    add_known_picture,
    add_picture,
    archive_picture,
    describe_picture,
    order_pictures,
    set_sku_picture,
    store_picture,
)
from zhanggui.catalog.services.products import (
    ProductWish,
    archive_product,
    cleaned_product,
    restore_product,
    save_product,
    save_products,
    set_shelf,
)
from zhanggui.catalog.services.removal import remove_categories, remove_products
from zhanggui.catalog.services.search import get_ready, rebuild_search
from zhanggui.catalog.services.seeding import PictureSeed, ProductSeed, SkuSeed, seed_products
from zhanggui.catalog.services.slugs import steady_slug
from zhanggui.catalog.services.standing import locked_leaving, note_stock, refresh_figures

__all__ = [
    "Encoded",
    "PictureSeed",
    "ProductSeed",
    "ProductWish",
    "SkuSeed",
    "add_known_picture",
    "add_picture",
    "archive_attribute",
    "archive_category",
    "archive_picture",
    "archive_product",
    "checked_values",
    "cleaned_product",
    "copy_product",
    "describe_picture",
    "encode",
    "get_ready",
    "locked_leaving",
    "note_stock",
    "order_pictures",
    "place_category",
    "preview_bulk_edit",
    "rebuild_search",
    "refresh_figures",
    "remove_categories",
    "remove_products",
    "restore_category",
    "restore_product",
    "run_bulk_edit",
    "save_attribute",
    "save_category",
    "save_product",
    "save_products",
    "seed_products",
    "set_attributes",
    "set_shelf",
    "set_sku_picture",
    "start_bulk_edit",
    "steady_slug",
    "store_picture",
    "undo_bulk_edit",
]
