"""Money and orders moved at the same moment: whatever comes first, the sums stay right."""

from functools import partial

import pytest
from tests.factories.payments import PAYABLE, attempt, paid, placed, told, told_refund
from tests.factories.shop import NOON, books_balance, open_shop
from tests.factories.threads import at_once

from zhanggui.core.models import Event
from zhanggui.core.types import SHOPPER
from zhanggui.fulfilment import services as fulfilment
from zhanggui.fulfilment.models import FulfilmentOrder, Parcel
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import CloseReason, OrderNotReady
from zhanggui.payments import services
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.types import RefundRefused

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = NOON.replace(hour=NOON.hour + 1)


def ends_fairly(order: Order) -> None:
    """The order is open and keeps exactly its price, or closed and gives all back."""
    order.refresh_from_db()
    back = sum(Refund.objects.values_list("amount_minor", flat=True))
    kept = order.paid_minor - back
    assert (order.status, kept) in (("open", PAYABLE), ("closed", 0))
    is_allocated = FulfilmentOrder.objects.filter(order=order).count()
    assert is_allocated == (order.status == "open")
    books_balance()


def test_a_payment_told_by_many_at_once_is_booked_once() -> None:
    open_shop()
    order = placed()
    payment = attempt(order)

    results = at_once([partial(services.settle, told=told(payment), now=NOON)] * 6)

    assert sorted(results) == ["paid"] + ["repeat"] * 5
    order.refresh_from_db()
    assert order.paid_minor == PAYABLE
    assert Event.objects.filter(kind="order.paid").count() == 1
    ends_fairly(order)


@pytest.mark.parametrize("turn", range(3))
def test_paying_cancelling_and_closing_at_once_end_fairly(turn: int) -> None:
    open_shop()
    order = placed()
    payment = attempt(order)
    acts = [
        partial(services.settle, told=told(payment), now=HOUR),
        partial(
            orders.cancel_order,
            order_id=order.pk,
            reason=CloseReason.BUYER,
            actor=SHOPPER,
            now=HOUR,
        ),
        partial(services.close_overdue, order_id=order.pk, now=HOUR),
    ]

    results = at_once(acts[turn:] + acts[:turn])

    assert results[-turn % 3] == "paid"
    ends_fairly(order)


def test_two_attempts_paid_at_once_keep_one() -> None:
    open_shop()
    order = placed()
    both = [attempt(order, channel=channel) for channel in ("wechat_h5", "wechat_native")]

    results = at_once([partial(services.settle, told=told(one), now=NOON) for one in both])

    assert results == ["paid", "paid"]
    assert Refund.objects.get().amount_minor == PAYABLE
    ends_fairly(order)


def test_two_late_payments_at_once_keep_one() -> None:
    open_shop()
    order = placed()
    both = [attempt(order, channel=channel) for channel in ("wechat_h5", "wechat_native")]
    orders.close_unpaid(order_id=order.pk, now=HOUR)

    at_once([partial(services.settle, told=told(one), now=HOUR) for one in both])

    ends_fairly(order)
    order.refresh_from_db()
    assert order.status == "open"


def test_refunds_at_once_never_exceed_the_payment() -> None:
    open_shop()
    order = placed()
    payment = paid(order)

    results = at_once(
        [
            partial(
                services.request_refund,
                payment_id=payment.pk,
                amount_minor=1000,
                reason="退货",
                cause=("case", case),
                now=NOON,
            )
            for case in range(6)
        ]
    )

    assert sum(isinstance(one, RefundRefused) for one in results) == 4
    payment.refresh_from_db()
    assert payment.refunded_minor == 2000
    assert sorted(Refund.objects.values_list("out_refund_no", flat=True)) == [
        f"{order.number}R1",
        f"{order.number}R2",
    ]


def test_one_refund_told_by_many_at_once_goes_back_once() -> None:
    open_shop()
    order = placed()
    payment = paid(order)
    refund = services.request_refund(
        payment_id=payment.pk, amount_minor=500, reason="退", cause=("case", 1), now=NOON
    )

    results = at_once([partial(services.apply_refund, told=told_refund(refund), now=NOON)] * 4)

    assert sorted(results) == ["repeat"] * 3 + ["succeeded"]
    order.refresh_from_db()
    assert order.refunded_minor == 500


def test_attempts_opened_at_once_are_one() -> None:
    open_shop()
    order = placed()

    results = at_once([partial(attempt, order)] * 4)

    assert {one.pk for one in results} == {Payment.objects.get().pk}


def test_transfers_confirmed_at_once_are_booked_once() -> None:
    open_shop()
    order = placed(payment_channel="transfer")
    confirm = partial(
        services.confirm_transfer,
        order_id=order.pk,
        amount_minor=PAYABLE,
        reference="A1",
        actor=SHOPPER,
        now=NOON,
    )

    results = at_once([confirm] * 3)

    assert sum(isinstance(one, OrderNotReady) for one in results) == 2
    ends_fairly(order)


def test_a_parcel_entered_by_two_at_once_leaves_once() -> None:
    open_shop()
    order = placed()
    paid(order)
    ship = partial(
        fulfilment.ship_order,
        order_id=order.pk,
        carrier="shunfeng",
        tracking_no="SF1234567890123",
        actor=SHOPPER,
        now=NOON,
    )

    results = at_once([ship] * 3)

    assert {one.pk for one in results} == {Parcel.objects.get().pk}
    books_balance()


def test_receipt_confirmed_by_buyer_and_timer_at_once_counts_once() -> None:
    open_shop()
    order = placed()
    paid(order)
    fulfilment.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no="SF123456", actor=SHOPPER, now=NOON
    )

    results = at_once(
        [partial(fulfilment.confirm_receipt, order_id=order.pk, actor=SHOPPER, now=NOON)] * 3
    )

    assert sorted(results) == [False, False, True]
    assert Event.objects.filter(kind="order.completed").count() == 1
