"""A job's row: claimed, kept, finished, tried again. Every step is one compare-and-set."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from traceback import format_exception
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from zhanggui.core.jobs.policy import policy_of

READY = TaskResultStatus.READY
RUNNING = TaskResultStatus.RUNNING
FAILED = TaskResultStatus.FAILED
SUCCESSFUL = TaskResultStatus.SUCCESSFUL
MESSAGE_LIMIT = 20_000  # characters of a traceback that are kept, its end


class WorkerLost(Exception):
    """A job's worker fell silent: killed, or its machine gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One run of a job by one worker. `held_at` proves the hold: nobody else writes that value."""

    id: UUID
    task_path: str
    runs: int  # this one included
    held_at: datetime
    arguments: dict[str, Any] = field(default_factory=dict)  # positional and by name, as stored


def due(*, now: datetime) -> "QuerySet[DBTaskResult[Any, Any]]":
    """Return the jobs that may run now, in the order in which they should."""
    may_run = Q(run_after=get_date_max()) | Q(run_after__lte=now)  # the former: at once
    return DBTaskResult.objects.filter(may_run, status=READY)


def claim(*, worker: str, most: int, ahead: int = 0, now: datetime) -> list[Claim]:
    """Take up to `most` waiting jobs, most urgent first, and `ahead` more that never ran.

    What may run only once is not taken ahead: it would be lost with a worker that dies before.
    No lock and no SKIP LOCKED: also two workers that read the same rows get different jobs,
    on every database.
    """
    found = list(due(now=now)[: most + ahead])
    again = [row for row in found[:most] if row.started_at is not None]
    fresh = [row for row in found[:most] if row.started_at is None]
    fresh += [row for row in found[most:] if row.started_at is None and _may_run_again(row)]
    taken = _take_fresh({row.id for row in fresh}, worker, now)
    taken |= {row.id for row in again if _take_again(row, worker, now)}
    return [
        Claim(row.id, row.task_path, len(row.worker_ids) + 1, now, row.args_kwargs)
        for row in found
        if row.id in taken
    ]


def _may_run_again(row: "DBTaskResult[Any, Any]") -> bool:
    return policy_of(row.task_path).wait_after(1) is not None


def _take_fresh(ids: set[UUID], worker: str, now: datetime) -> set[UUID]:
    """Take what never ran, in one statement, and return what no other worker took first."""
    if not ids:
        return ids
    fresh = DBTaskResult.objects.filter(id__in=sorted(ids), status=READY, started_at=None)
    if fresh.update(status=RUNNING, started_at=now, worker_ids=[worker]) == len(ids):
        return ids
    ours = DBTaskResult.objects.filter(id__in=sorted(ids), status=RUNNING, started_at=now)
    return {id_ for id_, workers in ours.values_list("id", "worker_ids") if workers == [worker]}


def _take_again(row: "DBTaskResult[Any, Any]", worker: str, now: datetime) -> bool:
    waiting = DBTaskResult.objects.filter(id=row.id, status=READY, started_at=row.started_at)
    return bool(
        waiting.update(status=RUNNING, started_at=now, worker_ids=[*row.worker_ids, worker])
    )


def put_back(unbegun: Iterable[Claim]) -> None:
    """Let other workers have jobs that were taken ahead and not begun: as if never taken."""
    for held_at, ids in _by_hold(unbegun).items():
        DBTaskResult.objects.filter(id__in=ids, status=RUNNING, started_at=held_at).update(
            status=READY, started_at=None, worker_ids=[]
        )


def _by_hold(claims: Iterable[Claim]) -> dict[datetime, list[UUID]]:
    found: dict[datetime, list[UUID]] = defaultdict(list)
    for one in claims:
        found[one.held_at].append(one.id)
    return found


def hold(held: Claim, *, now: datetime) -> Claim | None:
    """Say that the run is alive; None when the job was given to another worker meanwhile."""
    return replace(held, held_at=now) if _mine(held).update(started_at=now) else None


def finish(*held: Claim, now: datetime) -> int:
    """Record the success of these runs; return how many of the jobs were still ours."""
    return sum(
        DBTaskResult.objects.filter(id__in=sorted(ids), status=RUNNING, started_at=held_at).update(
            status=SUCCESSFUL, finished_at=now, exception_class_path="", traceback=""
        )
        for held_at, ids in _by_hold(held).items()
    )


def fail(held: Claim, *, error: BaseException, now: datetime) -> datetime | None:
    """Record the failure: again at the returned moment, or None for ever failed (a dead letter).

    An error that says `permanent = True` is not tried again.
    """
    wait = (
        None
        if getattr(error, "permanent", False)
        else policy_of(held.task_path).wait_after(held.runs)
    )
    kind = type(error)
    _mine(held).update(
        exception_class_path=f"{kind.__module__}.{kind.__qualname__}",
        traceback="".join(format_exception(error))[-MESSAGE_LIMIT:],
        **_after(wait, now=now),
    )
    return None if wait is None else now + wait


def give_back(held: Claim, *, now: datetime) -> None:
    """Let another worker run the job: this one stops before it is done."""
    _mine(held).update(**_after(timedelta(), now=now))


def redeliver_lost(*, lease: timedelta, now: datetime) -> int:
    """Give back the jobs whose worker fell silent, and return how many.

    A job that took its worker down as often as its policy allows runs ends as failed.
    """
    lost = DBTaskResult.objects.filter(status=RUNNING, started_at__lt=now - lease)
    count = 0
    for id_, path, workers, held_at in list(
        lost.values_list("id", "task_path", "worker_ids", "started_at")
    ):
        wait = policy_of(path).wait_after(len(workers))
        count += lost.filter(id=id_, started_at=held_at).update(
            exception_class_path=f"{__name__}.{WorkerLost.__name__}",
            traceback=f"The worker {workers[-1]} fell silent during run {len(workers)}.",
            **_after(None if wait is None else timedelta(), now=now),
        )
    return count


def prune(*, now: datetime, done_days: int = 2, failed_days: int = 60) -> int:
    """Delete old rows in small steps; return how many."""
    limits: Sequence[tuple[str, int]] = ((SUCCESSFUL, done_days), (FAILED, failed_days))
    count = 0
    for status, days in limits:
        old = DBTaskResult.objects.filter(
            status=status, finished_at__lt=now - timedelta(days=days)
        ).order_by()
        while ids := list(old.values_list("id", flat=True)[:500]):
            count += DBTaskResult.objects.filter(id__in=ids).delete()[0]
    return count


def run_again(*, job_id: UUID, now: datetime) -> bool:
    """Put a failed job back in the queue with all its tries; False when it is not failed."""
    return bool(
        DBTaskResult.objects.filter(id=job_id, status=FAILED).update(
            status=READY, run_after=now, worker_ids=[], finished_at=None, started_at=None
        )
    )


def task_path(*, job_id: UUID) -> str:
    """Return which task a job runs."""
    found: str = DBTaskResult.objects.values_list("task_path", flat=True).get(pk=job_id)
    return found


def _mine(held: Claim) -> "QuerySet[DBTaskResult[Any, Any]]":
    return DBTaskResult.objects.filter(id=held.id, status=RUNNING, started_at=held.held_at)


def _after(wait: timedelta | None, *, now: datetime) -> dict[str, Any]:
    if wait is None:
        return {"status": FAILED, "finished_at": now}
    return {"status": READY, "run_after": now + wait}
