"""Filters on a category's page."""

import pytest
from django.test import Client
from tests.catalog.inputs import NOON
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import open_shop
from tests.factories.staff import StaffFactory

from zhanggui.accounts.types import Role
from zhanggui.catalog.services import save_attribute, set_attributes
from zhanggui.catalog.types import AttributeKind
from zhanggui.core.types import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pots() -> None:
    open_shop()
    category = CategoryFactory(slug="pots")
    save_attribute(
        category_id=category.pk, name="颜色", kind=AttributeKind.CHOICE, values=["黑", "白"]
    )
    for colour in "黑白":
        product = ProductFactory(slug=f"p{ord(colour)}", name=f"{colour}壶", category=category)
        SkuFactory(product=product)
        set_attributes(product_id=product.pk, values={"yan-se": [colour]}, now=NOON, actor=SYSTEM)


def test_values_are_links_that_choose_and_take_back(client: Client) -> None:
    whole = client.get("/c/pots/")
    (one,) = whole.context["filters"]
    assert [(link.label, link.count, link.is_chosen) for link in one.links] == [
        ("黑", 1, False),
        ("白", 1, False),
    ]
    assert "noindex" not in whole.content.decode()

    narrowed = client.get(f"/c/pots/{one.links[0].url}&sort=price&cursor=x")
    page = narrowed.content.decode()
    assert ("黑壶" in page, "白壶" in page) == (True, False)
    assert '<meta name="robots" content="noindex">' in page
    (one,) = narrowed.context["filters"]
    assert [link.is_chosen for link in one.links] == [True, False]
    assert one.links[0].url == "?sort=price"
    again = client.get(f"/c/pots/{one.links[0].url}").content.decode()
    assert ("黑壶" in again, "白壶" in again) == (True, True)


def test_a_filtered_page_is_kept_under_its_own_address(client: Client) -> None:
    both = client.get("/c/pots/").content
    black = client.get("/c/pots/?f=yan-se:黑").content

    assert client.get("/c/pots/").content == both != black
    assert client.get("/c/pots/?f=yan-se:黑").content == black
    empty = client.get("/c/pots/?f=yan-se:红").content.decode()
    assert "没有符合筛选的商品" in empty
    assert client.get("/c/pots/?f=nothing:1;;:").status_code == 200


def test_staff_make_attributes_and_give_products_their_values() -> None:
    owner = Client()
    owner.force_login(StaffFactory(role=Role.OWNER), "django.contrib.auth.backends.ModelBackend")
    page = "/console/products/categories/pots/attributes/"
    made = {"name": "产地", "kind": "text", "is_facet": "on"}
    assert owner.post(page, made)["Location"] == page
    refused = owner.post(page, {"name": "材质", "kind": "choice"})
    assert refused.status_code == 422
    assert "可选的值要有" in refused.content.decode()

    slug = f"p{ord('黑')}"
    form = owner.get(f"/console/products/item/{slug}/")
    assert [one.attribute.name for one in form.context["attributes"]] == ["颜色", "产地"]
    owner.post(
        f"/console/products/item/{slug}/attributes/",
        {"attr:yan-se": ["黑", "白"], "attr:chan-di": "宜兴"},
    )
    (colour,) = Client().get("/c/pots/").context["filters"]
    assert [(link.label, link.count) for link in colour.links] == [("黑", 1), ("白", 2)]
    owner.post(page, {"key": "yan-se", "action": "archive"})
    assert Client().get("/c/pots/").context["filters"] == ()
