"""What staff may do with jobs."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zhanggui.core.jobs import rows
from zhanggui.core.types import Refusal


class NotFailed(Refusal):
    """The job runs, waits or is done already."""

    code = "job_not_failed"


def retry_job(*, job_id: UUID, now: datetime) -> None:
    """Run a failed job again, with all its tries.

    Raises:
        NotFailed: it is not (or no longer) among the failed jobs.
    """
    if not rows.run_again(job_id=job_id, now=now):
        raise NotFailed(_("这个任务不在失败列表里，可能已有人重试"))
