"""Refused orders: each code, and that nothing at all was written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.shop import HANGZHOU, NOON, WarehouseFactory, basket, open_shop, stocked
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Sku
from zhanggui.core.types import SHOPPER
from zhanggui.orders import services
from zhanggui.orders.types import (
    CloseReason,
    LineRefusal,
    OrderInput,
    OrderRefused,
    PlacedOrder,
    WantedLine,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refused(wanted: OrderInput) -> OrderRefused:
    """Place an order that can't be had, and show that it left no trace."""
    with nothing_changes(), pytest.raises(OrderRefused) as refusal:
        services.place_order(wanted=wanted, now=NOON)
    return refusal.value


def on_sale(pieces: int = 5, **values: Any) -> Sku:
    sku: Sku = SkuFactory(**values)
    stocked(sku, pieces)
    return sku


def seen(sku: Sku, price_minor: int | None, quantity: int = 1) -> OrderInput:
    line = WantedLine(sku=sku.code, quantity=quantity, unit_price_minor=price_minor)
    return basket(lines=(line,))


@dataclass(frozen=True)
class Case:
    wanted: Callable[[Sku], OrderInput]
    code: str
    status: int


CASES = {
    "no line": Case(lambda _sku: basket(), "empty_order", 422),
    "no piece": Case(lambda sku: basket((sku, 0)), "empty_order", 422),
    "less than none": Case(lambda sku: basket((sku, -1)), "empty_order", 422),
    "a thousand pieces": Case(lambda sku: basket((sku, 1000)), "empty_order", 422),
    "a thousand in two lines": Case(lambda sku: basket((sku, 500), (sku, 500)), "empty_order", 422),
    "too many lines": Case(
        lambda _sku: basket(
            lines=tuple(WantedLine(sku=f"X{number}", quantity=1) for number in range(51))
        ),
        "empty_order",
        422,
    ),
    "unknown channel": Case(
        lambda sku: basket((sku, 1), payment_channel="stripe"), "invalid_payment_channel", 422
    ),
    "too many pieces": Case(lambda sku: basket((sku, 6)), "out_of_stock", 409),
    "too many in two lines": Case(lambda sku: basket((sku, 3), (sku, 3)), "out_of_stock", 409),
    "another price seen": Case(lambda sku: seen(sku, 1), "price_changed", 409),
    "another total seen": Case(
        lambda sku: basket((sku, 1), expected_payable_minor=1990), "price_changed", 409
    ),
    "no freight rule": Case(
        lambda sku: basket((sku, 1), address=replace(HANGZHOU, division_code="230102")),
        "undeliverable",
        409,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_refused_order_changes_nothing(case: Case) -> None:
    open_shop()
    sku = on_sale(price_minor=1990)

    refusal = refused(case.wanted(sku))

    assert (refusal.code, refusal.status) == (case.code, case.status)
    assert str(refusal)


SHELVES: dict[str, tuple[dict[str, Any], str]] = {
    "draft": ({"product__shelf": "draft"}, "draft"),
    "off the shelf": ({"product__shelf": "off"}, "off"),
    "not yet": ({"product__on_at": NOON + DAY}, "not_yet"),
    "no longer": ({"product__off_at": NOON - DAY}, "over"),
    "archived": ({"archived_at": NOON}, "archived"),
    "other currency": ({"product__currency": "USD"}, ""),
}


@pytest.mark.parametrize(("values", "reason"), SHELVES.values(), ids=SHELVES)
def test_what_is_not_for_sale_says_why(values: dict[str, Any], reason: str) -> None:
    open_shop()
    good, bad = on_sale(), on_sale(**values)

    refusal = refused(basket((good, 1), (bad, 1)))

    assert refusal.code == "not_for_sale"
    assert refusal.lines == (LineRefusal(sku=bad.code, code="not_for_sale", reason=reason),)


def test_an_unknown_sku_is_not_for_sale() -> None:
    open_shop()

    refusal = refused(basket(lines=(WantedLine(sku="NONE", quantity=1),)))

    assert refusal.lines == (LineRefusal(sku="NONE", code="not_for_sale"),)


def test_too_little_stock_says_how_much_one_warehouse_has() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 4, WarehouseFactory())
    stocked(sku, 3, WarehouseFactory())

    refusal = refused(basket((sku, 5)))

    assert refusal.lines == (LineRefusal(sku=sku.code, code="out_of_stock", available=4),)


def test_what_no_single_warehouse_has_together_is_out_of_stock() -> None:
    open_shop()
    east, south = WarehouseFactory(), WarehouseFactory()
    cup, pot, mat = SkuFactory(), SkuFactory(), SkuFactory()
    stocked(cup, 5, east)
    stocked(mat, 5, east)
    stocked(pot, 1, east)
    stocked(pot, 5, south)

    refusal = refused(basket((cup, 2), (pot, 2), (mat, 1)))

    assert refusal.code == "out_of_stock"
    assert refusal.lines == (LineRefusal(sku=pot.code, code="out_of_stock", available=1),)


def test_a_changed_price_is_told_with_the_new_one() -> None:
    open_shop()
    sku = on_sale(price_minor=2490)

    assert refused(seen(sku, 1990)).lines == (
        LineRefusal(sku=sku.code, code="price_changed", available=5, price_minor=2490),
    )
    assert services.place_order(wanted=seen(sku, 2490), now=NOON).payable_minor == 2490 + 800
    assert services.place_order(
        wanted=basket((sku, 1), expected_payable_minor=3290), now=NOON
    ).is_new


def test_the_worst_speaks_for_the_order() -> None:
    open_shop()
    gone, scarce, dearer = on_sale(product__shelf="off"), on_sale(1), on_sale()
    lines = (
        WantedLine(sku=dearer.code, quantity=1, unit_price_minor=1),
        WantedLine(sku=scarce.code, quantity=2),
        WantedLine(sku=gone.code, quantity=1),
    )

    refusal = refused(basket(lines=lines))

    assert refusal.code == "not_for_sale"
    assert [line.code for line in refusal.lines] == [
        "price_changed",
        "out_of_stock",
        "not_for_sale",
    ]


def test_a_phone_has_at_most_five_unpaid_orders() -> None:
    open_shop()
    sku = on_sale(20)
    placed = [services.place_order(wanted=basket((sku, 1)), now=NOON) for _ in range(5)]

    assert refused(basket((sku, 1))).code == "too_many_open_orders"

    services.cancel_order(
        order_id=placed[0].order_id, reason=CloseReason.BUYER, actor=SHOPPER, now=NOON
    )
    assert services.place_order(wanted=basket((sku, 1)), now=NOON).is_new


def test_the_sixth_of_one_batch_is_refused() -> None:
    open_shop()
    sku = on_sale(20)

    results = services.place_orders(wanted=[basket((sku, 1)) for _ in range(7)], now=NOON)

    codes = [one.code if isinstance(one, OrderRefused) else "" for one in results]
    assert codes == [""] * 5 + ["too_many_open_orders"] * 2


def test_a_repeat_gets_the_first_order_again() -> None:
    open_shop()
    sku = on_sale()
    wanted = basket((sku, 1))
    first = services.place_order(wanted=wanted, now=NOON)

    with nothing_changes():
        again = services.place_order(wanted=wanted, now=NOON + DAY)

    assert again == replace(first, is_new=False)


def test_a_repeat_is_answered_when_the_goods_are_gone_by_then() -> None:
    open_shop()
    sku = on_sale(1)
    wanted = basket((sku, 1))
    first = services.place_order(wanted=wanted, now=NOON)
    Sku.objects.update(archived_at=NOON)

    assert services.place_order(wanted=wanted, now=NOON).number == first.number


def test_repeats_within_a_batch_get_one_order() -> None:
    open_shop()
    sku = on_sale()
    wanted = basket((sku, 1))

    first, second = services.place_orders(wanted=[wanted, wanted], now=NOON)

    assert isinstance(first, PlacedOrder)
    assert second == replace(first, is_new=False)


def test_a_key_used_for_another_body_is_a_conflict() -> None:
    open_shop()
    sku = on_sale()
    wanted = basket((sku, 1))
    first = services.place_order(wanted=wanted, now=NOON)
    other = replace(wanted, body_hash="other")

    assert refused(other).code == "idempotency_conflict"
    with nothing_changes():
        results = services.place_orders(wanted=[wanted, other, wanted], now=NOON)
    assert [getattr(one, "code", None) or one.number for one in results] == [  # type: ignore[union-attr]
        first.number,
        "idempotency_conflict",
        first.number,
    ]


def test_another_body_within_the_batch_is_a_conflict() -> None:
    open_shop()
    sku = on_sale()
    wanted = basket((sku, 1))

    first, second = services.place_orders(
        wanted=[wanted, replace(wanted, body_hash="other")], now=NOON
    )

    assert isinstance(first, PlacedOrder)
    assert isinstance(second, OrderRefused)
    assert (second.code, second.status) == ("idempotency_conflict", 422)
