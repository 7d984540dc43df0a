"""Believing a channel: money is booked once, goes back where no order can use it."""

from datetime import timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from tests.factories.payments import PAYABLE, attempt, paid, placed, told, told_refund
from tests.factories.shop import NOON, WarehouseFactory, books_balance, open_shop, stocked
from tests.unchanged import nothing_changes

from zhanggui.core.models import Event
from zhanggui.core.types import SHOPPER
from zhanggui.fulfilment.models import FulfilmentOrder
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockLevel, StockMovement
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import CloseReason, OrderNotReady
from zhanggui.payments import services
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.providers.base import PaymentState
from zhanggui.payments.types import PaymentRefused

pytestmark = pytest.mark.django_db
LATE = NOON + timedelta(hours=1)


def jobs() -> list[tuple[str, list[Any]]]:
    """Return the jobs that wait: name of the task and its arguments."""
    rows = DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", "args_kwargs")
    return [(path.rpartition(".")[2], given["args"]) for path, given in rows]


def kinds(order: Order) -> list[str]:
    rows = Event.objects.filter(subject_type="order", subject_id=order.pk).order_by("id")
    return list(rows.values_list("kind", flat=True))


def overdue(*, pieces: int = 1) -> tuple[Order, Payment]:
    """An order closed for lateness whose attempt the channel still has as unpaid with us."""
    order = placed(pieces=pieces)
    payment = attempt(order)
    assert orders.close_unpaid(order_id=order.pk, now=LATE)
    order.refresh_from_db()
    return order, payment


def test_money_that_came_pays_the_order_and_gives_it_to_the_warehouse() -> None:
    open_shop()
    order = placed()
    payment = attempt(order)

    assert services.settle(told=told(payment), now=LATE) == "paid"

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, payment.succeeded_at, payment.live_key) == ("succeeded", LATE, None)
    assert (order.display_status, order.payment_state, order.paid_minor) == (
        "to_ship",
        "paid",
        PAYABLE,
    )
    assert (order.paid_at, order.pay_by_at) == (LATE, None)
    assert FulfilmentOrder.objects.get().warehouse_id == order.warehouse_id
    assert kinds(order) == ["order.placed", "payment.succeeded", "order.paid"]
    assert jobs() == []


@pytest.mark.parametrize("state", [PaymentState.PAID, PaymentState.REFUNDING])
def test_repeats_change_nothing(state: PaymentState) -> None:
    open_shop()
    payment = paid(placed())

    with nothing_changes():
        assert services.settle(told=told(payment, state), now=LATE) == "repeat"


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (PaymentState.NOT_PAID, "waiting"),
        (PaymentState.PAYING, "waiting"),
        (PaymentState.UNKNOWN_NUMBER, "waiting"),
    ],
)
def test_no_news_changes_nothing(state: PaymentState, outcome: str) -> None:
    open_shop()
    payment = attempt(placed())

    with nothing_changes():
        assert services.settle(told=told(payment, state), now=NOON) == outcome


@pytest.mark.parametrize("state", [PaymentState.CLOSED, PaymentState.FAILED])
def test_an_attempt_that_ended_leaves_the_order_to_be_paid_anew(state: PaymentState) -> None:
    open_shop()
    order = placed()
    payment = attempt(order)

    assert services.settle(told=told(payment, state), now=NOON) == state.value

    payment.refresh_from_db()
    assert (payment.status, payment.ended_at, payment.live_key, payment.next_query_at) == (
        state.value,
        NOON,
        None,
        None,
    )
    again = attempt(order)
    assert (again.attempt, again.out_trade_no) == (2, f"{order.number}P2")
    with nothing_changes():
        assert services.settle(told=told(payment, state), now=NOON) == "repeat"


