"""Single orders and their timelines, and those whose time has come."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet

from zhanggui.core import sql
from zhanggui.core.bulk import stored_moment
from zhanggui.core.models import Event
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import OrderStatus, Source

# NOT IN, so that no database thinks of the index by source, which has nearly all orders
_PAID_AFTER = (
    "WHERE source NOT IN ({wanted}) AND paid_at > %s{there} ORDER BY paid_at DESC LIMIT %s"
)
_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,40}", re.ASCII)


def with_lines(where: str, given: Sequence[Any] = ()) -> list[Order]:
    """Return orders that bring their lines along, in two statements, chosen as by `sql.fetched`."""
    found = sql.fetched(Order, where, given)
    lines: dict[int, list[OrderLine]] = {order.pk: [] for order in found}
    for line in sql.instances(
        OrderLine, "WHERE order_id IN ({wanted}) ORDER BY order_id, ordinal", list(lines)
    ):
        lines[line.order_id].append(line)
    for order in found:
        vars(order)["_prefetched_objects_cache"] = _Known(order.pk, lines[order.pk])
    return found


def lines_of(*, order: Order) -> Sequence[OrderLine]:
    """Return the lines that an order brought along, else read them; for lists of orders.

    `order.lines.all()` is the same for ten times the work.
    """
    known = vars(order).get("_prefetched_objects_cache")
    return known.lines if isinstance(known, _Known) else list(order.lines.order_by("ordinal"))


class _Known(dict[str, QuerySet[OrderLine]]):
    """Lines as `prefetch_related` leaves them, made a QuerySet for whoever asks for one.

    Whoever narrows them further asks the database, of this order only.
    """

    def __init__(self, order_id: int, lines: list[OrderLine]) -> None:
        super().__init__()
        self.order_id, self.lines = order_id, lines

    def __missing__(self, name: str) -> QuerySet[OrderLine]:
        if name != "lines":
            raise KeyError(name)
        known: Any = OrderLine.objects.all()
        known._result_cache = self.lines
        known._deferred_filter = (False, (), {"order_id": self.order_id})
        self[name] = known
        return cast("QuerySet[OrderLine]", known)


def _one(where: str, value: str | int) -> Order | None:
    return next(iter(with_lines(where, [value])), None)


def order_by_number(*, number: str) -> Order | None:
    """Return an order with its lines; what can't be a number is none."""
    return _one("WHERE number = %s", number) if _NUMBER.fullmatch(number) else None


def order_by_token(*, token: str) -> Order | None:
    """Return the order whose buyer holds this token, with its lines."""
    return _one("WHERE token = %s", token)


def order_by_id(*, order_id: int) -> Order | None:
    """Return an order with its lines."""
    return _one("WHERE id = %s", order_id)


def orders_by_ids(*, order_ids: Collection[int]) -> list[Order]:
    """Return orders with their lines, by id."""
    return with_lines(f"WHERE id IN ({sql.listed(order_ids)}) ORDER BY id")


def order_numbers(*, order_ids: Collection[int]) -> dict[int, str]:
    """Return id → number of orders."""
    rows = Order.objects.filter(pk__in=order_ids) if order_ids else Order.objects.none()
    return dict(rows.values_list("pk", "number"))


def order_by_request(*, request_id: str) -> Order | None:
    """Return the order that this request made before."""
    return Order.objects.filter(request_id=request_id).first()


def newest_orders_of(*, customer_id: int, limit: int = 50) -> list[Order]:
    """Return a shopper's orders with their lines, newest first."""
    where = "WHERE customer_id = %s ORDER BY placed_at DESC, number DESC LIMIT %s"
    return with_lines(where, [customer_id, limit])


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order by what staff call it, and when it was paid."""

    number: str
    number_tail: str
    paid_at: datetime


def paid_after(
    *, moment: datetime, limit: int, within: Collection[int] | None = None
) -> list[PaidOrder]:
    """Return the orders that were paid after a moment, the newest first, without imported ones.

    `within` are the only warehouses to look at; None is all.
    """
    names = ("number", "number_tail", "paid_at")
    there = "" if within is None else f" AND warehouse_id IN ({sql.listed(within)})"
    where = _PAID_AFTER.replace("{there}", there)
    found = sql.values(Order, names, where, [Source.IMPORT], stored_moment(moment), limit)
    return [PaidOrder(*row) for row in found]


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
    where = "WHERE subject_id IN ({wanted}) AND subject_type = %s ORDER BY id DESC"
    return sql.instances(Event, where, [order_id], "order")
