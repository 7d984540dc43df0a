"""A table to be written, and how it writes amounts and moments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

Chunk = tuple[int, list[list[str]]]  # how many things it is about, and its rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table to be written: its header, the columns with numbers, and its rows in chunks."""

    header: list[str]
    numbers: set[str] = field(default_factory=set)
    total: int  # things, as far as known; 0 where only going through all would tell
    chunks: Iterator[Chunk]


def amount_text(minor: int | None, digits: int) -> str:
    """Return an amount with as many digits as the currency has, "" for none."""
    return "" if minor is None else f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def moment_text(at: datetime | None) -> str:
    """Return a moment in the shop's time, "" for none."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""