@pytest.mark.parametrize("state", [PaymentState.CLOSED, PaymentState.FAILED])
def test_an_ended_attempt_that_turns_out_paid_pays(state: PaymentState) -> None:
    open_shop()
    order = placed()
    payment = attempt(order)
    services.settle(told=told(payment, state), now=NOON)

    assert services.settle(told=told(payment), now=NOON) == "paid"

    order.refresh_from_db()
    assert order.display_status == "to_ship"
    assert Refund.objects.count() == 0


def test_an_unknown_number_changes_nothing() -> None:
    open_shop()
    payment = attempt(placed())

    with nothing_changes():
        unknown = told(payment, out_trade_no="2611210000000000P9")
        assert services.settle(told=unknown, now=NOON) == "unknown_number"


@pytest.mark.parametrize("said", [{"amount_minor": PAYABLE - 1}, {"currency": "USD"}])
def test_another_amount_or_currency_books_nothing(said: dict[str, Any]) -> None:
    open_shop()
    payment = attempt(placed())

    with nothing_changes():
        assert services.settle(told=told(payment, **said), now=NOON) == "mismatch"


def test_a_late_payment_opens_the_order_again_while_the_stock_is_there() -> None:
    open_shop()
    order, payment = overdue()
    assert (order.status, order.display_status) == ("closed", "closed")

    services.settle(told=told(payment), now=LATE)

    order.refresh_from_db()
    assert (order.status, order.display_status, order.payment_state) == ("open", "to_ship", "paid")
    assert (order.closed_at, order.close_reason, order.paid_at) == (None, "", LATE)
    assert FulfilmentOrder.objects.get().order_id == order.pk
    assert Refund.objects.count() == 0
    assert [one.kind for one in StockMovement.objects.order_by("id")] == [
        "receive",
        "reserve",
        "release",
        "reserve",
    ]
    assert kinds(order) == [
        "order.placed",
        "order.closed",
        "payment.succeeded",
        "order.reopened",
        "order.paid",
    ]
    books_balance()


def test_a_late_payment_takes_the_stock_of_another_warehouse() -> None:
    open_shop()
    order, payment = overdue()
    level = StockLevel.objects.get()
    other = WarehouseFactory(code="SZ", division_code="440305")
    stocked(level.sku, 3, other)
    inventory.set_count(
        sku_code=level.sku.code,
        warehouse_code=level.warehouse.code,
        on_hand=0,
        reason="盘点",
        actor=SHOPPER,
        now=LATE,
    )

    services.settle(told=told(payment), now=LATE)

    order.refresh_from_db()
    assert (order.display_status, order.warehouse_id) == ("to_ship", other.pk)
    assert FulfilmentOrder.objects.get().warehouse_id == other.pk
    books_balance()


def test_a_late_payment_goes_back_when_the_stock_is_gone() -> None:
    open_shop()
    order, payment = overdue()
    placed(sku=order.lines.get().sku)

    services.settle(told=told(payment), now=LATE)

    order.refresh_from_db()
    payment.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.status, order.display_status, order.close_reason) == (
        "closed",
        "closed",
        "pay_timeout",
    )
    assert (order.payment_state, order.paid_minor, order.paid_at) == ("paid", PAYABLE, None)
    assert (refund.payment_id, refund.amount_minor, refund.status, refund.out_refund_no) == (
        payment.pk,
        PAYABLE,
        "created",
        f"{order.number}R1",
    )
    assert payment.refunded_minor == PAYABLE
    assert jobs()[-1:] == [("submit_refund", [refund.pk])]
    assert kinds(order) == [
        "order.placed",
        "order.closed",
        "payment.succeeded",
        "refund.requested",
    ]
    assert FulfilmentOrder.objects.count() == 0
    with nothing_changes():
        assert services.settle(told=told(payment), now=LATE) == "repeat"

    services.apply_refund(told=told_refund(refund), now=LATE)

    order.refresh_from_db()
    assert (order.display_status, order.payment_state, order.after_sale_state) == (
        "closed",
        "refunded",
        "refunded",
    )
    books_balance()


