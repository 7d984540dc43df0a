"""Refunds from the wish to the end: never more than was paid, never twice, never forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from tests.factories.payments import PAYABLE, paid, placed, told_refund
from tests.factories.shop import NOON, open_shop
from tests.unchanged import nothing_changes

from zhanggui.core.models import Event
from zhanggui.core.types import Actor, ActorType
from zhanggui.orders.calc import after_sale_state, payment_state
from zhanggui.orders.models import Order
from zhanggui.payments import queries, services
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.providers.base import RefundState
from zhanggui.payments.types import RefundRefused

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorType.STAFF, 7)
MINUTE = timedelta(minutes=1)


def asked(payment: Payment, amount: int = PAYABLE, *, case: int = 1) -> Refund:
    return services.request_refund(
        payment_id=payment.pk, amount_minor=amount, reason="退货", cause=("case", case), now=NOON
    )


def told(refund: Refund, state: RefundState = RefundState.SUCCEEDED, **said: Any) -> str:
    return services.apply_refund(told=told_refund(refund, state, **said), now=NOON)


@pytest.mark.parametrize(
    ("paid_minor", "refunded", "state", "after_sale"),
    [
        (0, 0, "unpaid", "none"),
        (60, 0, "partly_paid", "none"),
        (100, 0, "paid", "none"),
        (200, 0, "overpaid", "none"),
        (200, 100, "paid", "none"),
        (100, 1, "partly_refunded", "part_refunded"),
        (200, 101, "partly_refunded", "part_refunded"),
        (100, 100, "refunded", "refunded"),
        (200, 200, "refunded", "refunded"),
    ],
)
def test_states_follow_from_the_sums(
    paid_minor: int, refunded: int, state: str, after_sale: str
) -> None:
    sums = {"payable_minor": 100, "paid_minor": paid_minor, "refunded_minor": refunded}
    assert (payment_state(**sums), after_sale_state(**sums)) == (state, after_sale)


def test_a_free_order_is_paid() -> None:
    assert payment_state(payable_minor=0, paid_minor=0, refunded_minor=0) == "paid"


def test_one_cause_asks_once() -> None:
    open_shop()
    payment = paid(placed())
    refund = asked(payment, 100)

    with nothing_changes():
        assert asked(payment, 100) == refund


@pytest.mark.parametrize("amount", [PAYABLE - 99, PAYABLE + 1, 0, -1])
def test_no_more_is_asked_back_than_was_paid(amount: int) -> None:
    open_shop()
    payment = paid(placed())
    asked(payment, 100)

    with nothing_changes(), pytest.raises(RefundRefused):
        asked(payment, amount, case=2)


def test_refunds_of_an_order_are_numbered_over_all_its_payments() -> None:
    open_shop()
    order = placed()
    payment = paid(order)

    numbers = [asked(payment, 10, case=case).out_refund_no for case in (1, 2, 3)]

    assert numbers == [f"{order.number}R{count}" for count in (1, 2, 3)]


def test_a_refund_that_came_through_is_on_the_order() -> None:
    open_shop()
    order = placed()
    refund = asked(paid(order), 100)

    assert told(refund, RefundState.PROCESSING) == "processing"
    refund.refresh_from_db()
    assert refund.next_query_at == NOON + MINUTE
    assert told(refund) == "succeeded"

    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.status, refund.succeeded_at, refund.next_query_at) == ("succeeded", NOON, None)
    assert (order.refunded_minor, order.payment_state, order.after_sale_state) == (
        100,
        "partly_refunded",
        "part_refunded",
    )
    assert order.display_status == "to_ship"
    with nothing_changes():
        assert [told(refund, state) for state in list(RefundState)[:4]] == ["repeat"] * 4


@pytest.mark.parametrize(
    "said",
    [
        {"refund_minor": 1},
        {"total_minor": 1},
        {"currency": "USD"},
        {"out_trade_no": "2611210000000000P1"},
    ],
)
def test_what_is_told_of_another_refund_changes_nothing(said: dict[str, Any]) -> None:
    open_shop()
    refund = asked(paid(placed()), 100)

    with nothing_changes():
        assert told(refund, **said) == "mismatch"


def test_an_unknown_refund_changes_nothing() -> None:
    open_shop()
    refund = asked(paid(placed()), 100)

    with nothing_changes():
        assert told(refund, out_refund_no="X") == "unknown_number"
        assert told(refund, RefundState.UNKNOWN_NUMBER) == "unknown_number"


def test_an_abnormal_refund_waits_for_staff_and_may_still_come_through() -> None:
    open_shop()
    order = placed()
    payment = paid(order)
    refund = asked(payment, 100)

    assert told(refund, RefundState.ABNORMAL) == "abnormal"

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.refunded_minor, payment.refunded_minor) == (0, 100)
    assert (queries.refunds_needing_staff(now=NOON), queries.orders_needing_staff(now=NOON)) == (
        1,
        [order.pk],
    )
    event = Event.objects.get(kind="refund.needs_staff")
    assert (event.payload["state"], event.payload["refund_id"]) == ("abnormal", refund.pk)
    with nothing_changes(), pytest.raises(RefundRefused):
        services.retry_refund(refund_id=refund.pk, actor=STAFF, now=NOON)
    assert told(refund) == "succeeded"
    assert queries.refunds_needing_staff(now=NOON) == 0


def test_a_closed_refund_is_asked_for_again_with_a_new_number() -> None:
    open_shop()
    order = placed()
    payment = paid(order)
    closed = asked(payment)
    assert told(closed, RefundState.CLOSED) == "closed"
    payment.refresh_from_db()
    assert payment.refunded_minor == 0
    assert queries.orders_needing_staff(now=NOON) == [order.pk]

    again = services.retry_refund(refund_id=closed.pk, actor=STAFF, now=NOON)

    assert (again.out_refund_no, again.attempt, again.amount_minor) == (
        f"{order.number}R2",
        2,
        PAYABLE,
    )
    assert queries.orders_needing_staff(now=NOON) == []
    assert Event.objects.filter(kind="refund.requested").order_by("-id")[0].actor_id == STAFF.id
    with nothing_changes():
        assert services.retry_refund(refund_id=closed.pk, actor=STAFF, now=NOON) == again
        assert asked(payment) == again
    assert told(again) == "succeeded"
    assert Order.objects.get().payment_state == "refunded"
    with nothing_changes():
        assert told(closed) == "repeat"


def test_a_closed_refund_is_not_asked_for_again_when_the_money_went_otherwise() -> None:
    open_shop()
    payment = paid(placed())
    closed = asked(payment)
    told(closed, RefundState.CLOSED)
    asked(payment, 1, case=2)

    with nothing_changes(), pytest.raises(RefundRefused):
        services.retry_refund(refund_id=closed.pk, actor=STAFF, now=NOON)


def test_a_refund_without_a_channel_is_for_staff() -> None:
    open_shop()
    order = placed(payment_channel="transfer")
    payment = services.confirm_transfer(
        order_id=order.pk, amount_minor=PAYABLE, reference="A1", actor=STAFF, now=NOON
    )
    refund = asked(payment)

    assert services.submit_refund(refund_id=refund.pk, now=NOON) == "abnormal"
    assert queries.refunds_of(order_id=order.pk)[0].status == "abnormal"
    assert services.submit_refund(refund_id=refund.pk, now=NOON) == "repeat"
