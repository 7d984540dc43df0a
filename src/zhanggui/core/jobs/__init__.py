"""Work that runs later in a worker: at least once, retried, on a schedule.

A job's row is written in the caller's transaction and is undone with it. Jobs get ids as
arguments, never personal data: the rows are kept for days and shown to staff.
"""

from django_tasks import task

from zhanggui.core.jobs.policy import retries
from zhanggui.core.jobs.schedules import every

__all__ = ["every", "retries", "task"]
