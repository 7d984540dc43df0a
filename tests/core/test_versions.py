"""What processes keep in memory is read anew as soon as a change is committed."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries
from tests.factories.shop import NOON
from tests.factories.threads import at_once

from zhanggui.core import versions
from zhanggui.core.models import Counter
from zhanggui.core.versions import Kept, bump, current, held, key, lasting, versioned

pytestmark = pytest.mark.django_db

TOPIC = "test"


def reading(values: list[int]) -> Callable[[], int]:
    """Return a kept query that gives the next of these values each time it really reads."""

    @versioned(TOPIC)
    def read() -> int:
        return values.pop(0)

    return read


def test_a_kept_value_stands_until_its_topic_is_bumped() -> None:
    bump(TOPIC)
    read = reading([1, 2])

    assert [read(), read(), read()] == [1, 1, 1]
    bump("another topic")
    assert read() == 1
    bump(TOPIC)
    assert [read(), read()] == [2, 2]


def test_nothing_is_kept_under_a_topic_without_a_number() -> None:
    Counter.objects.filter(name="version:test").delete()
    read = reading([1, 2, 3])

    assert key(TOPIC) is None
    assert [read(), read(), read()] == [1, 2, 3]


def test_what_was_read_before_a_rollback_is_not_believed_after_it() -> None:
    bump(TOPIC)
    read = reading([1, 2, 3])
    read()

    with transaction.atomic():
        bump(TOPIC)
        assert read() == 2
        transaction.set_rollback(True)
    # The number of before is back; the value kept under the other one is not.
    assert read() == 3
    with transaction.atomic():
        bump(TOPIC)
    assert key(TOPIC) is not None


def test_a_number_never_comes_back() -> None:
    seen = set()
    for _ in range(50):
        bump(TOPIC)
        seen.add(key(TOPIC))

    assert len(seen) == 50


def test_numbers_are_read_once_while_they_are_held(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bump(TOPIC)
    with django_assert_num_queries(1), held():
        assert current() == current()
        assert key(TOPIC) == key(TOPIC)
    with django_assert_num_queries(2):
        current()
        current()


def test_a_bump_is_seen_by_who_made_it_while_numbers_are_held() -> None:
    bump(TOPIC)
    with held():
        before = key(TOPIC)
        bump(TOPIC)
        assert key(TOPIC) != before


def test_several_topics_are_bumped_together(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bump("one", "two")
    before = current()

    with django_assert_num_queries(1):
        bump("one", "two")

    after = current()
    assert after["one"] != before["one"]
    assert after["two"] != before["two"]


def test_every_declared_topic_has_a_number_after_the_migrations() -> None:
    declared = {"shop", "warehouses", "stock", "freight", "catalog"}

    assert declared <= current().keys()
    versions.make_missing()
    assert key(*sorted(declared)) == key(*sorted(declared))


def test_kept_values_never_grow_beyond_their_bound() -> None:
    bump(TOPIC)
    kept: Kept[str, str] = Kept(most=10)
    for name, size in (("a", 4), ("b", 4), ("a", 5), ("c", 3), ("d", 2)):
        kept.put(name, key(TOPIC), f"{name}{size}", size=size)

    assert [kept.get(name, key(TOPIC)) for name in "abcd"] == ["a5", None, "c3", "d2"]
    kept.put("e", key(TOPIC), "too large", size=11)
    assert not [name for name in "abcde" if name in kept]


def test_what_lasts_is_read_anew_at_its_end_and_after_a_change() -> None:
    bump(TOPIC)
    reads: list[datetime] = []

    @lasting(TOPIC)
    def read(now: datetime) -> tuple[int, datetime]:
        reads.append(now)
        return len(reads), now + timedelta(seconds=10)

    def at(second: int) -> int:
        return read(NOON + timedelta(seconds=second))

    assert [at(0), at(9), at(10), at(19), at(9)] == [1, 1, 2, 2, 3]
    bump(TOPIC)
    assert [at(9), at(10)] == [4, 4]


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_have_it_read_once() -> None:
    bump(TOPIC)
    reads: list[int] = []

    @lasting(TOPIC)
    def read(now: datetime) -> tuple[int, datetime]:
        time.sleep(0.1)
        reads.append(1)
        return 7, now + timedelta(seconds=10)

    assert at_once([lambda: read(NOON)] * 5) == [7] * 5
    assert len(reads) == 1


def test_what_took_long_is_kept_long() -> None:
    now = time.monotonic()

    assert timedelta(seconds=500) <= versions.worth_keeping(now - 1) < timedelta(seconds=510)
    assert versions.worth_keeping(now - 60) == timedelta(minutes=10)
    assert versions.worth_keeping(now) < timedelta(seconds=5)
