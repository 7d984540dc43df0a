"""What happens to the money of an order; the subject is the order, so its timeline shows it.

And what happens to the keys of a channel.
"""

from dataclasses import dataclass
from typing import ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyEvent(Event):
    """Base of all events about money of an order."""

    subject_type: ClassVar[str] = "order"
    channel: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSucceeded(MoneyEvent):
    """An attempt was paid."""

    kind: ClassVar[str] = "payment.succeeded"
    payment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMismatch(MoneyEvent):
    """The channel told of another amount or currency than was asked: nothing was booked."""

    kind: ClassVar[str] = "payment.mismatch"
    payment_id: int
    told_minor: int | None
    told_currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(MoneyEvent):
    """Money is to go back."""

    kind: ClassVar[str] = "refund.requested"
    refund_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRetried(MoneyEvent):
    """A refund that did not reach the channel is sent again, under the same number."""

    kind: ClassVar[str] = "refund.retried"
    refund_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSucceeded(MoneyEvent):
    """Money is back with the buyer; `by_hand` where staff paid it outside the channel."""

    kind: ClassVar[str] = "refund.succeeded"
    refund_id: int
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNeedsStaff(MoneyEvent):
    """A refund did not get through: somebody must act."""

    kind: ClassVar[str] = "refund.needs_staff"
    refund_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysChanged(Event):
    """Keys of a channel were entered; `keys` are their names, never what they are."""

    kind: ClassVar[str] = "payment_keys.changed"
    subject_type: ClassVar[str] = "merchant_account"
    mchid: str
    keys: list[str]
