"""The console's page of categories."""

from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import CategoryFactory, SkuFactory

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

    # session, user, versions, shop, choices, all, tree (2), schedule (2), menu
    with django_assert_num_queries(11):
        owner.get("/console/products/categories/")
