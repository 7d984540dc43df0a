"""Jobs for the tests of the worker; what they did shows in counters."""

import time

from django.db.models import F

from zhanggui.core.jobs import every, retries, task
from zhanggui.core.models import Counter


class Permanent(Exception):
    """An error that no second try can mend."""

    permanent = True


def count(name: str) -> None:
    """Add one to the counter of this name."""
    Counter.objects.get_or_create(name=name)
    Counter.objects.filter(name=name).update(value=F("value") + 1)


@task
def add_one(name: str) -> None:
    count(name)


@task
def add_slowly(name: str, seconds: float) -> None:
    count(f"{name}-begun")
    time.sleep(seconds)
    count(name)


@retries(times=3, first_seconds=10, factor=2)
@task
def fail_always(name: str) -> None:
    count(name)
    raise ValueError("never works")


@retries(times=2, first_seconds=0)
@task
def fail_soon(name: str) -> None:
    count(name)
    raise ValueError("never works")


@task
def fail_for_good(name: str) -> None:
    count(name)
    raise Permanent("refused")


@task
def leave(name: str) -> None:
    count(name)
    raise SystemExit(3)


@task
def tick() -> None:
    count("tick")


nightly = every("30 2 * * *")(tick)


@retries(times=1)
@task
def once(name: str) -> None:
    count(name)
