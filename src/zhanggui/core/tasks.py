"""The core's own upkeep."""

from importlib import import_module

from django.conf import settings
from django.utils import timezone

from zhanggui.core import audit
from zhanggui.core.jobs import every, rows, task


@every("17 4 * * *")
@task
def prune_jobs() -> None:
    """Forget jobs that were done days ago."""
    rows.prune(now=timezone.now())


@task
def check_audit() -> None:
    """Check the audit log, where it is too long for a page to wait."""
    audit.check(now=timezone.now())


@every("27 4 * * *")
@task
def prune_sessions() -> None:
    """Forget sessions that have run out."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
