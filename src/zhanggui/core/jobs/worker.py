"""The worker: claims jobs, runs them in threads, keeps its leases, fires the schedules.

One thread asks the database, so an idle worker costs a query or two a second however many
threads it has. After `kill -9` the leases run out and another worker runs the jobs again.
"""

import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import DatabaseError, close_old_connections, connections
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.models import DBTaskResult

from zhanggui.core.jobs import rows
from zhanggui.core.jobs.schedules import fire_due, recurring
from zhanggui.core.models import WorkerBeat

log = logging.getLogger(__name__)

SLOW_SECONDS = 5.0  # longer jobs are worth a line in the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The worker's times, in seconds."""

    shortest_poll: float = 0.2  # while there is work
    longest_poll: float = 1.0  # while there is none
    lease: float = 60.0  # a job whose worker is silent for so long is run again
    grace: float = 8.0  # for running jobs when the worker is told to stop


class Worker:
    """Runs jobs until `stop` is called, at most `threads` at a time."""

    def __init__(
        self, *, threads: int, clock: Callable[[], datetime], pace: Pace | None = None
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:6]}"
        self._clock = clock
        self._pace = pace or Pace()
        self._threads = threads
        self._inbox: queue.SimpleQueue[rows.Claim | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._held: dict[UUID, rows.Claim] = {}
        self._wake = threading.Event()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Take no new jobs and end when the running ones have ended; safe in a signal handler."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Work until stopped."""
        autodiscover_modules("tasks")  # imports register schedules and policies
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True).start()
        beat = threading.Thread(target=self._beat, name="beat", daemon=True)
        beat.start()
        log.info("Worker %s: %d threads, %d schedules", self.name, self._threads, len(recurring()))
        pause = self._pace.shortest_poll
        while not self._stopping.is_set():
            found = self._guarded(self._poll)
            pause = self._pace.shortest_poll if found else min(pause * 1.5, self._pace.longest_poll)
            self._wake.wait(pause)
            self._wake.clear()
        beat.join()
        self._leave()

    def _poll(self) -> bool:
        """Fire what is due and take what there is room for; True when there was something."""
        now = self._clock()
        fired = fire_due(now=now, schedules=recurring())
        room = self._threads - len(self._held)
        claims = rows.claim(worker=self.name, most=room, now=now) if room else []
        for claim in claims:
            with self._lock:
                self._held[claim.id] = claim
            self._inbox.put(claim)
        return bool(fired or claims)

    def _beat(self) -> None:
        while not self._stopping.is_set():
            self._guarded(self._keep_alive)
            self._stopping.wait(self._pace.lease / 5)
        connections.close_all()

    def _keep_alive(self) -> bool:
        """Renew this worker's row and its leases, and give back the jobs of silent workers."""
        now = self._clock()
        lease = timedelta(seconds=self._pace.lease)
        WorkerBeat.objects.update_or_create(name=self.name, defaults={"at": now})
        WorkerBeat.objects.filter(at__lt=now - 10 * lease).delete()
        with self._lock:
            for claim in list(self._held.values()):
                renewed = rows.hold(claim, now=self._clock())
                if renewed is None:
                    log.error("Job %s (%s) was lost to another worker", claim.id, claim.task_path)
                    del self._held[claim.id]
                else:
                    self._held[claim.id] = renewed
        if lost := rows.redeliver_lost(lease=lease, now=now):
            log.warning("%d jobs of silent workers are run again", lost)
        return True

    def _guarded(self, step: Callable[[], bool]) -> bool:
        """Run a step; a database that is away or busy is waited for, not died of."""
        close_old_connections()
        try:
            return step()
        except DatabaseError:
            log.exception("The database refused; trying again")
            connections.close_all()
            return False

    def _work(self) -> None:
        while claim := self._inbox.get():
            close_old_connections()
            began = time.monotonic()
            error = run_job(claim.id)
            if error is not None:
                connections.close_all()  # whatever state it left them in
            self._record(claim, error=error, seconds=time.monotonic() - began)
            self._wake.set()
        connections.close_all()

    def _record(self, claim: rows.Claim, *, error: BaseException | None, seconds: float) -> None:
        with self._lock:
            held = self._held.pop(claim.id, None)
        if held is None:  # lost meanwhile: its new worker records it
            return
        try:
            if error is None:
                rows.finish(held, now=self._clock())
                level = logging.INFO if seconds > SLOW_SECONDS else logging.DEBUG
                log.log(level, "%s done in %.1f s", claim.task_path, seconds)
                return
            again_at = rows.fail(held, error=error, now=self._clock())
        except DatabaseError:  # the lease runs out and the job, being idempotent, runs again
            log.exception("The end of job %s could not be recorded", claim.id)
            connections.close_all()
            return
        if again_at:
            log.warning("%s failed, again at %s: %r", claim.task_path, again_at, error)
        else:
            log.error("%s failed for good", claim.task_path, exc_info=error)

    def _leave(self) -> None:
        """Wait for running jobs, give back those that take too long, take the beat away."""
        deadline = time.monotonic() + self._pace.grace
        while self._held and time.monotonic() < deadline:
            time.sleep(0.05)
        with self._lock:
            left = list(self._held.values())
            self._held.clear()
        for claim in left:
            rows.give_back(claim, now=self._clock())
            log.warning("%s was cut short and is run again", claim.task_path)
        for _ in range(self._threads):
            self._inbox.put(None)
        WorkerBeat.objects.filter(name=self.name).delete()
        connections.close_all()
        log.info("Worker %s: stopped", self.name)


def run_job(job_id: UUID) -> BaseException | None:
    """Run the job's task here and now, and return what it raised."""
    try:
        row = DBTaskResult.objects.get(id=job_id)
        row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    except BaseException as error:  # noqa: BLE001 -- even sys.exit() in a job is a failed job
        return error
    return None
