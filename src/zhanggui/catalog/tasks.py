"""Background work of the catalogue."""

from django.utils import timezone

from zhanggui.catalog.services import bulk_run, standing
from zhanggui.core.jobs import every, task


@task
def run_bulk_edit(edit_id: int) -> None:
    """Run or undo an edit of many products; what is done already is not done again."""
    bulk_run.run_bulk_edit(edit_id=edit_id, now=timezone.now())


@every("* * * * *")
@task
def refresh_figures() -> None:
    """Write the figures of products anew whose timed prices began or ended."""
    standing.refresh_figures(now=timezone.now())


@every("37 4 * * *")
@task
def prune_bulk_edits() -> None:
    """Forget the rows of old edits, and previews that nobody confirmed."""
    bulk_run.prune_bulk_edits(now=timezone.now())
