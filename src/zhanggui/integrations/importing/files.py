"""A file with what came along: its table, tables beside it, and its pictures."""

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from zhanggui.core.tables.reading import Table, open_table
from zhanggui.core.tables.types import FileRefused
from zhanggui.integrations.importing.detect import formats_of, knows
from zhanggui.integrations.importing.formats import Match, ProductFormat
from zhanggui.integrations.importing.mall import MALL, SKU_FILE
from zhanggui.integrations.importing.own import OWN
from zhanggui.integrations.importing.spool import Spool
from zhanggui.integrations.types import SURPLUS, FileRow, Kind

MOST_ROWS = 300_000
TABLES = {
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".xml",
    ".html",
    ".htm",
}
_MOST_TABLE_BYTES = 200 << 20


def table_of(path: Path, *, kind: str = Kind.PRODUCTS, codec: str = "") -> Table:
    """Return the table of a file that holds products, prices or stock.

    `codec` is the encoding that somebody chose for it.
    """
    return open_table(path, knows=knows(kind), codec=codec)


def read_products(
    table: Table, *, format_: ProductFormat, match: Match, beside: Path | None, into: Spool
) -> int:
    """Gather the rows of a table by product; return how many products there are.

    `beside` is the folder with further tables.

    Raises:
        FileRefused: it is damaged, or has too many rows.
    """
    _gather(table, format_, match, into)
    if format_ is MALL and beside is not None and (beside / SKU_FILE).is_file():
        skus = table_of(beside / SKU_FILE)
        _gather(skus, format_, MALL.match(skus.header), into)
    if not into.rows:
        raise FileRefused(_("文件里只有表头，没有内容。"), code="empty_file")
    return into.close_reading()


def _gather(table: Table, format_: ProductFormat, match: Match, into: Spool) -> None:
    before = ""
    for record in table.records():
        values = {
            name: text for name, text in zip(match, record.cells, strict=False) if name and text
        }
        if not values:
            continue
        if table.is_text and any(record.surplus[table.width - len(table.header) :]):
            values[SURPLUS] = "".join(record.surplus)[:40]
        row = FileRow(record.line, values)
        if row.get("category_facts"):
            into.categories.append(row)
            continue
        keyed = format_.keyed(row, before)
        before = keyed.key
        into.add(row, keyed)
        if into.rows > MOST_ROWS:
            raise FileRefused(
                _("行数太多：一次最多 %(most)d 行，请分成几份导入。") % {"most": MOST_ROWS},
                code="too_large",
            )


def is_bundle(path: Path) -> bool:
    """Tell whether the file is a ZIP of tables and pictures: an Excel file is a ZIP, too."""
    if path.suffix.lower() in TABLES or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "[Content_Types].xml" not in archive.namelist()


def unpack_tables(path: Path, *, into: Path, codec: str = "") -> Path:
    """Unpack the tables of a ZIP into a folder and return the one that holds the products.

    Raises:
        FileRefused: there is none, the ZIP is damaged, or they are too large.
    """
    left = _MOST_TABLE_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            for member in _files(archive, TABLES):
                left -= member.file_size
                if left < 0:
                    raise FileRefused(_("压缩包里的表格太大，请分成几份导入。"), code="too_large")
                target = into / PurePosixPath(member.filename).name
                with archive.open(member) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)  # never more than the member says
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError) as error:
        raise FileRefused(_("压缩包打不开，请重新压缩后再上传。"), code="bad_zip") from error
    found = sorted(one for one in into.iterdir() if one.suffix.lower() in TABLES)
    if not found:
        raise FileRefused(_("压缩包里没有 CSV 或 Excel 表格。"), code="empty_file")
    return max(found, key=lambda one: _rank(one, codec))


def _rank(path: Path, codec: str) -> int:
    try:
        table = table_of(path, codec=codec)
    except FileRefused:
        return -1
    foreign = (one for one in formats_of(Kind.PRODUCTS).values() if one is not OWN)
    return 100 * max(one.score(table.header) for one in foreign) + OWN.score(table.header)


def _files(archive: zipfile.ZipFile, endings: set[str]) -> Iterator[zipfile.ZipInfo]:
    for member in archive.infolist():
        name = PurePosixPath(member.filename)
        is_hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
        if not member.is_dir() and not is_hidden and name.suffix.lower() in endings:
            yield member


class Pictures:
    """Picture files that came along, by their name without folders."""

    def __init__(
        self, *, folders: Sequence[Path] = (), archive: zipfile.ZipFile | None = None
    ) -> None:
        self._files = {
            one.name.casefold(): one
            for folder in folders
            for one in sorted(folder.rglob("*"))
            if one.is_file()
        }
        self._archive = archive
        self._members = (
            {PurePosixPath(one.filename).name.casefold(): one for one in archive.infolist()}
            if archive
            else {}
        )

    def read(self, name: str, *, most: int) -> bytes | None:
        """Return the content of a file, None where there is none of this name.

        At most one byte more than `most`: what is longer is refused for its size elsewhere.
        """
        wanted = PurePosixPath(name.replace("\\", "/")).name.casefold()
        member = self._members.get(wanted)
        if member and self._archive:
            with self._archive.open(member) as file:
                return file.read(most + 1)
        if path := self._files.get(wanted):
            with path.open("rb") as file:
                return file.read(most + 1)
        return None


@contextmanager
def pictures_of(*, archive: Path | None, folders: Sequence[Path] = ()) -> Iterator[Pictures]:
    """Open the pictures that came along."""
    if archive is None or not zipfile.is_zipfile(archive):
        yield Pictures(folders=folders)
        return
    with zipfile.ZipFile(archive) as opened:
        yield Pictures(folders=folders, archive=opened)
