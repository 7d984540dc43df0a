"""Reactions of the catalogue to what happens."""

from collections.abc import Sequence

from zhanggui.catalog.events import BulkEditOrdered
from zhanggui.catalog.tasks import run_bulk_edit
from zhanggui.core.events import on


@on(BulkEditOrdered)
def enqueue_run(events: Sequence[BulkEditOrdered]) -> None:
    """Let a worker run it, or finish what a web process began and did not end."""
    for event in events:
        run_bulk_edit.enqueue(event.subject_id)
