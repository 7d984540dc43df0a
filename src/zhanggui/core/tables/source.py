"""Opening a text file of rows: gzip or plain, the encoding found by reading all of it once."""

import codecs
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from zhanggui.core.tables.types import FileRefused

_CHUNK = 1 << 20
_MOST_BYTES = 1 << 30  # unpacked
_GZIP = b"\x1f\x8b"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
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


def inspect(path: Path, *, needs_final_newline: bool = False) -> Source:
    """Read the whole file once and tell how to read it.

    Raises:
        FileRefused: it can't be opened, is damaged, empty, cut off, or in no known encoding.
    """
    if path.exists() and not path.is_file():  # a pipe can't be read twice
        raise FileRefused(
            _("%(path)s 不是文件。请先存成文件，再导入。") % {"path": path}, code="unreadable_file"
        )
    try:
        head = next(_chunks(path), b"")
        if not head:
            raise FileRefused(_("文件是空的，请重新导出后再导入。"), code="empty_file")
        codec, survey = _encoding(path, head)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileRefused(
            _("压缩文件损坏或不完整（%(why)s），请重新下载或重新压缩后再导入。") % {"why": error},
            code="bad_gzip",
        ) from error
    except OSError as error:
        raise FileRefused(
            _("打不开文件 %(path)s（%(why)s），请检查路径和权限。")
            % {"path": path, "why": error.strerror or error},
            code="unreadable_file",
        ) from error
    if needs_final_newline and survey.last not in "\r\n":
        raise FileRefused(
            _("文件最后没有换行，可能没有下载完整。请重新导出后再导入。"), code="truncated_file"
        )
    return Source(path=path, codec=codec, lines=survey.lines)


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


def _encoding(path: Path, head: bytes) -> tuple[str, _Survey]:
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
    if survey.foreign.total() < 2 * escaped:
        for codec, is_plausible in (("gb18030", _is_chinese), ("latin-1", _is_western)):
            try:
                other = _survey(path, codec)
            except UnicodeDecodeError:
                continue
            if is_plausible(other.foreign):
                return codec, other
    raise _undecodable(survey.odd_line)


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
        raise _undecodable(survey.lines + 1) from error


def _undecodable(line: int) -> FileRefused:
    return FileRefused(
        _("第 %(line)d 行附近有无法识别的字符编码。请把文件另存为 UTF-8 后再导入。")
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


def _is_chinese(foreign: Counter[str]) -> bool:
    """Tell GB18030 from accented Latin letters, which read as rare characters there."""
    usual = sum(n for char, n in foreign.items() if _is_usual_in_chinese(char))
    return usual * 2 > foreign.total()


def _is_usual_in_chinese(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return len(char.encode("gb18030")) == 4  # signs of other languages, as £
    return True


def _is_western(foreign: Counter[str]) -> bool:
    """Latin-1 can read any byte: control characters and ÿ mean that it is something else."""
    return not any(char < "\xa0" or char == "ÿ" for char in foreign)
