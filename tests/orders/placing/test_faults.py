"""A fault at any statement of a checkout leaves no half order, and the next try is whole."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, books_balance, guest, open_shop, stocked
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Sku
from zhanggui.orders import services
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import OrderInput, PlacedOrder

pytestmark = pytest.mark.django_db(transaction=True)

Execute = Callable[..., Any]


class Fault:
    """Breaks one statement of those that it sees, as a server that goes away does."""

    def __init__(self, place: int) -> None:
        self.place, self.seen = place, 0

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen == self.place:
            raise OperationalError("the server went away")
        return execute(sql, params, many, context)


def three(first: Sku, second: Sku, buyers: str) -> list[OrderInput]:
    return [
        basket(
            (first, 2), (second, 1), request=f"{buyers} {n}", address=guest(len(buyers) * 10 + n)
        )
        for n in range(3)
    ]


def test_a_fault_at_any_statement_changes_nothing_and_the_next_try_is_whole() -> None:
    open_shop()
    first, second = SkuFactory(), SkuFactory()
    stocked(first, 30)
    stocked(second, 13)  # few, so that pages are told, too
    services.place_orders(wanted=three(first, second, "earliest"), now=NOON)
    counter = Fault(0)
    with connection.execute_wrapper(counter):
        services.place_orders(wanted=three(first, second, "earlier"), now=NOON)
    wanted = three(first, second, "now")

    for place in range(1, counter.seen + 1):
        with (
            nothing_changes(),
            connection.execute_wrapper(Fault(place)),
            pytest.raises(OperationalError),
        ):
            services.place_orders(wanted=wanted, now=NOON)
    placed = services.place_orders(wanted=wanted, now=NOON)

    assert counter.seen >= 7  # PostgreSQL copies new rows in, which no wrapper sees
    assert [isinstance(one, PlacedOrder) and one.is_new for one in placed] == [True] * 3
    assert (Order.objects.count(), OrderLine.objects.count()) == (9, 18)
    books_balance()
