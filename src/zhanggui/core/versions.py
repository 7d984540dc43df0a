"""Versions of what changes seldom, so that every process may keep what it read of it.

A service that changes something under a topic gives the topic a new number in the same
transaction. Who keeps a value keeps it under the number that was read *before* the value: as soon
as a change is committed, the number differs everywhere and the kept value is read anew. Numbers are
row keys (`core.ids`), never the same twice, so that one that was rolled back never comes back.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Generic, TypeVar

from zhanggui.core.ids import next_id
from zhanggui.core.models import Counter
from zhanggui.core.sql import version_rows

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Key = tuple[int, ...]

_PREFIX = "version:"
_topics: set[str] = set()


class _Memo:
    """The numbers as they were first asked for within one request or batch."""

    __slots__ = ("numbers",)

    def __init__(self) -> None:
        self.numbers: Mapping[str, int] | None = None


_held: ContextVar[_Memo | None] = ContextVar("held_versions", default=None)


def declare(topic: str) -> str:
    """Name a topic, which gets its first number with the next migration, and return its name."""
    _topics.add(topic)
    return topic


def make_missing() -> None:
    """Give every declared topic a number; run after migrations."""
    Counter.objects.bulk_create(
        [Counter(name=_PREFIX + topic, value=next_id()) for topic in sorted(_topics)],
        ignore_conflicts=True,
    )


def bump(*topics: str) -> None:
    """Say that what stands under these topics was changed.

    Call it in the writing transaction, after the write and before anything reads it again.
    """
    names = {_PREFIX + topic for topic in topics}
    number = next_id()
    rows = Counter.objects.filter(name__in=names)
    if rows.update(value=number) != len(names):
        Counter.objects.bulk_create(
            [Counter(name=name, value=number) for name in sorted(names)], ignore_conflicts=True
        )
        rows.update(value=number)
    if memo := _held.get():
        memo.numbers = None


@contextmanager
def held() -> Iterator[None]:
    """Within, the numbers are read at most once: for one request, or one batch of work."""
    token = _held.set(_Memo())
    try:
        yield
    finally:
        _held.reset(token)


def current() -> Mapping[str, int]:
    """Return topic → number; one statement, or none where they are held."""
    memo = _held.get()
    if memo is not None and memo.numbers is not None:
        return memo.numbers
    numbers = {name.removeprefix(_PREFIX): value for name, value in version_rows()}
    if memo is not None:
        memo.numbers = numbers
    return numbers


def key(*topics: str) -> Key | None:
    """Return the numbers of these topics, None where one has none yet: then nothing may be kept."""
    numbers = current()
    if all(topic in numbers for topic in topics):
        return tuple(numbers[topic] for topic in topics)
    return None


class Kept(Generic[K, T]):
    """Values in this process's memory, each under the versions that were read before it.

    All callers share the values: they must be immutable, or nobody may change them. `most` bounds
    the number of values, or the sum of their sizes where `put` is told them.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._size = 0
        self._values: OrderedDict[K, tuple[Key, T, int]] = OrderedDict()
        self._lock = threading.Lock()
        _all_kept.append(self)

    def __contains__(self, name: K) -> bool:
        """Tell whether something is kept, be it still true or not."""
        return name in self._values

    def get(self, name: K, numbers: Key | None) -> T | None:
        """Return what is kept of this name under these versions."""
        found = self._values.get(name)
        return found[1] if found is not None and found[0] == numbers else None

    def last(self, name: K) -> T | None:
        """Return what was put last under this name, be it still true or not."""
        found = self._values.get(name)
        return found[1] if found is not None else None

    def put(self, name: K, numbers: Key | None, value: T, *, size: int = 1) -> None:
        """Keep a value; those that were put first go when there are too many."""
        if numbers is None:
            return
        with self._lock:
            if name in self._values:
                self._size -= self._values.pop(name)[2]
            self._values[name] = (numbers, value, size)
            self._size += size
            while self._size > self._most:
                _name, (_numbers, _value, gone) = self._values.popitem(last=False)
                self._size -= gone

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._values.clear()
            self._size = 0


_all_kept: list[Kept[Any, Any]] = []
_LONGEST = timedelta(minutes=10)


def versioned(*topics: str) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Keep what a query returns in the process until one of the topics gets a new number."""

    def decorate(read: Callable[[], T]) -> Callable[[], T]:
        kept: Kept[None, T] = Kept(most=1)

        @wraps(read)
        def kept_or_read() -> T:
            numbers = key(*topics)
            value = kept.get(None, numbers)
            if value is None:
                value = read()
                kept.put(None, numbers, value)
            return value

        return kept_or_read

    return decorate


def lasting(
    *topics: str,
) -> Callable[[Callable[[datetime], tuple[T, datetime]]], Callable[[datetime], T]]:
    """Keep what a query of a moment returns until a topic changes or the end that it names comes.

    The query returns (value, end). One thread reads anew; those who ask meanwhile wait for it.
    """

    def decorate(
        read: Callable[[datetime], tuple[T, datetime]],
    ) -> Callable[[datetime], T]:
        kept: Kept[None, tuple[datetime, datetime, T]] = Kept(most=1)
        lock = threading.Lock()

        def find(numbers: Key | None, now: datetime) -> tuple[datetime, datetime, T] | None:
            found = kept.get(None, numbers)
            return found if found is not None and found[0] <= now < found[1] else None

        @wraps(read)
        def kept_or_read(now: datetime) -> T:
            numbers = key(*topics)
            if (found := find(numbers, now)) is None:
                with lock:
                    if (found := find(numbers, now)) is None:
                        value, end = read(now)
                        found = (now, end, value)
                        kept.put(None, numbers, found)
            return found[2]

        return kept_or_read

    return decorate


def worth_keeping(started: float) -> timedelta:
    """Return for how long to keep what took so long to read (since a `time.monotonic`).

    500 times as long, ten minutes at most: so a small shop reads figures anew with every visit, and
    a large one spends 0.2 % of its time on them.
    """
    return min(timedelta(seconds=time.monotonic() - started) * 500, _LONGEST)


def forget() -> None:
    """Drop all that this process keeps, for tests that write rows past the services."""
    for kept in _all_kept:
        kept.clear()
