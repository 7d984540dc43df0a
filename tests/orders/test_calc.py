"""The arithmetic of orders, over whatever numbers there are."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.catalog.models import Sku
from zhanggui.catalog.queries.facts import CATALOG
from zhanggui.core import versions
from zhanggui.core.types import SHOPPER
from zhanggui.orders import services
from zhanggui.orders.calc import display_status, freight_shares, merged_lines
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import CloseReason, WantedLine

MINOR = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize(
    ("status", "paid", "shipped", "label"),
    [
        ("open", 0, 0, "to_pay"),
        ("open", 99, 0, "to_pay"),
        ("open", 100, 0, "to_ship"),
        ("open", 200, 0, "to_ship"),
        ("open", 100, 1, "part_shipped"),
        ("open", 100, 3, "to_receive"),
        ("completed", 100, 3, "completed"),
        ("closed", 0, 0, "closed"),
        ("closed", 100, 0, "closed"),
    ],
)
def test_what_people_read_follows_from_the_facts(
    status: str, paid: int, shipped: int, label: str
) -> None:
    facts = {"payable_minor": 100, "paid_minor": paid, "pieces": 3, "shipped_pieces": shipped}
    assert display_status(status=status, **facts) == label


def test_lines_of_one_sku_and_price_are_one() -> None:
    def line(sku: str, quantity: int, price: int | None = None) -> WantedLine:
        return WantedLine(sku=sku, quantity=quantity, unit_price_minor=price)

    given_lines = [line("A", 1), line("B", 2), line("A", 3), line("A", 1, 990)]
    assert merged_lines(given_lines) == (line("A", 4), line("B", 2), line("A", 1, 990))


@given(freight=MINOR, weights=st.lists(MINOR, min_size=1, max_size=50))
def test_freight_shares_add_up_and_none_is_negative(freight: int, weights: list[int]) -> None:
    shares = freight_shares(freight, weights, "CNY")

    assert sum(shares) == freight
    assert min(shares) >= 0
    assert len(shares) == len(weights)
    if any(weights):
        total = sum(weights)
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * total - freight * weight) < total


LINES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=100_000_000_00),
        st.integers(min_value=0, max_value=100_000),
        st.integers(min_value=1, max_value=999),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def skus(db: None) -> list[Sku]:
    open_shop()
    found = [SkuFactory() for _ in range(4)]
    for sku in found:
        stocked(sku, 1_000_000)
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=LINES)
def test_lines_pay_together_what_the_order_pays(
    skus: list[Sku], lines: list[tuple[int, int, int]]
) -> None:
    for sku, (price, grams, _quantity) in zip(skus, lines, strict=False):
        Sku.objects.filter(pk=sku.pk).update(price_minor=price, weight_grams=grams)
    versions.bump(CATALOG)
    wanted = basket(*((sku, line[2]) for sku, line in zip(skus, lines, strict=False)))

    placed = services.place_order(wanted=wanted, now=NOON)

    order = Order.objects.get(pk=placed.order_id)
    rows = list(OrderLine.objects.filter(order=order))
    assert sum(row.payable_minor for row in rows) == order.payable_minor == placed.payable_minor
    assert sum(row.freight_minor for row in rows) == order.freight_minor
    assert sum(price * quantity for price, _grams, quantity in lines) == order.goods_minor
    for row in rows:
        assert row.payable_minor == row.unit_price_minor * row.quantity + row.freight_minor
    if order.payable_minor:
        services.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=NOON)
