"""Days of the shop."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from zhanggui.core.clock import day_bounds, shop_day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    assert shop_day(moment) == day


def test_a_day_is_the_shops_also_for_who_looks_from_elsewhere() -> None:
    with timezone.override("America/New_York"):
        assert shop_day(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == date(2026, 11, 21)


def test_the_bounds_of_a_day_hold_exactly_its_moments() -> None:
    start, end = day_bounds(date(2026, 11, 21))

    assert start == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert end == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert shop_day(start) == shop_day(end - timedelta(microseconds=1)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 7, 1), 24)]
)
def test_a_day_is_as_long_as_the_shops_clock_makes_it(
    day: date, hours: int, settings: Settings
) -> None:
    settings.TIME_ZONE = "America/New_York"

    start, end = (moment.astimezone(UTC) for moment in day_bounds(day))

    assert end - start == timedelta(hours=hours)
    assert shop_day(start) == shop_day(end - timedelta(microseconds=1)) == day
