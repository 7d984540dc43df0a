"""Background work of inventory."""

from django.utils import timezone

from zhanggui.core.jobs import every, task
from zhanggui.inventory import services


@every("40 3 * * *")
@task
def check_stock() -> None:
    """Compare all counters with the ledger and the open orders, every night."""
    services.check_stock(now=timezone.now())
