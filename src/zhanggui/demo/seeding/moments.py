"""When people bought: more of late, more in the evening, hardly at night."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

DAYS = 365
_GROWTH = 1.4  # 1 is the same every day; more means that the shop grew
# how many of a day's orders come in each hour of the shop's clock
_HOURS = (
    *(14, 7, 4, 2, 2, 4, 9, 18, 30, 44, 56, 54),
    *(50, 52, 50, 48, 48, 50, 52, 62, 80, 88, 70, 36),
)
_TOTAL = sum(_HOURS)
_STARTS = [sum(_HOURS[:hour]) / _TOTAL for hour in range(24)]
_FIRST_HOUR = timedelta(hours=16)  # UTC, at which the shop's day begins


def moments(
    *, count: int, part: int, parts: int, now: datetime, dice: random.Random
) -> Iterator[datetime]:
    """Yield `count` moments of the year before now, oldest first; parts interleave."""
    for number in range(count):
        share = (number + (part + dice.random()) / parts) / count
        age = DAYS * (1 - min(share, 1.0)) ** _GROWTH
        at = now - timedelta(days=age)
        yield min(_by_the_clock(at, now), now - timedelta(seconds=5))


def _by_the_clock(at: datetime, now: datetime) -> datetime:
    """Move a moment within its day of the shop to where people buy; keeps the order of moments."""
    midnight = (at - _FIRST_HOUR).replace(hour=0, minute=0, second=0, microsecond=0) + _FIRST_HOUR
    if midnight + timedelta(days=1) > now:
        return at  # the rest of today has not happened
    share = (at - midnight) / timedelta(days=1)
    hour = bisect_right(_STARTS, share) - 1
    within = (share - _STARTS[hour]) * _TOTAL / _HOURS[hour]
    return midnight + timedelta(hours=hour + min(within, 0.999_99))
