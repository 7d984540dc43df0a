"""Orders that came from another shop: found by its number, and what its file said of them."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhanggui.core import sql
from zhanggui.orders.calc import number_form
from zhanggui.orders.models import ImportedOrder, Order
from zhanggui.orders.types import KeptCell, Source

_MANY = 100  # orders of one number: several shops may have had it
_RETAIL = "online-retail"  # of its orders nothing but the number was kept
_FOUND = """
SELECT order_id FROM orders_importedorder WHERE number_form = %s
UNION ALL
SELECT id FROM orders_order WHERE source = %s AND external_ref = %s
LIMIT %s
"""
_STATES = ("state", "financial", "fulfillment", "after_sale")
# Fields that tell no sums of money. Of columns that no format knows nobody can say that.
_WITHOUT_MONEY = frozenset(
    (
        *("ref", "part", "product", "code", "product_code", "outer", "title", "name", "options"),
        *("quantity", "count", *_STATES, "province", "city", "district", "country"),
        *("created", "paid_at", "deal_at", "shipped", "fulfilled_at", "completed", "cancelled_at"),
    )
)
_REPEATED = re.compile(r"#[0-9]+$")  # of the second column of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What another shop's file said of an order.

    `state` is in the words of that shop. `columns` are the names of the cells that were kept, as
    far as they may be shown.
    """

    format_name: str
    label: str
    number: str
    state: str = ""
    columns: tuple[str, ...] = ()
    recipient_masked: bool = False
    imported_at: datetime | None = None


def orders_numbered_elsewhere(*, q: str, most: int = _MANY) -> list[int]:
    """Return the ids of the orders that another shop gave this number, however it was pasted."""
    form = number_form(q)
    if not form:
        return []
    ref = f"{_RETAIL}:{form.upper()}"
    return sorted({pk for (pk,) in sql.fetch(_FOUND, form, Source.IMPORT, ref, most)})


def elsewhere(*, order: Order, with_money: bool) -> Elsewhere | None:
    """Return what another shop's file said of an order, None for an order of our own."""
    if order.source != Source.IMPORT:
        return None
    kept = ImportedOrder.objects.filter(order_id=order.pk).first()
    if kept is None:
        name, _colon, number = (order.external_ref or "").partition(":")
        label = _labels().get(name, name)
        return Elsewhere(format_name=name, label=label, number=number) if number else None
    rows = _rows(kept)
    columns = (name for row in rows for name in _shown(kept.format, row, with_money=with_money))
    return Elsewhere(
        format_name=kept.format,
        label=_labels().get(kept.format, kept.format),
        number=kept.number,
        state=" · ".join(_states(kept.format, rows)),
        columns=tuple(dict.fromkeys(columns)),
        recipient_masked=kept.recipient_masked,
        imported_at=kept.imported_at,
    )


def kept_rows(*, order_id: int, with_money: bool) -> tuple[tuple[KeptCell, ...], ...]:
    """Return the rows of another shop's file that were kept with an order, in clear.

    For services that write down who looked. Without money only what certainly tells none.
    """
    kept = ImportedOrder.objects.filter(order_id=order_id).first()
    if kept is None:
        return ()
    return tuple(
        tuple(
            KeptCell(column=name, text=row[name])
            for name in _shown(kept.format, row, with_money=with_money)
        )
        for row in _rows(kept)
    )


def _rows(kept: ImportedOrder) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(kept.cells)
    return found


def _shown(format_name: str, row: Iterable[str], *, with_money: bool) -> list[str]:
    if with_money:
        return list(row)
    return [name for name in row if _field(format_name, name) in _WITHOUT_MONEY]


def _states(format_name: str, rows: Sequence[dict[str, str]]) -> list[str]:
    """Return the words for where it stands, each once."""
    said = (
        text
        for row in rows
        for name, text in row.items()
        if text.strip() and _field(format_name, name) in _STATES
    )
    return list(dict.fromkeys(said))[:4]


def _field(format_name: str, column: str) -> str:
    from zhanggui.orders.importing.formats import LAYOUTS  # noqa: PLC0415 -- only where looked at

    layout = LAYOUTS.get(format_name)
    if layout is None or _REPEATED.search(column):
        return ""
    return layout.field_of(column)


def _labels() -> dict[str, str]:
    from zhanggui.orders.importing.formats import LAYOUTS  # noqa: PLC0415 -- as above

    return {_RETAIL: "Online Retail", **{one.name: str(one.label) for one in LAYOUTS.values()}}
