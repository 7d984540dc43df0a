"""Jobs that come round by themselves."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSimError
from django.db import connections
from django_tasks_db.models import DBTaskResult
from tests.core.jobs import work

from zhanggui.core.jobs import every
from zhanggui.core.jobs.schedules import Recurring, fire_due, recurring
from zhanggui.core.models import Schedule

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAME = work.tick.module_path
TICKING = {NAME: Recurring(work.tick, MINUTE)}


@pytest.mark.django_db
def test_a_new_schedule_is_due_one_round_later() -> None:
    assert fire_due(now=NOON, schedules=TICKING) == []
    assert fire_due(now=NOON + MINUTE - timedelta(seconds=1), schedules=TICKING) == []
    assert fire_due(now=NOON + MINUTE, schedules=TICKING) == [NAME]

    assert DBTaskResult.objects.get().task_path == NAME
    schedule = Schedule.objects.get()
    assert (schedule.last_run_at, schedule.next_run_at) == (NOON + MINUTE, NOON + 2 * MINUTE)


@pytest.mark.django_db
def test_missed_rounds_are_not_made_up_for() -> None:
    fire_due(now=NOON, schedules=TICKING)

    assert fire_due(now=NOON + 60 * MINUTE, schedules=TICKING) == [NAME]
    assert fire_due(now=NOON + 60 * MINUTE, schedules=TICKING) == []


@pytest.mark.django_db
def test_a_round_is_left_out_while_the_one_before_waits() -> None:
    fire_due(now=NOON, schedules=TICKING)
    fire_due(now=NOON + MINUTE, schedules=TICKING)

    assert fire_due(now=NOON + 2 * MINUTE, schedules=TICKING) == []
    assert DBTaskResult.objects.count() == 1


def test_cron_expressions_mean_the_shops_clock() -> None:
    nightly = recurring()[NAME]

    assert nightly.next_after(NOON) == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)


def test_a_wrong_expression_is_refused_at_once() -> None:
    with pytest.raises(CronSimError):
        every("61 * * * *")


@pytest.mark.django_db(transaction=True)
def test_of_many_runners_one_fires_each_round() -> None:
    fire_due(now=NOON, schedules=TICKING)
    fired: list[str] = []
    start = threading.Barrier(4)

    def runner() -> None:
        start.wait()
        for round_ in range(1, 6):
            fired.extend(fire_due(now=NOON + round_ * MINUTE, schedules=TICKING))
        connections.close_all()

    threads = [threading.Thread(target=runner) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(fired) == DBTaskResult.objects.count()
    assert fired == [NAME]  # the later rounds find the first job still waiting
