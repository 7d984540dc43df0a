"""Money: integers of one currency, rounded in one place, split without loss."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhanggui.core.money import Money


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


def test_amounts_of_one_currency_add_up() -> None:
    assert yuan(1999) + yuan(1) - yuan(500) * 3 == yuan(500)


@pytest.mark.parametrize("sign", ["+", "-"])
def test_currencies_are_never_mixed(sign: str) -> None:
    left, right = yuan(100), Money(100, "USD")

    with pytest.raises(ValueError, match="cannot combine CNY with USD"):
        _ = left + right if sign == "+" else left - right


@pytest.mark.parametrize(
    ("minor", "rate_ppm", "share"),
    [
        (10_000, 88_750, 888),  # 887.5 away from zero
        (-10_000, 88_750, -888),
        (1_000, 190_000, 190),
        (1, 499_999, 0),
        (1, 500_000, 1),
        (-1, 500_000, -1),
        (0, 190_000, 0),
        (10**15, 1, 10**9),
    ],
)
def test_a_share_is_rounded_half_away_from_zero(minor: int, rate_ppm: int, share: int) -> None:
    assert yuan(minor).share(rate_ppm) == yuan(share)


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [0, 0, 0], [34, 33, 33]),
        (10, [1, 0, 1], [5, 0, 5]),
        (7, [5, 3, 2], [4, 2, 1]),
        (-100, [1, 1, 1], [-33, -33, -34]),
        (0, [3, 4], [0, 0]),
        (1, [1], [1]),
    ],
)
def test_an_amount_is_split_by_weight(minor: int, weights: list[int], parts: list[int]) -> None:
    assert yuan(minor).allocate(weights) == [yuan(part) for part in parts]


@pytest.mark.parametrize("weights", [[], [-1, 2], [1, -1]])
def test_an_amount_is_not_split_over_nothing_or_less(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        yuan(100).allocate(weights)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=12),
)
def test_a_split_loses_nothing_and_is_fair_to_a_unit(minor: int, weights: list[int]) -> None:
    parts = [part.minor for part in yuan(minor).allocate(weights)]

    shares = weights if any(weights) else [1] * len(weights)
    assert sum(parts) == minor
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part - Fraction(minor * weight, sum(shares))) < 1
