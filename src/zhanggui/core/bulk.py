"""Writing very many rows at once: COPY where the database has it, else inserts of many rows."""

import gc
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

from django.apps import apps
from django.db import connection, models

from zhanggui.core.encryption import seal_all
from zhanggui.core.fields import EncryptedField


class Row(Protocol):
    """A NamedTuple whose fields are columns. Moments are given as `stored_moment` writes them."""

    @property
    def _fields(self) -> tuple[str, ...]: ...
    def __getitem__(self, position: Any, /) -> Any: ...
    def __iter__(self) -> Any: ...


def stored_moment(at: datetime) -> str:
    """Return a moment as every database stores it: UTC, without a zone."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(" ")[:-6]


def insert_rows(*, model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows past the ORM, 10 to 30 times as fast; columns that they lack get their default.

    Encrypted fields are given in clear and sealed here for their row. Constraints hold as ever, but
    nothing is cleaned or published: for services that know their rows to be right.
    """
    if not rows:
        return
    table = _table(model, rows[0]._fields)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for position, context in table.sealed:
        contexts = map(context, columns[table.key])
        columns[position] = seal_all(columns[position], contexts=contexts)
    for one in table.with_defaults:
        columns.append([one.get_db_prep_save(one.get_default(), connection)] * len(rows))
    _write(model._meta.db_table, table.columns, columns)


def add_to_rows(
    *, model: type[models.Model], fields: Sequence[str], changes: Sequence[tuple[int, ...]]
) -> None:
    """Add to counters: each change is what to add to each of the fields, and then the row's id."""
    quote = connection.ops.quote_name
    assignments = ", ".join(
        f"{quote(name)} = {quote(name)} + %s" for name in _columns(model, fields)
    )
    sql = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE id = %s"  # noqa: S608 -- names of our models
    with connection.cursor() as cursor:
        cursor.executemany(sql, changes)


@contextmanager
def rows_in_memory() -> Iterator[None]:
    """Within, Python does not look for circles among objects: rows make none, and are very many.

    Looking took a tenth of the time of whoever makes them by the thousand.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def indexes_later(*, app_labels: Collection[str]) -> Iterator[None]:
    """Within, tables of these apps have few indexes; the rest is made after.

    PostgreSQL keeps primary keys and checks, SQLite what is unique; elsewhere nothing happens.
    Filling empty tables costs a third of the processor time so. Two equal values where only one may
    be are told at the end. Whoever is killed within leaves a database to throw away.
    """
    if connection.vendor not in _DROPPED:
        yield
        return
    dropped, more_memory, usual_memory = _DROPPED[connection.vendor]
    tables = [
        model._meta.db_table
        for label in app_labels
        for model in apps.get_app_config(label).get_models()
    ]
    with connection.cursor() as cursor:
        cursor.execute(dropped, {"tables": json.dumps(tables)})
        found = cursor.fetchall()
        for drop, _make in found:
            cursor.execute(drop)
        cursor.execute(more_memory)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _drop, make in found:
                cursor.execute(make)
            cursor.execute(usual_memory)


# of each database: what is dropped and how it is made again; more memory for that; no longer more
_DROPPED = {
    "postgresql": (
        """
    WITH filled AS (SELECT json_array_elements_text(%(tables)s::json) AS name)
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                  conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint
     WHERE contype IN ('f', 'u') AND conrelid::regclass::text IN (SELECT name FROM filled)
     UNION ALL
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE NOT indisunique AND indrelid::regclass::text IN (SELECT name FROM filled)
        """,
        "SET maintenance_work_mem = '512MB'",
        "RESET maintenance_work_mem",
    ),
    "sqlite": (
        """
    SELECT 'DROP INDEX "' || name || '"', sql
      FROM sqlite_master
     WHERE type = 'index' AND sql LIKE 'CREATE INDEX%%'
       AND tbl_name IN (SELECT value FROM json_each(%(tables)s))
        """,
        "PRAGMA cache_size = -262144",
        "PRAGMA cache_size = -256",  # as config.databases has it
    ),
}


@dataclass(frozen=True, slots=True)
class _Table:
    """How rows of these fields are written to a model's table."""

    columns: tuple[str, ...]
    with_defaults: tuple[Any, ...]  # the fields that the rows lack, last of the columns
    sealed: tuple[tuple[int, Callable[[Any], str]], ...]  # place and context of encrypted ones
    key: int  # place of the row's id, to which they are bound


@cache
def _table(model: type[models.Model], fields: tuple[str, ...]) -> _Table:
    others = [
        one
        for one in model._meta.concrete_fields
        if one.attname not in fields and not one.generated and one.get_default() is not None
    ]
    return _Table(
        columns=(*_columns(model, fields), *(str(one.column) for one in others)),
        with_defaults=tuple(others),
        sealed=tuple(
            (fields.index(one.attname), one.context)
            for one in model._meta.concrete_fields
            if isinstance(one, EncryptedField) and one.attname in fields
        ),
        key=fields.index("id"),
    )


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    by_name = {one.attname: one.column for one in model._meta.concrete_fields}
    return [str(by_name[name]) for name in fields]


def _write(table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    quote = connection.ops.quote_name
    listed = ", ".join(map(quote, names))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copying = cursor.copy(f"COPY {quote(table)} ({listed}) FROM STDIN")
            with connection.wrap_database_errors, copying as copy:
                for row in zip(*columns, strict=True):
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(names))
        sql = f"INSERT INTO {quote(table)} ({listed}) VALUES ({places})"  # noqa: S608 -- names of our models
        cursor.executemany(sql, list(zip(*columns, strict=True)))
