"""The category tree."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.catalog.inputs import NOON
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory

from zhanggui.catalog.models import Category
from zhanggui.catalog.queries import category_by_slug, category_trail, category_tree
from zhanggui.catalog.services import archive_category, restore_category, save_category
from zhanggui.catalog.types import CatalogRefused
from zhanggui.core.versions import held

pytestmark = pytest.mark.django_db


def made(name: str, *, parent: Category | None = None, **changes: Any) -> Category:
    """Save a new category."""
    values: dict[str, Any] = {
        "category_id": None,
        "name": name,
        "slug": "",
        "parent_id": parent.pk if parent else None,
        "position": 0,
    }
    return save_category(**(values | changes), now=NOON)


def test_a_category_gets_its_path_and_a_slug_from_its_name() -> None:
    top = made(" 茶叶 ")
    below = made("绿茶", parent=top)
    again = made("绿茶")

    assert (top.name, top.slug, top.path) == ("茶叶", "cha-ye", f"/{top.pk}/")
    assert (below.slug, below.path) == ("lv-cha", f"/{top.pk}/{below.pk}/")
    assert again.slug == "lv-cha-2"
    assert [row.name for row in category_trail(category=below)] == ["茶叶", "绿茶"]


def test_moving_a_category_moves_all_below_it() -> None:
    top, other = made("茶叶"), made("礼品")
    green = made("绿茶", parent=top)
    spring = made("明前", parent=green)

    made("绿茶礼盒", category_id=green.pk, slug=green.slug, parent=other, position=3)

    green.refresh_from_db()
    spring.refresh_from_db()
    assert (green.name, green.path, green.position) == (
        "绿茶礼盒",
        f"/{other.pk}/{green.pk}/",
        3,
    )
    assert spring.path == f"/{other.pk}/{green.pk}/{spring.pk}/"


def test_what_can_not_be_is_refused_and_changes_nothing() -> None:
    a = made("一")
    b = made("二", parent=a)
    c = made("三", parent=b)
    d = made("四", parent=c)
    archived = CategoryFactory(archived_at=NOON)
    side = made("旁")
    made("旁下", parent=side)
    before = list(Category.objects.order_by("pk").values())
    refused: list[tuple[dict[str, Any], str]] = [
        ({"name": "五", "parent": d}, "parent"),
        ({"name": "旁", "category_id": side.pk, "parent": c}, "parent"),
        ({"name": "一", "category_id": a.pk, "parent": c}, "parent"),
        ({"name": "一", "category_id": a.pk, "parent": a}, "parent"),
        ({"name": "新", "parent_id": 1}, "parent"),
        ({"name": "新", "parent": archived}, "parent"),
        ({"name": "新", "category_id": archived.pk}, "category"),
        ({"name": " "}, "name"),
        ({"name": "新", "slug": a.slug}, "slug"),
        ({"name": "新", "slug": "Ü"}, "slug"),
    ]

    for changes, field in refused:
        with pytest.raises(CatalogRefused) as refusal:
            made(**changes)
        assert refusal.value.field == field
    assert list(Category.objects.order_by("pk").values()) == before


def test_only_an_empty_category_is_archived() -> None:
    top = CategoryFactory()
    below = CategoryFactory(parent=top)
    product = ProductFactory(category=below)

    for row in (top, below):
        with pytest.raises(CatalogRefused):
            archive_category(category_id=row.pk, now=NOON)
    assert not Category.objects.exclude(archived_at=None).exists()

    product.archived_at = NOON
    product.save()
    archive_category(category_id=below.pk, now=NOON)
    archive_category(category_id=top.pk, now=NOON)
    assert Category.objects.filter(archived_at=NOON).count() == 2
    with pytest.raises(CatalogRefused):
        restore_category(category_id=below.pk)
    restore_category(category_id=top.pk)
    restore_category(category_id=below.pk)
    assert not Category.objects.exclude(archived_at=None).exists()


def test_the_tree_counts_live_products_in_and_below(django_assert_num_queries: Any) -> None:
    top = CategoryFactory(name="茶", position=1, slug="tea")
    first = CategoryFactory(name="壶", position=0)
    below = CategoryFactory(name="绿茶", parent=top)
    CategoryFactory(archived_at=NOON)
    SkuFactory(product__category=top)
    for _ in range(2):
        SkuFactory(product__category=below)
    SkuFactory(product__category=below, product__shelf="off")

    with held(), django_assert_num_queries(4):  # versions, categories, counts, schedule
        tree = category_tree(now=NOON)
    with held(), django_assert_num_queries(1):
        assert category_tree(now=NOON) is tree

    assert [(node.name, node.count, node.depth) for node in tree] == [("壶", 0, 0), ("茶", 3, 0)]
    assert [(node.name, node.count, node.depth) for node in tree[1].children] == [("绿茶", 2, 1)]
    assert first.pk == tree[0].category_id
    assert category_by_slug(slug="tea") == top


@pytest.mark.parametrize("field", ["slug", "path"])
def test_the_database_keeps_slug_and_path_unique(field: str) -> None:
    row = CategoryFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        CategoryFactory(**{field: getattr(row, field)})
