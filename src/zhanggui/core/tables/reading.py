"""Opening a table of unknown making: its kind, its encoding, its delimiter, its header row."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from zhanggui.core.tables.cells import clean_cell
from zhanggui.core.tables.excel import excel_rows, is_excel
from zhanggui.core.tables.source import Source, inspect, open_text
from zhanggui.core.tables.types import FileRefused, Record
from zhanggui.core.text import search_form

DELIMITERS = (",", "\t", ";", "|")
HEADER_WITHIN = 20  # rows: some exports have a title above
MOST_COLUMNS = 600
_LONGEST_CELL = 1 << 20

Knows = Callable[[Sequence[str]], int]


def header_form(name: str) -> str:
    """Return a header name as names are compared: width, case and blanks do not count."""
    return search_form(clean_cell(name)).replace("（", "(").replace("）", ")")


@dataclass(frozen=True, slots=True)
class Table:
    """A header and a way to read what stands below it, as often as wanted."""

    path: Path
    header: tuple[str, ...]
    line: int  # of the header
    source: Source | None  # None: Excel
    delimiter: str

    def records(self) -> Iterator[Record]:
        """Yield the rows below the header that hold anything, as wide as the header.

        Raises:
            FileRefused: a quote is never closed, or the file is damaged after all.
        """
        width = len(self.header)
        for record in _records(self.path, self.source, self.delimiter):
            if record.line <= self.line:
                continue
            cells = tuple(map(clean_cell, record.cells))
            if any(cells):
                cells = cells[:width] + ("",) * (width - len(cells))
                yield Record(record.line, cells)


def open_table(path: Path, *, knows: Knows) -> Table:
    """Return the table of a file: text in any usual encoding, packed or not, or Excel.

    `knows` tells how many of these header names are known. The header is the first of the upper
    rows with the most of them, and where none is known the first that is filled best.

    Raises:
        FileRefused: it can't be opened, is damaged, empty, too large, or no table.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise FileRefused(
            _("打不开文件 %(path)s（%(why)s），请检查路径和权限。")
            % {"path": path.name, "why": error.strerror or error},
            code="unreadable_file",
        ) from error
    if is_excel(head):
        top = list(islice(excel_rows(path), HEADER_WITHIN))
        return _table(path, None, {"": top}, knows)
    source = inspect(path)
    tops = {mark: _top(source, mark) for mark in DELIMITERS}
    return _table(path, source, tops, knows)


def _table(path: Path, source: Source | None, tops: dict[str, list[Record]], knows: Knows) -> Table:
    best: tuple[tuple[int, int, int], str, Record] | None = None
    for mark, records in tops.items():
        for place, record in enumerate(records):
            cells = [clean_cell(cell) for cell in record.cells]
            filled = sum(map(bool, cells))
            rank = (knows(cells), filled, -place)
            if filled and (best is None or rank > best[0]):
                best = (rank, mark, record)
    if best is None:
        raise FileRefused(_("文件里没有表格，请重新导出后再导入。"), code="empty_file")
    _rank, mark, record = best
    header = tuple(clean_cell(cell)[:200] for cell in record.cells)
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MOST_COLUMNS:
        raise FileRefused(
            _("列太多：最多 %(most)d 列，文件有 %(found)d 列。")
            % {"most": MOST_COLUMNS, "found": len(header)},
            code="too_large",
        )
    return Table(path, header, record.line, source, mark)


def _top(source: Source, mark: str) -> list[Record]:
    try:
        with open_text(source) as text:
            return list(islice(_text_rows(text, mark), HEADER_WITHIN))
    except FileRefused:
        return []


def _records(path: Path, source: Source | None, mark: str) -> Iterator[Record]:
    if source is None:
        yield from excel_rows(path)
        return
    with open_text(source) as text:
        yield from _text_rows(text, mark)


def _text_rows(text: TextIO, mark: str) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(text, delimiter=mark, skipinitialspace=mark != "\t")
    start = 1
    try:
        for cells in reader:
            yield Record(start, tuple(cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            _("第 %(line)d 行起的引号或分隔符有错（%(why)s），请修正后再导入。")
            % {"line": start, "why": error},
            code="broken_table",
        ) from error
