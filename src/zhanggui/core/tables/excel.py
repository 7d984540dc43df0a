"""Reading Excel files: what could fill the memory is refused before it is unpacked there."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from zhanggui.core.tables.cells import text_of
from zhanggui.core.tables.types import MOST_CELLS, FileRefused, Record, too_large

XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_BYTES = 400 << 20  # unpacked
MOST_SHEETS = 20  # are looked at
_CHUNK = 1 << 20
# It begins with what is rare, and looks back from there: that is twice as fast on a sheet and
# twenty times on noise.
_PLACE = re.compile(rb"""r=(?<=\br=)["']([A-Z]{0,3})([0-9]{1,7})["']""")


def is_excel(head: bytes) -> bool:
    """Tell whether a file with these first bytes is a workbook, a new or an old one."""
    return head.startswith((XLSX, XLS))


def excel_tops(path: Path, count: int) -> dict[str, list[Record]]:
    """Return the first rows of every sheet by its name.

    Raises:
        FileRefused: no workbook, protected by a password, damaged, or too large.
    """
    if zipfile.is_zipfile(path):
        _check_size(path)
    try:
        names = CalamineWorkbook.from_path(str(path)).sheet_names[:MOST_SHEETS]
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error
    return {name: list(islice(excel_rows(path, name), count)) for name in names}


def excel_rows(path: Path, name: str) -> Iterator[Record]:
    """Yield the rows of a sheet.

    Raises:
        FileRefused: it is damaged.
    """
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield Record(number, tuple(map(text_of, row)))
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error


def _check_size(path: Path) -> None:
    """Unpack everything once, keeping nothing: the sizes that a file tells may be lies."""
    try:
        with zipfile.ZipFile(path) as archive:
            left = MOST_BYTES
            for member in archive.infolist():
                with archive.open(member) as file:
                    left = _survey(file.read, member.filename, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _damaged(error) from error


def _survey(read: Callable[[int], bytes], name: str, left: int) -> int:
    rows = columns = 0
    tail = b""
    is_sheet = name.startswith("xl/worksheets/")
    while chunk := read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise too_large()
        if is_sheet:
            for letters, digits in _PLACE.findall(tail + chunk):
                rows = max(rows, int(digits))
                columns = max(columns, _column(letters))
            tail = chunk[-20:]
    if rows * columns > MOST_CELLS:  # the library holds a sheet as a full rectangle
        raise too_large()
    return left


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _damaged(error: Exception) -> FileRefused:
    return FileRefused(
        _("打不开这个 Excel 文件（%(why)s）。有密码请先去掉，再另存为 xlsx 或 CSV。")
        % {"why": str(error)[:120]},
        code="bad_excel",
    )
