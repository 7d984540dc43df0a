"""Which way an order can go."""

from zhanggui.core.states import Machine
from zhanggui.orders.types import OrderStatus

ORDER = Machine(
    "status",
    {
        OrderStatus.OPEN: {OrderStatus.COMPLETED, OrderStatus.CLOSED},
        OrderStatus.CLOSED: {OrderStatus.OPEN},  # a late payment whose stock was still there
        OrderStatus.COMPLETED: set(),
    },
)
