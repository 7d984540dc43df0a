"""The big list of naughty strings, for every field that people type into."""

import json
from pathlib import Path

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
    """Return every twelfth one and all that the list lacks; the whole list runs in test-all."""
    return [*naughty_strings()[: -len(EXTRA) : 12], *EXTRA]
