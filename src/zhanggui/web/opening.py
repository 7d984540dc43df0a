"""When somebody answers, as people read it: 周一至周五 9:00–18:00，周六 10:00–16:00."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from zhanggui.accounts.calc import next_holiday
from zhanggui.accounts.types import Holiday, Hours
from zhanggui.web.formats import day_text

WEEKDAYS: tuple[Promise, ...] = (
    pgettext_lazy("weekday", "周一"),
    pgettext_lazy("weekday", "周二"),
    pgettext_lazy("weekday", "周三"),
    pgettext_lazy("weekday", "周四"),
    pgettext_lazy("weekday", "周五"),
    pgettext_lazy("weekday", "周六"),
    pgettext_lazy("weekday", "周日"),
)
TOLD_BEFORE = timedelta(days=14)  # an exception is told so long ahead


def clock_text(minutes: int) -> str:
    """Write minutes of the day as a clock shows them: 9:00."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def hours_text(hours: Hours) -> str:
    """Write from when to when."""
    return f"{clock_text(hours.start)}–{clock_text(hours.end)}"


def week_text(week: Sequence[Hours | None]) -> str:
    """Write a usual week in as few words as it takes; nothing where nothing is said."""
    if not any(week):
        return ""
    first = week[0]
    if first is not None and all(day == first for day in week):
        return _("每天 %(hours)s") % {"hours": hours_text(first)}
    return pgettext("between list items", "，").join(_runs(week))


def _runs(week: Sequence[Hours | None]) -> Iterator[str]:
    for hours, run in groupby(range(len(week)), key=lambda day: week[day]):
        days = list(run)
        names = str(WEEKDAYS[days[0]])
        if len(days) > 1:
            names = _("%(first)s至%(last)s") % {"first": names, "last": WEEKDAYS[days[-1]]}
        if hours is None:
            yield _("%(days)s休息") % {"days": names}
        else:
            yield f"{names} {hours_text(hours)}"


def holiday_text(holiday: Holiday) -> str:
    """Write an exception: 2月15日至2月21日（春节）休息."""
    days = day_text(holiday.first)
    if holiday.last != holiday.first:
        days = _("%(first)s至%(last)s") % {"first": days, "last": day_text(holiday.last)}
    if holiday.note:
        days = _("%(days)s（%(note)s）") % {"days": days, "note": holiday.note}
    if holiday.hours is None:
        return _("%(days)s休息") % {"days": days}
    return f"{days} {hours_text(holiday.hours)}"


def holiday_soon(holidays: Sequence[Holiday], *, today: date) -> str:
    """Write the exception that lasts or comes soon, "" where there is none."""
    found = next_holiday(holidays, today=today, within=TOLD_BEFORE)
    return holiday_text(found) if found else ""
