"""Rows of a file gathered by product, in a temporary file: they need not stand together there."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from zhanggui.core.tables.scratch import Scratch
from zhanggui.integrations.importing.formats import Keyed
from zhanggui.integrations.types import FileRow

_BUFFERED = 2_000


class Spool(Scratch):
    """Takes rows in and gives them back product by product, in the order of first appearance."""

    def __init__(self) -> None:
        super().__init__("CREATE TABLE row (product INTEGER, line INTEGER, cells TEXT)")
        self._numbers: dict[str, int] = {}
        self._heads: dict[str, int] = {}  # another name of a product → its number
        self._buffer: list[tuple[int, int, str]] = []
        self.rows = 0
        self.categories: list[FileRow] = []  # what the file tells of the categories themselves

    def add(self, row: FileRow, keyed: Keyed) -> None:
        """Take a row in."""
        number = self._numbers.setdefault(keyed.key, len(self._numbers))
        for alias in keyed.aliases:
            self._heads.setdefault(alias, number)
        text = json.dumps(row.values, ensure_ascii=False)
        self._buffer.append((number, row.line, text))
        self.rows += 1
        if len(self._buffer) >= _BUFFERED:
            self._flush()

    def close_reading(self) -> int:
        """Bring together what stands under two names; return the number of products."""
        self._flush()
        moved = [
            (self._heads[key], number)
            for key, number in self._numbers.items()
            if key in self._heads and self._heads[key] != number
        ]
        self._database.execute("CREATE INDEX by_product ON row (product)")
        self._database.executemany("UPDATE row SET product = ? WHERE product = ?", moved)
        return len(self._numbers) - len(moved)

    def products(self, *, skip: int = 0) -> Iterator[list[FileRow]]:
        """Yield the rows of each product, without the first ones."""
        rows = self._database.execute("SELECT * FROM row ORDER BY product, rowid")
        for place, (_number, group) in enumerate(groupby(rows, key=lambda row: row[0])):
            if place >= skip:
                yield _rows(group)

    def _flush(self) -> None:
        self._insert("INSERT INTO row VALUES (?, ?, ?)", self._buffer)
        self._buffer.clear()


def _rows(found: Iterable[tuple[int, int, str]]) -> list[FileRow]:
    return [FileRow(line, json.loads(cells)) for _number, line, cells in found]
