"""What may be sold, and what checkout must know."""

from datetime import timedelta
from typing import Any

import pytest
from tests.catalog.inputs import NOON
from tests.factories.catalog import PictureFactory, ProductFactory, SkuFactory

from zhanggui.catalog.queries import (
    live_products,
    not_sold,
    sellable_facts,
    sellable_facts_by_id,
)
from zhanggui.catalog.types import SkuFacts

pytestmark = pytest.mark.django_db

BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
REASONS = [
    ({}, None),
    ({"shelf": "draft"}, "draft"),
    ({"shelf": "off"}, "off"),
    ({"on_at": AFTER}, "not_yet"),
    ({"on_at": NOON}, None),
    ({"off_at": NOON}, "over"),
    ({"off_at": AFTER}, None),
    ({"on_at": BEFORE, "off_at": AFTER}, None),
    ({"archived_at": BEFORE}, "archived"),
    ({"archived_at": BEFORE, "shelf": "draft"}, "archived"),
]


@pytest.mark.parametrize(("values", "reason"), REASONS)
def test_the_reason_is_computed_when_it_is_asked_for(
    values: dict[str, Any], reason: str | None
) -> None:
    sku = SkuFactory(product=ProductFactory(**values))

    assert not_sold(sku.product, NOON) == reason
    assert live_products(now=NOON).exists() == (reason is None)
    assert sellable_facts(sku_codes=[sku.code], now=NOON)[sku.code].not_sold == reason


def test_a_product_without_live_sku_is_not_shown() -> None:
    product = ProductFactory()
    SkuFactory(product=product, archived_at=NOON)

    assert not_sold(product, NOON) == "no_sku"
    assert not live_products(now=NOON).exists()


def test_an_archived_sku_is_not_sold_though_its_product_is() -> None:
    product = SkuFactory(options=["黑"]).product
    gone = SkuFactory(product=product, options=["白"], archived_at=NOON)

    assert sellable_facts(sku_codes=[gone.code], now=NOON)[gone.code].not_sold == "archived"
    assert not_sold(product, NOON) is None


@pytest.mark.parametrize("rows", [1, 3])
def test_checkout_learns_everything_in_one_statement(
    rows: int, django_assert_num_queries: Any
) -> None:
    skus = [SkuFactory(options=["黑", "大"], volume_cm3=30) for _ in range(rows)]
    cover = PictureFactory(product=skus[0].product, position=1)
    PictureFactory(product=skus[0].product, position=0, archived_at=NOON)
    PictureFactory(product=skus[0].product, position=2)

    with django_assert_num_queries(2):  # versions, and the rows that are kept under them
        facts = sellable_facts(sku_codes=[*(s.code for s in skus), "unknown"], now=NOON)

    assert len(facts) == rows
    assert facts[skus[0].code] == SkuFacts(
        sku_id=skus[0].pk,
        code=skus[0].code,
        product_id=skus[0].product_id,
        product_name=skus[0].product.name,
        product_slug=skus[0].product.slug,
        options_text="黑 / 大",
        picture=cover.small,
        price_minor=19_90,
        currency="CNY",
        weight_grams=500,
        volume_cm3=30,
        not_sold=None,
    )
    with django_assert_num_queries(1):
        by_id = sellable_facts_by_id(sku_ids=[s.pk for s in skus], now=NOON)
    assert by_id == {fact.sku_id: fact for fact in facts.values()}


def test_a_sku_is_shown_with_its_own_picture_first() -> None:
    sku = SkuFactory()
    PictureFactory(product=sku.product, position=0)
    sku.picture = PictureFactory(product=sku.product, position=1)
    sku.save()

    facts = sellable_facts(sku_codes=[sku.code], now=NOON)

    assert facts[sku.code].picture == sku.picture.small


def test_no_codes_no_facts() -> None:
    assert sellable_facts(sku_codes=[], now=NOON) == {}
