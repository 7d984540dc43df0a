"""What every kind of import can do with a file: count it, check it, write it batch by batch."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhanggui.core.tables.reading import Table
from zhanggui.core.types import Actor
from zhanggui.integrations.types import Fault, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became, or would become, of one product or row."""

    lines: tuple[int, ...]
    outcome: Outcome
    label: str
    subject_id: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def reason(self) -> str:
        """Why it was refused, or what should be known of it."""
        texts = [said(one.column, one.text) for one in self.faults]
        return _("；").join([*texts, *self.notes])[:300]


def said(column: str, text: str) -> str:
    """Return what is wrong with a column, in the words of who reads it."""
    return f"{column}{pgettext('before a value', '：')}{text}" if column else text


class Work(Protocol):
    """A file opened for checking or importing."""

    table: Table
    total: int

    def batches(self, *, skip: int) -> Iterator[Sequence[Any]]:
        """Yield what the file holds in short batches, without the first things."""

    def check(self, items: Sequence[Any]) -> list[Result]:
        """Return what importing these would do; writes nothing."""

    def apply(self, items: Sequence[Any], *, row_ids: Sequence[int], actor: Actor) -> list[Result]:
        """Write these inside the caller's transaction, each whole or not at all."""


class Opener(Protocol):
    """Opens the file of an import."""

    def __call__(self, run: Any, *, now: datetime) -> AbstractContextManager[Work]: ...
