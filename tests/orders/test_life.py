"""The life of one order, from basket to receipt."""

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.core.models import Event
from zhanggui.core.types import SHOPPER, SYSTEM
from zhanggui.fulfilment import services as fulfilment
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import services
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db


def levels() -> list[tuple[int, int]]:
    return list(StockLevel.objects.order_by("id").values_list("on_hand", "reserved"))


def test_an_order_is_placed_paid_shipped_and_received() -> None:
    open_shop()
    sku = SkuFactory(price_minor=1990, weight_grams=600)
    stocked(sku, 10)

    placed = services.place_order(wanted=basket((sku, 2), payment_channel="transfer"), now=NOON)
    assert (placed.payable_minor, placed.display_status) == (2 * 1990 + 1000, "to_pay")
    assert levels() == [(10, 2)]

    payments.confirm_transfer(
        order_id=placed.order_id, amount_minor=4980, reference="A1", actor=SYSTEM, now=NOON
    )
    order = Order.objects.get()
    assert (order.display_status, order.payment_state) == ("to_ship", "paid")

    fulfilment.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no="sf1234567890123", actor=SYSTEM, now=NOON
    )
    order.refresh_from_db()
    assert order.display_status == "to_receive"
    assert levels() == [(8, 0)]

    assert fulfilment.confirm_receipt(order_id=order.pk, actor=SHOPPER, now=NOON)
    order.refresh_from_db()
    assert (order.display_status, order.status) == ("completed", "completed")
    kinds = Event.objects.filter(subject_type="order").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [
        "order.placed",
        "payment.succeeded",
        "order.paid",
        "order.shipped",
        "order.completed",
    ]
