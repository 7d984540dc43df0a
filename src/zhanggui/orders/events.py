"""What happens to orders. Events hold ids and plain facts, never personal data."""

from dataclasses import dataclass
from typing import ClassVar

from zhanggui.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(Event):
    """Base of all events whose subject is an order."""

    subject_type: ClassVar[str] = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """An order was placed and its stock reserved."""

    kind: ClassVar[str] = "order.placed"
    warehouse_id: int
    payable_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(OrderEvent):
    """An order is paid in full and waits to be shipped."""

    kind: ClassVar[str] = "order.paid"
    paid_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClosed(OrderEvent):
    """An order was closed and its stock released."""

    kind: ClassVar[str] = "order.closed"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReopened(OrderEvent):
    """A payment came after the deadline and the stock could be reserved again."""

    kind: ClassVar[str] = "order.reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(OrderEvent):
    """A parcel left; stock went out."""

    kind: ClassVar[str] = "order.shipped"
    carrier: str
    tracking_no: str
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(OrderEvent):
    """The buyer confirmed receipt, or the timer did."""

    kind: ClassVar[str] = "order.completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(OrderEvent):
    """Money of this order went back to the buyer."""

    kind: ClassVar[str] = "order.refunded"
    refunded_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDataShown(OrderEvent):
    """Somebody looked at the buyer's personal data."""

    kind: ClassVar[str] = "order.data_shown"
    reason: str
