"""Sales figures of a period beside those of the period before."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from zhanggui.accounts import queries as accounts
from zhanggui.core import versions
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import BestSeller, SalesFigure
from zhanggui.web.console.periods import DAYS, Span, bounds, days_of
from zhanggui.web.formats import MINUS

BEFORE = {
    Span.TODAY: _("较昨日同时段"),
    Span.WEEK: _("较前 7 天"),
    Span.MONTH: _("较前 30 天"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One figure: its value, how it moved, and its course day by day."""

    label: str | Promise
    value: int
    is_money: bool
    change: str  # "+12.4%", "" where there is nothing to compare with
    direction: str  # "up", "down", "" where it stayed
    course: list[int]


def kpis(*, span: Span, now: datetime, currency: str) -> list[Kpi]:
    """Return sales, paid orders and their average in one statement.

    The period before is as long as this one has lasted so far, so that a morning is compared with
    a morning. The course of a single day is that of the week that it ends.
    """
    start, end = bounds(span, now=now)
    back = timedelta(days=DAYS[span])
    days = days_of(Span.WEEK if span == Span.TODAY else span, now=now)
    this, before, *course = orders.sales(
        periods=[(start, end), (start - back, now - back), *days], currency=currency
    )
    return [
        _kpi(_("成交额"), this.net_minor, before.net_minor, [d.net_minor for d in course], True),
        _kpi(_("支付订单"), this.orders, before.orders, [d.orders for d in course], False),
        _kpi(_("客单价"), _average(this), _average(before), [_average(d) for d in course], True),
    ]


def best_sellers(*, now: datetime) -> tuple[BestSeller, ...]:
    """Return what sold most in 30 days, as it was read lately in this process."""
    return _best_sellers(now)


@versions.lasting(accounts.SHOP)
def _best_sellers(now: datetime) -> tuple[tuple[BestSeller, ...], datetime]:
    """Sum up a month's lines, which takes a while in a large shop."""
    started = time.monotonic()
    found = orders.best_sellers(
        period=bounds(Span.MONTH, now=now), currency=accounts.shop().currency
    )
    return tuple(found), now + versions.worth_keeping(started)


def _average(figure: SalesFigure) -> int:
    """Return the money of one order, half a unit rounded up."""
    if not figure.orders:
        return 0
    return (figure.net_minor * 2 + figure.orders) // (figure.orders * 2)


def _kpi(label: str | Promise, now: int, before: int, course: list[int], is_money: bool) -> Kpi:
    return Kpi(
        label=label,
        value=now,
        is_money=is_money,
        change=change_text(now, before),
        direction="up" if now > before else "down" if now < before else "",
        course=course,
    )


def change_text(now: int, before: int) -> str:
    """Write by how much a figure moved, with one decimal: +12.4%; "" with nothing to compare."""
    if before <= 0:
        return ""
    if now == before:
        return pgettext("figure", "持平")
    tenths = (abs(now - before) * 2000 + before) // (before * 2)
    sign = "+" if now >= before else MINUS
    return f"{sign}{tenths // 10:,}.{tenths % 10}%"
