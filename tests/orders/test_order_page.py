"""The staff's list: what each filter holds, and that counts agree with it."""

from datetime import timedelta

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.core.types import SYSTEM
from zhanggui.orders import queries, services
from zhanggui.orders.models import Order
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


@pytest.mark.parametrize(
    "narrowed",
    [
        {"display_status": "to_ship"},
        {"source": "storefront"},
        {"after_sale_state": "refunded"},
        {"after_sale_state": "refunded", "display_status": "to_ship"},
        {"after_sale_state": "none"},
    ],
)
def test_pages_of_a_narrowed_list_go_on_and_back_newest_first(narrowed: dict[str, str]) -> None:
    open_shop()
    state = narrowed.get("after_sale_state", "none")
    fitting = [placed(hours=hours, paid=True) for hours in (2, 0, 1)]
    placed(hours=3)
    Order.objects.filter(number__in=fitting).update(after_sale_state=state)
    if "display_status" not in narrowed and state == "none":
        Order.objects.exclude(number__in=fitting).update(
            source="api", after_sale_state="part_refunded"
        )
    wanted = OrderFilter(**narrowed)  # type: ignore[arg-type]
    newest_first = [fitting[0], fitting[2], fitting[1]]

    first = queries.order_page(wanted=wanted, limit=2)
    second = queries.order_page(wanted=wanted, limit=2, cursor=first.next)
    back = queries.order_page(wanted=wanted, limit=2, cursor=second.previous)

    assert [order.number for order in first.orders] == newest_first[:2]
    assert [order.number for order in second.orders] == newest_first[2:]
    assert back.orders == first.orders
