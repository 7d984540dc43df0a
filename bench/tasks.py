"""The most trivial job, for the worker under measurement."""

from zhanggui.core.jobs import task


@task
def nothing(number: int) -> int:
    """Do nothing."""
    return number
