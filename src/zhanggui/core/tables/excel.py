"""Reading Excel files: what could fill the memory is refused before it is unpacked there."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from zhanggui.core.tables.cells import text_of
from zhanggui.core.tables.types import MOST_CELLS, FileRefused, Record, too_large

XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENDINGS = {".xls": (".xls",), ".xlsb": (".xlsb",), ".ods": (".ods",), ".xlsx": (".xlsx", ".xlsm")}
_BEGINS_5 = b"\x09\x08\x08\0\0\x05\x05\0"  # the first record of a book, with its version
_BEGINS_97 = b"\x09\x08\x10\0\0\x06\x05\0"
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
        with _opened(path) as book:
            names = book.sheet_names[:MOST_SHEETS]
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error
    return {name: list(islice(excel_rows(path, name), count)) for name in names}


def excel_rows(path: Path, name: str) -> Iterator[Record]:
    """Yield the rows of a sheet.

    Raises:
        FileRefused: it is damaged.
    """
    try:
        is_doubtful = _is_excel_5(path)
        with _opened(path) as book:
            sheet = book.get_sheet_by_name(name)
            for number, row in enumerate(sheet.iter_rows(), start=1):
                cells = tuple(map(text_of, row))
                if is_doubtful and not _is_plain("".join(cells)):
                    raise _too_old()
                yield Record(number, cells)
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Open a workbook by what it is: many are named .xls and are none, or the other way round."""
    ending = _ending(path)
    if path.suffix.lower() in _ENDINGS[ending]:
        yield CalamineWorkbook.from_path(str(path))
        return
    with TemporaryDirectory() as folder:
        link = Path(folder) / f"book{ending}"
        link.symlink_to(path.resolve())
        yield CalamineWorkbook.from_path(str(link))


def _ending(path: Path) -> str:
    if not zipfile.is_zipfile(path):
        return ".xls"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if "xl/workbook.bin" in names:
        return ".xlsb"
    return ".ods" if "content.xml" in names else ".xlsx"


def _is_excel_5(path: Path) -> bool:
    """Tell a workbook of Excel 5 or 95, of whose Chinese texts the library makes something else."""
    with path.open("rb") as file:
        if file.read(4) != XLS:
            return False
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return content.find(_BEGINS_5) >= 0 and content.find(_BEGINS_97) < 0


def _is_plain(text: str) -> bool:
    return text.isascii() and "\0" not in text


def _too_old() -> FileRefused:
    return FileRefused(
        _("这是 Excel 95 或更早的文件，里面的中文读不准。请用 Excel 打开，另存为 xlsx 后再上传。"),
        code="bad_excel",
    )


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
    if "limit exceeded" in str(error):  # of the library, in cells
        return too_large()
    return FileRefused(
        _("打不开这个 Excel 文件（%(why)s）。有密码请先去掉，再另存为 xlsx 或 CSV。")
        % {"why": str(error)[:120]},
        code="bad_excel",
    )