def test_a_second_late_payment_is_not_added_to_one_that_goes_back() -> None:
    open_shop()
    order = placed(pieces=1)
    first, second = attempt(order), attempt(order, channel="wechat_native")
    orders.close_unpaid(order_id=order.pk, now=LATE)
    other = placed(sku=order.lines.get().sku)
    services.settle(told=told(first), now=LATE)
    orders.cancel_order(
        order_id=other.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=LATE
    )  # the piece is there again

    services.settle(told=told(second), now=LATE)

    order.refresh_from_db()
    assert (order.status, order.display_status) == ("open", "to_ship")
    assert [one.payment_id for one in Refund.objects.all()] == [first.pk]
    services.apply_refund(told=told_refund(Refund.objects.get()), now=LATE)
    order.refresh_from_db()
    assert (order.payment_state, order.after_sale_state) == ("paid", "none")
    assert order.paid_minor - order.refunded_minor == PAYABLE
    books_balance()


@pytest.mark.parametrize("reason", [CloseReason.BUYER, CloseReason.MERCHANT])
def test_money_for_a_cancelled_order_goes_back_though_the_stock_is_there(
    reason: CloseReason,
) -> None:
    open_shop()
    order = placed()
    payment = attempt(order)
    orders.cancel_order(order_id=order.pk, reason=reason, actor=SHOPPER, now=NOON)

    services.settle(told=told(payment), now=NOON)

    order.refresh_from_db()
    assert (order.status, order.close_reason) == ("closed", reason)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.reason) == (PAYABLE, "订单已取消后到账")
    assert jobs() == [("close_attempts", [order.pk]), ("submit_refund", [refund.pk])]
    books_balance()


def test_what_a_second_attempt_paid_goes_back() -> None:
    open_shop()
    order = placed()
    first, second = attempt(order), attempt(order, channel="wechat_native")
    services.settle(told=told(first), now=NOON)
    assert jobs() == [("close_attempts", [order.pk])]

    services.settle(told=told(second), now=LATE)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (refund.payment_id, refund.amount_minor, refund.reason) == (
        second.pk,
        PAYABLE,
        "重复付款",
    )
    assert (order.payment_state, order.display_status, order.paid_at) == (
        "overpaid",
        "to_ship",
        NOON,
    )
    services.apply_refund(told=told_refund(refund), now=LATE)
    order.refresh_from_db()
    assert (order.payment_state, order.after_sale_state) == ("paid", "none")
    assert FulfilmentOrder.objects.count() == 1


def test_money_after_a_full_refund_is_no_new_sale() -> None:
    open_shop()
    order = placed()
    first, second = attempt(order), attempt(order, channel="wechat_native")
    services.settle(told=told(first), now=NOON)
    back = services.request_refund(
        payment_id=first.pk, amount_minor=PAYABLE, reason="退货", cause=("test", 1), now=NOON
    )
    services.apply_refund(told=told_refund(back), now=NOON)

    services.settle(told=told(second), now=LATE)

    order.refresh_from_db()
    assert (order.paid_at, kinds(order).count("order.paid")) == (NOON, 1)
    assert Refund.objects.get(payment=second).amount_minor == PAYABLE


def test_staff_confirm_a_transfer_of_the_whole_amount_once() -> None:
    open_shop()
    order = placed(payment_channel="transfer")
    confirm = {"order_id": order.pk, "reference": "A1", "actor": SHOPPER, "now": NOON}

    with nothing_changes(), pytest.raises(PaymentRefused):
        services.confirm_transfer(amount_minor=PAYABLE - 1, **confirm)
    services.confirm_transfer(amount_minor=PAYABLE, **confirm)
    with nothing_changes(), pytest.raises(OrderNotReady):
        services.confirm_transfer(amount_minor=PAYABLE, **confirm)

    order.refresh_from_db()
    assert (order.display_status, Payment.objects.get().channel_ref) == ("to_ship", "A1")
