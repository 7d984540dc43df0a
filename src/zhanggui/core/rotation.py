"""Changing the keys of personal data while the shop runs.

Nothing is remembered between runs: what is not under the ring's first key is looked for. The blind
indexes have a key of their own (`ZHANGGUI_INDEX_KEY`), which stays.
"""

import base64
import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection, models

from zhanggui.core.encryption import UnknownKey, key_ids, seal, unseal
from zhanggui.core.fields import EncryptedField
from zhanggui.core.transactions import in_transaction

BATCH = 200
Change = tuple[int, dict[str, tuple[str, str]]]  # row id, column → (old, new) stored value


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How many values of a field are under a key."""

    field: str  # "orders.order.name"
    key_id: str
    values: int


@dataclass(slots=True, kw_only=True)
class Progress:
    """What a pass over a table did so far."""

    table: str
    rows: int = 0  # found with a value under another key
    changed: int = 0
    unreadable: int = 0  # values under no known key, or damaged


def encrypted_models() -> list[tuple[type[models.Model], list[EncryptedField]]]:
    """Return every table with encrypted columns, found by the columns' type."""
    found = [
        (model, [one for one in model._meta.concrete_fields if isinstance(one, EncryptedField)])
        for model in apps.get_models()
    ]
    return [(model, columns) for model, columns in found if columns]


def values_by_key() -> list[Left]:
    """Count the values under each key, field by field; looks at every row."""
    quote = connection.ops.quote_name
    place = "STRPOS" if connection.vendor == "postgresql" else "INSTR"
    found = []
    for model, columns in encrypted_models():
        for one in columns:
            name, table = quote(str(one.column)), quote(model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT SUBSTR({name}, 1, {place}({name}, ':') - 1), COUNT(*) FROM {table}"  # noqa: S608 -- names of our models
                    f" WHERE {name} <> '' GROUP BY 1 ORDER BY 1"
                )
                label = f"{model._meta.label_lower}.{one.name}"
                found += [Left(field=label, key_id=key, values=n) for key, n in cursor.fetchall()]
    return found


def values_left() -> int:
    """Count the values that are not under the first key."""
    first = key_ids()[0]
    return sum(one.values for one in values_by_key() if one.key_id != first)


def reseal(model: type[models.Model], columns: Sequence[EncryptedField]) -> Iterator[Progress]:
    """Bring a table under the first key, in short transactions; yield after each batch.

    A value that somebody writes meanwhile is left as they wrote it. What is under the key already
    is passed over by the database, so a run that was cut short soon stands where it stopped.
    """
    first = key_ids()[0]
    progress = Progress(table=model._meta.label_lower)
    after: int | None = None
    while rows := _rows(model, columns, first, after):
        after = rows[-1][0]
        changes = []
        for pk, *cells in rows:
            resealed, unreadable = _resealed(columns, pk, cells, first)
            progress.unreadable += unreadable
            if resealed:
                changes.append((pk, resealed))
        progress.rows += len(rows)
        progress.changed += in_transaction(partial(_write, model, changes)) if changes else 0
        yield progress


def _rows(
    model: type[models.Model], columns: Sequence[EncryptedField], first: str, after: int | None
) -> list[tuple[Any, ...]]:
    """Return the next rows by id with a value under another key than the first."""
    quote = connection.ops.quote_name
    names = [quote(str(one.column)) for one in columns]
    mark = f"{first}:"
    others = " OR ".join(f"({n} <> '' AND SUBSTR({n}, 1, {len(mark)}) <> %s)" for n in names)
    where, parameters = ("", []) if after is None else ("id > %s AND", [after])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {', '.join(names)} FROM {quote(model._meta.db_table)}"  # noqa: S608 -- names of our models
            f" WHERE {where} ({others}) ORDER BY id LIMIT {BATCH}",
            [*parameters, *[mark] * len(names)],
        )
        return list(cursor.fetchall())


def _resealed(
    columns: Sequence[EncryptedField], pk: int, cells: Sequence[str | None], first: str
) -> tuple[dict[str, tuple[str, str]], int]:
    """Return the row's values under other keys with what to write instead, and how many can't."""
    found, unreadable = {}, 0
    for one, stored in zip(columns, cells, strict=True):
        if not stored or stored.partition(":")[0] == first:
            continue
        context = one.context(pk)
        try:
            found[str(one.column)] = (
                stored,
                seal(unseal(stored, context=context), context=context),
            )
        except (UnknownKey, InvalidTag):
            unreadable += 1
    return found, unreadable


def _write(model: type[models.Model], changes: Sequence[Change]) -> int:
    """Write the new values where the old ones still stand; return the number of rows changed."""
    quote = connection.ops.quote_name
    changed = 0
    with connection.cursor() as cursor:
        for pk, values in changes:
            names = [quote(name) for name in values]
            cursor.execute(
                f"UPDATE {quote(model._meta.db_table)} SET {', '.join(f'{n} = %s' for n in names)}"  # noqa: S608 -- names of our models
                f" WHERE id = %s AND {' AND '.join(f'{n} = %s' for n in names)}",
                [*(new for _old, new in values.values()), pk, *(old for old, _ in values.values())],
            )
            changed += cursor.rowcount
    return changed


def fresh_key(taken: Sequence[str]) -> str:
    """Return a new key with an id that the ring does not have yet, as the ring writes it."""
    numbers = [int(found[1]) for one in taken if (found := re.fullmatch(r"k(\d+)", one))]
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return f"k{max(numbers, default=0) + 1}:{key}"


def put_first(file: Path) -> str:
    """Add a new key to the ring's file, in front of all others, and return its id."""
    with _alone(file):
        old = file.read_text().strip()
        new = fresh_key([part.strip().partition(":")[0] for part in old.split(",")])
        _replace(file, f"{new},{old}")
    return new.partition(":")[0]


def keep_first(file: Path) -> None:
    """Take all keys but the first out of the ring's file; the caller knows that none is needed."""
    with _alone(file):
        _replace(file, file.read_text().strip().partition(",")[0])


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let nobody else change the ring meanwhile: a key that is lost is data that is lost."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
        os.fsync(folder)
    finally:
        os.close(folder)


def _replace(file: Path, text: str) -> None:
    """Write the file whole or not at all, for the shop alone."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as written:
        written.write(text)
        written.flush()
        os.fsync(descriptor)
    draft.replace(file)
