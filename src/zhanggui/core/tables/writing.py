"""Writing tables for people: CSV that Excel opens rightly, and Excel files, in little memory."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import xlsxwriter
from django.utils.translation import gettext as _

from zhanggui.core.tables.cells import guarded
from zhanggui.core.tables.types import FileRefused

FORMATS = ("xlsx", "csv")
_AMOUNT = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,4})?")
_LONGEST = 32_767  # characters that Excel holds in a cell
_ROWS = 1_048_575  # below the header


class TableWriter(Protocol):
    """Takes rows of texts; closed by the `with` statement."""

    def row(self, cells: Sequence[str]) -> None:
        """Write one row."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: Any) -> None: ...


def table_writer(path: Path, *, header: Sequence[str], numbers: Iterable[str] = ()) -> TableWriter:
    """Begin a table by the file's ending (.xlsx or .csv). `numbers` are the headers of columns
    with amounts, which Excel may add up; everything else is text there, so that long digits stay.
    """
    if path.suffix == ".xlsx":
        return _Excel(path, header, set(numbers))
    return _Csv(path, header)


class _Csv:
    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self.row(header)

    def row(self, cells: Sequence[str]) -> None:
        self._writer.writerow(map(guarded, cells))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()


class _Excel:
    """Texts are no formulas here; guarded they stay none when somebody saves them as CSV."""

    def __init__(self, path: Path, header: Sequence[str], numbers: set[str]) -> None:
        options = {"constant_memory": True, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._text = self._book.add_format({"num_format": "@"})
        bold = self._book.add_format({"bold": True, "num_format": "@"})
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, max(len(header) - 1, 0), 16)
        self._numbers = {place for place, name in enumerate(header) if name in numbers}
        for place, name in enumerate(header):
            self._sheet.write_string(0, place, name, bold)
        self._next = 1

    def row(self, cells: Sequence[str]) -> None:
        if self._next > _ROWS:
            raise FileRefused(_("Excel 放不下这么多行，请改用 CSV。"), code="too_large")
        for place, text in enumerate(cells):
            if not text:
                continue
            if len(text) >= _LONGEST:
                why = _("有一格超过 %(most)s 个字，Excel 放不下，请改用 CSV。")
                raise FileRefused(why % {"most": f"{_LONGEST:,}"}, code="too_large")
            if place in self._numbers and _AMOUNT.fullmatch(text):
                self._sheet.write_number(self._next, place, float(text))
            else:
                self._sheet.write_string(self._next, place, guarded(text), self._text)
        self._next += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._book.close()
