"""What freight costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanggui.freight.calc import charge, quote, rule_for
from zhanggui.freight.types import FreightItem, FreightRuleView, FreightTemplateView


def rule(areas: tuple[str, ...] = ("330000",), **values: int) -> FreightRuleView:
    """First 1 kg for 8.00, each further kg begun for 4.00."""
    known = {"first_units": 1000, "first_minor": 800, "extra_units": 1000, "extra_minor": 400}
    return FreightRuleView(areas=areas, **{**known, **values})


def template(
    *rules: FreightRuleView, template_id: int = 1, charge_by: str = "weight"
) -> FreightTemplateView:
    return FreightTemplateView(
        template_id=template_id,
        name=f"模板 {template_id}",
        charge_by=charge_by,
        currency="CNY",
        rules=rules,
    )


PROVINCE, CITY, DISTRICT = (
    rule(("330000",)),
    rule(("330100", "330200")),
    rule(("310000", "330106")),
)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("330106", DISTRICT),
        ("330105", CITY),
        ("330212", CITY),
        ("330100", CITY),
        ("330402", PROVINCE),
        ("330000", PROVINCE),
        ("310101", DISTRICT),
        ("440106", None),
    ],
)
def test_the_smallest_area_that_holds_the_place_decides(
    code: str, found: FreightRuleView | None
) -> None:
    assert rule_for(template(PROVINCE, CITY, DISTRICT), code) == found
    assert rule_for(template(DISTRICT, CITY, PROVINCE), code) == found


@pytest.mark.parametrize(
    ("units", "minor"),
    [
        (0, 0),
        (1, 800),
        (1000, 800),
        (1001, 1200),
        (2000, 1200),
        (2001, 1600),
        (3000, 1600),  # 3.0 kg → 16.00
        (4000, 2000),  # 4.0 kg → 20.00
        (100_000, 800 + 99 * 400),
    ],
)
def test_each_further_kilogram_begun_is_charged(units: int, minor: int) -> None:
    assert charge(rule(), units) == minor


def test_pieces_are_charged_like_kilograms() -> None:
    pieces = rule(first_units=2, first_minor=600, extra_units=1, extra_minor=200)

    assert [charge(pieces, n) for n in (1, 2, 3, 5)] == [600, 600, 800, 1200]


def test_freight_can_be_free_or_flat() -> None:
    assert charge(rule(first_minor=0, extra_minor=0), 5_000) == 0
    assert charge(rule(extra_minor=0), 5_000) == 800


@given(st.integers(1, 100_000), st.integers(1, 5_000), st.integers(1, 3_000))
def test_more_never_costs_less(units: int, first: int, extra: int) -> None:
    one = rule(first_units=first, extra_units=extra)

    assert charge(one, units) <= charge(one, units + 1) <= charge(one, units) + 400
    assert charge(one, units + extra) == charge(one, units) + 400 or units < first


def item(product_id: int, quantity: int, weight_grams: int = 500) -> FreightItem:
    return FreightItem(product_id=product_id, quantity=quantity, weight_grams=weight_grams)


def test_goods_of_one_template_are_charged_together() -> None:
    weights = template(rule())

    cart = [item(7, 1, 600), item(8, 1, 600), item(7, 1, 600)]
    assert quote(cart, templates={7: weights, 8: weights}, division_code="330106") == 1200


def test_goods_of_several_templates_are_charged_by_each() -> None:
    weights = template(rule())
    pieces = template(
        rule(first_units=2, first_minor=600, extra_units=1, extra_minor=200),
        template_id=2,
        charge_by="piece",
    )

    cart = [item(7, 3), item(8, 3, 90_000)]
    found = quote(cart, templates={7: weights, 8: pieces}, division_code="330106")

    assert found == 1200 + 800


def test_one_line_that_goes_nowhere_stops_the_cart() -> None:
    here, elsewhere = template(rule()), template(rule(("440000",)), template_id=2)

    cart = [item(7, 1), item(8, 1)]
    assert quote(cart, templates={7: here, 8: elsewhere}, division_code="330106") is None
    assert quote(cart, templates={7: here}, division_code="330106") is None
    assert quote(cart[:1], templates={7: here}, division_code="330106") == 800
    assert quote(cart[:1], templates={7: template()}, division_code="330106") is None


def test_an_empty_cart_and_weightless_goods_cost_nothing() -> None:
    weights = template(rule())

    assert quote([], templates={}, division_code="330106") == 0
    assert quote([item(7, 3, 0)], templates={7: weights}, division_code="330106") == 0
