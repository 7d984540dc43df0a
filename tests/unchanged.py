"""Showing that a refused act left no trace: every row of every table of the shop is as before."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

APPS = ("core", "accounts", "catalog", "customers", "inventory", "freight", "orders", "payments")
APPS = (*APPS, "fulfilment", "notifications", "integrations", "socialaccount")
APPS = (*APPS, "demo", "django_tasks_database")
OWN_PACE = {"core.Counter"}  # numbers of processes


@cache
def _tables() -> tuple[type[models.Model], ...]:
    found = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return tuple(model for model in found if model._meta.label not in OWN_PACE)


@cache
def _readings() -> dict[str, str]:
    """Return table → the statement that reads it; the ORM would make each anew, a thousandfold."""
    name = connection.ops.quote_name
    return {
        one._meta.label: f"SELECT * FROM {name(one._meta.db_table)} "
        f"ORDER BY {name(str(one._meta.pk.column))}"
        for one in _tables()
    }


def rows() -> dict[str, int]:
    """Return table → number of rows, empty tables left out."""
    return {label: len(found) for label, found in _content().items() if found}


def _content() -> dict[str, list[tuple[Any, ...]]]:
    content = {}
    with connection.cursor() as cursor:
        for label, reading in _readings().items():
            cursor.execute(reading)
            content[label] = list(cursor.fetchall())
    return content


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fail when any row of the shop was added, changed or removed within."""
    before = _content()
    yield
    assert _content() == before


@contextmanager
def nothing_stays(*, added_to: Collection[str], besides: Collection[str]) -> Iterator[None]:
    """Fail when what came within is not gone, or what was there is not as it was.

    Tables that are `added_to` may have new rows; those `besides` are not looked at.
    """
    before = _content()
    yield
    after = _content()
    for label in added_to:
        assert set(before[label]) <= set(after[label]), label
    for label in (*added_to, *besides):
        after[label] = before[label]
    assert after == before
