"""Comparing parsed addresses with labels as the labels ask for: without blanks and punctuation."""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from zhanggui.regions.queries import parse_address

FOLDER = Path(__file__).parent
FIELDS = ("province", "city", "district", "detail", "name", "phone")


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def bare(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text)
    return "".join(each for each in normal if unicodedata.category(each)[0] not in "PZSC")


def wrong_fields(row: Mapping[str, Any], fields: Iterable[str] = FIELDS) -> list[str]:
    """The fields in which the parser and the label differ, each with both values."""
    parsed = parse_address(text=row["text"])
    wrong = []
    for field in fields:
        accepted = [row.get(field, ""), *row.get(f"{field}_alt", [])]
        if bare(getattr(parsed, field)) not in [bare(each) for each in accepted]:
            wrong.append(f"{field}: {getattr(parsed, field)!r} is not {accepted[0]!r}")
    return wrong
