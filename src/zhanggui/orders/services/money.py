"""Money that arrived or went back, as payments tells it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.core.events import publish
from zhanggui.core.types import CHANNEL, Actor
from zhanggui.inventory import calc as inventory_calc
from zhanggui.inventory import queries as inventory_queries
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Move, MovementKind
from zhanggui.orders import calc
from zhanggui.orders.events import OrderPaid, OrderRefunded, OrderReopened
from zhanggui.orders.models import Order
from zhanggui.orders.services.rows import locked_order, pieces_of, save_money
from zhanggui.orders.types import (
    CloseReason,
    OrderNotReady,
    OrderStatus,
    Payable,
    PaymentRecorded,
)
from zhanggui.regions import queries as regions


def lock_payable(*, order_id: int, now: datetime) -> Payable:
    """Lock an order that can be paid now and say what is due; only inside a transaction.

    Raises:
        OrderNotReady: it is paid, closed, or its time to pay is over.
    """
    order = locked_order(order_id)
    if order.status == OrderStatus.CLOSED:
        raise OrderNotReady(_("订单已关闭，请重新下单。"))
    if order.status != OrderStatus.OPEN or order.paid_minor >= order.payable_minor:
        raise OrderNotReady(_("订单已经付过款了，不用再付。"))
    if order.pay_by_at is None or order.pay_by_at <= now:
        raise OrderNotReady(_("付款时间已过，订单即将关闭，请重新下单。"))
    return _payable(order, order.pay_by_at)


def lock_owed(*, order_id: int, now: datetime) -> Payable:
    """Lock an order that was never paid and say what it owed, also when it is late or closed.

    For money that is there already and must be booked; only inside a transaction.

    Raises:
        OrderNotReady: it is paid.
    """
    order = locked_order(order_id)
    if order.status == OrderStatus.COMPLETED or order.paid_minor >= order.payable_minor:
        raise OrderNotReady(_("订单已经付过款了，不用再付。"))
    return _payable(order, order.pay_by_at or now)


def _payable(order: Order, pay_by_at: datetime) -> Payable:
    return Payable(
        number=order.number,
        due_minor=order.payable_minor - order.paid_minor,
        currency=order.currency,
        pay_by_at=pay_by_at,
    )


@transaction.atomic
def record_payment(
    *, order_id: int, amount_minor: int, now: datetime, actor: Actor = CHANNEL
) -> PaymentRecorded:
    """Add money that arrived; call it once per payment, in the transaction that marks it succeeded.

    An open order that is covered by it waits to be shipped (O4). What an order paid before or
    closed can't use must go back (P5, O7): the caller refunds the returned amount. An order closed
    for lateness is opened again when its stock can be reserved once more.
    """
    order = locked_order(order_id)
    order.paid_minor += amount_minor
    usable = order.paid_minor
    if order.status == OrderStatus.CLOSED:
        late = order.close_reason == CloseReason.PAY_TIMEOUT
        usable = amount_minor  # whatever came before is on its way back
        if not (late and usable >= order.payable_minor and _reserve_again(order, now)):
            save_money(order)
            return PaymentRecorded(refund_minor=amount_minor, reason="late" if late else "closed")
        order.status, order.closed_at, order.close_reason = OrderStatus.OPEN, None, ""
        publish(OrderReopened(subject_id=order.pk, at=now, actor=actor))
    elif order.paid_at is not None:
        save_money(order)
        return PaymentRecorded(refund_minor=amount_minor, reason="surplus")
    if usable >= order.payable_minor:
        order.paid_at, order.pay_by_at = now, None
        save_money(order)
        publish(
            OrderPaid(
                subject_id=order.pk,
                at=now,
                actor=actor,
                paid_minor=order.paid_minor,
                currency=order.currency,
            )
        )
    else:
        save_money(order)
    return PaymentRecorded(refund_minor=max(usable - order.payable_minor, 0), reason="surplus")


def _reserve_again(order: Order, now: datetime) -> bool:
    """Reserve the whole order once more, at whatever warehouse can; False where none can."""
    pieces = pieces_of(order)
    levels = inventory.locked_levels(sku_ids=pieces)
    houses = inventory_queries.warehouses()
    stocks = inventory_calc.warehouse_stocks(houses, levels)
    distance = {
        house.warehouse_id: regions.distance_km(
            code_a=house.division_code, code_b=order.division_code
        )
        for house in houses
    }
    warehouse_id = inventory_calc.choose_warehouse(pieces, stocks, distance)
    if warehouse_id is None:
        return False
    order.warehouse_id = warehouse_id
    inventory.move(
        moves=[
            Move(
                kind=MovementKind.RESERVE,
                cause=Cause("order_reopened", order.pk),
                sku_id=sku_id,
                warehouse_id=warehouse_id,
                quantity=count,
            )
            for sku_id, count in pieces.items()
        ],
        actor=CHANNEL,
        now=now,
        levels=levels,
    )
    return True


@transaction.atomic
def record_refund(
    *, order_id: int, amount_minor: int, now: datetime, actor: Actor = CHANNEL
) -> None:
    """Add money that went back; call it once per refund, in the transaction that ends it."""
    order = locked_order(order_id)
    order.refunded_minor += amount_minor
    order.after_sale_state = calc.after_sale_state(
        payable_minor=order.payable_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
    )
    save_money(order)
    publish(
        OrderRefunded(
            subject_id=order.pk,
            at=now,
            actor=actor,
            refunded_minor=amount_minor,
            currency=order.currency,
        )
    )
