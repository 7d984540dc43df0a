"""The transitions of a transfer."""

from zhanggui.core.states import Machine
from zhanggui.inventory.types import TransferStatus as Status

transfer_machine = Machine(
    "status",
    {
        Status.DRAFT: {Status.SENT, Status.CANCELED},
        Status.SENT: {Status.RECEIVED},
        Status.RECEIVED: set(),
        Status.CANCELED: set(),
    },
)
