"""Row keys made by the application: 63 bits, unique over all processes, roughly in time order.

Layout: 41 bits milliseconds since 2026-01-01 UTC, 10 bits process number, 12 bits sequence.
"""

import os
import threading
import time
from typing import Any

from django.db import DatabaseError, connection, models, transaction

EPOCH_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
PROCESS_BITS, SEQUENCE_BITS = 10, 12
_COUNTER = "process_number"

_lock = threading.Lock()
_number: tuple[int, int] | None = None  # (process id of the operating system, our number)
_last = 0  # milliseconds and sequence of the last id, as one number


def next_id() -> int:
    """Return a new key; never the same twice, also when the clock goes back."""
    return next_ids(count=1)[0]


def next_ids(*, count: int) -> list[int]:
    """Return so many new keys, each greater than the one before."""
    global _last
    number = _number
    if number is None or number[0] != os.getpid():
        number = take_number_if_needed(connection) or _number_before_migrations()
    with _lock:
        now = (time.time_ns() // 1_000_000 - EPOCH_MS) << SEQUENCE_BITS
        first = max(_last + 1, now)
        _last = first + count - 1
    return [_key(place, number[1]) for place in range(first, first + count)]


def _key(place: int, number: int) -> int:
    moment, sequence = place >> SEQUENCE_BITS, place & ((1 << SEQUENCE_BITS) - 1)
    return (moment << (PROCESS_BITS + SEQUENCE_BITS)) | (number << SEQUENCE_BITS) | sequence


def take_number_if_needed(using: Any) -> tuple[int, int] | None:
    """Take this process's number on a connection that was just opened, where none is held yet.

    At that moment no transaction is open, so a later rollback cannot give the number to another
    process. Before the first migration there is no table and None comes back: system checks make
    instances then, which nobody saves; the number is taken right after the migration.
    """
    if _number is None or _number[0] != os.getpid():
        try:
            return _take_number(using)
        except DatabaseError:
            return None
    return _number


def _number_before_migrations() -> tuple[int, int]:
    """Return number 0 while there is no table; else the database is at fault and must say so."""
    from zhanggui.core.models import Counter  # noqa: PLC0415 -- models need apps

    if Counter._meta.db_table in connection.introspection.table_names():
        return _take_number(connection)
    return os.getpid(), 0


def _take_number(using: Any) -> tuple[int, int]:
    from zhanggui.core.models import Counter  # noqa: PLC0415 -- models need apps

    global _number
    counters = Counter.objects.using(using.alias)
    with transaction.atomic(using=using.alias):
        if not counters.filter(name=_COUNTER).update(value=models.F("value") + 1):
            counters.bulk_create([Counter(name=_COUNTER, value=0)], ignore_conflicts=True)
            counters.filter(name=_COUNTER).update(value=models.F("value") + 1)
        value = counters.values_list("value", flat=True).get(name=_COUNTER)
    _number = (os.getpid(), value % (1 << PROCESS_BITS))
    return _number


def _after_fork() -> None:
    """A child makes ids of its own, also when the parent's other thread was making one."""
    global _lock, _number
    _lock, _number = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)


class IdField(models.BigIntegerField[Any, Any]):
    """The primary key of every domain table, filled by `next_id`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("primary_key", True)
        options.setdefault("default", next_id)
        options.setdefault("editable", False)
        super().__init__(**options)
