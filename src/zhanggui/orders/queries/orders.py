"""Finding orders: one, a page of a list, by what people know of them."""

import base64
import binascii
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from zhanggui.catalog import queries as catalog
from zhanggui.core.models import Event
from zhanggui.core.phones import InvalidPhone, normal_phone, phone_index, phone_last4_index
from zhanggui.core.text import is_storable
from zhanggui.customers import queries as customers
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import DisplayStatus, OrderStatus, Source

_LONGEST_QUERY = 200
_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of a list, newest first; `next` and `previous` are cursors, "" at the ends."""

    orders: list[Order]
    next: str
    previous: str


def _with_lines() -> QuerySet[Order]:
    lines = Prefetch("lines", OrderLine.objects.order_by("ordinal"))
    return Order.objects.prefetch_related(lines).select_related("warehouse")


def order_by_number(*, number: str) -> Order | None:
    """Return an order with its lines; what can't be a number is none."""
    return _with_lines().filter(number=number).first() if _NUMBER.fullmatch(number) else None


def order_by_token(*, token: str) -> Order | None:
    """Return the order whose buyer holds this token, with its lines."""
    return _with_lines().filter(token=token).first()


def order_by_id(*, order_id: int) -> Order | None:
    """Return an order with its lines."""
    return _with_lines().filter(pk=order_id).first()


def orders_by_ids(*, order_ids: Collection[int]) -> list[Order]:
    """Return orders with their lines, by id."""
    return list(_with_lines().filter(pk__in=order_ids).order_by("id"))


def order_by_request(*, request_id: str) -> Order | None:
    """Return the order that this request made before."""
    return Order.objects.filter(request_id=request_id).first()


def newest_orders_of(*, customer_id: int, limit: int = 50) -> list[Order]:
    """Return a shopper's orders with their lines, newest first."""
    rows = _with_lines().filter(customer_id=customer_id)
    return list(rows.order_by("-placed_at", "-number")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a staff list shows; empty fields do not narrow it.

    `q` is what somebody knows of an order: number or its last six digits, phone or its last four,
    buyer's whole name, product or SKU. `also_ids` are orders that a higher domain found for the
    same words (tracking number), `only_ids` narrow to orders that one found. The paid period
    holds exactly the orders that `sales` counts.
    """

    display_status: str = ""
    q: str = ""
    also_ids: Collection[int] = ()
    only_ids: Collection[int] | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    paid_from: datetime | None = None
    paid_to: datetime | None = None
    currency: str = ""


def order_page(*, wanted: OrderFilter, cursor: str = "", limit: int = 20) -> OrderPage:
    """Return a page of the staff's list with lines, by keyset, in a constant number of statements.

    A cursor that is not ours counts as none.
    """
    rows = _filtered(wanted, _with_lines())
    back, place = _read_cursor(cursor)
    if place is not None:
        at, number = place
        rows = rows.filter(
            Q(placed_at__gt=at) | Q(placed_at=at, number__gt=number)
            if back
            else Q(placed_at__lt=at) | Q(placed_at=at, number__lt=number)
        )
    keys = ("placed_at", "number") if back else ("-placed_at", "-number")
    found = list(rows.order_by(*keys)[: limit + 1])
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


def order_count(*, wanted: OrderFilter, most: int) -> int:
    """Return how many orders the filter holds, counting no further than `most`."""
    return _filtered(wanted, Order.objects.all()).order_by()[:most].count()


def _filtered(wanted: OrderFilter, rows: QuerySet[Order]) -> QuerySet[Order]:
    if wanted.display_status in DisplayStatus.values:
        rows = rows.filter(display_status=wanted.display_status)
    if wanted.q:
        rows = rows.filter(_known_by(wanted.q) | Q(pk__in=wanted.also_ids))
    if wanted.only_ids is not None:
        rows = rows.filter(pk__in=wanted.only_ids)
    if wanted.currency:
        rows = rows.filter(currency=wanted.currency)
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


def _known_by(q: str) -> Q:
    text = q.strip()[:_LONGEST_QUERY]
    if not is_storable(text):
        return Q(pk__in=())
    digits = re.sub(r"[\s-]", "", text)
    found = Q(number=text) | Q(name_index=customers.name_index(text))
    if re.fullmatch(r"\d{4}", digits):
        found |= Q(phone_last4_index=phone_last4_index(digits))
    if re.fullmatch(r"\d{6}", digits):
        found |= Q(number_tail=digits)
    with suppress(InvalidPhone):
        found |= Q(phone_index=phone_index(normal_phone(digits)))
    lines = OrderLine.objects.filter(
        Q(sku_code=text) | Q(sku__product_id__in=catalog.matching_product_ids(query=text))
    )
    return found | Q(pk__in=lines.values("order_id"))


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


def orders_past_confirm(*, now: datetime, limit: int = 200) -> list[int]:
    """Return the ids of orders whose receipt is to be confirmed by the timer."""
    rows = Order.objects.filter(confirm_by_at__lte=now, status=OrderStatus.OPEN)
    return list(rows.order_by("confirm_by_at").values_list("pk", flat=True)[:limit])


def orders_past_pay(*, now: datetime, limit: int = 200) -> list[int]:
    """Return the ids of orders whose time to pay is over."""
    rows = Order.objects.filter(pay_by_at__lte=now, status=OrderStatus.OPEN)
    return list(rows.order_by("pay_by_at").values_list("pk", flat=True)[:limit])


def timeline(*, order_id: int) -> list[Event]:
    """Return what happened to an order, newest first."""
    return list(Event.objects.filter(subject_type="order", subject_id=order_id).order_by("-id"))
