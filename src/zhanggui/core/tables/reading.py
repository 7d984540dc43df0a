"""Opening a table of unknown making: its kind, its encoding, its delimiter, its header row."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self, TextIO

from django.utils.translation import gettext as _

from zhanggui.core.tables.cells import clean_cell
from zhanggui.core.tables.excel import excel_rows, excel_tops, is_excel
from zhanggui.core.tables.markup import Markup, declared_codec, markup_kind
from zhanggui.core.tables.source import Source, head_of, inspect, open_text
from zhanggui.core.tables.types import FileRefused, Record
from zhanggui.core.text import search_form

DELIMITERS = (",", "\t", ";", "|")
HEADER_WITHIN = 20  # rows: some exports have a title above
MOST_COLUMNS = 600
_FEW = 4  # columns: of fewer, a row that reads like a header may be one of goods
_LONGEST_CELL = 1 << 20

_HEAD = 8192  # bytes that tell what a file is

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
    source: Source | Markup | None  # None: Excel
    width: int  # of its row, columns without a name at the end included
    delimiter: str  # of Excel and markup the name of the sheet or table
    more: frozenset[int] = frozenset()  # lines of further headers: in another language, or codes

    @property
    def lines(self) -> int:
        """How many lines a text has, 0 where a row is no line."""
        return self.source.lines if isinstance(self.source, Source) else 0

    @property
    def codec(self) -> str:
        """The encoding that it is read in, "" for Excel."""
        source = self.source.source if isinstance(self.source, Markup) else self.source
        return source.codec if source else ""

    @property
    def is_text(self) -> bool:
        """Tell whether signs part its cells, so that a missing one shifts them."""
        return isinstance(self.source, Source)

    @property
    def has_decimal_commas(self) -> bool:
        """Tell whether 1,250 is a little more than one: where the comma parts no cells."""
        return self.is_text and self.delimiter == ";"

    def records(self) -> Iterator[Record]:
        """Yield the rows below the header that hold anything, as wide as the header.

        A header that comes again, as in files that somebody put together, is passed over.

        Raises:
            FileRefused: a quote is never closed, or the file is damaged after all.
        """
        width = len(self.header)
        for record in _records(self.path, self.source, self.delimiter):
            if record.line <= self.line or record.line in self.more:
                continue
            cells = tuple(map(clean_cell, record.cells))
            if any(cells) and not self._is_header(cells):
                filled = cells[:width] + ("",) * (width - len(cells))
                yield Record(record.line, filled, cells[width:])

    def _is_header(self, cells: Sequence[str]) -> bool:
        return len(self.header) > 1 and cells[: len(self.header)] == self.header


def open_table(path: Path, *, knows: Knows, codec: str = "") -> Table:
    """Return the table of a file: text in any usual encoding, packed or not, Excel or a web page.

    `codec` is the encoding of a text where somebody chose it. `knows` tells how many of these
    header names are known. The header is the first of the upper rows with the most of them, and
    where none is known the first that is filled best.

    Raises:
        FileRefused: it can't be opened, is damaged, empty, too large, or no table.
    """
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise FileRefused(
            _("打不开文件 %(path)s（%(why)s），请检查路径和权限。")
            % {"path": path.name, "why": error.strerror or error},
            code="unreadable_file",
        ) from error
    if is_excel(head):
        return _table(path, None, excel_tops(path, HEADER_WITHIN), knows)
    begins = head_of(path, _HEAD)
    if kind := markup_kind(begins):
        source = inspect(path, codec=codec, declared=declared_codec(begins))
        markup = Markup(source, is_xml=kind == "xml")
        return _table(path, markup, markup.tops(HEADER_WITHIN), knows)
    source = inspect(path, codec=codec)
    tops = {mark: _top(source, mark) for mark in DELIMITERS}
    return _table(path, source, tops, knows)


def _table(
    path: Path, source: Source | Markup | None, tops: dict[str, list[Record]], knows: Knows
) -> Table:
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
    more = _more_headers(tops[mark], record, knows)
    return Table(path, header, record.line, source, len(record.cells), mark, more)


def _more_headers(top: Sequence[Record], header: Record, knows: Knows) -> frozenset[int]:
    """Return the lines right below a header that name its columns once more, in other words."""
    found: list[int] = []
    least = max(_FEW, knows([clean_cell(cell) for cell in header.cells]) // 2)
    for record in top:
        if record.line <= header.line:
            continue
        if knows([clean_cell(cell) for cell in record.cells]) < least:
            break
        found.append(record.line)
    return frozenset(found)


def _top(source: Source, mark: str) -> list[Record]:
    found: list[Record] = []
    with open_text(source) as text, suppress(FileRefused):  # told when all is read
        for record in islice(_text_rows(text, mark), HEADER_WITHIN):
            found.append(record)
    return found


def _records(path: Path, source: Source | Markup | None, mark: str) -> Iterator[Record]:
    if source is None:
        yield from excel_rows(path, mark)
        return
    if isinstance(source, Markup):
        yield from source.rows(mark)
        return
    with open_text(source) as text:
        yield from _text_rows(text, mark)


class _Lines:
    """The lines of a text without marks of its encoding, and whether its end was read."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._is_first = True
        self.ended = False
        self.taken: list[str] = []  # since it was last cleared

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline()
        if not line:
            self.ended = True
            raise StopIteration
        if self._is_first:  # some programs write the mark twice
            self._is_first, line = False, line.lstrip("\ufeff")
        self.taken.append(line)
        return line


def _text_rows(text: TextIO, mark: str) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_CELL)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=mark, skipinitialspace=mark != "\t")
    start = 1
    try:
        for cells in reader:
            if lines.ended:  # within a row: csv takes what is left of the file for one cell
                raise csv.Error(_("引号没有结束"))
            if len(lines.taken) > 1:  # a quote that another row happens to close breaks the rules
                next(csv.reader(lines.taken, delimiter=mark, strict=True))
            lines.taken.clear()
            yield Record(start, tuple(cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            _("第 %(line)d 行起的引号或分隔符有错（%(why)s），请修正后再导入。")
            % {"line": start, "why": error},
            code="broken_table",
        ) from error
