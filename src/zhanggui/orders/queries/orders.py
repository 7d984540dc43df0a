"""Single orders and their timelines, and those whose time has come."""

import re
from collections.abc import Collection
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from zhanggui.core.models import Event
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import OrderStatus

_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,40}", re.ASCII)


def with_lines() -> QuerySet[Order]:
    """Return orders that bring their lines and their warehouse along."""
    lines = Prefetch("lines", OrderLine.objects.order_by("ordinal"))
    return Order.objects.prefetch_related(lines).select_related("warehouse")


def order_by_number(*, number: str) -> Order | None:
    """Return an order with its lines; what can't be a number is none."""
    return with_lines().filter(number=number).first() if _NUMBER.fullmatch(number) else None


def order_by_token(*, token: str) -> Order | None:
    """Return the order whose buyer holds this token, with its lines."""
    return with_lines().filter(token=token).first()


def order_by_id(*, order_id: int) -> Order | None:
    """Return an order with its lines."""
    return with_lines().filter(pk=order_id).first()


def orders_by_ids(*, order_ids: Collection[int]) -> list[Order]:
    """Return orders with their lines, by id."""
    return list(with_lines().filter(pk__in=order_ids).order_by("id"))


def order_by_request(*, request_id: str) -> Order | None:
    """Return the order that this request made before."""
    return Order.objects.filter(request_id=request_id).first()


def newest_orders_of(*, customer_id: int, limit: int = 50) -> list[Order]:
    """Return a shopper's orders with their lines, newest first."""
    rows = with_lines().filter(customer_id=customer_id)
    return list(rows.order_by("-placed_at", "-number")[:limit])


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
