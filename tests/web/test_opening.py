"""Hours as people read them."""

from datetime import date

import pytest
from django.utils import translation

from zhanggui.accounts.types import Holiday, Hours
from zhanggui.web.opening import holiday_soon, holiday_text, week_text

DAY, SHORT = Hours(540, 1080), Hours(600, 960)
WEEKS = {
    "": [],
    "每天 9:00–18:00": [DAY] * 7,
    "周一至周五 9:00–18:00，周六至周日休息": [*[DAY] * 5, None, None],
    "周一休息，周二至周五 9:00–18:00，周六 10:00–16:00，周日休息": [
        *(None, DAY, DAY, DAY, DAY, SHORT, None)
    ],
}
ENGLISH = list(
    zip(
        ["", "daily 9:00–18:00", "Mon–Fri 9:00–18:00, Sat–Sun closed"], WEEKS.values(), strict=False
    )
)
SPRING = Holiday(date(2027, 2, 5), date(2027, 2, 11), None, "春节")


@pytest.mark.parametrize(("text", "week"), WEEKS.items())
def test_a_week_is_told_in_few_words(text: str, week: list[Hours | None]) -> None:
    assert week_text(week) == text


@pytest.mark.parametrize(("text", "week"), ENGLISH)
def test_a_week_is_told_in_english(text: str, week: list[Hours | None]) -> None:
    with translation.override("en"):
        assert week_text(week) == text


def test_a_holiday_is_told_two_weeks_before() -> None:
    assert holiday_text(SPRING) == "2月5日至2月11日（春节）休息"
    assert holiday_text(Holiday(date(2027, 5, 1), date(2027, 5, 1), SHORT, "")) == (
        "5月1日 10:00–16:00"
    )
    assert holiday_soon([SPRING], today=date(2027, 1, 21)) == ""
    assert holiday_soon([SPRING], today=date(2027, 1, 22)) == "2月5日至2月11日（春节）休息"
