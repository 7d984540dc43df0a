"""A format of order files: the columns it knows, and how it reads an order."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise

from zhanggui.core.tables.reading import header_form
from zhanggui.orders.importing.cells import is_masked, word_form
from zhanggui.orders.importing.sales import Reading, Row, Sale
from zhanggui.orders.types import HistoryState

Read = Callable[[Sequence[Row], Sequence[Row], Reading], Sale]  # rows, rows of the item list

# Columns that tell who somebody is, by their names; they are left out of what is kept.
_PERSONAL = re.compile(
    r"收货人|收件人|收货|收件|姓名|电话|手机|地址|身份证|证件|支付宝|会员名|昵称|账号|帐号|邮箱|"
    r"消费者资料|买家留言|抬头|税号|街道|邮编|email|e-mail|phone|address|street|zip|postcode|"
    r"^(?:billing|shipping) (?:name|company|address)|first name|last name|^(?:company|name) \(|"
    r"^notes$|customer note|留言"
)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One way to write orders into a table.

    `fields` give each field the header names that it goes by, joined by |. `needed` are fields
    without which it can't be this format; of some joined by | one is enough. Where an order has
    several rows, a row without a number belongs to the one above.
    """

    name: str
    label: str | Promise
    fields: Mapping[str, str]
    needed: tuple[str, ...]
    states: Mapping[str, HistoryState]
    read: Read
    also: str = ""  # further header names that tell it apart
    many_rows: bool = True
    items: "Layout | None" = None  # a second table with the goods

    @property
    def has_currencies(self) -> bool:
        """Tell whether amounts may be in another currency than CNY, which a column may tell."""
        return "currency" in self.fields

    def match(self, header: Sequence[str]) -> tuple[str, ...]:
        """Return the field of each column, "" for none; of equal columns the first counts."""
        found: list[str] = []
        for column in header:
            wanted = self._by_name.get(header_form(column), "")
            found.append(wanted if wanted not in found else "")
        return tuple(found)

    def score(self, header: Sequence[str]) -> int:
        """Return how many columns of a header the format knows, 0 where it can't be this one."""
        match = self.match(header)
        if self.missing(match):
            return 0
        extra = sum(header_form(column) in self._also for column in header)
        return sum(map(bool, match)) + extra

    def field_of(self, column: str) -> str:
        """Return the field of a column of this format or of its list of items, "" for none."""
        name = header_form(column)
        return self._by_name.get(name, "") or (self.items.field_of(column) if self.items else "")

    def missing(self, match: Sequence[str]) -> list[str]:
        """Return the names of columns that it can't be without, of those that serve alike one."""
        lacking = (one.split("|") for one in self.needed)
        return [
            self.fields[names[0]].split("|")[0] for names in lacking if not set(names) & set(match)
        ]

    def knows_word(self, word: str) -> bool:
        """Tell whether this is a status word of the format."""
        return word_form(word) in self.states

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {
            header_form(name): field
            for field, names in self.fields.items()
            for name in names.split("|")
        }

    @cached_property
    def _also(self) -> frozenset[str]:
        return frozenset(header_form(name) for name in self.also.split("|") if name)


@dataclass(frozen=True, slots=True)
class Columns:
    """How a certain header is read: the field of each column, and which may be kept."""

    fields: tuple[str, ...]
    names: tuple[str, ...]  # "" where the column is about a person

    @staticmethod
    def of(layout: Layout, header: Sequence[str]) -> "Columns":
        """Return how this layout reads this header."""
        names: list[str] = []
        for column in header:
            name, number = column, 2
            while name and name in names:  # two columns of one name are two
                name, number = f"{column}#{number}", number + 1
            names.append(name)
        return Columns(
            layout.match(header), tuple("" if is_personal(name) else name for name in names)
        )

    def row(self, line: int, cells: Sequence[str]) -> Row:
        """Return a typed row of these cells."""
        values = {
            name: text for name, text in zip(self.fields, cells, strict=False) if name and text
        }
        kept = {name: text for name, text in zip(self.names, cells, strict=False) if name and text}
        hidden = any(
            not name and is_masked(text) for name, text in zip(self.names, cells, strict=False)
        )
        return Row(line, values, kept, hidden)


def is_personal(column: str) -> bool:
    """Tell whether a column is about a person, by its name."""
    return bool(_PERSONAL.search(header_form(column)))
