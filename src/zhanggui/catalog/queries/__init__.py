"""Reads of the catalogue: for checkout, for shoppers, for staff."""

from zhanggui.catalog.queries.admin import (
    admin_products,
    product_for_edit,
    product_ids_of,
    shelf_counts,
)
from zhanggui.catalog.queries.categories import (
    all_categories,
    category_by_slug,
    category_covers,
    category_trail,
    category_tree,
)
from zhanggui.catalog.queries.facts import (
    cost_prices,
    live_products,
    not_sold,
    sellable_facts,
    sellable_facts_by_id,
    sku_id,
    weightless_skus,
)
from zhanggui.catalog.queries.pages import listing, product_cards, product_page
from zhanggui.catalog.queries.search import matching_product_ids
from zhanggui.catalog.queries.skus import sku_row, sku_rows

__all__ = [
    "admin_products",
    "all_categories",
    "category_by_slug",
    "category_covers",
    "category_trail",
    "category_tree",
    "cost_prices",
    "listing",
    "live_products",
    "matching_product_ids",
    "not_sold",
    "product_cards",
    "product_for_edit",
    "product_ids_of",
    "product_page",
    "sellable_facts",
    "sellable_facts_by_id",
    "shelf_counts",
    "sku_id",
    "sku_row",
    "sku_rows",
    "weightless_skus",
]
