"""Bank transfers that come late: the money is booked, whatever became of the order."""

from datetime import timedelta
from typing import Any

import pytest
from tests.factories.payments import PAYABLE, placed
from tests.factories.shop import NOON, books_balance, open_shop
from tests.unchanged import nothing_changes

from zhanggui.core.types import SHOPPER, Actor, ActorType
from zhanggui.fulfilment.models import FulfilmentOrder
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import CloseReason, OrderNotReady
from zhanggui.payments import services
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.types import PaymentRefused

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorType.STAFF, 7)
LATE = NOON + timedelta(days=30)


def confirm(order: Order, **values: Any) -> Payment:
    usual: dict[str, Any] = {
        "order_id": order.pk,
        "amount_minor": PAYABLE,
        "reference": "A1",
        "actor": STAFF,
        "now": LATE,
    }
    return services.confirm_transfer(**(usual | values))


def by_transfer(*, pieces: int = 1) -> Order:
    open_shop()
    return placed(pieces=pieces, payment_channel="transfer")


def test_a_transfer_after_the_time_to_pay_pays_an_order_that_is_still_open() -> None:
    order = by_transfer()

    confirm(order)

    order.refresh_from_db()
    assert (order.display_status, order.payment_state) == ("to_ship", "paid")
    assert not Refund.objects.exists()


def test_a_late_transfer_opens_the_order_again_when_its_stock_is_there() -> None:
    order = by_transfer()
    assert orders.close_unpaid(order_id=order.pk, now=LATE)
    with nothing_changes(), pytest.raises(PaymentRefused):
        confirm(order, amount_minor=PAYABLE - 1)

    confirm(order)

    order.refresh_from_db()
    assert (order.status, order.display_status, order.close_reason) == ("open", "to_ship", "")
    assert (FulfilmentOrder.objects.count(), Refund.objects.count()) == (1, 0)
    books_balance()
    with nothing_changes(), pytest.raises(OrderNotReady):
        confirm(order)  # a double click


def test_a_late_transfer_whose_stock_is_gone_goes_back_by_hand() -> None:
    order = by_transfer()
    orders.close_unpaid(order_id=order.pk, now=LATE)
    placed(sku=order.lines.get().sku)

    payment = confirm(order)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.status, order.close_reason, order.paid_minor) == (
        "closed",
        "pay_timeout",
        PAYABLE,
    )
    assert (refund.payment_id, refund.amount_minor, refund.status) == (
        payment.pk,
        PAYABLE,
        "created",
    )
    with nothing_changes(), pytest.raises(OrderNotReady):
        confirm(order)
    assert services.submit_refund(refund_id=refund.pk, now=LATE) == "abnormal"
    services.settle_refund_by_hand(refund_id=refund.pk, reference="B2", actor=STAFF, now=LATE)
    order.refresh_from_db()
    assert (order.payment_state, order.after_sale_state) == ("refunded", "refunded")
    books_balance()


@pytest.mark.parametrize("reason", [CloseReason.BUYER, CloseReason.MERCHANT])
def test_a_transfer_for_a_cancelled_order_is_booked_and_goes_back(reason: CloseReason) -> None:
    order = by_transfer(pieces=5)
    orders.cancel_order(order_id=order.pk, reason=reason, actor=SHOPPER, now=NOON)

    confirm(order)

    order.refresh_from_db()
    assert (order.status, order.close_reason, order.paid_minor) == ("closed", reason, PAYABLE)
    assert Refund.objects.get().reason == "订单已取消后到账"
    books_balance()
