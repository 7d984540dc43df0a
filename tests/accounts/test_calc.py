"""Colours that can be read, check digits, hours."""

from datetime import date, timedelta

import pytest

from zhanggui.accounts.calc import (
    DARK_SURFACE,
    brand_tokens,
    contrast,
    is_credit_code,
    mixed,
    next_holiday,
)
from zhanggui.accounts.types import Holiday, Hours


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_counted_as_wcag_does(one: str, other: str, expected: float) -> None:
    assert round(contrast(one, other), 2) == expected
    assert contrast(one, other) == contrast(other, one)


def test_a_mixture_lies_between_its_colours() -> None:
    assert mixed("#000000", "#ffffff", share=0.5) == "#808080"
    assert mixed("#d8351d", "#ffffff", share=0) == "#d8351d"


@pytest.mark.parametrize("accent", ["#d8351d", "#000000", "#1f5fbf", "#5b2a86", "#767676"])
def test_what_follows_from_a_brand_colour_can_be_read_in_both_themes(accent: str) -> None:
    light, dark = brand_tokens(accent)

    assert contrast(light["--accent-2t"], light["--accent-2"]) >= 4.5
    assert contrast(dark["--accent-2t"], dark["--accent-2"]) >= 4.5
    assert contrast(light["--accent-t"], "#ffffff") >= 4.5
    assert contrast(dark["--accent-t"], DARK_SURFACE) >= 4.5


@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),  # another check digit
        ("91350100M000100Y4", False),
        ("91350100M000100I43", False),  # I is no digit
    ],
)
def test_a_credit_code_has_its_check_digit(code: str, is_right: bool) -> None:
    assert is_credit_code(code) == is_right


def test_the_next_holiday_is_the_first_that_is_not_over() -> None:
    spring = Holiday(date(2027, 2, 5), date(2027, 2, 11), None, "春节")
    day_off = Holiday(date(2027, 2, 3), date(2027, 2, 3), Hours(600, 900), "")
    soon = timedelta(days=14)

    holidays = [spring, day_off]
    assert next_holiday(holidays, today=date(2027, 1, 19), within=soon) is None
    assert next_holiday(holidays, today=date(2027, 1, 20), within=soon) == day_off
    assert next_holiday(holidays, today=date(2027, 2, 4), within=soon) == spring
    assert next_holiday(holidays, today=date(2027, 2, 11), within=soon) == spring
    assert next_holiday(holidays, today=date(2027, 2, 12), within=soon) is None
