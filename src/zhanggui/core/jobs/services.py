"""What staff may do with jobs."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zhanggui.core import audit
from zhanggui.core.jobs import rows
from zhanggui.core.transactions import retried
from zhanggui.core.types import SYSTEM, Actor, Refusal


class NotFailed(Refusal):
    """The job runs, waits or is done already."""

    code = "job_not_failed"


@retried
def retry_job(*, job_id: UUID, actor: Actor = SYSTEM, now: datetime) -> None:
    """Run a failed job again, with all its tries.

    Raises:
        NotFailed: it is not (or no longer) among the failed jobs.
    """
    if not rows.run_again(job_id=job_id, now=now):
        raise NotFailed(_("这个任务不在失败列表里，可能已有人重试"))
    label = rows.task_path(job_id=job_id).rpartition(".")[2]
    audit.record(
        audit.Act(kind="job.retried", actor=actor, at=now, subject_type="job", label=label)
    )
