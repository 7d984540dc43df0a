"""Opening a text file of rows: gzip or plain, the encoding found by reading all of it once."""

import codecs
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from zhanggui.core.tables.encodings import ENCODINGS, codec_named, likely
from zhanggui.core.tables.types import FileRefused

_CHUNK = 1 << 20
_MOST_BYTES = 1 << 30  # unpacked
_SAMPLE = 256 << 10  # bytes
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before that of UTF-16, with which it begins
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that can be read to its end: nothing of it is damaged or missing."""

    path: Path
    codec: str
    lines: int


@dataclass(slots=True)
class _Survey:
    """What one reading in one encoding showed."""

    lines: int = 0
    last: str = ""
    foreign: Counter[str] = field(default_factory=Counter)  # characters beyond ASCII
    odd_line: int = 0  # the first line with bytes that are no UTF-8


def inspect(
    path: Path, *, needs_final_newline: bool = False, codec: str = "", declared: str = ""
) -> Source:
    """Read the whole file once and tell how to read it.

    `codec` is the encoding that somebody chose; `declared` one that the file says it has, which
    counts less than what its bytes show.

    Raises:
        FileRefused: it can't be opened, is damaged, empty, cut off, in no known encoding, or in one
            that can't be told from another.
    """
    if path.exists() and not path.is_file():  # a pipe can't be read twice
        raise FileRefused(
            _("%(path)s 不是文件。请先存成文件，再导入。") % {"path": path}, code="unreadable_file"
        )
    with _readable(path):
        head = next(_chunks(path), b"")
        if not head:
            raise FileRefused(_("文件是空的，请重新导出后再导入。"), code="empty_file")
        if codec:
            known, survey = codec, _survey_or_refuse(path, codec)
        else:
            known, survey = _encoding(path, head, declared)
    if needs_final_newline and survey.last not in "\r\n":
        raise FileRefused(
            _("文件最后没有换行，可能没有下载完整。请重新导出后再导入。"), code="truncated_file"
        )
    return Source(path=path, codec=known, lines=survey.lines)


def head_of(path: Path, size: int) -> str:
    """Return how a file begins, unpacked, its letters without accents readable.

    Raises:
        FileRefused: it can't be opened, or is damaged.
    """
    with _readable(path), _open(path) as file:
        head = file.read(size).removeprefix(codecs.BOM_UTF8)
    wide = next((codec for mark, codec in _MARKS if head.startswith(mark)), "")
    return head.decode(wide or _unmarked_utf16(head) or "latin-1", errors="replace")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileRefused(
            _("压缩文件损坏或不完整（%(why)s），请重新下载或重新压缩后再导入。") % {"why": error},
            code="bad_gzip",
        ) from error
    except OSError as error:
        raise FileRefused(
            _("打不开文件 %(path)s（%(why)s），请检查路径和权限。")
            % {"path": path.name, "why": error.strerror or error},
            code="unreadable_file",
        ) from error


def open_text(source: Source) -> io.TextIOWrapper:
    """Open the text of an inspected file, line ends as they are."""
    return io.TextIOWrapper(_open(source.path), encoding=source.codec, newline="")


def _open(path: Path) -> io.BufferedReader:
    plain = path.open("rb")
    is_gzip = plain.peek(2).startswith(_GZIP)
    if not is_gzip and path.suffix.lower() != ".gz":
        return plain
    plain.close()
    return io.BufferedReader(gzip.GzipFile(path), _CHUNK)


def _chunks(path: Path) -> Iterator[bytes]:
    size = 0
    with _open(path) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > _MOST_BYTES:
                raise FileRefused(_("文件解压后超过 1 GB，请分成几份导入。"), code="too_large")
            yield chunk


def _encoding(path: Path, head: bytes, declared: str) -> tuple[str, _Survey]:
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), "")
    if not marked:
        marked = _unmarked_utf16(head[:4096])
    if marked:
        return marked, _survey_or_refuse(path, marked)
    survey = _survey(path, "utf-8", errors="surrogateescape")
    escaped = sum(n for char, n in survey.foreign.items() if "\udc80" <= char <= "\udcff")
    if not escaped:
        return "utf-8", survey
    # Where most is right UTF-8 the rest is damage, not another encoding.
    if survey.foreign.total() >= 2 * escaped:
        raise _undecodable(survey.odd_line)
    known, found = likely(_sample(path))
    said = codec_named(declared)
    if said in found or (not found and said not in ("", "cp1252")):  # which many pages say blindly
        known = said
    if known:
        return known, _survey_or_refuse(path, known)
    raise _unclear(found) if found else _undecodable(survey.odd_line)


def _sample(path: Path) -> bytes:
    """Return the first lines that hold more than ASCII: they tell the encoding."""
    found, size = [], 0
    with _open(path) as file:
        while size < _SAMPLE and (line := file.readline(_SAMPLE)):
            if not line.isascii():
                found.append(line)
                size += len(line)
    return b"".join(found)


def _unclear(found: Sequence[str]) -> FileRefused:
    names = _("、").join(str(ENCODINGS[one]) for one in found)
    return FileRefused(
        _("分不清这个文件的字符编码，可能是：%(names)s。请选定「文件编码」再导入，或另存为 UTF-8。")
        % {"names": names},
        code="undecodable_file",
    )


def _unmarked_utf16(head: bytes) -> str:
    """Tell UTF-16 without its mark by the zeros beside digits, commas and line ends."""
    first, second = head[0::2].count(0), head[1::2].count(0)
    if max(first, second) * 40 < len(head) or min(first, second) * 10 > max(first, second):
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


def _survey_or_refuse(path: Path, codec: str) -> _Survey:
    survey = _Survey()
    try:
        return _survey(path, codec, into=survey)
    except UnicodeDecodeError as error:
        line = survey.lines + 1 if codec.startswith("utf-16") else _odd_line(path, codec)
        raise _undecodable(line, codec) from error


def _odd_line(path: Path, codec: str) -> int:
    with _open(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(codec)
            except UnicodeDecodeError:
                return number
    return 1


def _undecodable(line: int, codec: str = "") -> FileRefused:
    if codec in ENCODINGS:
        return FileRefused(
            _(
                "文件看起来是「%(name)s」，但第 %(line)d 行附近有损坏的字符。请改好那一行，或选定"
                "「文件编码」再导入。"
            )
            % {"name": ENCODINGS[codec], "line": line},
            code="undecodable_file",
        )
    return FileRefused(
        _("第 %(line)d 行附近有无法识别的字符编码。请选定「文件编码」，或另存为 UTF-8 后再导入。")
        % {"line": line},
        code="undecodable_file",
    )


def _survey(
    path: Path, codec: str, *, errors: str = "strict", into: _Survey | None = None
) -> _Survey:
    survey = into or _Survey()
    for text in _texts(path, codec, errors):
        if not text.isascii():
            survey.foreign.update(_BEYOND_ASCII.findall(text))
            odd = re.search("[\udc80-\udcff]", text)
            if odd and not survey.odd_line:
                survey.odd_line = survey.lines + text.count("\n", 0, odd.start()) + 1
        survey.lines += text.count("\n")
        survey.last = text[-1:] or survey.last
    return survey


def _texts(path: Path, codec: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    for chunk in _chunks(path):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
