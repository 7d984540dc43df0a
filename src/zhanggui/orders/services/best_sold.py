"""Summing up what sold best, which takes long in a large shop, before somebody asks."""

import time
from datetime import datetime

from zhanggui.core.versions import worth_keeping
from zhanggui.orders import queries
from zhanggui.orders.models import BestSold


def note_best_sold(*, now: datetime) -> bool:
    """Note what sold best; where that takes long, not each time. Tell whether it was due."""
    if BestSold.objects.filter(due_at__gt=now).exists():
        return False
    started = time.monotonic()
    slugs = queries.summed_best_sold(now=now)
    BestSold.objects.update_or_create(
        pk=1, defaults={"slugs": list(slugs), "due_at": now + worth_keeping(started)}
    )
    return True
