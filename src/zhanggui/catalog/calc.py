"""What search stores of a product and asks for: terms of texts in any language."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, NamedTuple

from zhanggui.catalog.types import BulkAct, ComingPrice
from zhanggui.core.text import search_form

TERM_LENGTH = 60
QUERY_LENGTH = 200
QUERY_TERMS = 16
INITIALS = 8  # runs of initials are found from any sign on, up to this many letters
INITIALS_FROM_START = 20

# Chinese, Japanese and Korean signs, which are written without blanks between words
_SIGNS = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(rf"(?P<signs>[{_SIGNS}]+)|(?P<word>[^\W_{_SIGNS}]+)")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def query_terms(query: str) -> tuple[str, ...]:
    """Return the terms that a product must all have; () where nothing can be searched for."""
    terms: dict[str, None] = {}
    for signs, word in _runs(folded(query)):
        if word:
            terms[word[:TERM_LENGTH]] = None
        elif len(signs) == 1:
            terms[signs] = None
        else:
            terms.update(dict.fromkeys(_pairs(signs)))
    return tuple(terms)[:QUERY_TERMS]


def folded(text: str) -> str:
    """Return a query in search form, without what no database takes."""
    return search_form(_UNSTORABLE.sub(" ", text[:QUERY_LENGTH]))[:QUERY_LENGTH]


def whole_terms(text: str) -> Iterator[str]:
    """Yield single signs, pairs of signs and words of a long text."""
    for signs, word in _runs(search_form(text)):
        if word:
            yield word[:TERM_LENGTH]
        yield from signs
        yield from _pairs(signs)


def prefix_terms(text: str) -> Iterator[str]:
    """Yield the terms of a short text: as of a long one, and every beginning of its words."""
    for signs, word in _runs(search_form(text)):
        yield from _prefixes(word)
        yield from signs
        yield from _pairs(signs)


def code_terms(code: str) -> Iterator[str]:
    """Yield every beginning of a SKU code or barcode, and of its parts."""
    yield from _prefixes(search_form(code))
    yield from prefix_terms(code)


def initials_terms(initials: str) -> Iterator[str]:
    """Yield what finds a text by its pinyin initials: "mqlj" is found by mq, lj, qlj, mqlj, …"""
    for start in range(len(initials) - 1):
        for end in range(start + 2, min(start + INITIALS, len(initials)) + 1):
            yield initials[start:end]
    yield from (initials[:end] for end in range(INITIALS + 1, INITIALS_FROM_START + 1))


def load_pinyin() -> None:
    """Read the dictionaries, more than a second's work, before something must not wait for them."""
    import_module("pypinyin")


def pinyin_initials(text: str) -> Iterator[str]:
    """Yield the pinyin initials of every Chinese run: 明前龙井 50g 茶 → "mqlj", "c"."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 -- 54 MB, needed where one saves only

    for signs, _ in _runs(search_form(text)):
        letters = lazy_pinyin(signs, style=Style.FIRST_LETTER, errors="ignore") if signs else []
        if letters:
            yield "".join(letters)


def slug_words(text: str) -> str:
    """Return a text as a part of an address, Chinese by its pinyin: 龙井 50g → "long-jing-50g"."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- 54 MB, needed where one saves only

    words: list[str] = []
    for signs, word in _runs(search_form(text)):
        words += lazy_pinyin(signs, errors="ignore") if signs else [word]
    return "-".join(filter(None, (re.sub("[^a-z0-9]", "", word) for word in words)))


def _runs(text: str) -> Iterator[tuple[str, str]]:
    for match in _RUNS.finditer(text):
        yield match["signs"] or "", match["word"] or ""


def _pairs(signs: str) -> Iterable[str]:
    return (signs[i : i + 2] for i in range(len(signs) - 1))


def _prefixes(word: str) -> Iterable[str]:
    return (word[:end] for end in range(1, min(len(word), TERM_LENGTH) + 1))


