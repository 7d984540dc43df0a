"""The console's page of categories."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import CategoryFactory, SkuFactory
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return CategoryFactory(name="茶具", slug="pots")


def test_categories_are_made_moved_archived_and_restored(owner: Client) -> None:
    address = "/console/products/categories/"
    owner.post(f"{address}new/", {"name": "茶叶", "position": "1"})
    owner.post(f"{address}new/", {"name": "绿茶", "position": "0", "parent": "cha-ye"})
    green = Category.objects.get(slug="lv-cha")
    assert green.parent is not None
    assert green.parent.name == "茶叶"
    page = owner.get(f"{address}lv-cha/")
    assert page.context["form"]["parent"].value() == "cha-ye"

    owner.post(f"{address}lv-cha/", {"name": "绿茶礼盒", "position": "2", "slug": "green"})
    green.refresh_from_db()
    assert (green.name, green.slug, green.parent_id, green.position) == (
        "绿茶礼盒",
        "green",
        None,
        2,
    )
    SkuFactory(product__category=green)
    refused = owner.post(f"{address}green/archive/", follow=True)
    assert "请先把商品移到别的类目" in refused.content.decode()
    owner.post(f"{address}cha-ye/archive/")
    assert Category.objects.get(slug="cha-ye").archived_at is not None
    owner.post(f"{address}cha-ye/archive/", {"action": "restore"})
    assert Category.objects.get(slug="cha-ye").archived_at is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ""}, "这个字段是必填项"),
        ({"slug": "Ü"}, "网址名只能用小写字母"),
        ({"parent": "pots"}, "选择一个有效的选项"),
        ({"position": "x"}, "输入整数"),
    ],
)
def test_a_category_that_must_be_mended_stays_as_it_was(
    owner: Client, category: Category, fields: dict[str, str], text: str
) -> None:
    data = {"name": "新名", "position": "0", "slug": "pots"} | fields

    answer = owner.post("/console/products/categories/pots/", data)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    category.refresh_from_db()
    assert category.name == "茶具"


@pytest.mark.parametrize("rows", [1, 3])
def test_categories_need_the_same_statements_for_any_number(
    owner: Client, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        CategoryFactory()

    # session, user, versions, shop, choices, all, tree (2), schedule, menu
    with django_assert_num_queries(10):
        owner.get("/console/products/categories/")


def tree(owner: Client) -> list[tuple[str, str, int]]:
    """Return the rows of the tree: slug, parent and place."""
    rows = owner.get("/console/products/categories/").context["nodes"]
    return [(row.node.slug, row.parent, row.at) for row in rows]


def test_categories_are_put_at_other_places_by_button_or_by_dragging(owner: Client) -> None:
    top = {slug: CategoryFactory(slug=slug, name=slug, position=0) for slug in "abc"}
    CategoryFactory(slug="b1", parent=top["b"], position=3)
    address = "/console/products/categories/"

    owner.post(f"{address}c/place/", {"parent": "", "at": "0"})
    assert tree(owner) == [("c", "", 0), ("a", "", 1), ("b", "", 2), ("b1", "b", 0)]
    owner.post(f"{address}c/place/", {"parent": "b", "at": "9"})
    assert tree(owner) == [("a", "", 0), ("b", "", 1), ("b1", "b", 0), ("c", "b", 1)]
    owner.post(f"{address}b/place/", {"parent": "", "at": "0"})
    assert tree(owner) == [("b", "", 0), ("b1", "b", 0), ("c", "b", 1), ("a", "", 1)]
    c, b = Category.objects.get(slug="c"), Category.objects.get(slug="b")
    assert c.path == f"{b.path}{c.pk}/"


def test_a_category_is_not_put_below_itself(owner: Client) -> None:
    top = CategoryFactory(slug="top", name="茶")
    CategoryFactory(slug="below", parent=top)

    with nothing_changes():
        answer = owner.post(
            "/console/products/categories/top/place/",
            {"parent": "below", "at": "0"},
            headers={"HX-Request": "true"},
        )
        for wrong in ({"parent": "?", "at": "0"}, {"at": "x"}, {"at": "-1"}, {"at": "99999"}):
            page = owner.post("/console/products/categories/top/place/", wrong)
            assert page.status_code == 404

    assert json.loads(answer["HX-Trigger"])["toast"]["tone"] == "error"


def test_links_to_a_former_address_lead_to_the_one_of_today(
    owner: Client, category: Category, client: Client, shop: None
) -> None:
    SkuFactory(product__category=category)
    address = "/console/products/categories/"
    owner.post(f"{address}pots/", {"name": "茶壶", "position": "0", "slug": "teapots"})
    owner.post(f"{address}teapots/", {"name": "茶壶", "position": "0", "slug": "kettles"})

    for old in ("pots", "teapots"):
        answer = client.get(f"/c/{old}/")
        assert (answer.status_code, answer["Location"]) == (301, "/c/kettles/")
    assert client.get("/c/kettles/").status_code == 200
    owner.post(f"{address}new/", {"name": "新壶", "position": "0", "slug": "pots"})
    assert client.get("/c/pots/").status_code == 200
    assert client.get("/c/teapots/")["Location"] == "/c/kettles/"
    assert client.get("/c/never/").status_code == 404
