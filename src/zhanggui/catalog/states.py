"""Which way an edit of many products can go."""

from zhanggui.catalog.types import BulkState
from zhanggui.core.states import Machine

BULK = Machine(
    "state",
    {
        BulkState.PREVIEW: {BulkState.RUNNING},
        BulkState.RUNNING: {BulkState.DONE},
        BulkState.DONE: {BulkState.UNDOING},
        BulkState.UNDOING: {BulkState.UNDONE},
        BulkState.UNDONE: set(),
    },
)
