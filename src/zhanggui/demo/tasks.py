"""Background work of the sample shop."""

from importlib import import_module

from django.utils import timezone

from zhanggui.core.jobs import retries, task
from zhanggui.core.transactions import Busy
from zhanggui.demo import services
from zhanggui.demo.types import SampleError


class BrokenOff(Exception):
    """Loading or clearing stopped by an error of ours; people see it and can order it again."""

    permanent = True


@retries(times=8, first_seconds=2, most_seconds=60)
@task
def load_sample() -> None:
    """Load the sample shop; loaded already, nothing is done."""
    loading = import_module("zhanggui.demo.services.loading")  # what few processes ever need
    try:
        loading.load_sample(now=timezone.now())
    except Busy:
        raise
    except Exception as error:
        services.fail(error=SampleError.BROKEN)
        raise BrokenOff from error


@retries(times=8, first_seconds=2, most_seconds=60)
@task
def wipe_sample() -> None:
    """Clear the sample shop, or what is left of it."""
    try:
        services.wipe_sample(now=timezone.now())
    except Busy:
        raise
    except Exception as error:
        services.fail(error=SampleError.BROKEN)
        raise BrokenOff from error
