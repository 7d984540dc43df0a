"""The category tree."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery

from zhanggui.catalog.models import Category, Picture
from zhanggui.catalog.queries.facts import live, live_products
from zhanggui.catalog.types import CategoryNode


def category_tree(*, now: datetime) -> tuple[CategoryNode, ...]:
    """Return the tree of live categories with the number of live products in and below each."""
    counts = live_products(now=now).values("category_id").annotate(n=Count("pk")).order_by()
    own = dict(counts.values_list("category_id", "n"))
    below: dict[int | None, list[Category]] = defaultdict(list)
    for row in all_categories():
        below[row.parent_id].append(row)

    def nodes(parent_id: int | None, depth: int) -> tuple[CategoryNode, ...]:
        return tuple(node(row, depth) for row in below[parent_id])

    def node(row: Category, depth: int) -> CategoryNode:
        children = nodes(row.pk, depth + 1)
        return CategoryNode(
            category_id=row.pk,
            slug=row.slug,
            name=row.name,
            depth=depth,
            count=own.get(row.pk, 0) + sum(child.count for child in children),
            children=children,
        )

    return nodes(None, 0)


def category_covers(*, now: datetime) -> dict[int, str]:
    """Return category id → storage name of a picture: of the newest live product in or below it.

    Categories without such a picture are left out. One statement.
    """
    pictures = Picture.objects.filter(
        live(now, to="product__"),
        product__category__path__startswith=OuterRef("path"),
        archived_at=None,
    ).order_by("-product__created_at", "product__slug", "position", "pk")
    rows = Category.objects.filter(archived_at=None).annotate(
        cover=Subquery(pictures.values("small")[:1])
    )
    return {pk: cover for pk, cover in rows.values_list("pk", "cover") if cover}


def all_categories(*, with_archived: bool = False) -> list[Category]:
    """Return the categories, those of one parent in their order."""
    rows = Category.objects.order_by("position", "name", "pk")
    return list(rows if with_archived else rows.filter(archived_at=None))


def category_by_slug(*, slug: str) -> Category | None:
    """Return the live category of this slug."""
    return Category.objects.filter(slug=slug, archived_at=None).first()


def category_trail(*, category: Category) -> list[Category]:
    """Return the categories from the top down to this one, for bread crumbs."""
    ids = [int(part) for part in category.path.strip("/").split("/")]
    rows = Category.objects.in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]
