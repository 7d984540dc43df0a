"""What the console and the health page show of the jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min
from django_tasks_db.models import DBTaskResult

from zhanggui.core.jobs import rows
from zhanggui.core.models import WorkerBeat


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A job that used up its tries, or may not be tried again."""

    id: UUID
    task_path: str
    arguments: str  # ids only, by rule
    subject_id: int | None  # the first of them
    runs: int
    failed_at: datetime
    error: str  # the exception's class
    traceback: str

    @property
    def name(self) -> str:
        """The task's own name, without its module."""
        return self.task_path.rpartition(".")[2]

    @property
    def message(self) -> str:
        """The last line of the traceback."""
        return self.traceback.strip().rpartition("\n")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How full the queue is."""

    waiting: int
    running: int
    failed: int
    oldest_due_at: datetime | None  # the longest waiting job that may run now


def failed_jobs(*, most: int = 100) -> list[FailedJob]:
    """Return the failed jobs, newest first."""
    failed = DBTaskResult.objects.filter(status=rows.FAILED).order_by("-finished_at", "id")
    return [_failed_job(row) for row in failed[:most]]


def queue_counts(*, now: datetime) -> QueueCounts:
    """Count the jobs of each state; successful ones are no news and are not counted."""
    open_states: Sequence[str] = (rows.READY, rows.RUNNING, rows.FAILED)
    counts = dict(
        DBTaskResult.objects.filter(status__in=open_states)
        .order_by()
        .values_list("status")
        .annotate(Count("id"))
    )
    oldest = rows.due(now=now).order_by().aggregate(oldest=Min("enqueued_at"))["oldest"]
    return QueueCounts(
        waiting=counts.get(rows.READY, 0),
        running=counts.get(rows.RUNNING, 0),
        failed=counts.get(rows.FAILED, 0),
        oldest_due_at=oldest,
    )


def last_beat() -> datetime | None:
    """Return when a worker last said that it is alive; None when none runs."""
    return WorkerBeat.objects.order_by("-at").values_list("at", flat=True).first()


def _failed_job(row: "DBTaskResult[Any, Any]") -> FailedJob:
    arguments = [repr(value) for value in row.args_kwargs["args"]]
    arguments += [f"{name}={value!r}" for name, value in row.args_kwargs["kwargs"].items()]
    given = [*row.args_kwargs["args"], *row.args_kwargs["kwargs"].values()]
    return FailedJob(
        id=row.id,
        task_path=row.task_path,
        arguments=", ".join(arguments),
        subject_id=given[0] if given and isinstance(given[0], int) else None,
        runs=len(row.worker_ids),
        failed_at=row.finished_at or row.enqueued_at,
        error=row.exception_class_path,
        traceback=row.traceback,
    )
