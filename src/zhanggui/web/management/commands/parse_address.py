"""`zhanggui parse-address`: read pasted addresses from a file."""

import json
import sys
import unicodedata
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from zhanggui.regions.queries import parse_address
from zhanggui.regions.types import Field, ParsedAddress

FIELDS: tuple[Field, ...] = ("province", "city", "district", "detail", "name", "phone")
SURE = 0.5  # what is less sure is marked in the table


class Command(BaseCommand):
    """Print what each line's text says: name, phone, divisions and detail."""

    help = "Read pasted addresses from lines {text} and print their parts"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", help='JSON lines with "text", or - for standard input')
        parser.add_argument("--json", action="store_true", help="print one JSON line each")

    def handle(self, *_: Any, file: str, json: bool, **__: Any) -> None:
        """Read all lines; those that cannot be read are reported and left out."""
        broken = 0
        rows: list[ParsedAddress] = []
        with ExitStack() as stack:
            for number, text in _texts(_opened(file, stack)):
                if isinstance(text, _Fault):
                    broken += 1
                    self.stderr.write(f"line {number}: {text.reason}")
                elif json:
                    self.stdout.write(_as_json(parse_address(text=text)))
                else:
                    rows.append(parse_address(text=text))
        if not json:
            for line in _table(rows):
                self.stdout.write(line)
        if broken:
            raise CommandError(f"{broken} broken lines were left out", returncode=1)


class _Fault:
    """Why a line has no text."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _opened(file: str, stack: ExitStack) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(file).open("rb"))
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=1) from error


def _texts(lines: BinaryIO) -> Iterator[tuple[int, "str | _Fault"]]:
    for number, raw in enumerate(lines, start=1):
        line = raw.removeprefix(b"\xef\xbb\xbf").strip()
        if line:
            yield number, _text(line)


def _text(line: bytes) -> "str | _Fault":
    try:
        row = json.loads(line)
    except UnicodeDecodeError:
        return _Fault("not UTF-8")
    except (ValueError, RecursionError) as error:
        return _Fault(f"not JSON ({error})")
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return _Fault('no object with a string "text"')
    return str(row["text"])


def _as_json(parsed: ParsedAddress) -> str:
    row: dict[str, Any] = {field: getattr(parsed, field) for field in FIELDS}
    row["confidence"] = {key: parsed.confidence[key] for key in FIELDS}
    return json.dumps(row, ensure_ascii=False)


def _table(rows: list[ParsedAddress]) -> Iterator[str]:
    """Columns for people; a value that somebody should check ends in a question mark."""
    cells: list[list[str]] = [list(FIELDS)]
    for parsed in rows:
        cells.append([_cell(parsed, field) for field in FIELDS])
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _cell(parsed: ParsedAddress, field: Field) -> str:
    value = str(getattr(parsed, field))
    unsure = value and parsed.confidence[field] < SURE
    return value + ("?" if unsure else "") or "-"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
