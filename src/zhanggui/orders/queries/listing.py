"""The staff's list of orders: what narrows it, and its pages by keyset."""

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from zhanggui.core import sql
from zhanggui.orders.models import Order
from zhanggui.orders.queries.orders import with_lines
from zhanggui.orders.queries.search import known_by
from zhanggui.orders.types import AfterSaleState, DisplayStatus, Source

_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,40}", re.ASCII)
_NO_REFUND = ("", AfterSaleState.NONE)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of a list, newest first; `next` and `previous` are cursors, "" at the ends."""

    orders: list[Order]
    next: str
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a staff list shows; empty fields do not narrow it.

    `q` is what somebody knows of an order (orders.queries.search). `also_ids` are orders that a
    higher domain found for the same words (tracking number), `only_ids` narrow to orders that one
    found. The paid period holds exactly the orders that `sales` counts.
    """

    display_status: str = ""
    q: str = ""
    also_ids: Collection[int] = ()
    only_ids: Collection[int] | None = None
    warehouse_id: int | None = None
    source: str = ""
    after_sale_state: str = ""
    has_note: bool = False
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    paid_from: datetime | None = None
    paid_to: datetime | None = None
    currency: str = ""


def order_page(*, wanted: OrderFilter, cursor: str = "", limit: int = 20) -> OrderPage:
    """Return a page of the staff's list with lines, by keyset, in a constant number of statements.

    A cursor that is not ours counts as none.
    """
    led_by = _led_by(wanted)
    rows = _filtered(wanted, Order.objects.all(), led_by)
    back, place = _read_cursor(cursor)
    if place is not None:
        at, number = place
        # The first condition says the same again in a form in which an index begins there.
        rows = rows.filter(
            Q(placed_at__gte=at) & (Q(placed_at__gt=at) | Q(number__gt=number))
            if back
            else Q(placed_at__lte=at) & (Q(placed_at__lt=at) | Q(number__lt=number))
        )
    keys = ["placed_at", "number"] if back else ["-placed_at", "-number"]
    if led_by:
        keys.insert(0, f"-{led_by}" if back else led_by)
    found = with_lines(rows.order_by(*keys)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    if back:
        found.reverse()
    has_next = more if not back else True
    has_previous = (place is not None) if not back else more
    return OrderPage(
        found,
        _cursor("n", found[-1]) if found and has_next else "",
        _cursor("p", found[0]) if found and has_previous else "",
    )


def _led_by(wanted: OrderFilter) -> str:
    """Return the column with which the page's index begins, "" where the database shall choose.

    PostgreSQL takes completed orders to be spread evenly and walks the newest of all, where hardly
    one is completed yet: 38,000 of a million for a page; MariaDB does so with refunded ones. Where
    they are told to order by a column that may have two values, only the index that begins with
    that column spares them the sorting.
    """
    if wanted.q or wanted.only_ids is not None:
        return ""  # few rows, found by indexes of their own
    if wanted.after_sale_state not in _NO_REFUND:
        return "" if wanted.display_status else "after_sale_state"  # both have an index together
    if wanted.source == Source.IMPORT:
        return "source"  # older than the shop, and of a status that its own orders fill
    if wanted.display_status in DisplayStatus:
        return "display_status"
    return "source" if wanted.source else ""


def _filtered(wanted: OrderFilter, rows: QuerySet[Order], led_by: str) -> QuerySet[Order]:
    status = wanted.display_status if wanted.display_status in DisplayStatus else ""
    if wanted.q:
        rows = rows.filter(known_by(q=wanted.q, also_ids=wanted.also_ids))
    if wanted.only_ids is not None:
        rows = rows.filter(pk__in=sql.id_list(wanted.only_ids))
    equal = {
        name: value
        for name in ("warehouse_id", "source", "after_sale_state", "has_note", "currency")
        if (value := getattr(wanted, name))
    }
    if status:
        equal["display_status"] = status
    if wanted.after_sale_state not in _NO_REFUND:
        rows = rows.exclude(after_sale_state=AfterSaleState.NONE)  # SQLite's key to the index
    if led_by:
        rows = rows.filter(**{f"{led_by}__in": (equal.pop(led_by), "")})  # "" is in no row
    rows = rows.filter(**equal)
    moments = {
        "placed_at__gte": wanted.placed_from,
        "placed_at__lt": wanted.placed_to,
        "paid_at__gte": wanted.paid_from,
        "paid_at__lt": wanted.paid_to,
    }
    rows = rows.filter(**{name: at for name, at in moments.items() if at is not None})
    if wanted.paid_from is not None or wanted.paid_to is not None:
        rows = rows.filter(paid_minor__gt=F("refunded_minor")).exclude(source=Source.IMPORT)
    return rows


def _cursor(direction: str, order: Order) -> str:
    plain = f"{direction}|{order.placed_at.isoformat()}|{order.number}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[bool, tuple[datetime, str] | None]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        direction, moment, number = plain.split("|")
        at = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error):
        return False, None
    if direction not in ("n", "p") or not _NUMBER.fullmatch(number):
        return False, None
    if at.tzinfo is None or not 1970 < at.year < 2200:
        return False, None
    return direction == "p", (at, number)
