"""Tables that programs write as web pages or as XML and name .xls: read in a stream."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from zhanggui.core.tables.pages import PageTables
from zhanggui.core.tables.source import Source, open_text
from zhanggui.core.tables.spreadsheet_xml import NAMESPACE, SheetTables
from zhanggui.core.tables.types import FileRefused, Record

_BEGINS = re.compile(r"\ufeff*\s*<[!?a-z]", re.IGNORECASE)
_PAGE = re.compile(r"<(?:html|head|body|table|tr|frameset)\b", re.IGNORECASE)
_ARCHIVE = re.compile(r"\s*(?:MIME-Version|From|Subject|Content-Type):", re.IGNORECASE)
_DECLARED = re.compile(
    r"""(?:<meta[^>]*charset\s*=\s*|<\?xml[^>]*encoding\s*=\s*)["']?([-\w]{1,40})""", re.IGNORECASE
)
_CHUNK = 1 << 16
_LOOKED_AT = 8 << 20  # characters in which every table has begun
_MOST_TABLES = 20  # are looked at


class _Parser(Protocol):
    rows: list[tuple[str, Record]]  # with the name of their table

    def feed(self, text: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Markup:
    """A file with tables in markup: a page, or the XML of Excel 2003."""

    source: Source
    is_xml: bool

    def tops(self, count: int) -> dict[str, list[Record]]:
        """Return the first rows of every table by its name.

        Raises:
            FileRefused: it is broken, or there is none.
        """
        found: dict[str, list[Record]] = {}
        for name, record in self._rows(_LOOKED_AT):
            if name in found or len(found) < _MOST_TABLES:
                rows = found.setdefault(name, [])
                if len(rows) < count:
                    rows.append(record)
        if not found:
            raise _no_table()
        return found

    def rows(self, name: str) -> Iterator[Record]:
        """Yield the rows of a table.

        Raises:
            FileRefused: it is broken, or too large.
        """
        return (record for table, record in self._rows() if table == name)

    def _rows(self, most: int = 0) -> Iterator[tuple[str, Record]]:
        parser: _Parser = SheetTables() if self.is_xml else PageTables()
        read = 0
        with open_text(self.source) as text:
            while chunk := text.read(_CHUNK):
                parser.feed(chunk)
                yield from parser.rows
                parser.rows.clear()
                read += len(chunk)
                if most and read >= most:
                    return
        parser.close()
        yield from parser.rows


def markup_kind(head: str) -> str:
    """Tell "page" or "xml" by how a text begins, "" where it is no markup.

    Raises:
        FileRefused: it is markup without a table: a web archive, or XML of something else.
    """
    if _ARCHIVE.match(head) and re.search(r"multipart/related", head, re.IGNORECASE):
        raise _no_table()
    if not _BEGINS.match(head):
        return ""
    if NAMESPACE in head:
        return "xml"
    if _PAGE.search(head):
        return "page"
    if head.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        raise _no_table()
    return ""


def declared_codec(head: str) -> str:
    """Return the encoding that a page or XML says it has, "" where it says none."""
    found = _DECLARED.search(head)
    return found[1].lower() if found else ""


def _no_table() -> FileRefused:
    return FileRefused(
        _("这个文件其实是网页，不是表格。请用 Excel 打开，另存为 xlsx 后再上传。"), code="markup"
    )
