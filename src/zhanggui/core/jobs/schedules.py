"""Jobs that come round by themselves: of many runners exactly one enqueues each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from zhanggui.core.models import Schedule

Work = Task[[], None]
Rhythm = str | timedelta


@dataclass(frozen=True, slots=True)
class Recurring:
    """A task and its rhythm: a cron expression in shop time, or an interval."""

    work: Work
    rhythm: Rhythm

    def next_after(self, moment: datetime) -> datetime:
        """Return the next due moment after this one; missed ones are not made up for."""
        if isinstance(self.rhythm, timedelta):
            return moment + self.rhythm
        local = timezone.localtime(moment, timezone.get_default_timezone())
        return next(CronSim(self.rhythm, local))


_recurring: dict[str, Recurring] = {}


def every(rhythm: Rhythm) -> Callable[[Work], Work]:
    """Enqueue the task by itself: `@every("*/5 * * * *")` or `@every(timedelta(seconds=30))`.

    Stands above `@task`; the task takes no arguments. A round is left out while the job of the
    round before still waits for a worker.
    """
    if isinstance(rhythm, str):
        CronSim(rhythm, timezone.now())  # refuses a wrong expression at import

    def register(work: Work) -> Work:
        _recurring[work.module_path] = Recurring(work, rhythm)
        return work

    return register


def recurring() -> Mapping[str, Recurring]:
    """Return all schedules by name; complete once the tasks of all apps are imported."""
    return _recurring


def fire_due(*, now: datetime, schedules: Mapping[str, Recurring]) -> list[str]:
    """Enqueue the jobs that are due and return the names of those that this call enqueued.

    A schedule seen for the first time gets its row and is due one round later.
    """
    due_at = dict(Schedule.objects.filter(name__in=schedules).values_list("name", "next_run_at"))
    fresh = [
        Schedule(name=name, next_run_at=schedules[name].next_after(now))
        for name in sorted(schedules.keys() - due_at.keys())
    ]
    if fresh:
        Schedule.objects.bulk_create(fresh, ignore_conflicts=True)
    return [
        name
        for name, at in sorted(due_at.items())
        if at <= now and _fire(schedules[name], name=name, due_at=at, now=now)
    ]


@transaction.atomic
def _fire(schedule: Recurring, *, name: str, due_at: datetime, now: datetime) -> bool:
    won = Schedule.objects.filter(name=name, next_run_at=due_at).update(
        next_run_at=schedule.next_after(now), last_run_at=now
    )
    if not won:  # another runner was first
        return False
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=name)
    if waiting.exists():
        return False
    schedule.work.enqueue()
    return True
