"""Baskets: put in, capped, merged at sign-in, and priced as checkout would."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, open_shop, stocked
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Sku
from zhanggui.catalog.types import NotSold
from zhanggui.core import versions
from zhanggui.customers.models import Customer
from zhanggui.orders import queries, services
from zhanggui.orders.models import Cart, CartLine
from zhanggui.orders.types import CartRefused, LineRefusal, WantedLine

pytestmark = pytest.mark.django_db
BAD_CODES = ["\x00", "\ud800", "茶" * 5000, "NONE"]


def put(sku: Sku, quantity: int = 1, cart: int | None = None) -> int:
    return services.put_in_cart(cart_id=cart, sku_code=sku.code, quantity=quantity, now=NOON)


def held(cart: int) -> list[tuple[str, int]]:
    return [(line.sku, line.quantity) for line in queries.cart_lines(cart_id=cart)]


def shopper() -> Customer:
    return Customer.objects.create(created_at=NOON)


def test_the_first_add_makes_a_basket_and_the_next_ones_fill_it() -> None:
    open_shop()
    cup, pot = SkuFactory(price_minor=1990), SkuFactory()

    cart = put(cup, 2)
    assert put(pot, 1, cart) == cart
    assert put(cup, 3, cart) == cart

    assert held(cart) == [(cup.code, 5), (pot.code, 1)]
    assert queries.cart_pieces(cart_id=cart) == 6
    assert queries.cart_lines(cart_id=cart)[0].unit_price_minor == 1990


def test_a_lost_basket_is_made_anew() -> None:
    open_shop()

    cart = put(SkuFactory(), 1, 12345)

    assert Cart.objects.get().pk == cart != 12345


def test_a_line_holds_at_most_999_pieces() -> None:
    open_shop()
    sku = SkuFactory()
    cart = put(sku, 998)

    put(sku, 500, cart)
    assert held(cart) == [(sku.code, 999)]
    services.set_cart_quantity(cart_id=cart, sku_code=sku.code, quantity=5000, now=NOON)
    assert held(cart) == [(sku.code, 999)]


def test_a_basket_holds_at_most_fifty_skus() -> None:
    open_shop()
    skus = [SkuFactory() for _ in range(51)]
    cart = put(skus[0])
    for sku in skus[1:50]:
        put(sku, 1, cart)

    with nothing_changes(), pytest.raises(CartRefused):
        put(skus[50], 1, cart)
    put(skus[0], 1, cart)


@pytest.mark.parametrize("values", [{"product__shelf": "off"}, {"archived_at": NOON}])
def test_what_is_not_for_sale_stays_out(values: dict[str, Any]) -> None:
    open_shop()
    sku = SkuFactory(**values)

    with nothing_changes(), pytest.raises(CartRefused):
        put(sku)


@pytest.mark.parametrize("code", BAD_CODES)
def test_codes_that_nothing_has_change_nothing(code: str) -> None:
    open_shop()
    cart = put(SkuFactory())
    line = CartLine.objects.values().get()

    with nothing_changes(), pytest.raises(CartRefused):
        services.put_in_cart(cart_id=cart, sku_code=code, quantity=1, now=NOON)
    services.set_cart_quantity(cart_id=cart, sku_code=code, quantity=3, now=NOON)
    services.empty_cart(cart_id=cart, sku_codes=[code])

    assert CartLine.objects.values().get() == line


def test_lines_are_changed_taken_out_and_emptied() -> None:
    open_shop()
    skus = [SkuFactory() for _ in range(3)]
    cart = put(skus[0])
    for sku in skus[1:]:
        put(sku, 1, cart)

    services.set_cart_quantity(cart_id=cart, sku_code=skus[0].code, quantity=7, now=NOON)
    services.set_cart_quantity(cart_id=cart, sku_code=skus[1].code, quantity=0, now=NOON)
    assert held(cart) == [(skus[0].code, 7), (skus[2].code, 1)]
    services.empty_cart(cart_id=cart, sku_codes=[skus[0].code])

    assert held(cart) == [(skus[2].code, 1)]


def test_signing_in_takes_the_guests_basket_along() -> None:
    open_shop()
    sku, own = SkuFactory(), shopper()
    cart = put(sku, 2)

    assert services.merge_carts(cart_id=cart, customer_id=own.pk, now=NOON) == cart
    assert queries.cart_of_customer(customer_id=own.pk) == cart
    with nothing_changes():
        assert services.merge_carts(cart_id=cart, customer_id=own.pk, now=NOON) == cart
        assert services.merge_carts(cart_id=None, customer_id=own.pk, now=NOON) == cart


def test_signing_in_adds_the_guests_goods_to_those_kept() -> None:
    open_shop()
    cup, pot, mat = SkuFactory(), SkuFactory(), SkuFactory()
    owner = shopper()
    own = services.merge_carts(cart_id=None, customer_id=owner.pk, now=NOON)
    put(cup, 3, own)
    put(pot, 1, own)
    guest = put(cup, 2)
    put(pot, 4, guest)
    put(mat, 1, guest)

    assert services.merge_carts(cart_id=guest, customer_id=owner.pk, now=NOON) == own

    assert sorted(held(own)) == sorted([(cup.code, 3), (pot.code, 4), (mat.code, 1)])
    assert not Cart.objects.filter(pk=guest).exists()


def test_nobody_takes_the_basket_of_somebody_else() -> None:
    open_shop()
    first, second = shopper(), shopper()
    cart = services.merge_carts(cart_id=put(SkuFactory()), customer_id=first.pk, now=NOON)

    own = services.merge_carts(cart_id=cart, customer_id=second.pk, now=NOON)

    assert own != cart
    assert held(own) == []
    assert queries.cart_of_customer(customer_id=first.pk) == cart


def test_a_quote_prices_what_can_be_had_and_says_why_the_rest_can_not() -> None:
    open_shop()
    fine, dearer, scarce = (
        SkuFactory(price_minor=1000, weight_grams=800),
        SkuFactory(price_minor=2500, weight_grams=800),
        SkuFactory(price_minor=9900),
    )
    off = SkuFactory(product__shelf="off")
    for sku in (fine, dearer, off):
        stocked(sku, 5)
    stocked(scarce, 1)
    lines = [
        WantedLine(sku=fine.code, quantity=1, unit_price_minor=1000),
        WantedLine(sku=dearer.code, quantity=1, unit_price_minor=2000),
        WantedLine(sku=scarce.code, quantity=2),
        WantedLine(sku=off.code, quantity=1),
        WantedLine(sku="NONE", quantity=1),
    ]

    quote = queries.quote(lines=lines, division_code="330106", now=NOON)

    assert (quote.goods_minor, quote.freight_minor, quote.payable_minor, quote.currency) == (
        3500,
        1000,
        4500,
        "CNY",
    )
    assert quote.refusals == (
        LineRefusal(sku=dearer.code, code="price_changed", available=5, price_minor=2500),
        LineRefusal(sku=scarce.code, code="out_of_stock", available=1),
        LineRefusal(sku=off.code, code="not_for_sale", reason="off"),
        LineRefusal(sku="NONE", code="not_for_sale"),
    )
    assert [line.refusal and line.refusal.code for line in quote.lines] == [
        None,
        "price_changed",
        "out_of_stock",
        "not_for_sale",
        "not_for_sale",
    ]


@pytest.mark.parametrize(
    ("division", "freight", "undeliverable"),
    [(None, None, False), ("330106", 800, False), ("230102", None, True)],
)
def test_freight_is_known_where_the_place_is(
    division: str | None, freight: int | None, undeliverable: bool
) -> None:
    open_shop()
    sku = SkuFactory(price_minor=1000)
    stocked(sku, 5)

    quote = queries.quote(
        lines=[WantedLine(sku=sku.code, quantity=1)], division_code=division, now=NOON
    )

    assert (quote.freight_minor, quote.undeliverable) == (freight, undeliverable)
    assert quote.payable_minor == 1000 + (freight or 0)


def test_an_empty_basket_costs_nothing() -> None:
    open_shop()

    quote = queries.quote(lines=[], division_code="330106", now=NOON)

    assert (quote.lines, quote.payable_minor, quote.undeliverable) == ((), 0, False)


# Read: versions, SKUs, stock, shop; of a basket seen before, versions and stock.
QUOTE_STATEMENTS, AGAIN_STATEMENTS = 4, 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_quote_takes_the_same_statements_for_any_basket(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    open_shop()
    skus = [SkuFactory() for _ in range(count)]
    for sku in skus:
        stocked(sku, 5)
    lines = [WantedLine(sku=sku.code, quantity=1) for sku in skus]

    for statements in (QUOTE_STATEMENTS, AGAIN_STATEMENTS):
        with django_assert_num_queries(statements), versions.held():
            queries.quote(lines=lines, division_code="330106", now=NOON)


def test_one_answer_says_why_something_can_not_be_bought() -> None:
    open_shop()
    good, empty, draft, soon = (
        SkuFactory(),
        SkuFactory(),
        SkuFactory(product__shelf="draft"),
        SkuFactory(product__on_at=NOON + timedelta(days=1)),
    )
    house = WarehouseFactory()
    for sku in (good, draft, soon):
        stocked(sku, 1, house)
    codes = [good.code, empty.code, draft.code, soon.code, "NONE"]

    assert queries.why_not_sold(sku_codes=codes, now=NOON) == {
        good.code: None,
        empty.code: NotSold.OUT_OF_STOCK,
        draft.code: NotSold.DRAFT,
        soon.code: NotSold.NOT_YET,
        "NONE": NotSold.ARCHIVED,
    }
    far = queries.why_not_sold(sku_codes=[good.code], now=NOON, division_code="230102")
    assert far == {good.code: NotSold.UNDELIVERABLE}
