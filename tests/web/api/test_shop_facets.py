"""What shoppers' programs narrow a category by, and what they learn of the shop."""

from typing import Any

import pytest
from django.test import Client
from tests.catalog.inputs import NOON
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import open_shop

from zhanggui.catalog.services import save_attribute, set_attributes
from zhanggui.catalog.types import AttributeKind
from zhanggui.core.types import SYSTEM

pytestmark = pytest.mark.django_db
PRODUCTS, INFO = "/api/v1/shop/products", "/api/v1/shop/info"


@pytest.fixture(autouse=True)
def _pots() -> None:
    open_shop(name="拾光", service_phone="400", return_policy="七天", service_email="a@b.cn")
    category = CategoryFactory(slug="pots")
    for name, values in (("颜色", ["黑", "白"]), ("容量", ["大", "小"])):
        save_attribute(category_id=category.pk, name=name, kind=AttributeKind.CHOICE, values=values)
    for slug, colour, size in (("a", "黑", "大"), ("b", "黑", "小"), ("c", "白", "大")):
        product = ProductFactory(slug=slug, category=category)
        SkuFactory(product=product)
        values = {"yan-se": [colour], "rong-liang": [size]}
        set_attributes(product_id=product.pk, values=values, now=NOON, actor=SYSTEM)


def found(client: Client, **asked: str) -> tuple[list[str], dict[str, list[tuple[Any, ...]]]]:
    answer = client.get(PRODUCTS, asked).json()
    return sorted(one["slug"] for one in answer["items"]), {
        one["key"]: [(v["value"], v["count"], v["is_chosen"]) for v in one["values"]]
        for one in answer["facets"]
    }


def test_a_category_tells_its_facets_and_is_narrowed_by_them(client: Client) -> None:
    assert found(client, category="pots") == (
        ["a", "b", "c"],
        {
            "yan-se": [("黑", 2, False), ("白", 1, False)],
            "rong-liang": [("大", 2, False), ("小", 1, False)],
        },
    )
    assert found(client, category="pots", f="yan-se:黑") == (
        ["a", "b"],
        {
            "yan-se": [("黑", 2, True), ("白", 1, False)],
            "rong-liang": [("大", 1, False), ("小", 1, False)],
        },
    )
    assert found(client, category="pots", f="yan-se:黑;rong-liang:大;yan-se:白")[0] == ["a", "c"]


@pytest.mark.parametrize(
    "asked",
    [{}, {"f": "yan-se:黑"}, {"category": "pots", "f": "nothing:x;;:;yan-se"}, {"category": "x"}],
)
def test_what_is_no_facet_narrows_nothing(client: Client, asked: dict[str, str]) -> None:
    slugs, facets = found(client, **asked)

    assert slugs == ([] if asked.get("category") == "x" else ["a", "b", "c"])
    assert bool(facets) == (asked.get("category") == "pots")


def test_everybody_may_know_the_shop(client: Client) -> None:
    answer = client.get(INFO)

    shop = answer.json()
    assert (shop["name"], shop["phone"], shop["email"]) == ("拾光", "400", "a@b.cn")
    assert (shop["return_policy"], shop["currency"], shop["logo"]) == ("七天", "CNY", None)
    assert (shop["time_zone"], shop["hours"]) == ("Asia/Shanghai", [])
    assert "transfer_account" not in shop
    again = client.get(INFO, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
