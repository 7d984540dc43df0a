"""Background work of imports and exports."""

from django.conf import settings
from django.utils import timezone

from zhanggui.core.jobs import every, retries, task
from zhanggui.core.transactions import Busy
from zhanggui.integrations import services


class BrokenOff(Exception):
    """An import or export stopped by an error of ours; people see it and can go on with it."""

    permanent = True


@retries(times=8, first_seconds=2, most_seconds=60)
@task
def work_on_import(run_id: int) -> None:
    """Check, write or undo an import, whatever it waits for; what is done is not done again."""
    try:
        services.work_on_import(run_id=run_id, now=timezone.now())
    except Busy:
        raise
    except Exception as error:
        services.fail_import(run_id=run_id, error=type(error).__name__, now=timezone.now())
        raise BrokenOff(run_id) from error


@retries(times=3, first_seconds=2)
@task
def make_export(export_id: int) -> None:
    """Write the table that somebody asked for; begun again, it is made anew."""
    try:
        services.make_export(export_id=export_id, now=timezone.now(), base=settings.PUBLIC_URL)
    except Busy:
        raise
    except Exception as error:
        services.fail_export(export_id=export_id, error=type(error).__name__, now=timezone.now())
        raise BrokenOff(export_id) from error


@every("47 4 * * *")
@task
def prune_files() -> None:
    """Delete the files of exports after some days and those of imports after some weeks."""
    services.prune_files(now=timezone.now())
