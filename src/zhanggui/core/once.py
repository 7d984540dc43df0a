"""What a process makes once, also when many threads ask for it first at the same moment."""

import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import TypeVar

T = TypeVar("T")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Make the value when it is first asked for; who asks meanwhile waits for it.

    `functools.cache` alone lets each of 32 threads make one of its own.
    """
    lock, made = threading.Lock(), cache(make)

    @wraps(make)
    def kept() -> T:
        if not made.cache_info().currsize:
            with lock:
                return made()
        return made()

    return kept
