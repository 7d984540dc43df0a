"""The category tree."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery

from zhanggui.catalog.models import Category, Picture
from zhanggui.catalog.queries.facts import SHELVES, live, live_products, next_change
from zhanggui.catalog.types import CategoryNode
from zhanggui.core import versions


def category_tree(*, now: datetime) -> tuple[CategoryNode, ...]:
    """Return the tree of live categories with the number of live products in and below each."""
    return _tree(now)


@versions.lasting(SHELVES)
def _tree(now: datetime) -> tuple[tuple[CategoryNode, ...], datetime]:
    counts = live_products(now=now).values("category_id").annotate(n=Count("pk")).order_by()
    own = dict(counts.values_list("category_id", "n"))
    below: dict[int | None, list[Category]] = defaultdict(list)
    for row in _live_categories():
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

    return nodes(None, 0), next_change(now=now)


def category_covers(*, now: datetime) -> Mapping[int, str]:
    """Return category id → storage name of a picture: of the newest live product in or below it.

    Categories without such a picture are left out.
    """
    return _covers(now)


@versions.lasting(SHELVES)
def _covers(now: datetime) -> tuple[Mapping[int, str], datetime]:
    """Ask each category for its own newest product, by index, and let those above take the newest.

    Asking for all below at once sorted half the shop for each category at the top.
    """
    pictures = Picture.objects.filter(
        live(now, to="product__"), product__category=OuterRef("pk"), archived_at=None
    ).order_by("-product__created_at", "product__slug", "position", "pk")
    own = Category.objects.filter(archived_at=None).annotate(
        at=Subquery(pictures.values("product__created_at")[:1]),
        cover=Subquery(pictures.values("small")[:1]),
    )
    newest: dict[int, tuple[datetime, str]] = {}
    for path, at, cover in own.values_list("path", "at", "cover").order_by("path"):
        for part in path.strip("/").split("/") if cover else ():
            if int(part) not in newest or newest[int(part)][0] < at:
                newest[int(part)] = (at, cover)
    return {pk: cover for pk, (_at, cover) in newest.items()}, next_change(now=now)


def all_categories(*, with_archived: bool = False) -> list[Category]:
    """Return the categories, those of one parent in their order."""
    rows = Category.objects.order_by("position", "name", "pk")
    return list(rows if with_archived else rows.filter(archived_at=None))


@versions.versioned(SHELVES)
def category_names() -> dict[int, str]:
    """Return id → name of all categories, those that are archived among them."""
    return dict(Category.objects.values_list("pk", "name"))


@versions.versioned(SHELVES)
def _live_categories() -> tuple[Category, ...]:
    return tuple(all_categories())


def category_ids(*, slug: str) -> list[int]:
    """Return the ids of the live category of this slug and of all below it; [] for none."""
    top = category_by_slug(slug=slug)
    return [row.pk for row in _live_categories() if top and row.path.startswith(top.path)]


def category_by_slug(*, slug: str) -> Category | None:
    """Return the live category of this slug. It is shared: nobody may change it."""
    return next((row for row in _live_categories() if row.slug == slug), None)


def category_of_old_slug(*, slug: str) -> Category | None:
    """Return the live category that had this slug before."""
    return Category.objects.filter(old_slugs__slug=slug, archived_at=None).first()


def category_trail(*, category: Category) -> list[Category]:
    """Return the live categories from the top down to this one, for bread crumbs."""
    rows = {row.pk: row for row in _live_categories()}
    ids = [int(part) for part in category.path.strip("/").split("/")]
    return [rows[pk] for pk in ids if pk in rows]
