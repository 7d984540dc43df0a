"""Words that seeded goods and people are made of, and numbers that spread."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from zhanggui.core.ids import next_ids
from zhanggui.demo.content import DATA

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What data/words.json holds."""

    surnames: str
    given: str
    roads: tuple[str, ...]
    estates: tuple[str, ...]
    notes: tuple[str, ...]
    styles: tuple[str, ...]
    materials: tuple[str, ...]
    nouns: dict[str, tuple[str, ...]]  # slug of a category → what is sold there
    sizes: tuple[str, ...]
    colours: tuple[str, ...]
    subtitles: tuple[str, ...]
    descriptions: tuple[str, ...]


@cache
def words() -> Words:
    """Return the words, read once."""
    raw: dict[str, Any] = json.loads((DATA / "words.json").read_text(encoding="utf-8"))
    nouns = {slug: tuple(names) for slug, names in raw.pop("nouns").items()}
    lists: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in raw.items()
    }
    return Words(nouns=nouns, **lists)


def new_ids() -> Iterator[int]:
    """Yield row keys, of one process only; asking for each alone took a seventh of all time."""
    while True:
        yield from next_ids(count=1_000)


def scattered(number: int, *, salt: int = 0) -> int:
    """Return 64 bits that look random and are the same for the same number (SplitMix64)."""
    mixed = ((number + 1) * 0x9E3779B97F4A7C15 + salt * 0xD1B54A32D192ED03) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


def shuffled(number: int, *, digits: int) -> str:
    """Return so many decimal digits: another for each number below 10 to the power of `digits`."""
    return f"{(number * 7_368_787_523 + 1_234_567_891) % 10**digits:0{digits}d}"
