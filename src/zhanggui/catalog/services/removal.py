"""Removing products and categories for good: those of the sample shop, which nothing refers to.

Whatever was sold or moved is archived instead: a key that still points here refuses the removal.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from zhanggui.catalog.events import ProductSaved
from zhanggui.catalog.models import (
    BulkEditRow,
    Category,
    OldSlug,
    Picture,
    Product,
    ProductAttribute,
    ProductChange,
    SearchTerm,
    Sku,
)
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.types import Actor


@transaction.atomic
def remove_products(*, product_ids: Collection[int], now: datetime, actor: Actor) -> None:
    """Delete products with their SKUs, pictures, values, history and rows of edits of many.

    The files of the pictures stay: another product may show the same ones. A repeat changes
    nothing.

    Raises:
        ProtectedError, IntegrityError: a row of a higher domain still names one of them.
    """
    rows = Product.objects.select_for_update().filter(pk__in=product_ids).order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    if not found:
        return
    Sku.objects.filter(product__in=found).update(picture=None)
    for model in (BulkEditRow, ProductChange, SearchTerm, ProductAttribute, Picture, Sku):
        model._default_manager.filter(product__in=found).delete()
    Product.objects.filter(pk__in=found).delete()
    versions.bump(CATALOG, SHELVES)
    publish(
        *(ProductSaved(subject_id=pk, change="removed", at=now, actor=actor) for pk in found),
    )


@transaction.atomic
def remove_categories(*, category_ids: Collection[int]) -> None:
    """Delete empty categories with the addresses that they had before, the deepest first.

    Raises:
        ProtectedError, IntegrityError: one has products, attributes or other categories.
    """
    rows = Category.objects.select_for_update().filter(pk__in=category_ids).order_by("pk")
    deepest_first = sorted(rows, key=lambda row: -row.path.count("/"))
    for row in deepest_first:
        OldSlug.objects.filter(category=row).delete()
        Category.objects.filter(pk=row.pk).delete()
    if deepest_first:
        versions.bump(CATALOG, SHELVES)
