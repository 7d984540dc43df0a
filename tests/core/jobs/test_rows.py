"""The steps of a job's row."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.core.jobs import work

from zhanggui.core.jobs import rows
from zhanggui.core.jobs.queries import failed_jobs, queue_counts
from zhanggui.core.jobs.services import NotFailed, retry_job
from zhanggui.core.jobs.worker import run_job
from zhanggui.core.models import Counter

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def row(job_id: UUID) -> DBTaskResult[Any, Any]:
    return DBTaskResult.objects.get(id=job_id)


def claim_one(now: datetime = NOON) -> rows.Claim:
    (claim,) = rows.claim(worker="w1", most=1, now=now)
    return claim


def fail_once(error: Exception, *, now: datetime) -> datetime | None:
    return rows.fail(claim_one(now), error=error, now=now)


def test_a_claimed_job_is_not_claimed_again() -> None:
    work.add_one.enqueue("a")

    claim = claim_one()

    assert rows.claim(worker="w2", most=5, now=NOON) == []
    assert (row(claim.id).status, row(claim.id).worker_ids) == ("RUNNING", ["w1"])


def test_the_urgent_job_comes_first_and_the_late_one_waits() -> None:
    work.add_one.enqueue("usual")
    work.add_one.using(priority=5).enqueue("urgent")
    work.add_one.using(run_after=NOON + timedelta(seconds=1)).enqueue("later")

    claims = rows.claim(worker="w1", most=5, now=NOON)

    assert [row(claim.id).args_kwargs["args"] for claim in claims] == [["urgent"], ["usual"]]
    (late,) = rows.claim(worker="w1", most=5, now=NOON + timedelta(seconds=1))
    assert row(late.id).args_kwargs["args"] == ["later"]


@pytest.mark.django_db(transaction=True)
def test_a_job_is_undone_with_the_transaction_that_wrote_it() -> None:
    def sell_and_fail() -> None:
        with transaction.atomic():
            work.add_one.enqueue("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        sell_and_fail()

    assert not DBTaskResult.objects.exists()


def test_a_failing_job_is_tried_again_with_growing_waits_and_then_lies_dead() -> None:
    work.fail_always.enqueue("a")
    error = ValueError("never works")

    second_at = fail_once(error, now=NOON)
    assert second_at == NOON + timedelta(seconds=10)
    assert rows.claim(worker="w1", most=1, now=NOON + timedelta(seconds=9)) == []
    third_at = fail_once(error, now=second_at)
    assert third_at == second_at + timedelta(seconds=20)
    assert fail_once(error, now=third_at) is None

    (dead,) = failed_jobs()
    assert (dead.name, dead.runs, dead.arguments) == ("fail_always", 3, "'a'")
    assert (dead.error, dead.message) == ("builtins.ValueError", "ValueError: never works")
    assert dead.failed_at == third_at


def test_waits_have_a_limit() -> None:
    policy = rows.policy_of("unknown.task")

    waits = [policy.wait_after(runs) for runs in (1, 2, 3, 4, 5)]

    seconds = [10, 40, 160, 640]
    assert waits == [*(timedelta(seconds=wait) for wait in seconds), None]


def test_a_permanent_error_is_not_tried_again() -> None:
    work.fail_for_good.enqueue("a")

    assert fail_once(work.Permanent("refused"), now=NOON) is None
    assert [job.runs for job in failed_jobs()] == [1]


def test_a_dead_job_gets_all_its_tries_back_when_staff_asks() -> None:
    work.fail_for_good.enqueue("a")
    fail_once(work.Permanent("refused"), now=NOON)
    (dead,) = failed_jobs()

    retry_job(job_id=dead.id, now=NOON)

    assert failed_jobs() == []
    assert claim_one().runs == 1


def test_a_job_that_is_not_dead_cannot_be_retried() -> None:
    result = work.add_one.enqueue("a")

    with pytest.raises(NotFailed):
        retry_job(job_id=UUID(result.id), now=NOON)

    assert row(UUID(result.id)).status == "READY"


def test_the_job_of_a_silent_worker_goes_to_another_and_the_silent_one_may_not_end_it() -> None:
    work.add_one.enqueue("a")
    lost = claim_one()
    later = NOON + timedelta(seconds=61)

    assert rows.redeliver_lost(lease=timedelta(seconds=61), now=later) == 0
    assert rows.redeliver_lost(lease=timedelta(seconds=60), now=later) == 1

    second = claim_one(later)
    assert (second.id, second.runs) == (lost.id, 2)
    assert rows.hold(lost, now=later) is None
    assert rows.finish(lost, now=later) == 0
    assert row(lost.id).status == "RUNNING"
    assert rows.finish(second, now=later) == 1
    assert row(lost.id).status == "SUCCESSFUL"


def test_a_job_that_kills_its_workers_ends_as_dead() -> None:
    work.fail_soon.enqueue("a")
    lease = timedelta(seconds=60)
    for minute in (2, 4):
        claim_one(NOON + timedelta(minutes=minute))
        rows.redeliver_lost(lease=lease, now=NOON + timedelta(minutes=minute + 2))

    (dead,) = failed_jobs()
    assert dead.error == "zhanggui.core.jobs.rows.WorkerLost"
    assert dead.message == "The worker w1 fell silent during run 2."


def test_a_renewed_lease_keeps_the_job() -> None:
    work.add_one.enqueue("a")
    later = NOON + timedelta(seconds=61)

    renewed = rows.hold(claim_one(), now=later)

    assert renewed is not None
    assert rows.redeliver_lost(lease=timedelta(seconds=60), now=later) == 0
    assert rows.finish(renewed, now=later) == 1


def test_a_job_that_leaves_the_process_is_a_failed_job() -> None:
    work.leave.enqueue("left")

    error = run_job(claim_one())

    assert isinstance(error, SystemExit)
    assert Counter.objects.get(name="left").value == 1


def test_old_jobs_are_forgotten_and_young_ones_kept() -> None:
    for name in ("old", "young"):
        work.add_one.enqueue(name)
    old, young = rows.claim(worker="w1", most=2, now=NOON)
    rows.finish(old, now=NOON - timedelta(days=2, seconds=1))
    rows.finish(young, now=NOON)
    work.fail_for_good.enqueue("dead")
    fail_once(work.Permanent("refused"), now=NOON - timedelta(days=59))

    assert rows.prune(now=NOON) == 1

    assert not DBTaskResult.objects.filter(id=old.id).exists()
    assert DBTaskResult.objects.count() == 2


def test_the_counts_tell_how_full_the_queue_is() -> None:
    for name in ("a", "b", "c"):
        work.add_one.enqueue(name)
    rows.finish(claim_one(), now=NOON)
    claim_one()

    counts = queue_counts(now=timezone.now())

    assert (counts.waiting, counts.running, counts.failed) == (1, 1, 0)
    (waiting,) = DBTaskResult.objects.filter(status="READY")
    assert counts.oldest_due_at == waiting.enqueued_at


def test_jobs_taken_ahead_go_back_as_if_never_taken() -> None:
    for number in range(5):
        work.add_one.enqueue(f"job-{number}")

    claims = rows.claim(worker="w1", most=1, ahead=3, now=NOON)
    rows.put_back(claims[1:])

    assert [claim.runs for claim in claims] == [1, 1, 1, 1]
    taken = rows.claim(worker="w2", most=9, now=NOON + timedelta(seconds=1))
    assert len(taken) == 4
    assert {(one.runs, *row(one.id).worker_ids) for one in taken} == {(1, "w2")}
    assert row(claims[0].id).worker_ids == ["w1"]


def test_what_failed_once_is_not_taken_ahead() -> None:
    work.fail_always.enqueue("a")
    again_at = fail_once(ValueError("never works"), now=NOON)
    assert again_at is not None
    for name in ("b", "c"):
        work.add_one.using(priority=1).enqueue(name)

    claims = rows.claim(worker="w1", most=1, ahead=9, now=again_at)

    assert [one.task_path.rpartition(".")[2] for one in claims] == ["add_one", "add_one"]


def test_what_may_run_only_once_is_not_taken_ahead() -> None:
    for work_of in (work.add_one, work.once, work.add_one):
        work_of.enqueue("a")

    claims = rows.claim(worker="w1", most=1, ahead=9, now=NOON)

    assert [one.task_path.rpartition(".")[2] for one in claims] == ["add_one", "add_one"]
    (once,) = rows.claim(worker="w1", most=1, ahead=9, now=NOON)
    assert once.task_path.endswith(".once")


def test_taking_and_finishing_many_jobs_takes_a_statement_each(
    django_assert_num_queries: Any,
) -> None:
    for number in range(9):
        work.add_one.enqueue(f"job-{number}")

    with django_assert_num_queries(2):
        claims = rows.claim(worker="w1", most=2, ahead=7, now=NOON)
    with django_assert_num_queries(1):
        assert rows.finish(*claims, now=NOON) == 9
