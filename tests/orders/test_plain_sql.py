"""Plain statements answer what the ORM would, on every database."""

from datetime import timedelta

import pytest
from tests.factories.payments import placed
from tests.factories.shop import NOON, open_shop

from zhanggui.core import sql
from zhanggui.core.models import Event
from zhanggui.orders.models import Order, OrderLine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    open_shop()


def _cells(row: Order | OrderLine | Event) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_orders_lines_and_events_are_read_as_the_orm_reads_them() -> None:
    order = placed(note="请放门口")

    (read,) = sql.fetched(Order, "WHERE id = %s", [order.pk])
    (line,) = sql.instances(OrderLine, "WHERE order_id IN ({wanted})", [order.pk])
    events = sql.instances(Event, "WHERE subject_id IN ({wanted}) ORDER BY id", [order.pk])

    assert _cells(read) == _cells(Order.objects.get())
    assert _cells(line) == _cells(OrderLine.objects.get())
    known = Event.objects.filter(subject_id=order.pk).order_by("id")
    assert [_cells(one) for one in events] == [_cells(one) for one in known]


def test_orders_are_fetched_by_a_moment_in_their_order_and_cut() -> None:
    orders = [placed(now=NOON + timedelta(minutes=n)) for n in range(3)]
    newest = "WHERE placed_at >= %s ORDER BY placed_at DESC, number DESC"

    assert sql.fetched(Order, f"{newest} LIMIT %s", [NOON, 2]) == [orders[2], orders[1]]
    assert sql.fetched(Order, newest, [NOON + timedelta(minutes=2)]) == [orders[2]]
    assert sql.fetched(Order, "ORDER BY id") == orders
    assert sql.fetched(Order, f"WHERE id IN ({sql.listed([])})") == []


def test_columns_come_in_the_order_in_which_they_are_named() -> None:
    order = placed()
    where = "WHERE number IN ({wanted})"

    assert sql.values(Order, ("placed_at", "has_note", "id"), where, [order.number]) == [
        (order.placed_at, False, order.pk)
    ]
    assert sql.values(Order, ("id",), where, []) == []
