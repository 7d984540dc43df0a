"""The worker with real threads and real processes."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.core.jobs import work

from zhanggui.core.jobs.queries import failed_jobs, last_beat
from zhanggui.core.jobs.worker import Pace, Worker
from zhanggui.core.models import Counter, WorkerBeat

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = Pace(shortest_poll=0.01, longest_poll=0.05, lease=2, grace=5)


def value(name: str) -> int:
    return Counter.objects.filter(name=name).values_list("value", flat=True).first() or 0


def wait_until(true: Callable[[], bool], *, seconds: float = 120) -> None:
    """Wait for what takes a second, and longer where a process starts on a busy machine."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def statuses() -> list[str]:
    """Return how the tests' jobs stand; a real worker also runs the shop's own schedules."""
    own = DBTaskResult.objects.filter(task_path__startswith="tests.")
    return list(own.values_list("status", flat=True))


def all_done() -> bool:
    return not {"READY", "RUNNING"} & {*statuses()}


@contextmanager
def working(*, workers: int = 1, threads: int = 2) -> Iterator[None]:
    crew = [Worker(threads=threads, clock=timezone.now, pace=QUICK) for _ in range(workers)]

    def run(worker: Worker) -> None:
        worker.run()
        connections.close_all()

    running = [threading.Thread(target=run, args=[worker]) for worker in crew]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        for worker in crew:
            worker.stop()
        for thread in running:
            thread.join()


@contextmanager
def worker_process(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "zhanggui", "worker", "--lease", "2"]
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_two_workers_run_each_job_once() -> None:
    for number in range(40):
        work.add_one.enqueue(f"job-{number}")

    with working(workers=2):
        wait_until(all_done)

    assert set(Counter.objects.filter(name__startswith="job-").values_list("value")) == {(1,)}
    assert Counter.objects.filter(name__startswith="job-").count() == 40
    assert statuses() == ["SUCCESSFUL"] * 40


def test_what_was_taken_ahead_goes_back_when_slow_jobs_hold_it_up() -> None:
    for number in range(200):
        work.add_one.enqueue(f"quick-{number}")
    for number in range(2):
        work.add_slowly.enqueue(f"slow-{number}", 4.0)
    for number in range(30):
        work.add_one.enqueue(f"late-{number}")

    with working(threads=2):
        wait_until(lambda: value("slow-0-begun") == value("slow-1-begun") == 1)
        with working(threads=2):
            wait_until(lambda: Counter.objects.filter(name__startswith="late").count() == 30)
            assert value("slow-0") == value("slow-1") == 0
        wait_until(all_done)

    assert set(Counter.objects.filter(name__contains="-").values_list("value", flat=True)) == {1}
    assert statuses() == ["SUCCESSFUL"] * 232


def test_a_job_that_always_fails_is_tried_as_often_as_its_policy_says() -> None:
    work.fail_soon.enqueue("tries")

    with working():
        wait_until(all_done)

    assert value("tries") == 2
    assert ("fail_soon", 2) in [(job.name, job.runs) for job in failed_jobs()]


def test_a_running_worker_shows_its_beat_and_a_stopped_one_does_not() -> None:
    with working():
        wait_until(lambda: last_beat() is not None)

    assert not WorkerBeat.objects.exists()


def test_a_job_longer_than_the_lease_is_kept_by_the_beat() -> None:
    work.add_slowly.enqueue("long", 3.0)

    with working(workers=2):
        wait_until(all_done)

    assert (value("long-begun"), value("long")) == (1, 1)


def test_the_job_of_a_killed_worker_runs_again(process_environment: dict[str, str]) -> None:
    work.add_slowly.enqueue("killed", 4.0)
    with worker_process(process_environment) as first:
        wait_until(lambda: value("killed-begun") == 1)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert statuses() == ["RUNNING"]

    with working():
        wait_until(all_done)

    assert (value("killed-begun"), value("killed")) == (2, 1)
    assert statuses() == ["SUCCESSFUL"]


def test_a_stopped_worker_finishes_its_job_first(process_environment: dict[str, str]) -> None:
    work.add_slowly.enqueue("stopped", 1.5)
    with worker_process(process_environment) as process:
        wait_until(lambda: value("stopped-begun") == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0

    assert value("stopped") == 1
    assert statuses() == ["SUCCESSFUL"]
    assert not WorkerBeat.objects.exists()
