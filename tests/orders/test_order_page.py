"""The staff's list: what each filter holds, and that counts agree with it."""

from datetime import timedelta

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.core.types import SYSTEM
from zhanggui.orders import queries, services
from zhanggui.orders.queries import OrderFilter
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def placed(*, hours: int, paid: bool = False) -> str:
    """Place an order of one piece so many hours after noon, and pay it at once."""
    sku = SkuFactory()
    stocked(sku, 1)
    now = NOON + hours * HOUR
    order = services.place_order(wanted=basket((sku, 1), payment_channel="transfer"), now=now)
    if paid:
        payments.confirm_transfer(
            order_id=order.order_id,
            amount_minor=order.payable_minor,
            reference="A",
            actor=SYSTEM,
            now=now,
        )
    return order.number


def numbers(wanted: OrderFilter) -> list[str]:
    return [order.number for order in queries.order_page(wanted=wanted).orders]


def test_the_paid_period_holds_the_orders_that_sales_counts() -> None:
    open_shop()
    placed(hours=0, paid=True)
    second, third = placed(hours=2, paid=True), placed(hours=3, paid=True)
    placed(hours=3)
    period = (NOON + HOUR, NOON + 4 * HOUR)
    wanted = OrderFilter(paid_from=period[0], paid_to=period[1], currency="CNY")

    assert numbers(wanted) == [third, second]
    assert queries.sales(periods=[period], currency="CNY")[0].orders == 2


def test_only_ids_narrow_and_an_empty_choice_holds_nothing() -> None:
    open_shop()
    number = placed(hours=0)
    order = queries.order_by_number(number=number)
    placed(hours=1)
    assert order is not None

    assert numbers(OrderFilter(only_ids=[order.pk])) == [number]
    assert numbers(OrderFilter(only_ids=[])) == []
