"""Attributes of categories, values of products, and lists narrowed by them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.catalog.inputs import NOON
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Attribute, Category, Product, ProductChange
from zhanggui.catalog.queries import (
    attributes_of,
    category_tree,
    chosen_of,
    chosen_text,
    facets,
    listing,
    product_values,
)
from zhanggui.catalog.services import (
    archive_attribute,
    save_attribute,
    set_attributes,
    set_shelf,
)
from zhanggui.catalog.types import AttributeKind, CatalogRefused, Shelf, Sort
from zhanggui.core.types import SYSTEM, By
from zhanggui.core.versions import held

pytestmark = pytest.mark.django_db


@pytest.fixture
def ware() -> Category:
    """Ware, with pots below it: colour of all ware, size of pots."""
    top: Category = CategoryFactory(slug="ware")
    pots = CategoryFactory(slug="pots", parent=top)
    choice, number = AttributeKind.CHOICE, AttributeKind.NUMBER
    save_attribute(category_id=top.pk, name="颜色", kind=choice, values=["黑", "白", "红"])
    save_attribute(category_id=pots.pk, name="容量", kind=number, unit="ml")
    return top


def pot(slug: str, *colours: str, size: str = "") -> Product:
    product: Product = ProductFactory(slug=slug, category=Category.objects.get(slug="pots"))
    SkuFactory(product=product)
    give(product, yan_se=colours, rong_liang=[size] if size else [])
    return product


def give(product: Product, **values: Any) -> None:
    named = {key.replace("_", "-"): texts for key, texts in values.items()}
    set_attributes(product_id=product.pk, values=named, now=NOON, actor=SYSTEM)


def shown(category: str, chosen: str = "") -> dict[str, dict[str, int]]:
    found = facets(category_slug=category, chosen=chosen_of(chosen), now=NOON)
    return {facet.key: dict(facet.values) for facet in found}


def listed(category: str, chosen: str, **more: Any) -> list[str]:
    page = listing(category_slug=category, chosen=chosen_of(chosen), now=NOON, **more)
    return sorted(card.slug for card in page.items)


def test_attributes_come_down_the_tree(ware: Category) -> None:
    pots = Category.objects.get(slug="pots")

    assert [one.key for one in attributes_of(category=pots)] == ["yan-se", "rong-liang"]
    assert [one.key for one in attributes_of(category=ware)] == ["yan-se"]
    archive_attribute(key="yan-se", by=By(SYSTEM, NOON))
    assert [one.key for one in attributes_of(category=pots)] == ["rong-liang"]


def test_values_are_of_the_attribute_and_written_one_way(ware: Category) -> None:
    product = pot("a", "红", "黑", "红", size="１".replace("１", "1") + "50.50")

    black, size = (Attribute.objects.get(key=key).pk for key in ("yan-se", "rong-liang"))
    assert product_values(product_id=product.pk) == {black: ["黑", "红"], size: ["150.5"]}
    told = ProductChange.objects.order_by("id").values_list("field", "old", "new")
    assert list(told) == [
        ("attribute", None, "颜色: 黑, 红"),
        ("attribute", None, "容量: 150.5"),
    ]
    for wrong in (
        {"yan_se": ["蓝"]},
        {"rong_liang": ["大"]},
        {"rong_liang": ["1", "2"]},
        {"rong_liang": ["NaN"]},
        {"rong_liang": ["1e99"]},
    ):
        with pytest.raises(CatalogRefused), nothing_changes():
            give(product, **wrong)
    with nothing_changes():
        give(product, yan_se=["黑", "红"], unknown=["x"])
    give(product, yan_se=[])
    assert product_values(product_id=product.pk) == {size: ["150.5"]}


def test_counts_say_what_choosing_a_value_would_show(ware: Category) -> None:
    pot("a", "黑", size="100")
    pot("b", "黑", "红", size="150")
    pot("c", "红", size="100")
    off = pot("d", "白", size="100")
    set_shelf(product_ids=[off.pk], shelf=Shelf.OFF, now=NOON, actor=SYSTEM)

    assert shown("pots") == {"yan-se": {"黑": 2, "红": 2}, "rong-liang": {"100": 2, "150": 1}}
    assert shown("ware") == {"yan-se": {"黑": 2, "红": 2}}
    assert shown("pots", "yan-se:黑") == {
        "yan-se": {"黑": 2, "红": 2},
        "rong-liang": {"100": 1, "150": 1},
    }
    assert shown("pots", "yan-se:黑;rong-liang:100") == {
        "yan-se": {"黑": 1, "红": 1},
        "rong-liang": {"100": 1, "150": 1},
    }
    assert listed("pots", "yan-se:黑") == ["a", "b"]
    assert listed("pots", "yan-se:黑;yan-se:红") == ["a", "b", "c"]
    assert listed("pots", "yan-se:黑;rong-liang:100") == ["a"]
    assert listed("pots", "yan-se:黑", sort=Sort.CHEAPEST) == ["a", "b"]
    assert listed("pots", "unknown:1;yan-se:红") == ["b", "c"]
    assert shown("pots", "yan-se:蓝")["yan-se"] == {"黑": 2, "红": 2, "蓝": 0}
    assert listed("pots", "yan-se:蓝") == []


def test_pages_of_a_narrowed_list_follow_each_other(ware: Category) -> None:
    for number in range(5):
        pot(f"p{number}", "黑" if number % 2 else "红")
    chosen, found, cursor = chosen_of("yan-se:红"), [], ""
    for _ in range(3):
        page = listing(
            category_slug="ware", chosen=chosen, limit=1, cursor=cursor, now=NOON, sort=Sort.DEAREST
        )
        found += [card.slug for card in page.items]
        cursor = page.next

    assert (found, cursor) == (["p4", "p2", "p0"], "")


def test_a_kept_count_is_read_anew_after_a_change(ware: Category) -> None:
    product = pot("a", "黑")
    pot("b", "红")
    assert shown("pots")["yan-se"] == {"黑": 1, "红": 1}

    give(product, yan_se=["红", "白"])

    assert shown("pots")["yan-se"] == {"白": 1, "红": 2}


@pytest.mark.parametrize("chosen", ["", "yan-se:黑;rong-liang:100"])
def test_filters_cost_one_statement_for_any_number_of_products(ware: Category, chosen: str) -> None:
    asked = []
    for number in range(1, 4):
        pot(f"p{number}", "黑", size="100")
        category_tree(now=NOON)
        attributes_of(category=ware)
        with held(), CaptureQueriesContext(connection) as queries:
            shown("pots", chosen)
        with held(), CaptureQueriesContext(connection) as again:
            shown("pots", chosen)
        asked.append((len(queries), len(again)))

    assert asked == [(2, 1)] * 3  # versions, counts; then versions alone


def test_an_address_is_read_and_written_in_one_way() -> None:
    chosen = chosen_of("b:2;a:1;b:1;b:2;c;:x;d:;e:\x00;f:" + "x" * 61)

    assert chosen == {"b": ("2", "1"), "a": ("1",)}
    assert chosen_text(chosen) == "a:1;b:1;b:2"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"values": []},
        {"values": ["a;b"]},
        {"values": ["a:b"]},
        {"values": [str(n) for n in range(61)]},
        {"key": "nothing"},
    ],
)
def test_an_attribute_that_makes_no_sense_is_refused(ware: Category, wrong: dict[str, Any]) -> None:
    wish = {"name": "材质", "kind": AttributeKind.CHOICE, "values": ["陶", "瓷"]}

    with pytest.raises(CatalogRefused), nothing_changes():
        save_attribute(category_id=ware.pk, **(wish | wrong))


def test_an_attribute_keeps_its_kind_and_address_when_it_is_changed(ware: Category) -> None:
    changed = save_attribute(
        category_id=ware.pk,
        key="yan-se",
        name="釉色",
        kind=AttributeKind.TEXT,
        values=["黑"],
        is_facet=False,
    )

    assert (changed.key, changed.name, changed.kind, changed.values) == (
        "yan-se",
        "釉色",
        "choice",
        ["黑"],
    )
    pot("a", "黑")
    assert shown("ware") == {}
