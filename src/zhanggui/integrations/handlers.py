"""Reactions of imports and exports to their own events."""

from collections.abc import Sequence

from zhanggui.core.events import on
from zhanggui.integrations.events import ExportOrdered, ImportOrdered
from zhanggui.integrations.tasks import make_export, work_on_import


@on(ImportOrdered)
def enqueue_import(events: Sequence[ImportOrdered]) -> None:
    """Let a worker do what is to be done with the file."""
    for event in events:
        work_on_import.enqueue(event.subject_id)


@on(ExportOrdered)
def enqueue_export(events: Sequence[ExportOrdered]) -> None:
    """Let a worker make the table."""
    for event in events:
        make_export.enqueue(event.subject_id)
