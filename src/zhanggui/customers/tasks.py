"""Background work of customers."""

from django.utils import timezone

from zhanggui.core.jobs import every, task
from zhanggui.customers import services


@every("37 4 * * *")
@task
def prune_codes() -> None:
    """Forget sign-in codes of days ago."""
    services.forget_codes(now=timezone.now())
