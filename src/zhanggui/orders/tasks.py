"""Background work of orders."""

from datetime import timedelta

from zhanggui.core.jobs import every, task
from zhanggui.orders.services import tallies


@every(timedelta(seconds=15))
@task
def fold_tallies() -> None:
    """Add up the parts of the figures, so that reading them stays quick."""
    while tallies.fold_tallies() == tallies.FOLD_AT_ONCE:
        pass
