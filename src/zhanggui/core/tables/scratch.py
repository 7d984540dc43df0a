"""A place on disk for rows that are too many for memory; gone with the process."""

import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self


class Scratch:
    """A nameless SQLite file; what it holds is worth nothing after a crash."""

    def __init__(self, table: str) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # "": a nameless file on disk
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def _insert(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(statement, rows)
        self._database.execute("COMMIT")
