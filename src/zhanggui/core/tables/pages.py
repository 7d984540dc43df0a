"""Tables within HTML, as back offices and ERPs export them under the name .xls."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from zhanggui.core.tables.types import MOST_CELLS, FileRefused, Record, too_large

_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_BREAKS = re.compile(r" *\n[ \n]*")
_CUT = re.compile(r"#+|-?[0-9](?:\.[0-9]+)?[Ee]\+[0-9]+")  # as Excel shows what has no room
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_BLOCKS = frozenset(("p", "div", "li"))
_HIDDEN = frozenset(("style", "script"))
_LONGEST_CELL = 1 << 20
_LONGEST_TAG = 4 << 20
_MOST_DEPTH = 20
_MOST_SPAN = 1_000


@dataclass(slots=True)
class _Cell:
    across: int
    down: int
    exact: str  # the number behind what is shown, "" for unknown
    pieces: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, text: str) -> bool:
        """Add to what stands in the cell; tell whether there was room."""
        if self.size + len(text) > _LONGEST_CELL:
            return False
        self.pieces.append(text)
        self.size += len(text)
        return True

    def text(self) -> str:
        """Return what a person sees in it."""
        shown = _BREAKS.sub("\n", "".join(self.pieces)).strip()
        return self.exact if self.exact and _CUT.fullmatch(shown) else shown


@dataclass(slots=True)
class _Table:
    depth: int
    name: str = ""  # once its first row is known
    row: list[str] | None = None
    cell: _Cell | None = None
    falling: dict[int, int] = field(default_factory=dict)  # column → rows that it is merged into
    width: int = 0  # of the last row


class PageTables(HTMLParser):
    """Finds the rows of all tables of a page that is fed to it piece by piece.

    A cell over several rows stands in the first of them, one over several columns in the first, as
    in Excel. A table that follows one of the same width goes on with it. What a table within a
    cell holds is a table of its own, and text of that cell.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[str, Record]] = []
        self._open: list[_Table] = []
        self._before: dict[int, _Table] = {}  # the last table at each depth
        self._lines: Counter[int] = Counter()  # rows at each depth
        self._tables = self._cells = 0
        self._hidden = ""
        self._closes_cells = False

    def feed(self, data: str) -> None:
        """Take the next piece in.

        Raises:
            FileRefused: it is broken, or too large.
        """
        try:
            super().feed(data)
        except AssertionError as error:  # how the library tells of broken declarations
            raise _broken() from error
        if len(self.rawdata) > _LONGEST_TAG:
            raise _broken()

    def close(self) -> None:
        """Take the end in.

        Raises:
            FileRefused: the file breaks off within a cell.
        """
        if self._closes_cells and any(one.cell for one in self._open):
            raise FileRefused(
                _("文件最后一格没有写完，可能没有下载完整。请重新导出后再导入。"),
                code="truncated_file",
            )
        super().close()
        while self._open:
            self._end_table()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what begins; what it can't stand within ends before."""
        if tag in _HIDDEN:
            self._hidden = tag
        elif tag == "table":
            if len(self._open) == _MOST_DEPTH:
                raise too_large()
            self._open.append(_Table(depth=len(self._open)))
        elif not self._open:
            return
        elif tag == "tr":
            self._end_row()
            self._open[-1].row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._open[-1].cell = _cell(dict(attrs))
        elif tag == "br" or tag in _BLOCKS:
            self._add("\n")
        elif tag == "img":
            source = (dict(attrs).get("src") or "").strip()
            if source.startswith(("http://", "https://", "//")):
                self._add(f"\n{source}\n")

    def handle_endtag(self, tag: str) -> None:
        """Close what ends."""
        if tag == self._hidden:
            self._hidden = ""
        elif not self._open:
            return
        elif tag == "table":
            self._end_table()
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._closes_cells = True
            self._end_cell()
        elif tag in _BLOCKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        """Take text of a cell."""
        if self._open and not self._hidden:
            self._add(_BLANKS.sub(" ", data))

    def unknown_decl(self, data: str) -> None:
        """Take text that is marked as such."""
        if data.startswith("CDATA["):
            self.handle_data(data[6:])

    def _add(self, text: str) -> None:
        inner = self._open[-1].cell
        for table in self._open:
            cell = table.cell
            if cell and not cell.add(text) and cell is inner:
                raise too_large()

    def _end_cell(self) -> None:
        table = self._open[-1]
        cell, table.cell = table.cell, None
        if cell is None:
            return
        if table.row is None:
            table.row = []
        row = table.row
        while table.falling.get(len(row)):
            table.falling[len(row)] -= 1
            row.append("")
        if cell.down > 1:
            for column in range(len(row), len(row) + cell.across):
                table.falling[column] = cell.down - 1
        row.append(cell.text())
        row.extend([""] * (cell.across - 1))
        self._cells += cell.across
        if self._cells > MOST_CELLS:
            raise too_large()

    def _end_row(self) -> None:
        table = self._open[-1]
        self._end_cell()
        row, table.row = table.row, None
        if row is None:
            return
        for column in [one for one in table.falling if one >= len(row)]:
            table.falling[column] -= 1
        table.falling = {column: left for column, left in table.falling.items() if left > 0}
        self._lines[table.depth] += 1
        if not row:
            return
        if not table.name:
            table.name = self._name(table, len(row))
        table.width = len(row)
        self.rows.append((table.name, Record(self._lines[table.depth], tuple(row))))

    def _end_table(self) -> None:
        self._end_row()
        self._open.pop()

    def _name(self, table: _Table, width: int) -> str:
        before = self._before.get(table.depth)
        self._before[table.depth] = table
        if before is not None and before.width == width:
            return before.name
        self._tables += 1
        return str(self._tables)


def _cell(attributes: dict[str, str | None]) -> _Cell:
    number = (attributes.get("x:num") or "").strip()
    return _Cell(
        across=_span(attributes.get("colspan")),
        down=_span(attributes.get("rowspan"), most=1 << 20),
        exact=number if _NUMBER.fullmatch(number) else "",
    )


def _span(text: str | None, most: int = _MOST_SPAN) -> int:
    digits = (text or "").strip()
    return min(max(int(digits), 1), most) if digits.isascii() and digits[:9].isdigit() else 1


def _broken() -> FileRefused:
    return FileRefused(
        _("网页格式的表格有错。请用 Excel 打开，另存为 xlsx 后再上传。"), code="broken_table"
    )
