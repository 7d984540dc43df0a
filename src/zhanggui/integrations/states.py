"""Which state of an import follows which."""

from zhanggui.core.states import Machine
from zhanggui.integrations.types import RunState

IMPORT = Machine(
    "state",
    {
        RunState.UPLOADED: {RunState.MATCHED, RunState.CANCELLED},
        RunState.MATCHED: {RunState.CHECKED, RunState.CANCELLED, RunState.FAILED},
        RunState.CHECKED: {RunState.MATCHED, RunState.RUNNING, RunState.CANCELLED},
        RunState.RUNNING: {RunState.DONE, RunState.CANCELLED, RunState.FAILED},
        RunState.DONE: {RunState.UNDOING},
        RunState.CANCELLED: {RunState.UNDOING},
        RunState.FAILED: {RunState.MATCHED, RunState.RUNNING, RunState.UNDOING},
        RunState.UNDOING: {RunState.UNDONE},
        RunState.UNDONE: set(),
    },
)
