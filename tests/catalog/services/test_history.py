"""What the history keeps of every way that changes a product."""

from datetime import timedelta

import pytest
from tests.catalog.inputs import NOON, product_input, saved, sku
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory

from zhanggui.catalog.models import Category, Product, ProductChange, Sku
from zhanggui.catalog.queries import product_history
from zhanggui.catalog.services import (
    archive_product,
    restore_product,
    save_product,
    set_shelf,
)
from zhanggui.catalog.types import CatalogRefused, OptionInput, Shelf
from zhanggui.core.types import Actor, ActorType

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
LIN = Actor(ActorType.STAFF, 7)


@pytest.fixture
def category() -> Category:
    return CategoryFactory(name="茶具")


def told(product: Product) -> list[tuple[str, str, object, object]]:
    """Return the history of a product, oldest first, without its making."""
    rows = product_history(product_id=product.pk, with_costs=True)
    return [(row.field, row.sku_code, row.old, row.new) for row in reversed(rows)][1:]


def test_an_edit_tells_each_field_with_who_and_when(category: Category) -> None:
    product = saved(category)
    other = CategoryFactory()

    save_product(
        product_id=product.pk,
        wanted=product_input(
            other,
            name="朱泥壶",
            on_at=LATER,
            skus=(
                sku("黑", code="POT-B", price=18_00, cost_price_minor=5_00, weight_grams=300),
                sku("白", code="POT-W", price=29_90),
            ),
        ),
        currency="CNY",
        now=LATER,
        actor=LIN,
    )

    assert told(product) == [
        ("name", "", "紫砂茶壶", "朱泥壶"),
        ("category_id", "", category.pk, other.pk),
        ("on_at", "", None, LATER.isoformat()),
        ("price_minor", "POT-B", 19_90, 18_00),
        ("cost_price_minor", "POT-B", None, 5_00),
        ("weight_grams", "POT-B", 0, 300),
    ]
    newest = product_history(product_id=product.pk, with_costs=False, limit=1)[0]
    assert (newest.field, newest.at, newest.actor_type, newest.actor_id) == (
        "weight_grams",
        LATER,
        "staff",
        7,
    )
    fields = {row.field for row in product_history(product_id=product.pk, with_costs=False)}
    assert "cost_price_minor" not in fields


def test_saving_what_is_there_tells_nothing(category: Category) -> None:
    product = saved(category)

    saved(category, product=product)

    assert told(product) == []


def test_skus_that_come_go_and_return_are_told(category: Category) -> None:
    product = saved(category)
    red = OptionInput(name="颜色", values=("黑", "红"))

    saved(category, product=product, options=(red,), skus=(sku("黑"), sku("红", code="POT-R")))
    saved(category, product=product)

    assert told(product) == [
        ("options", "", *([{"name": "颜色", "values": ["黑", x]}] for x in ("白", "红"))),
        ("archived", "POT-W", False, True),
        ("created", "POT-R", None, "红"),
        ("options", "", *([{"name": "颜色", "values": ["黑", x]}] for x in ("红", "白"))),
        ("archived", "POT-R", False, True),
        ("archived", "POT-W", True, False),
    ]


def test_shelf_and_archive_are_told_once_each() -> None:
    first, second = (SkuFactory().product for _ in range(2))

    set_shelf(product_ids=[first.pk, second.pk], shelf=Shelf.OFF, now=NOON, actor=LIN)
    set_shelf(product_ids=[first.pk, second.pk], shelf=Shelf.OFF, now=NOON, actor=LIN)
    set_shelf(product_ids=[first.pk], shelf=Shelf.ON, now=NOON, actor=LIN)
    for _ in range(2):
        archive_product(product_id=first.pk, now=NOON, actor=LIN)
    for _ in range(2):
        restore_product(product_id=first.pk, now=NOON, actor=LIN)

    rows = ProductChange.objects.filter(product=first).order_by("id")
    assert list(rows.values_list("field", "old", "new")) == [
        ("shelf", "on", "off"),
        ("shelf", "off", "on"),
        ("archived", False, True),
        ("archived", True, False),
        ("shelf", "on", "off"),
    ]
    assert ProductChange.objects.filter(product=second).count() == 1


def test_a_long_text_is_kept_whole_as_what_it_was_and_short_as_what_it_became(
    category: Category,
) -> None:
    long = "长" * 20_000
    product = saved(category, description="短")

    saved(category, product=product, description=long)
    saved(category, product=product, description="")

    grown, gone = told(product)
    assert (grown[2], len(str(grown[3])), str(grown[3])[-2:]) == ("短", 500, "长…")
    assert (gone[2], gone[3]) == (long, "")


def test_a_refused_edit_tells_nothing(category: Category) -> None:
    product = saved(category)
    SkuFactory(product=ProductFactory(), code="TAKEN")

    with pytest.raises(CatalogRefused):
        saved(category, product=product, name="别的", skus=(sku("黑", code="TAKEN"),))

    assert told(product) == []
    assert Sku.objects.filter(product=product, archived_at=None).count() == 2
