"""Shipping: allocated once, shipped once, received once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.payments import attempt, paid, placed, told
from tests.factories.shop import NOON, basket, books_balance, open_shop, stocked
from tests.unchanged import nothing_changes

from zhanggui.core.models import Event
from zhanggui.core.states import IllegalMove
from zhanggui.core.types import SHOPPER, SYSTEM, Actor, ActorType, Refusal
from zhanggui.fulfilment import queries, services, tasks
from zhanggui.fulfilment.models import FulfilmentOrder, Parcel
from zhanggui.fulfilment.states import FULFILMENT
from zhanggui.fulfilment.types import FulfilmentStatus, InvalidTracking, ShipRefused
from zhanggui.inventory.models import StockLevel, StockMovement
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import CloseReason, OrderNotReady, WantedLine
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorType.STAFF, 7)
SF = "SF1234567890123"


def paid_order() -> Order:
    open_shop()
    order = placed()
    paid(order)
    return order


def ship(order: Order, **values: Any) -> Parcel:
    usual: dict[str, Any] = {"carrier": "shunfeng", "tracking_no": SF, "actor": STAFF, "now": NOON}
    return services.ship_order(order_id=order.pk, **(usual | values))


def test_a_paid_order_waits_at_the_warehouse_that_reserved_it() -> None:
    order = paid_order()

    task = FulfilmentOrder.objects.get()
    assert (task.order_id, task.warehouse_id, task.status) == (
        order.pk,
        order.warehouse_id,
        "allocated",
    )
    assert (task.created_at, task.ship_by_at) == (NOON, NOON + timedelta(hours=24))
    assert [line.quantity for line in task.lines.all()] == [1]
    assert queries.waiting(now=NOON) == (0, task.ship_by_at)
    assert queries.waiting(now=NOON + timedelta(days=3)) == (1, task.ship_by_at)
    assert queries.queue(limit=5) == {order.pk: task.ship_by_at}
    assert queries.open_task_of(order_id=order.pk) == task
    with nothing_changes():
        services.allocate(order_ids=[order.pk, order.pk], now=NOON)


def test_shipping_takes_the_goods_off_the_shelf_and_freezes_their_cost() -> None:
    open_shop()
    sku = SkuFactory(cost_price_minor=700)
    stocked(sku, 5)
    order = placed(sku=sku)
    paid(order)

    parcel = ship(order, tracking_no=" sf 1234567890123 ")

    assert (parcel.carrier, parcel.tracking_no) == ("shunfeng", SF)
    order.refresh_from_db()
    assert (order.display_status, order.shipped_pieces, order.shipped_at) == (
        "to_receive",
        1,
        NOON,
    )
    assert order.confirm_by_at == NOON + timedelta(days=10)
    line = OrderLine.objects.get()
    assert (line.shipped_quantity, line.cost_minor) == (1, 700)
    movement = StockMovement.objects.get(kind="ship")
    assert (movement.on_hand_delta, movement.reserved_delta) == (-1, -1)
    assert (movement.cause_type, movement.cause_id) == ("parcel", parcel.pk)
    assert FulfilmentOrder.objects.get().status == "shipped"
    event = Event.objects.get(kind="order.shipped")
    assert (event.actor_type, event.actor_id) == ("staff", 7)
    assert event.payload == {"carrier": "shunfeng", "tracking_no": SF, "pieces": 1}
    books_balance()

    type(sku).objects.update(cost_price_minor=999)
    line.refresh_from_db()
    assert line.cost_minor == 700
    assert [one.tracking_no for one in queries.parcels_of(order_id=order.pk)] == [SF]
    assert queries.order_ids_by_tracking(q="sf 1234567890123") == [order.pk]
    assert queries.usual_carrier(warehouse_id=order.warehouse_id or 0) == "shunfeng"


def test_all_pieces_of_a_sku_in_two_lines_leave_the_shelf() -> None:
    open_shop()
    sku = SkuFactory(price_minor=1990)
    stocked(sku, 9)
    lines = (
        WantedLine(sku=sku.code, quantity=2, unit_price_minor=1990),
        WantedLine(sku=sku.code, quantity=3),
    )
    done = orders.place_order(wanted=basket(lines=lines), now=NOON)
    order = Order.objects.get(pk=done.order_id)
    assert [line.quantity for line in order.lines.order_by("ordinal")] == [2, 3]
    paid(order)

    ship(order)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved) == (4, 0)
    books_balance()


def test_an_unknown_cost_stays_unknown() -> None:
    order = paid_order()

    ship(order)

    assert OrderLine.objects.get().cost_minor is None


def test_the_same_number_again_is_the_same_parcel() -> None:
    order = paid_order()
    parcel = ship(order)

    with nothing_changes():
        assert ship(order, tracking_no=SF.lower()) == parcel


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"carrier": "pigeon"}, InvalidTracking),
        ({"carrier": ""}, InvalidTracking),
        ({"tracking_no": "12345"}, InvalidTracking),
        ({"tracking_no": "顺丰1234567890"}, InvalidTracking),
        ({"tracking_no": "SF\x001234567890"}, InvalidTracking),
        ({"tracking_no": "\ud800" * 8}, InvalidTracking),
        ({"tracking_no": "1" * 33}, InvalidTracking),
    ],
)
def test_a_wrong_number_ships_nothing(
    values: dict[str, Any], refusal: type[InvalidTracking]
) -> None:
    order = paid_order()

    with nothing_changes(), pytest.raises(refusal):
        ship(order, **values)


@pytest.mark.parametrize("values", [{"tracking_no": "SF9999999999999"}, {"carrier": "zhongtong"}])
def test_a_shipped_order_is_not_shipped_again(values: dict[str, Any]) -> None:
    order = paid_order()
    ship(order)

    with nothing_changes(), pytest.raises(ShipRefused):
        ship(order, **values)


def unpaid(order: Order) -> None:
    """Leave it so."""


def cancelled(order: Order) -> None:
    orders.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=NOON)


@pytest.mark.parametrize("become", [unpaid, cancelled])
def test_what_is_not_paid_is_not_shipped_nor_received(become: Callable[[Order], None]) -> None:
    open_shop()
    order = placed()
    become(order)

    with nothing_changes():
        for act in (
            lambda: ship(order),
            lambda: services.confirm_receipt(order_id=order.pk, actor=SHOPPER, now=NOON),
        ):
            with pytest.raises(Refusal):
                act()


def test_receipt_is_confirmed_once() -> None:
    order = paid_order()
    with nothing_changes(), pytest.raises(OrderNotReady):
        services.confirm_receipt(order_id=order.pk, actor=SHOPPER, now=NOON)
    ship(order)
    later = NOON + timedelta(days=2)

    assert services.confirm_receipt(order_id=order.pk, actor=SHOPPER, now=later)

    order.refresh_from_db()
    assert (order.status, order.display_status, order.completed_at, order.confirm_by_at) == (
        "completed",
        "completed",
        later,
        None,
    )
    task = FulfilmentOrder.objects.get()
    assert (task.status, task.delivered_at) == ("delivered", later)
    with nothing_changes():
        assert not services.confirm_receipt(order_id=order.pk, actor=SYSTEM, now=later)
    assert Event.objects.filter(kind="order.completed").count() == 1


def test_the_timer_confirms_what_is_due_and_nothing_else() -> None:
    due = paid_order()
    ship(due, now=NOON - timedelta(days=400))
    fresh = placed()
    paid(fresh)
    ship(fresh, tracking_no="SF2234567890123", now=NOON + timedelta(days=36500))
    waiting = placed()
    paid(waiting)

    tasks.confirm_receipts.func()
    with nothing_changes():
        tasks.confirm_receipts.func()

    states = dict(Order.objects.values_list("pk", "display_status"))
    assert states == {due.pk: "completed", fresh.pk: "to_receive", waiting.pk: "to_ship"}
    event = Event.objects.get(kind="order.completed")
    assert (event.subject_id, event.actor_type) == (due.pk, "system")


def test_a_completed_order_moves_no_more() -> None:
    order = paid_order()
    ship(order)
    services.confirm_receipt(order_id=order.pk, actor=SHOPPER, now=NOON)

    with nothing_changes():
        for act in (
            lambda: cancelled(order),
            lambda: ship(order, tracking_no="SF9999999999999"),
            lambda: attempt(order),
        ):
            with pytest.raises(Refusal):
                act()
        assert not orders.close_unpaid(order_id=order.pk, now=NOON + timedelta(days=9))


def test_money_for_a_completed_order_goes_back() -> None:
    open_shop()
    order = placed()
    first, second = attempt(order), attempt(order, channel="wechat_native")
    payments.settle(told=told(first), now=NOON)
    ship(order)
    services.confirm_receipt(order_id=order.pk, actor=SHOPPER, now=NOON)

    payments.settle(told=told(second), now=NOON)

    order.refresh_from_db()
    assert (order.status, order.display_status) == ("completed", "completed")
    assert Event.objects.filter(kind="refund.requested").count() == 1


def test_states_go_only_where_the_table_says() -> None:
    paid_order()
    task = FulfilmentOrder.objects.get()

    with nothing_changes(), pytest.raises(IllegalMove):
        FULFILMENT.move(task, FulfilmentStatus.DELIVERED, delivered_at=NOON)


def test_another_order_with_the_same_number_is_told() -> None:
    order = paid_order()
    ship(order)
    other = placed()
    paid(other)

    assert queries.other_orders_with(carrier="shunfeng", tracking_no=SF, order_id=other.pk) == [
        order.number
    ]
    assert queries.other_orders_with(carrier="shunfeng", tracking_no=SF, order_id=order.pk) == []
