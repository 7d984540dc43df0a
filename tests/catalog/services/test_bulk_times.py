"""Edits of many products that happen at a moment: timed prices and timed shelves."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.catalog.inputs import NOON
from tests.catalog.services.test_bulk import LATER, preview, rows, run, state, undo
from tests.factories.catalog import ProductFactory, SkuFactory

from zhanggui.catalog.models import BulkEdit, Product, ProductChange, Sku
from zhanggui.catalog.queries import bulk_edit, listing, sellable_facts
from zhanggui.catalog.types import BulkAct, BulkWish, CatalogRefused, PriceHow, Shelf

pytestmark = pytest.mark.django_db
SOON, TOMORROW = NOON + timedelta(hours=2), NOON + timedelta(days=1)
SALE = BulkWish(
    act=BulkAct.PRICE_AT,
    how=PriceHow.LOWER_BY,
    rate_ppm=100_000,
    begins_at=SOON,
    ends_at=TOMORROW,
)


def timed(sku: Sku) -> tuple[Any, ...]:
    names = ("price_minor", "timed_price_minor", "timed_from", "timed_until")
    return Sku.objects.values_list(*names).get(pk=sku.pk)


def shelf(product: Product) -> tuple[Any, ...]:
    return Product.objects.values_list("shelf", "on_at", "off_at").get(pk=product.pk)


def window(begins: datetime | None = None, ends: datetime | None = None) -> BulkWish:
    return BulkWish(act=BulkAct.SHELF_AT, begins_at=begins, ends_at=ends)


def test_prices_fall_and_rise_again_at_their_moments_and_one_undo_takes_all_back() -> None:
    pot = SkuFactory(code="POT", price_minor=100_00)
    odd = NOON + timedelta(microseconds=7)
    cup = SkuFactory(code="CUP", price_minor=10_00, timed_price_minor=9_00, timed_from=odd)

    token = preview(SALE, pot.product, cup.product)
    assert timed(pot) == (100_00, None, None, None)
    run(token)

    assert state(token) == ("done", {"done": 2})
    assert timed(pot) == (100_00, 90_00, SOON, TOMORROW)
    assert timed(cup) == (10_00, 9_00, SOON, TOMORROW)
    for moment, minor in [(NOON, 100_00), (SOON, 90_00), (TOMORROW, 100_00)]:
        assert sellable_facts(sku_codes=["POT"], now=moment)["POT"].price_minor == minor
    assert Product.objects.get(pk=pot.product_id).figures_until == SOON
    told = ProductChange.objects.filter(product=cup.product).values_list("field", flat=True)
    assert sorted(told) == ["timed_from", "timed_until"]
    edit = bulk_edit(token=token, now=LATER)
    assert edit is not None
    assert edit.wish == SALE

    undo(token)
    assert timed(pot) == (100_00, None, None, None)
    assert timed(cup) == (10_00, 9_00, odd, None)
    assert Product.objects.get(pk=pot.product_id).figures_until is None


def test_a_timetable_of_prices_is_taken_off_many() -> None:
    pot = SkuFactory(code="POT", timed_price_minor=1_00, timed_from=SOON)
    cup = SkuFactory(code="CUP")

    token = preview(BulkWish(act=BulkAct.PRICE_AT), pot.product, cup.product)
    run(token)

    assert [row[3] for row in rows(token)] == ["done", "same"]
    assert timed(pot)[1:] == (None, None, None)


def test_a_timed_price_below_zero_is_refused_and_one_of_another_hand_is_left() -> None:
    pot, cup = SkuFactory(code="POT", price_minor=5_00), SkuFactory(code="CUP", price_minor=50_00)
    wish = BulkWish(act=BulkAct.PRICE_AT, how=PriceHow.LOWER, amount_minor=10_00, ends_at=TOMORROW)
    token = preview(wish, pot.product, cup.product)
    Sku.objects.filter(pk=cup.pk).update(timed_price_minor=1, timed_from=SOON)
    run(token)

    assert [(row[0], *row[3:]) for row in rows(token)] == [
        ("POT", "refused", "below_zero"),
        ("CUP", "stale", None),
    ]
    assert timed(pot)[1] is None
    assert timed(cup)[1] == 1


EARLY = NOON - timedelta(days=1)


@pytest.mark.parametrize(
    ("was", "wish", "then", "said"),
    [
        ((Shelf.DRAFT, None, None), window(SOON, TOMORROW), (Shelf.ON, SOON, TOMORROW), None),
        ((Shelf.OFF, None, EARLY), window(SOON), (Shelf.ON, SOON, None), None),
        ((Shelf.ON, TOMORROW, None), window(SOON), (Shelf.ON, SOON, None), None),
        ((Shelf.ON, None, None), window(SOON, TOMORROW), (Shelf.ON, None, TOMORROW), None),
        ((Shelf.ON, EARLY, None), window(None, SOON), (Shelf.ON, EARLY, SOON), None),
        ((Shelf.OFF, None, None), window(None, SOON), (Shelf.OFF, None, None), "not_on"),
        (
            (Shelf.ON, TOMORROW, None),
            window(None, SOON),
            (Shelf.ON, TOMORROW, None),
            "out_of_order",
        ),
        ((Shelf.ON, None, SOON), window(TOMORROW), (Shelf.ON, None, SOON), "out_of_order"),
        ((Shelf.ON, EARLY, SOON), window(), (Shelf.ON, None, None), None),
        ((Shelf.ON, SOON, None), window(), (Shelf.OFF, None, None), None),
        ((Shelf.ON, None, EARLY), window(), (Shelf.OFF, None, None), None),
        ((Shelf.DRAFT, None, None), window(), (Shelf.DRAFT, None, None), None),
    ],
)
def test_a_timed_shelf_keeps_what_sells_and_brings_what_does_not(
    was: tuple[Any, ...], wish: BulkWish, then: tuple[Any, ...], said: str | None
) -> None:
    product = SkuFactory(
        product__shelf=was[0], product__on_at=was[1], product__off_at=was[2]
    ).product

    token = preview(wish, product)
    run(token)

    assert shelf(product) == then
    assert [row[4] for row in rows(token)] == [said]
    if was != then:
        undo(token)
        assert shelf(product) == was


def test_shoppers_see_the_shelf_of_the_moment() -> None:
    pot = SkuFactory(product=ProductFactory(name="壶", shelf=Shelf.OFF))

    def seen(moment: datetime) -> int:
        return len(listing(now=moment, limit=5).items)

    assert seen(SOON) == 0  # what versions keep, an edit must make forget
    run(preview(window(SOON, TOMORROW), pot.product))

    assert [seen(moment) for moment in (NOON, SOON, TOMORROW)] == [0, 1, 0]


def test_a_product_without_skus_gets_no_moment_on_the_shelf() -> None:
    bare = ProductFactory(shelf=Shelf.OFF)

    token = preview(window(SOON), bare)
    run(token)

    assert [row[3:] for row in rows(token)] == [("refused", "no_sku")]
    assert shelf(bare) == (Shelf.OFF, None, None)


@pytest.mark.parametrize("times", [(SOON, SOON), (None, NOON), (TOMORROW, SOON)])
def test_an_end_must_come_and_come_after_the_beginning(times: tuple[Any, Any]) -> None:
    pot = SkuFactory()

    with pytest.raises(CatalogRefused, match="结束时间"):
        preview(window(*times), pot.product)

    assert not BulkEdit.objects.exists()
