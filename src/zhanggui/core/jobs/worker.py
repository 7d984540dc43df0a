"""The worker: claims jobs, runs them in threads, keeps its leases, fires the schedules.

One thread asks the database, so an idle worker costs a query or two a second however many
threads it has. It takes and records quick jobs many at a time; what was taken ahead goes back when
a slow job holds it up. After `kill -9` the leases run out and another worker runs the jobs again.
"""

import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import DatabaseError, close_old_connections, connections
from django.utils.module_loading import autodiscover_modules, import_string
from django_tasks.base import Task

from zhanggui.core.jobs import rows
from zhanggui.core.jobs.schedules import fire_due, recurring
from zhanggui.core.models import WorkerBeat

log = logging.getLogger(__name__)

SLOW_SECONDS = 5.0  # longer jobs are worth a line in the log
AHEAD_SECONDS = 0.2  # of work that is taken ahead
MOST_AHEAD = 64
FEW_LEFT = 16  # then more is taken
STUCK_SECONDS = 1.0  # without a job done, then what was taken ahead goes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The worker's times, in seconds."""

    shortest_poll: float = 0.2  # while there is work
    longest_poll: float = 1.0  # while there is none
    schedules: float = 2.0  # between looks at what is due by itself
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
        self._done: list[UUID] = []  # well, and not recorded yet
        self._usual_seconds = 1.0  # of a job, as of late
        self._moved_at = self._schedules_at = 0.0
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
        now, moment = self._clock(), time.monotonic()
        self._record_done()
        fired = []
        if moment >= self._schedules_at:
            fired = fire_due(now=now, schedules=recurring())
            self._schedules_at = moment + self._pace.schedules
        if self._inbox.qsize() and moment - self._moved_at > STUCK_SECONDS:
            self._put_back()
        ahead = min(MOST_AHEAD, int(self._threads * AHEAD_SECONDS / self._usual_seconds))
        room = self._threads + ahead - len(self._held)
        if self._inbox.qsize() >= FEW_LEFT:  # few at a time would cost as much as one by one
            return bool(fired)
        most = max(0, min(room, self._threads))
        claims = rows.claim(worker=self.name, most=most, ahead=room - most, now=now) if most else []
        if not self._inbox.qsize():
            self._moved_at = moment
        for claim in claims:
            with self._lock:
                self._held[claim.id] = claim
            self._inbox.put(claim)
        return bool(fired or claims)

    def _record_done(self) -> None:
        """Record the successes since the last time, in one statement."""
        with self._lock:
            done, self._done = self._done, []
            claims = [held for id_ in done if (held := self._held.get(id_))]
            try:
                rows.finish(*claims, now=self._clock())
            except DatabaseError:  # tried again; should this worker die before, they run again
                self._done += done
                raise
            for id_ in done:
                self._held.pop(id_, None)

    def _put_back(self) -> None:
        """Give back what was taken ahead and not begun."""
        unbegun = []
        with suppress(queue.Empty):
            while claim := self._inbox.get_nowait():
                unbegun.append(claim.id)
        with self._lock:
            rows.put_back([held for id_ in unbegun if (held := self._held.pop(id_, None))])
        self._usual_seconds = 1.0

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
            error = run_job(claim)
            ended = self._moved_at = time.monotonic()
            self._usual_seconds += (ended - began - self._usual_seconds) / 8 + 1e-6
            if error is None:
                level = logging.INFO if ended - began > SLOW_SECONDS else logging.DEBUG
                log.log(level, "%s done in %.1f s", claim.task_path, ended - began)
                with self._lock:
                    self._done.append(claim.id)
            else:
                connections.close_all()  # whatever state it left them in
                self._record_failure(claim, error)
            if self._inbox.qsize() < FEW_LEFT:
                self._wake.set()
        connections.close_all()

    def _record_failure(self, claim: rows.Claim, error: BaseException) -> None:
        with self._lock:
            held = self._held.pop(claim.id, None)
        if held is None:  # lost meanwhile: its new worker records it
            return
        try:
            again_at = rows.fail(held, error=error, now=self._clock())
        except DatabaseError:  # the lease runs out and the job, being idempotent, runs again
            log.exception("The end of job %s could not be recorded", claim.id)
            connections.close_all()
            return
        if again_at:
            log.warning("%s failed, again at %s: %r", claim.task_path, again_at, error)
        else:
            log.error("%s failed for good", claim.task_path, exc_info=error)

    def _end_jobs(self) -> bool:
        """Give back what is not begun and wait for the rest, as long as there is grace."""
        self._put_back()
        deadline = time.monotonic() + self._pace.grace
        self._record_done()
        while self._held and time.monotonic() < deadline:
            time.sleep(0.05)
            self._record_done()
        return True

    def _leave(self) -> None:
        """Wait for running jobs, give back those that take too long, take the beat away."""
        self._guarded(self._end_jobs)
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


def run_job(claim: rows.Claim) -> BaseException | None:
    """Run the job's task here and now, and return what it raised."""
    try:
        work = import_string(claim.task_path)
        if not isinstance(work, Task):
            raise TypeError(f"{claim.task_path} is no task")
        work.call(*claim.arguments["args"], **claim.arguments["kwargs"])
    except BaseException as error:  # noqa: BLE001 -- even sys.exit() in a job is a failed job
        return error
    return None
