"""The periods that staff choose from: whole days of the shop that end with today."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhanggui.core.clock import day_bounds, shop_day


class Span(TextChoices):
    """How far back a list or a figure looks."""

    TODAY = "today", _("今天")
    WEEK = "7d", _("近 7 天")
    MONTH = "30d", _("近 30 天")


DAYS = {Span.TODAY: 1, Span.WEEK: 7, Span.MONTH: 30}


def days_of(span: str, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the bounds of each day of the span, oldest first."""
    today = shop_day(now)
    return [day_bounds(today - timedelta(days=back)) for back in reversed(range(DAYS[Span(span)]))]


def bounds(span: str, *, now: datetime) -> tuple[datetime, datetime]:
    """Return the first moment of the span and the first after it."""
    days = days_of(span, now=now)
    return days[0][0], days[-1][1]
