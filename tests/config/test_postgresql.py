"""Kept connections to PostgreSQL are looked at, not asked."""

import os
from collections.abc import Iterator

import pytest
from django.db import ConnectionHandler
from django.test.utils import CaptureQueriesContext

from zhanggui.config.databases import database
from zhanggui.config.postgresql.base import DatabaseWrapper

pytestmark = [pytest.mark.servers, pytest.mark.django_db]


@pytest.fixture
def connection() -> Iterator[DatabaseWrapper]:
    """Open a connection to the server, to the database that is always there."""
    settings = database(
        os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    ) | {"NAME": "postgres"}
    opened = ConnectionHandler({"default": settings})["default"]
    assert isinstance(opened, DatabaseWrapper)
    opened.connect()
    yield opened
    opened.close()


def process_of(connection: DatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_living_connection_is_found_usable_without_a_statement(
    connection: DatabaseWrapper,
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()

    assert len(asked) == 0


def test_a_connection_that_the_server_ended_is_made_anew(connection: DatabaseWrapper) -> None:
    first, other = process_of(connection), connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    other.close()

    assert not connection.is_usable()
    connection.close()
    assert process_of(connection) != first
