"""Which way a fulfilment order can go."""

from zhanggui.core.states import Machine
from zhanggui.fulfilment.types import FulfilmentStatus as S

FULFILMENT = Machine(
    "status",
    {
        S.PENDING: {S.ALLOCATED, S.CANCELED},
        S.ALLOCATED: {S.SHIPPED, S.CANCELED},
        S.SHIPPED: {S.DELIVERED},
        S.DELIVERED: set(),
        S.CANCELED: set(),
    },
)
