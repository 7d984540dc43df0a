"""Delimited text: which delimiter, which column stands where, and its records."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from django.utils.translation import gettext as _

from zhanggui.orders.types import ImportRefused

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: the line it starts at and its fields in the asked order.

    `is_whole` is false where the number of fields is wrong; the fields then are as they stand.
    """

    line: int
    fields: list[str]
    is_whole: bool


class Table:
    """The records below a header line. Made by reading the header.

    Raises:
        ImportRefused: the header does not name exactly the wanted columns, a quote is never
            closed, or the last record is short. The last two are known only at the end.
    """

    def __init__(self, text: TextIO, *, columns: Sequence[str]) -> None:
        header = text.readline()
        self.delimiter, names = _header(header, columns)
        self._order = [names.index(column) for column in columns]
        self._text = text

    def records(self) -> Iterator[Record]:
        """Yield every record that is not a blank line."""
        reader = csv.reader(self._text, delimiter=self.delimiter, strict=True)
        width, order = len(self._order), self._order
        start, last = 2, width
        try:
            for fields in reader:
                if fields:
                    last = len(fields)
                    if last == width:
                        yield Record(line=start, fields=[fields[i] for i in order], is_whole=True)
                    else:
                        yield Record(line=start, fields=fields, is_whole=False)
                start = reader.line_num + 2
        except csv.Error as error:
            raise ImportRefused(
                _("第 %(line)d 行起的引号或分隔符有错（%(why)s），请修正后再导入。")
                % {"line": start, "why": error},
                code="broken_table",
            ) from error
        if last < width:
            raise ImportRefused(
                _("最后一行不完整：应有 %(wanted)d 列，只有 %(found)d 列。请重新导出后再导入。")
                % {"wanted": width, "found": last},
                code="truncated_file",
            )

    def position(self, column: int) -> int:
        """Return where a wanted column stands in the file."""
        return self._order[column]


def _header(line: str, columns: Sequence[str]) -> tuple[str, list[str]]:
    """Return the delimiter and the column names of a header line."""
    found = [(delimiter, _names(line, delimiter)) for delimiter in _DELIMITERS]
    delimiter, names = max(found, key=lambda item: len(set(item[1]) & set(columns)))
    if sorted(names) == sorted(columns):
        return delimiter, names
    missing = [name for name in columns if name not in names]
    unknown = [name[:40] for name in names if name not in columns or names.count(name) > 1]
    raise ImportRefused(
        _("表头不对：缺少 %(missing)s；多出 %(unknown)s。应有的列：%(columns)s。")
        % {
            "missing": _("、").join(missing) or _("无"),
            "unknown": _("、").join(unknown[:8]) or _("无"),
            "columns": _("、").join(columns),
        },
        code="unknown_columns",
    )


def _names(line: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return []
    return [name.strip() for name in rows[0]] if rows else []
