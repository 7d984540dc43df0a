"""Rows of the order list as HTML, kept in memory: most of what the page costs is drawing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from zhanggui.core.clock import shop_day
from zhanggui.core.versions import Kept
from zhanggui.orders.queries import Order
from zhanggui.orders.types import Source
from zhanggui.web.console.orders.rows import OrderRow

_BYTES = 6_000_000  # of HTML that a process keeps: about 1,200 orders
_PARTS = SafeString("\0")  # between a line and its card; in no text that a database takes
_FIELDS = tuple(one.attname for one in Order._meta.concrete_fields)
_kept: Kept[tuple[Any, ...], tuple[bytes, bytes]] = Kept(most=_BYTES)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Orders as lines of a table and as cards of a phone."""

    lines: SafeString
    cards: SafeString


def drawn(rows: Sequence[OrderRow], *, rights: dict[str, set[str]], now: datetime) -> Drawn:
    """Return the rows of the list as HTML.

    What was drawn before is shown again only where every fact of the order, the rights, the
    language, the day and the minutes left are the same.
    """
    seen_by = (get_language(), *sorted(rights["orders"]))
    pieces = []
    for row in rows:
        name = (*_facts(row, now), *seen_by)
        found = _kept.get(name, ())
        if found is None:
            found = _drawn(row, rights["orders"])
            _kept.put(name, (), found, size=len(found[0]) + len(found[1]))
        pieces.append(found)
    return Drawn(
        SafeString(b"".join(line for line, _card in pieces).decode()),
        SafeString(b"".join(card for _line, card in pieces).decode()),
    )


def _drawn(row: OrderRow, rights: set[str]) -> tuple[bytes, bytes]:
    """Draw a row; bytes take half the memory of text with Chinese signs."""
    values = {
        "row": row,
        "order": row.order,
        "number": row.id,
        "first": row.first,
        "more": row.more,
        "buyer": row.buyer,
        "phone": row.phone,
        "area": row.area,
        "source": Source(row.order.source).label,
        "left": "",
        "can_ship": row.can_ship and "ship" in rights,
        "sees_money": "see_money" in rights,
        "parts": _PARTS,
        "face": "console",
    }
    text = get_template("console/orders/_row.html").render(values)
    line, _parts, card = text.partition(_PARTS)
    return line.encode(), card.encode()


def _facts(row: OrderRow, now: datetime) -> tuple[Any, ...]:
    """Return all that a row shows; personal data stays sealed here."""
    stored, deadline = row.order.__dict__, row.ship_by or row.order.pay_by_at
    return (
        *(stored[name] for name in _FIELDS),
        row.first.pk if row.first else 0,
        row.more,
        row.ship_by,
        shop_day(now),
        None if deadline is None else (deadline - now).total_seconds() // 60,
    )
