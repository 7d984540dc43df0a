"""The big list of naughty strings, for every field that people type into."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from zhanggui.core.text import TextRefused, clean_text

T = TypeVar("T")
FILE = Path(__file__).parent / "data" / "naughty" / "blns.json"
# What the list lacks: characters that no database takes, and far too much text
EXTRA = (
    "\x00",
    "茶\x00",
    "\ud800",
    "壶\udfff",
    "a" * 10_000,
    "茶" * 10_000,
    "e\u0301" * 60,
    "٣",
    "ﬀ",
)


def naughty_strings() -> list[str]:
    """Return all of them."""
    strings: list[str] = json.loads(FILE.read_text(encoding="utf-8"))
    return [*dict.fromkeys(strings), *EXTRA]


def naughty_sample() -> list[str]:
    """Return every twentieth one and all that the list lacks; the whole list runs in test-all."""
    return [*naughty_strings()[: -len(EXTRA) : 20], *EXTRA]


def naughty_few() -> list[str]:
    """Return some eight of all sorts, for what opens several pages with each."""
    strings = naughty_strings()
    markup = [text for text in strings if "<script" in text]
    return [*markup[::60], *strings[: -len(EXTRA) : 170], *EXTRA[::4]]


FEW = 100
# One test takes a whole list, since making a shop for every string costs more than the string.
_ALL = pytest.param(naughty_strings(), id="all", marks=pytest.mark.full)
LISTS = [pytest.param(naughty_sample(), id="sample"), _ALL]
SHORT_LISTS = [pytest.param(naughty_few(), id="few"), _ALL]


def rounds(
    texts: Sequence[str], fields_of: Callable[[str], Collection[str]]
) -> Iterator[dict[str, str]]:
    """Return what to send, field → text: a few texts each in all the fields that it may fill.

    The whole list is dealt out, so that each text stands in one of its fields.
    """
    if len(texts) < FEW:
        yield from (dict.fromkeys(fields, text) for text in texts if (fields := fields_of(text)))
        return
    found: list[dict[str, str]] = []
    count: Counter[str] = Counter()
    for text in texts:
        if fields := fields_of(text):
            field = min(fields, key=count.__getitem__)
            if count[field] == len(found):
                found.append({})
            found[count[field]][field] = text
            count[field] += 1
    yield from found


def dealt(places: Sequence[T], number: int, texts: Sequence[str]) -> Sequence[T]:
    """Return where to try the text of this number: everywhere, of the whole list in one place."""
    return places if len(texts) < FEW else [places[number % len(places)]]


def together(text: str, fields: Collection[str]) -> list[set[str]]:
    """Return the fields to fill at once with a text that they refuse.

    A blank one is sent alone: what is missing is said field after field.
    """
    if not fields:
        return []
    return [set(fields)] if text.strip() else [{field} for field in fields]


def as_browser(text: str) -> str:
    """Return what a browser sends of it: forms hold no half characters."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def kept(text: str, *, most: int, needed: bool = False) -> str | None:
    """Return what the documented normalisation makes of a text, None where it is refused."""
    try:
        clean = clean_text(text, max_length=most)
    except TextRefused:
        return None
    return clean if clean or not needed else None


def kept_of_form(text: str, *, most: int, needed: bool = False) -> str | None:
    """Return the same for a form, which also makes every line end a line feed."""
    return kept(text.replace("\r\n", "\n").replace("\r", "\n"), most=most, needed=needed)
