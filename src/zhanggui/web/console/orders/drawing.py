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
from zhanggui.web.console.orders.rows import OrderRow

_SIGNS = 3_000_000  # of HTML that a process keeps: about 800 orders
_FIELDS = tuple(one.attname for one in Order._meta.concrete_fields)
_kept: Kept[tuple[Any, ...], tuple[str, str]] = Kept(most=_SIGNS)


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
            found = _drawn({"row": row, "may": rights, "face": "console"})
            _kept.put(name, (), found, size=len(found[0]) + len(found[1]))
        pieces.append(found)
    return Drawn(
        SafeString("".join(line for line, _card in pieces)),
        SafeString("".join(card for _line, card in pieces)),
    )


def _drawn(values: dict[str, Any]) -> tuple[str, str]:
    line, card = "console/orders/_row.html", "console/orders/_card.html"
    return get_template(line).render(values), get_template(card).render(values)


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
