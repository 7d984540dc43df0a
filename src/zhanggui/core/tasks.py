"""The core's own upkeep."""

from django.utils import timezone

from zhanggui.core.jobs import every, rows, task


@every("17 4 * * *")
@task
def prune_jobs() -> None:
    """Forget jobs that were done days ago."""
    rows.prune(now=timezone.now())
