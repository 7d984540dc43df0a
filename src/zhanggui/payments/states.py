"""Which way payments and refunds can go (domain.md §6). Money that came is never unbelieved."""

from zhanggui.core.states import Machine
from zhanggui.payments.types import PaymentStatus as P
from zhanggui.payments.types import RefundStatus as R

PAYMENT = Machine(
    "status",
    {
        P.CREATED: {P.PENDING, P.SUCCEEDED, P.FAILED, P.CLOSED},
        P.PENDING: {P.SUCCEEDED, P.FAILED, P.CLOSED},
        P.FAILED: {P.SUCCEEDED},
        P.CLOSED: {P.SUCCEEDED},
        P.SUCCEEDED: set(),
    },
)

REFUND = Machine(
    "status",
    {
        R.CREATED: {R.PROCESSING, R.SUCCEEDED, R.ABNORMAL, R.CLOSED},
        R.PROCESSING: {R.SUCCEEDED, R.ABNORMAL, R.CLOSED},
        R.ABNORMAL: {R.CREATED, R.SUCCEEDED, R.CLOSED},  # created: never accepted, sent again
        R.SUCCEEDED: set(),
        R.CLOSED: set(),
    },
)
