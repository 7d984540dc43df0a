"""Row keys: unique over threads, processes and forks, in time order whatever the clock does."""

import os
import subprocess
import sys
import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from zhanggui.core import ids
from zhanggui.core.models import Counter

SEQUENCE = 1 << ids.SEQUENCE_BITS
PROCESSES = 1 << ids.PROCESS_BITS


def moment(key: int) -> int:
    return key >> (ids.PROCESS_BITS + ids.SEQUENCE_BITS)


def process(key: int) -> int:
    return (key >> ids.SEQUENCE_BITS) % PROCESSES


@pytest.fixture
def own_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the generator back as it was."""
    monkeypatch.setattr(ids, "_last", ids._last)
    monkeypatch.setattr(ids, "_number", (os.getpid(), 7))


def test_a_key_says_when_and_where_it_was_made(own_state: None) -> None:
    before = time.time_ns() // 1_000_000

    key = ids.next_id()

    assert before <= moment(key) + ids.EPOCH_MS <= time.time_ns() // 1_000_000
    assert process(key) == 7
    assert 0 < key < 1 << 63


def test_threads_never_get_the_same_key(own_state: None) -> None:
    made: list[list[int]] = [[] for _ in range(8)]
    start = threading.Barrier(8)

    def work(mine: list[int]) -> None:
        start.wait()
        mine.extend(ids.next_id() for _ in range(1_000))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({key for mine in made for key in mine}) == 8_000
    assert all(mine == sorted(mine) for mine in made)


def test_more_keys_than_a_millisecond_has_run_into_the_next(
    own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = (ids.EPOCH_MS + (1 << 40)) * 1_000_000
    monkeypatch.setattr(time, "time_ns", lambda: still)

    keys = [ids.next_id() for _ in range(SEQUENCE + 1)]

    assert keys == sorted(set(keys))
    assert [moment(keys[0]), moment(keys[-2]), moment(keys[-1])] == [
        1 << 40,
        1 << 40,
        (1 << 40) + 1,
    ]
    assert {process(key) for key in keys} == {7}


def test_a_clock_that_goes_back_does_not_take_the_keys_along(
    own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ids.next_id()
    monkeypatch.setattr(time, "time_ns", lambda: ids.EPOCH_MS * 1_000_000)

    second = ids.next_id()

    assert first < second < first + 2 * SEQUENCE * PROCESSES


def test_a_clock_before_the_epoch_still_makes_keys(
    own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: 0)

    assert 0 < ids.next_id() < ids.next_id()


@pytest.mark.django_db
@pytest.mark.parametrize(("value", "number"), [(0, 1), (1022, 1023), (1023, 0), (5000, 905)])
def test_process_numbers_count_up_and_begin_again_at_1024(
    value: int, number: int, own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Counter.objects.update_or_create(name="process_number", defaults={"value": value})
    monkeypatch.setattr(ids, "_number", None)

    assert ids.take_number_if_needed(connection) == (os.getpid(), number)
    assert Counter.objects.get(name="process_number").value == value + 1
    assert process(ids.next_id()) == number


@pytest.mark.django_db
def test_the_first_process_of_a_database_makes_the_counter(
    own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Counter.objects.filter(name="process_number").delete()
    monkeypatch.setattr(ids, "_number", None)

    assert ids.take_number_if_needed(connection) == (os.getpid(), 1)


@pytest.mark.django_db
def test_a_number_once_held_is_kept(own_state: None) -> None:
    before = Counter.objects.filter(name="process_number").values_list("value", flat=True).first()

    assert ids.take_number_if_needed(connection) == (os.getpid(), 7)
    assert (
        Counter.objects.filter(name="process_number").values_list("value", flat=True).first()
        == before
    )


@pytest.mark.django_db
def test_without_a_table_keys_are_made_for_nobody_to_save(
    own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "_number", None)
    monkeypatch.setattr(Counter._meta, "db_table", "before_the_first_migration")

    with transaction.atomic():
        assert process(ids.next_id()) == 0

    assert ids._number is None


@pytest.mark.django_db
def test_a_database_that_fails_gives_no_number_instead_of_one_that_others_hold(
    own_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "_number", None)

    def refuse(*_: object) -> None:
        raise DatabaseError("database is locked")

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        ids.next_id()

    assert ids._number is None


MAKE_SOME = """
import django
django.setup()
from zhanggui.core.ids import next_id
print(*[next_id() for _ in range(500)])
"""
FORK = """
import os, threading
import django
django.setup()
from django.db import connections
from zhanggui.core import ids
print(ids.next_id(), flush=True)
connections.close_all()
held = threading.Event()
go_on = threading.Event()
def hold():
    with ids._lock:
        held.set()
        go_on.wait(120)
threading.Thread(target=hold).start()
held.wait()
child = os.fork()
if child == 0:
    print(ids.next_id(), flush=True)
    os._exit(0)
go_on.set()
os.waitpid(child, 0)
print(ids.next_id(), flush=True)
"""


def run(script: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script],
        env={**environment, "DJANGO_SETTINGS_MODULE": "zhanggui.config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_on_one_database_never_get_the_same_key(
    process_environment: dict[str, str],
) -> None:
    running = [run(MAKE_SOME, process_environment) for _ in range(2)]

    made = [[int(key) for key in each.communicate(timeout=60)[0].split()] for each in running]

    assert [len(keys) for keys in made] == [500, 500]
    numbers = [{process(key) for key in keys} for keys in made]
    assert [len(number) for number in numbers] == [1, 1]
    assert numbers[0] != numbers[1]
    assert not set(made[0]) & set(made[1])


def test_a_forked_child_has_a_number_and_a_lock_of_its_own(
    process_environment: dict[str, str],
) -> None:
    keys = [int(key) for key in run(FORK, process_environment).communicate(timeout=60)[0].split()]

    parent, child, parent_again = keys
    assert process(parent) == process(parent_again) != process(child)
