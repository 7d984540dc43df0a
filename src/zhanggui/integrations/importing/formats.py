"""A format: which columns it knows, how its rows belong together, what they say."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise

from zhanggui.core.tables.cells import clean_cell
from zhanggui.core.tables.reading import header_form
from zhanggui.integrations.types import IGNORED, FileRow, ProductDraft, Reading

Match = tuple[str, ...]  # the field of each column, IGNORED for none


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can hold, with the header names that it goes by."""

    name: str
    label: str | Promise
    names: str = ""  # joined by |; without any the field has columns with a changing part


@dataclass(frozen=True, slots=True)
class Keyed:
    """Which product a row belongs to, and by what other names its rows may call it."""

    key: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFormat:
    """One way to write products into a table.

    `patterns` are header names with a changing part: (expression, field with {0}, {1}…). `known`
    are columns that the format has and we have no use for: they tell it apart. `settle` corrects a
    match by what the first rows hold.
    """

    name: str
    label: str | Promise
    fields: tuple[Field, ...]
    keyed: Callable[[FileRow, str], Keyed]  # the row and the key of the one before
    draft: Callable[[Sequence[FileRow], Reading], ProductDraft]
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    known: frozenset[str] = frozenset()
    needed: tuple[str, ...] = ()  # fields without which it can't be this format
    any_of: tuple[str, ...] = ()  # one of them it has, too
    is_loose: bool = False  # units, languages and signs of names do not count
    settle: Callable[[Sequence[str], Match, Iterable[Sequence[str]]], Match] | None = None

    def match(self, header: Sequence[str]) -> Match:
        """Return the field of each column; of columns with the same meaning the first counts.

        Where names are loose it is the one whose name stands first among those of the field: an
        unknown shop may have a 类目 and a 类型.
        """
        found: list[str] = []
        ranks: list[int] = []
        for column in header:
            wanted, rank = self._meaning(column)
            if wanted in found and wanted != IGNORED:
                before = found.index(wanted)
                if not self.is_loose or rank >= ranks[before]:
                    wanted = IGNORED
                else:
                    found[before] = IGNORED
            found.append(wanted)
            ranks.append(rank)
        return tuple(found)

    def score(self, header: Sequence[str]) -> int:
        """Return how many of the columns the format knows, 0 where it can't be this one."""
        match = self.match(header)
        if any(name not in match for name in self.needed):
            return 0
        if self.any_of and not set(self.any_of) & set(match):
            return 0
        extra = sum(
            header_form(column) in self.known
            for column, wanted in zip(header, match, strict=True)
            if wanted == IGNORED
        )
        return sum(wanted != IGNORED for wanted in match) + extra

    def choices(self, match: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the fields that a column can be given, with those that this match has."""
        plain = [one.name for one in self.fields if one.names]
        more = [one for one in dict.fromkeys(match) if one and one not in plain]
        return [(one, self.label_of(one)) for one in (*plain, *more)]

    def label_of(self, wanted: str) -> str:
        """Return what a field is called on pages."""
        base, _sep, rest = wanted.partition(":")
        label = next((str(one.label) for one in self.fields if one.name == base), base)
        return f"{label} {rest}" if rest else label

    def _meaning(self, column: str) -> tuple[str, int]:
        """Return the field of a column, and how far behind the field's first name its name is."""
        by_name = _by_name(self.fields)
        form = header_form(column)
        forms_ = [form]
        if self.is_loose:
            bare = _AROUND.sub("", form.replace("|", "/")).strip()
            forms_ += [bare, re.sub(r"[-_]+", " ", bare), re.sub(r"[-_ ]+", "_", bare)]
        for one in forms_:
            if one in by_name:
                return by_name[one]
        return self._patterned(form, column), 0

    def _patterned(self, form: str, column: str) -> str:
        for expression, wanted in self.patterns:
            if found := expression.fullmatch(form):
                return _as_written(wanted.format(*found.groups()), column)
        return IGNORED


_AROUND = re.compile(  # price (CNY), 库存(件), name(en-gb), Product ID [Non Editable], Name *
    r"\s*[(\[](?:元|件|个|只|单位:?元|¥|￥|cny|rmb|usd|eur|[a-z]{2}-[a-z]{2}|non editable|"
    r"x,y,z\.{3}|0/1|必填|选填)[)\]]|^\*\s*|\s*[*#?？]$"
)


def _as_written(wanted: str, column: str) -> str:
    """Return the field with its changing part as the column has it, capitals included."""
    base, sign, rest = wanted.partition(":")
    if base not in ("option", "attribute", "stock"):
        return wanted
    plain = " ".join(unicodedata.normalize("NFKC", clean_cell(column)).split())
    at = plain.casefold().rfind(rest)
    return f"{base}{sign}{plain[at : at + len(rest)]}" if at >= 0 else wanted


@cache
def _by_name(fields: tuple[Field, ...]) -> dict[str, tuple[str, int]]:
    return {
        header_form(name): (one.name, rank)
        for one in fields
        for rank, name in enumerate(filter(None, one.names.split("|")))
    }


def forms(names: str) -> frozenset[str]:
    """Return header names, joined by |, in the form in which they are compared."""
    return frozenset(map(header_form, names.split("|")))
