"""What became of an order, as its age makes likely."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhanggui.orders.types import CloseReason, PaymentChannel

UNPAID = timedelta(minutes=30)
TRANSFER = timedelta(days=3)
CONFIRM = timedelta(days=10)  # receipt is confirmed by itself then
_CHANNELS = (
    *[PaymentChannel.WECHAT_H5.value] * 12,
    *[PaymentChannel.WECHAT_NATIVE.value] * 6,
    *[PaymentChannel.TRANSFER.value] * 2,
)


@dataclass(slots=True, kw_only=True)
class Life:
    """The moments of an order, up to now."""

    placed_at: datetime
    channel: str
    pay_by_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str = ""
    refund_ppm: int = 0  # of what was paid
    is_stuck: bool = False  # the channel did not take the refund
    by_timer: bool = False  # receipt was confirmed by the timer


def life(*, placed_at: datetime, now: datetime, dice: random.Random) -> Life:
    """Return one life; what would happen after now has not happened."""
    channel = dice.choice(_CHANNELS)
    is_transfer = channel == PaymentChannel.TRANSFER
    one = Life(
        placed_at=placed_at,
        channel=channel,
        pay_by_at=placed_at + (TRANSFER if is_transfer else UNPAID),
    )
    fate = dice.random()
    if fate < 0.07:
        if one.pay_by_at < now:
            one.closed_at, one.close_reason = one.pay_by_at, CloseReason.PAY_TIMEOUT.value
        return one
    minutes = dice.random() * (3_000 if is_transfer else 25) + 1
    if fate < 0.10:
        closed_at = placed_at + timedelta(minutes=minutes)
        if closed_at < now:
            one.closed_at, one.close_reason = closed_at, CloseReason.BUYER.value
            one.refund_ppm = 1_000_000 if fate < 0.08 else 0
        return one
    _go_on(one, placed_at + timedelta(minutes=minutes), now, dice)
    return one


def _go_on(one: Life, paid_at: datetime, now: datetime, dice: random.Random) -> None:
    """Pay, ship and receive; a few ship late, and a few give money back."""
    if paid_at >= now:
        return
    one.paid_at = paid_at
    hours = 3 + dice.random() * 25 + (96 if dice.random() < 0.01 else 0)
    shipped_at = paid_at + timedelta(hours=hours)
    if shipped_at >= now:
        return
    one.shipped_at = shipped_at
    one.by_timer = dice.random() < 0.4
    days = CONFIRM / timedelta(days=1) if one.by_timer else 1.5 + dice.random() * 6
    received_at = shipped_at + timedelta(days=days)
    if received_at >= now:
        return
    one.completed_at = received_at
    if dice.random() < 0.02:
        one.refund_ppm = dice.choice((100_000, 200_000, 500_000, 1_000_000))
        one.is_stuck = dice.random() < 0.005
