"""Days of the shop: moments are stored in UTC, a day is a day in the shop's time zone."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def shop_day(moment: datetime) -> date:
    """Return the date that the shop's clock showed at that moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a shop day and of the next."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(day, time(), zone)
    return start, datetime.combine(day + timedelta(days=1), time(), zone)
