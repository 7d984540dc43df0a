"""Writes of shipping. Policy *simple*: a paid order is allocated and ships in one parcel."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.core.bulk import insert_rows
from zhanggui.core.ids import next_id
from zhanggui.core.transactions import retried
from zhanggui.core.types import Actor
from zhanggui.freight.carriers import CARRIERS, normal_number
from zhanggui.fulfilment.models import FulfilmentLine, FulfilmentOrder, Parcel
from zhanggui.fulfilment.states import FULFILMENT
from zhanggui.fulfilment.types import FulfilmentStatus, InvalidTracking, ShipRefused
from zhanggui.orders import queries as order_queries
from zhanggui.orders import services as orders
from zhanggui.orders.types import ShippedLine


@transaction.atomic
def allocate(*, order_ids: Sequence[int], now: datetime) -> None:
    """Give paid orders to the warehouse that reserved their stock (F1), once."""
    hours = accounts.shop().ship_hours
    done = set(
        FulfilmentOrder.objects.filter(order_id__in=order_ids).values_list("order_id", flat=True)
    )
    wanted = order_queries.orders_by_ids(order_ids=[one for one in order_ids if one not in done])
    tasks = [
        FulfilmentOrder(
            order_id=order.pk,
            warehouse_id=order.warehouse_id,
            status=FulfilmentStatus.ALLOCATED,
            created_at=now,
            ship_by_at=now + timedelta(hours=hours),
        )
        for order in wanted
    ]
    FulfilmentOrder.objects.bulk_create(tasks)
    FulfilmentLine.objects.bulk_create(
        FulfilmentLine(fulfilment_order=task, order_line=line, quantity=line.quantity)
        for task, order in zip(tasks, wanted, strict=True)
        for line in order.lines.all()
    )


@retried
def ship_order(
    *, order_id: int, carrier: str, tracking_no: str, actor: Actor, now: datetime
) -> Parcel:
    """Ship all that waits of an order in one parcel (F8); the same number again changes nothing.

    Raises:
        InvalidTracking: the carrier is unknown or the number can't be a tracking number.
        ShipRefused: nothing of the order waits to be shipped.
        OrderNotReady: the order is not paid or not open.
    """
    number = normal_number(tracking_no)
    if number is None:
        raise InvalidTracking(_("运单号不对：应是 6 到 32 位字母、数字或短横线。"))
    if carrier not in CARRIERS:
        raise InvalidTracking(_("请选择快递公司。"))
    task = (
        FulfilmentOrder.objects.select_for_update().filter(order_id=order_id).order_by("id").first()
    )
    if task is None:
        raise ShipRefused(_("订单还没有付款，不能发货。"))
    if task.status != FulfilmentStatus.ALLOCATED:
        known = task.parcels.filter(carrier=carrier, tracking_no=number).first()
        if known is not None:
            return known
        raise ShipRefused(_("订单已经发过货了，请刷新后查看运单。"))
    parcel = Parcel.objects.create(
        id=next_id(),
        fulfilment_order=task,
        carrier=carrier,
        tracking_no=number,
        shipped_at=now,
    )
    orders.record_shipped(
        order_id=order_id,
        parcel_id=parcel.pk,
        lines=[
            ShippedLine(order_line_id=line.order_line_id, quantity=line.quantity)
            for line in task.lines.all()
        ],
        carrier=carrier,
        tracking_no=number,
        actor=actor,
        now=now,
    )
    FULFILMENT.move(task, FulfilmentStatus.SHIPPED, shipped_at=now)
    return parcel


@retried
def confirm_receipt(*, order_id: int, actor: Actor, now: datetime) -> bool:
    """The buyer has the goods, or the timer says so (F10, O11); False where it was so before.

    Raises:
        OrderNotReady: not everything has been shipped.
    """
    done = orders.complete_order(order_id=order_id, actor=actor, now=now)
    if done:
        for task in FulfilmentOrder.objects.filter(
            order_id=order_id, status=FulfilmentStatus.SHIPPED
        ):
            FULFILMENT.move(task, FulfilmentStatus.DELIVERED, delivered_at=now)
    return done


class TaskSeed(NamedTuple):
    """A row of fulfilment orders; moments as `core.bulk.stored_moment` writes them."""

    id: int
    order_id: int
    warehouse_id: int
    status: str
    created_at: str
    ship_by_at: str
    shipped_at: str | None
    delivered_at: str | None


class TaskLineSeed(NamedTuple):
    """A row of fulfilment lines."""

    id: int
    fulfilment_order_id: int
    order_line_id: int
    quantity: int


class ParcelSeed(NamedTuple):
    """A row of parcels."""

    id: int
    fulfilment_order_id: int
    carrier: str
    tracking_no: str
    tracking_state: str
    shipped_at: str


def seed_fulfilment(
    *, tasks: Sequence[TaskSeed], lines: Sequence[TaskLineSeed], parcels: Sequence[ParcelSeed]
) -> None:
    """Write fulfilment orders and parcels many at once: for measuring, nothing else."""
    insert_rows(model=FulfilmentOrder, rows=tasks)
    insert_rows(model=FulfilmentLine, rows=lines)
    insert_rows(model=Parcel, rows=parcels)
