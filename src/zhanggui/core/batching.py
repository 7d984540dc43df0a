"""Group commit: threads that ask at the same moment share one call of a set-based function.

The first thread to ask leads: it takes what waits as one batch, does it, hands out the results and
gives the lead to whoever waits longest. There is no background thread and no artificial wait:
batches grow by themselves while the batch before is being committed.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Generic, TypeVar

Wanted = TypeVar("Wanted")
Result = TypeVar("Result")


class Full(Exception):
    """Too many are here already, or this one waited too long; nothing was done for it."""


class _Fate(Enum):
    """What became of a ticket."""

    WAITING = auto()  # in the queue
    TAKEN = auto()  # in the batch of a leader
    LEADS = auto()  # first in the queue and asked to lead
    DONE = auto()  # has its result
    ALONE = auto()  # its batch failed: its own thread does it by itself


class _Ticket(Generic[Wanted, Result]):
    """One thread's wish. Its fate changes under the group's lock only; `woken` ends its wait."""

    __slots__ = ("fate", "result", "wanted", "woken")

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.fate = _Fate.WAITING
        self.result: Result | None = None
        self.woken = threading.Event()


class Group(Generic[Wanted, Result]):
    """Turns single submits of many threads into few calls of `work`.

    `work` takes a batch and returns one result per entry, in order; what is refused is a result,
    too. It must be idempotent: where a batch fails without a result (an error, the end of its
    leader), each of its threads calls it again with its own entry alone.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Wanted]], Sequence[Result]],
        *,
        most_at_once: int,
        most_inside: int,
        seconds: float,
    ) -> None:
        self._work = work
        self._most_at_once = most_at_once
        self._most_inside = most_inside
        self._seconds = seconds
        self._lock = threading.Lock()
        self._queue: deque[_Ticket[Wanted, Result]] = deque()
        self._inside = 0  # threads in `submit`
        self._has_leader = False

    def submit(self, wanted: Wanted) -> Result:
        """Return what `work` says of this entry, alone or together with others.

        Raises:
            Full: `most_inside` are here already, or it waited `seconds` without being taken.
            Exception: whatever `work` raises for this entry alone.
        """
        ticket: _Ticket[Wanted, Result] = _Ticket(wanted)
        with self._lock:
            if self._inside >= self._most_inside:
                raise Full
            self._inside += 1
            self._queue.append(ticket)
            if not self._has_leader:
                self._has_leader, ticket.fate = True, _Fate.LEADS
        try:
            return self._result(ticket)
        finally:
            with self._lock:
                self._inside -= 1

    def _result(self, ticket: _Ticket[Wanted, Result]) -> Result:
        if ticket.fate is not _Fate.LEADS:
            self._wait(ticket)
        if ticket.fate is _Fate.LEADS:
            self._lead(ticket)
        if ticket.fate is _Fate.ALONE:
            (ticket.result,) = self._work([ticket.wanted])
        return ticket.result  # type: ignore[return-value]  # set with DONE, and just above

    def _wait(self, ticket: _Ticket[Wanted, Result]) -> None:
        if ticket.woken.wait(self._seconds):
            return
        with self._lock:
            if ticket.fate is _Fate.WAITING:
                self._queue.remove(ticket)
                raise Full
        # A leader has it, and what it does cannot be taken back: its result is near.
        if ticket.fate is _Fate.TAKEN:
            ticket.woken.wait()

    def _lead(self, own: _Ticket[Wanted, Result]) -> None:
        """Do one batch, the leader's own entry first in it, and pass the lead on."""
        batch: list[_Ticket[Wanted, Result]] = []
        try:
            with self._lock:
                while self._queue and len(batch) < self._most_at_once:
                    batch.append(self._queue.popleft())
                    batch[-1].fate = _Fate.TAKEN
            results = self._work([ticket.wanted for ticket in batch])
            for ticket, result in zip(batch, results, strict=True):
                ticket.result = result
        except Exception:  # noqa: BLE001 -- each thread meets it again alone, and raises it there
            fate = _Fate.ALONE
        except BaseException:
            self._end(batch, _Fate.ALONE)
            raise
        else:
            fate = _Fate.DONE
        self._end(batch, fate)

    def _end(self, batch: Sequence[_Ticket[Wanted, Result]], fate: _Fate) -> None:
        with self._lock:
            for ticket in batch:
                ticket.fate = fate
            if self._queue:
                self._queue[0].fate = _Fate.LEADS
                self._queue[0].woken.set()
            else:
                self._has_leader = False
        for ticket in batch:
            ticket.woken.set()
