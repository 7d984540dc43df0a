"""Connections to SQLite that the threads of a process share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from zhanggui.config.databases import database
from zhanggui.config.sqlite import base

pytestmark = pytest.mark.django_db

Open = Callable[[], BaseDatabaseWrapper]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Return what opens a connection as another thread would, of a pool of two."""
    settings = database(f"sqlite:///{tmp_path}/shop.sqlite3", pool=2)
    first = ConnectionHandler({"default": settings})["default"]
    found: list[BaseDatabaseWrapper] = []

    def another() -> BaseDatabaseWrapper:
        found.append(first.copy())
        found[-1].connect()
        return found[-1]

    yield another
    for one in found:
        one.close()
    base._pools.pop(f"{tmp_path}/shop.sqlite3").queue.clear()


def ask(connection: BaseDatabaseWrapper, sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_a_connection_given_back_is_used_again(opened: Open) -> None:
    first = opened()
    kept = first.connection
    first.close()

    second, third = opened(), opened()

    assert second.connection is kept
    assert third.connection is not kept
    assert ask(second, "PRAGMA cache_size") == ask(third, "PRAGMA cache_size") == [(-256,)]
    assert ask(second, "PRAGMA foreign_keys") == [(1,)]


def test_who_finds_all_in_use_is_told_so_and_the_next_one_is_served(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_WAIT_SECONDS", 0.01)
    first, _second = opened(), opened()

    with pytest.raises(OperationalError, match="in use"):
        opened()

    first.close()
    assert ask(opened(), "SELECT 1") == [(1,)]


def test_what_a_closed_connection_had_begun_is_undone(opened: Open) -> None:
    first = opened()
    ask(first, "CREATE TABLE goods (name text)")
    first.set_autocommit(autocommit=False)
    ask(first, "INSERT INTO goods VALUES ('half')")
    first.close()

    second = opened()

    assert not second.connection.in_transaction
    assert ask(second, "SELECT * FROM goods") == []
    ask(second, "INSERT INTO goods VALUES ('whole')")
    second.close()
    assert ask(opened(), "SELECT * FROM goods") == [("whole",)]


def test_a_connection_that_failed_is_not_used_again(opened: Open) -> None:
    first = opened()
    failed = first.connection
    with pytest.raises(OperationalError):
        ask(first, "SELECT * FROM nowhere")
    first.close()

    assert opened().connection is not failed
    assert opened().connection is not failed
