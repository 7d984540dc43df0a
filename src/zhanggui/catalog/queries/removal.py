"""What must be known before goods are removed or archived."""

from collections.abc import Collection
from datetime import datetime

from zhanggui.catalog.models import Attribute, Category, Product, Sku
from zhanggui.catalog.types import CategoryUse


def has_products(*, besides: Collection[int] = ()) -> bool:
    """Tell whether the shop has a product that is not archived, other than these."""
    return Product.objects.filter(archived_at=None).exclude(pk__in=besides).exists()


def unarchived(*, product_ids: Collection[int]) -> list[int]:
    """Return which of these products are not archived, by id."""
    rows = Product.objects.filter(pk__in=product_ids, archived_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def products_of_skus(*, product_ids: Collection[int]) -> dict[int, int]:
    """Return SKU id → product id of all SKUs of these products, archived ones included."""
    rows = Sku.objects.filter(product__in=product_ids).order_by("pk")
    return dict(rows.values_list("pk", "product_id"))


def slugs_and_codes_taken(
    *, slugs: Collection[str], codes: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return which of these product slugs and SKU codes are in use, archived ones included."""
    taken = Product.objects.filter(slug__in=slugs).values_list("slug", flat=True)
    known = Sku.objects.filter(code__in=codes).values_list("code", flat=True)
    return set(taken), set(known)


def taken_category_slugs(*, slugs: Collection[str]) -> set[str]:
    """Return which of these category slugs are in use, archived ones included."""
    return set(Category.objects.filter(slug__in=slugs).values_list("slug", flat=True))


def category_uses(
    *, category_ids: Collection[int], gone: Collection[int], kept: Collection[int]
) -> dict[int, CategoryUse]:
    """Return what hangs on each of these categories, by id; 5 statements.

    Products that are as good as `gone` do not count, and those that are `kept` not as own ones.
    """
    rows = Category.objects.filter(pk__in=category_ids)
    parents = dict(rows.values_list("pk", "parent_id"))
    inside = Product.objects.filter(category__in=category_ids)
    own = inside.exclude(pk__in=[*gone, *kept]).order_by().values_list("category_id", flat=True)
    others = inside.filter(pk__in=kept).values_list("category_id", flat=True)
    children: dict[int, list[tuple[int, datetime | None]]] = {}
    below = Category.objects.filter(parent__in=category_ids)
    for pk, parent_id, archived_at in below.values_list("pk", "parent_id", "archived_at"):
        children.setdefault(parent_id or 0, []).append((pk, archived_at))
    described = Attribute.objects.filter(category__in=category_ids)
    with_own, with_kept = set(own.distinct()), set(others)
    with_attributes = set(described.values_list("category_id", flat=True))
    return {
        pk: CategoryUse(
            parent_id=parent_id,
            has_own=pk in with_own,
            has_kept=pk in with_kept,
            has_attributes=pk in with_attributes,
            children=frozenset(child for child, _at in children.get(pk, ())),
            live_children=frozenset(child for child, at in children.get(pk, ()) if at is None),
        )
        for pk, parent_id in parents.items()
    }
