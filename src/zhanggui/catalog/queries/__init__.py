"""Reads of the catalogue: for checkout, for shoppers, for staff."""

from zhanggui.catalog.queries.admin import (
    admin_products,
    product_for_edit,
    product_ids_by_sku,
    product_ids_found,
    product_ids_of,
    product_names,
    product_slugs,
    products_for_edit,
    shelf_counts,
    sku_codes,
)
from zhanggui.catalog.queries.bulk import bulk_edit, bulk_edits, bulk_rows
from zhanggui.catalog.queries.categories import (
    all_categories,
    category_by_slug,
    category_covers,
    category_trail,
    category_tree,
)
from zhanggui.catalog.queries.facts import (
    CATALOG,
    cost_prices,
    live_facts,
    live_products,
    next_change,
    not_sold,
    sellable_facts,
    sellable_facts_by_id,
    sku_id,
    total,
    weightless_skus,
)
from zhanggui.catalog.queries.history import product_history
from zhanggui.catalog.queries.pages import cards_by_slug, listing, product_cards, product_page
from zhanggui.catalog.queries.search import matching_product_ids, matching_sku_ids
from zhanggui.catalog.queries.skus import sku_code_of, sku_ids_by_text, sku_row, sku_rows

__all__ = [
    "CATALOG",
    "admin_products",
    "all_categories",
    "bulk_edit",
    "bulk_edits",
    "bulk_rows",
    "cards_by_slug",
    "category_by_slug",
    "category_covers",
    "category_trail",
    "category_tree",
    "cost_prices",
    "listing",
    "live_facts",
    "live_products",
    "matching_product_ids",
    "matching_sku_ids",
    "next_change",
    "not_sold",
    "product_cards",
    "product_for_edit",
    "product_history",
    "product_ids_by_sku",
    "product_ids_found",
    "product_ids_of",
    "product_names",
    "product_page",
    "product_slugs",
    "products_for_edit",
    "sellable_facts",
    "sellable_facts_by_id",
    "shelf_counts",
    "sku_code_of",
    "sku_codes",
    "sku_id",
    "sku_ids_by_text",
    "sku_row",
    "sku_rows",
    "total",
    "weightless_skus",
]