class Price(NamedTuple):
    """What a SKU costs: as a rule, and by its timetable where it has one."""

    price_minor: int
    market_minor: int | None = None
    timed_minor: int | None = None
    timed_from: datetime | None = None
    timed_until: datetime | None = None

    def at(self, now: datetime) -> tuple[int, int | None]:
        """Return the price of this moment, and the one to strike through."""
        if self.timed_minor is None or not self._is_on(now):
            return self.price_minor, self.market_minor
        is_lower = self.timed_minor < self.price_minor
        return self.timed_minor, self.market_minor or (self.price_minor if is_lower else None)

    def next_change(self, now: datetime) -> datetime | None:
        """Return when the price is next another one by itself."""
        if self.timed_minor is None:
            return None
        coming = [at for at in (self.timed_from, self.timed_until) if at and at > now]
        return min(coming, default=None)

    def _is_on(self, now: datetime) -> bool:
        begun = self.timed_from is None or self.timed_from <= now
        return begun and (self.timed_until is None or now < self.timed_until)


class Figures(NamedTuple):
    """What lists show of the live SKUs of a product, and until when that is so."""

    sku_count: int
    min_minor: int
    max_minor: int
    market_minor: int | None
    until: datetime | None


def figures(prices: Sequence[Price], *, now: datetime) -> Figures:
    """Return the figures of a product from the prices of its live SKUs in their order."""
    if not prices:
        return Figures(0, 0, 0, None, None)
    today = [price.at(now) for price in prices]
    least, market = min(today, key=lambda one: one[0])
    coming = [at for price in prices if (at := price.next_change(now))]
    most = max(price for price, _market in today)
    return Figures(len(prices), least, most, market, min(coming, default=None))


def coming_price(prices: Sequence[Price], *, now: datetime) -> ComingPrice | None:
    """Return what the live SKUs of a product cost next, None where nothing changes by itself."""
    today = [price.at(now)[0] for price in prices]
    at = now
    while later := [one for price in prices if (one := price.next_change(at))]:
        at = min(later)
        then = [price.at(at)[0] for price in prices]
        if then != today:
            return ComingPrice(at=at, min_minor=min(then), max_minor=max(then))
    return None


def edited_price(
    old_minor: int, *, how: str, amount_minor: int, rate_ppm: int, ending: str, digits: int
) -> int:
    """Return the price that an edit of many makes of one: `how` and `ending` as in types.

    Below 0 where more is taken off than there is.
    """
    part = (old_minor * rate_ppm + 500_000) // 1_000_000
    new = {
        "set": amount_minor,
        "raise": old_minor + amount_minor,
        "lower": old_minor - amount_minor,
        "raise_by": old_minor + part,
        "lower_by": old_minor - part,
    }[how]
    return new if new <= 0 else ended(new, ending=ending, digits=digits)


def ended(minor: int, *, ending: str, digits: int) -> int:
    """Return the amount nearest to this one that ends so ("90": 12.34 → 11.90 or 12.90).

    Never 0: a price that is rounded is no gift. Currencies without two decimals stay as they are.
    """
    if not ending or digits < 2:
        return minor
    whole = int(10**digits)
    tail = int(ending) * whole // 100
    wholes = (minor - tail + whole // 2) // whole
    return max(wholes, 0 if tail else 1) * whole + tail


# What each act of an edit of many sets. Rows keep it as one text and are compared by that text
# before they are set, so it must hold every field to the last digit.
BULK_FIELDS: Mapping[BulkAct, tuple[str, ...]] = {
    BulkAct.PRICE: ("price_minor",),
    BulkAct.PRICE_AT: ("timed_price_minor", "timed_from", "timed_until"),
    BulkAct.WEIGHT: ("weight_grams",),
    BulkAct.SHELF: ("shelf",),
    BulkAct.SHELF_AT: ("shelf", "on_at", "off_at"),
    BulkAct.CATEGORY: ("category_id",),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = {"on_at", "off_at", "timed_from", "timed_until"}


def stored(values: Iterable[Any]) -> str:
    """Return the values of an act as the text of a row; moments in microseconds."""
    return "|".join(_value_text(value) for value in values)


def _value_text(value: Any) -> str:
    if isinstance(value, datetime):
        return str((value - _EPOCH) // timedelta(microseconds=1))
    return "" if value is None else str(value)


def read(act: BulkAct, text: str) -> dict[str, Any]:
    """Return field → value, of the text of a row."""
    parts = zip(BULK_FIELDS[act], text.split("|"), strict=True)
    return {name: _read_value(name, part) for name, part in parts}


def _read_value(name: str, part: str) -> Any:
    if name == "shelf":
        return part
    if not part:
        return None
    return _EPOCH + timedelta(microseconds=int(part)) if name in _MOMENTS else int(part)
