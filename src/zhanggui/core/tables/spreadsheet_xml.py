"""The XML of Excel 2002 and 2003 ("XML Spreadsheet"), as programs still write it."""

import re
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from zhanggui.core.tables.cells import text_of
from zhanggui.core.tables.types import MOST_CELLS, FileRefused, Record, too_large

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_PREFIX = f"{NAMESPACE} "
_CUT = re.compile(r"-?([0-9])(?:\.([0-9]+))?[Ee]\+?([0-9]{1,3})")
_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]{1,4})?")
_MOST_COLUMNS = 16_384  # of Excel
_MOST_ROWS = 1 << 20
_MOST_DEPTH = 64
_LONGEST_CELL = 1 << 20
_LONGEST_TAG = 4 << 20


class SheetTables:
    """Finds the rows of all sheets of a workbook that is fed to it piece by piece.

    Declarations of document types are refused: with them a short file can hold endless text.
    """

    def __init__(self) -> None:
        self.rows: list[tuple[str, Record]] = []
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._path: list[str] = []
        self._sheet = ""
        self._line = self._cells = self._fed = 0
        self._row: list[str] = []
        self._next = 0  # row after the one before
        self._place = self._over = 0  # of the cell, and how many columns it is merged over
        self._kind = ""
        self._pieces: list[str] | None = None  # of the value of a cell
        self._size = 0

    def feed(self, data: str) -> None:
        """Take the next piece in.

        Raises:
            FileRefused: it is broken, or too large.
        """
        raw = data.encode()  # whatever encoding its first line names
        self._fed += len(raw)
        self._parse(raw, is_last=False)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise too_large()

    def close(self) -> None:
        """Take the end in.

        Raises:
            FileRefused: the file breaks off before it.
        """
        self._parse(b"", is_last=True)

    def _parse(self, data: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(data, is_last)
        except expat.ExpatError as error:
            raise FileRefused(
                _("XML 表格第 %(line)d 行有错（%(why)s）。请用 Excel 打开，另存为 xlsx 后再上传。")
                % {"line": error.lineno, "why": expat.errors.messages[error.code]},
                code="broken_table",
            ) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) == _MOST_DEPTH:
            raise too_large()
        above = self._path[-1] if self._path else ""
        short = name.removeprefix(_PREFIX)
        self._path.append(short)
        if short == "Worksheet":
            self._sheet = attributes.get(f"{_PREFIX}Name", "")
            self._next = 1
        elif short == "Row" and above == "Table":
            self._line = max(_whole(attributes, "Index", _MOST_ROWS), self._next)
            self._next = self._line + 1 + _whole(attributes, "Span", _MOST_ROWS)
            self._row, self._place, self._over = [], 0, 0
        elif short == "Cell" and above == "Row":
            index = _whole(attributes, "Index", _MOST_COLUMNS)
            self._place = max(index, self._place + self._over + 1)
            self._over = _whole(attributes, "MergeAcross", _MOST_COLUMNS)
        elif short == "Data" and above == "Cell":
            self._kind = attributes.get(f"{_PREFIX}Type", "String")
            self._pieces, self._size = [], 0

    def _end(self, name: str) -> None:
        self._path.pop()
        above = self._path[-1] if self._path else ""
        short = name.removeprefix(_PREFIX)
        if short == "Data" and above == "Cell" and self._pieces is not None:
            text = _value(self._kind, "".join(self._pieces))
            self._pieces = None
            if text:
                self._put(text)
        elif short == "Row" and above == "Table" and self._row:
            self.rows.append((self._sheet, Record(self._line, tuple(self._row))))
            self._row = []

    def _put(self, text: str) -> None:
        blanks = self._place - 1 - len(self._row)
        self._cells += blanks + 1
        if self._place > _MOST_COLUMNS or self._cells > MOST_CELLS:
            raise too_large()
        self._row.extend([""] * blanks)
        self._row.append(text)

    def _text(self, data: str) -> None:
        if self._pieces is None:
            return
        self._size += len(data)
        if self._size > _LONGEST_CELL:
            raise too_large()
        self._pieces.append(data)


def _whole(attributes: dict[str, str], name: str, most: int) -> int:
    text = attributes.get(_PREFIX + name, "")
    if not text.isdecimal():
        return 0
    number = int(text[:10])
    if number > most:
        raise too_large()
    return number


def _value(kind: str, text: str) -> str:
    """Return a value as text: long whole numbers with all of their digits."""
    bare = text.strip()
    if kind == "Number" and not _PLAIN.fullmatch(bare):
        cut = _CUT.fullmatch(bare)
        if cut and len(cut[2] or "") < int(cut[3]):
            return bare  # its last digits are lost
        try:
            return text_of(float(bare))
        except ValueError:
            return bare
    if kind == "DateTime":
        return bare.replace("T", " ").removesuffix(".000")
    if kind == "Boolean":
        return "TRUE" if bare == "1" else "FALSE"
    return text


def _refuse(*_declaration: Any) -> None:
    raise FileRefused(
        _("XML 表格里有文档类型声明（DOCTYPE），不能导入。请用 Excel 打开，另存为 xlsx 后再上传。"),
        code="markup",
    )
