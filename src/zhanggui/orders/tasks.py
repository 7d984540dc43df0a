"""Background work of orders."""

from datetime import timedelta

from django.utils import timezone

from zhanggui.core.jobs import every, task
from zhanggui.orders.services import best_sold, tallies


@every(timedelta(seconds=15))
@task
def fold_tallies() -> None:
    """Add up the parts of the figures, so that reading them stays quick."""
    while tallies.fold_tallies() == tallies.FOLD_AT_ONCE:
        pass


@every(timedelta(minutes=1))
@task
def note_best_sold() -> None:
    """Sum up what sold best, so that no visitor of the front page waits for it."""
    best_sold.note_best_sold(now=timezone.now())
