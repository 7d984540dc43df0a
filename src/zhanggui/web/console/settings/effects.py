"""What a change of settings would do, computed before it is saved."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhanggui.accounts.settings import Group
from zhanggui.accounts.types import ShopView
from zhanggui.core.clock import shop_day
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.orders import queries as orders
from zhanggui.orders.types import DisplayStatus, PaymentChannel
from zhanggui.payments import queries as payments
from zhanggui.web.formats import day_text, listed

LOOKED_AT = 1000  # orders of the past by which a new deadline is judged


def effects(group: Group, *, before: ShopView, after: ShopView, now: datetime) -> list[str]:
    """Return what would happen, one sentence each; none where nothing needs to be said."""
    if group == Group.TIMERS:
        return list(_timers(before, after, now))
    if group == Group.PAYMENT:
        return list(_channels(before, after))
    return []


def _timers(before: ShopView, after: ShopView, now: datetime) -> Iterator[str]:
    if (before.unpaid_minutes, before.transfer_days) != (after.unpaid_minutes, after.transfer_days):
        waiting = orders.status_counts()[DisplayStatus.TO_PAY]
        yield ngettext(
            "现在有 %(n)d 单等待付款，仍按下单时的时限关闭；新时限只管以后的订单。",
            "现在有 %(n)d 单等待付款，仍按下单时的时限关闭；新时限只管以后的订单。",
            waiting,
        ) % {"n": waiting}
        yield from _payments(before, after)
    if before.ship_hours != after.ship_hours:
        waits = fulfilment.ship_waits(limit=LOOKED_AT)
        text = ngettext(
            "最近发货的 %(total)d 单里，有 %(late)d 单用时超过 %(n)d 小时。",
            "最近发货的 %(total)d 单里，有 %(late)d 单用时超过 %(n)d 小时。",
            after.ship_hours,
        )
        yield _judged(text, waits, timedelta(hours=after.ship_hours), after.ship_hours)
        yield _("已付款的订单仍按原来的发货时限。")
    if before.confirm_days != after.confirm_days:
        day = shop_day(now + timedelta(days=after.confirm_days))
        yield _("今天发货的订单会在 %(day)s 自动确认收货；已经发货的不受影响。") % {
            "day": day_text(day)
        }


def _payments(before: ShopView, after: ShopView) -> Iterator[str]:
    found = orders.pay_waits(limit=LOOKED_AT)
    if before.unpaid_minutes != after.unpaid_minutes:
        text = ngettext(
            "最近付款的 %(total)d 单里，有 %(late)d 单过了 %(n)d 分钟才付：按新时限会被关闭。",
            "最近付款的 %(total)d 单里，有 %(late)d 单过了 %(n)d 分钟才付：按新时限会被关闭。",
            after.unpaid_minutes,
        )
        online = [wait for channel, wait in found if channel != PaymentChannel.TRANSFER]
        yield _judged(text, online, timedelta(minutes=after.unpaid_minutes), after.unpaid_minutes)
    if before.transfer_days != after.transfer_days:
        text = ngettext(
            "最近转账付款的 %(total)d 单里，有 %(late)d 单用了超过 %(n)d 天：按新期限会被关闭。",
            "最近转账付款的 %(total)d 单里，有 %(late)d 单用了超过 %(n)d 天：按新期限会被关闭。",
            after.transfer_days,
        )
        slow = [wait for channel, wait in found if channel == PaymentChannel.TRANSFER]
        yield _judged(text, slow, timedelta(days=after.transfer_days), after.transfer_days)


def _judged(text: str, waits: Sequence[timedelta], limit: timedelta, number: int) -> str:
    late = sum(wait > limit for wait in waits)
    return text % {"total": len(waits), "late": late, "n": number}


def _channels(before: ShopView, after: ShopView) -> Iterator[str]:
    had, has = payments.channels(shop=before), payments.channels(shop=after)
    gone = [one for one in had if one not in has]
    if has:
        names = listed([str(PaymentChannel(one).label) for one in has])
        yield _("顾客下单时可以选：%(channels)s。") % {"channels": names}
    else:
        yield _("顾客下单时没有收款方式可选，下不了单。")
    if gone:
        open_ones = payments.live_attempts(channels=gone)
        yield ngettext(
            "停用后立刻不能再选；已经打开付款页的 %(n)d 笔照常收款、照常入账。",
            "停用后立刻不能再选；已经打开付款页的 %(n)d 笔照常收款、照常入账。",
            open_ones,
        ) % {"n": open_ones}
