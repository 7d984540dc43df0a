"""Reads of fulfilment orders and parcels."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull

from zhanggui.core import sql
from zhanggui.freight.carriers import carrier_name, normal_number, tracking_link
from zhanggui.fulfilment.models import FulfilmentLine, FulfilmentOrder, Parcel
from zhanggui.fulfilment.types import FulfilmentStatus

_OF_TASK = "WHERE fulfilment_order_id IN ({wanted})"
_TASKS = "SELECT id FROM fulfilment_fulfilmentorder WHERE order_id IN ({wanted})"
_BY_NUMBER = (
    "SELECT task.order_id FROM fulfilment_parcel parcel"
    " JOIN fulfilment_fulfilmentorder task ON task.id = parcel.fulfilment_order_id"
    " WHERE parcel.tracking_no IN ({wanted}) ORDER BY parcel.id DESC LIMIT %s"
)
_ARE_LATE = "FROM fulfilment_fulfilmentorder WHERE status IN ({wanted}) AND ship_by_at < %s"
_LATE = f"SELECT order_id {_ARE_LATE} ORDER BY ship_by_at, id LIMIT %s"
_LATE_COUNT = f"SELECT COUNT(*) {_ARE_LATE}"
_OF_ORDER = f"WHERE fulfilment_order_id IN ({_TASKS})"


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel as people see it."""

    carrier: str
    carrier_name: str
    tracking_no: str
    link: str
    shipped_at: datetime
    pieces: int


def parcels_of(*, order_id: int) -> list[ParcelView]:
    """Return an order's parcels, oldest first."""
    parcels = sql.instances(Parcel, f"{_OF_ORDER} ORDER BY shipped_at, id", [order_id])
    pieces = dict.fromkeys((one.fulfilment_order_id for one in parcels), 0)
    names = ("fulfilment_order_id", "quantity")
    for task_id, quantity in sql.values(FulfilmentLine, names, _OF_TASK, list(pieces)):
        pieces[task_id] += quantity
    return [
        ParcelView(
            carrier=one.carrier,
            carrier_name=carrier_name(one.carrier),
            tracking_no=one.tracking_no,
            link=tracking_link(carrier=one.carrier, number=one.tracking_no),
            shipped_at=one.shipped_at,
            pieces=pieces[one.fulfilment_order_id],
        )
        for one in parcels
    ]


def orders_of_parcels(*, parcel_ids: Collection[int]) -> dict[int, int]:
    """Return parcel id → order id."""
    rows = Parcel.objects.filter(pk__in=parcel_ids) if parcel_ids else Parcel.objects.none()
    return dict(rows.values_list("pk", "fulfilment_order__order_id"))


def ship_waits(*, limit: int) -> list[timedelta]:
    """Return the time from payment to shipping of the newest orders that were shipped."""
    rows = FulfilmentOrder.objects.filter(shipped_at__isnull=False).order_by("-id")
    found = rows.values_list("created_at", "shipped_at")[:limit]
    return [shipped - created for created, shipped in found if shipped]


def open_task_of(*, order_id: int) -> FulfilmentOrder | None:
    """Return what is to be shipped of an order, None where nothing waits."""
    rows = FulfilmentOrder.objects.filter(order_id=order_id, status=FulfilmentStatus.ALLOCATED)
    return rows.select_related("warehouse").order_by("id").first()


def ship_deadlines(*, order_ids: Collection[int]) -> dict[int, datetime]:
    """Return by when orders that wait are to be shipped."""
    names = ("order_id", "ship_by_at")
    where = "WHERE order_id IN ({wanted}) AND status = %s"
    return dict(sql.values(FulfilmentOrder, names, where, order_ids, FulfilmentStatus.ALLOCATED))


def queue(*, limit: int, within: Collection[int] | None = None) -> dict[int, datetime]:
    """Return the orders that wait to be shipped with their deadlines, the most urgent first.

    `within` are the only warehouses to look at; None is all.
    """
    rows = _in(FulfilmentOrder.objects.filter(status=FulfilmentStatus.ALLOCATED), within)
    return dict(rows.order_by("ship_by_at", "id").values_list("order_id", "ship_by_at")[:limit])


def order_ids_by_tracking(*, q: str, limit: int = 50) -> list[int]:
    """Return the orders of which a parcel carries this tracking number."""
    number = normal_number(q)
    if number is None:
        return []
    return [order_id for (order_id,) in sql.rows(_BY_NUMBER, [number], limit)]


def late_orders(*, now: datetime, limit: int = 1_000) -> list[int]:
    """Return the ids of orders that should have been shipped by now, the most overdue first."""
    found = sql.rows(_LATE, [FulfilmentStatus.ALLOCATED.value], now, limit)
    return [order_id for (order_id,) in found]


def _in(
    rows: QuerySet[FulfilmentOrder], within: Collection[int] | None
) -> QuerySet[FulfilmentOrder]:
    return rows if within is None else rows.filter(warehouse_id__in=within)


def waiting(*, now: datetime, within: Collection[int] | None = None) -> tuple[int, datetime | None]:
    """Return how many orders should have been shipped by now, and the first deadline of all.

    `within` are the only warehouses to look at; None is all.
    """
    if within is not None:
        first = next(iter(queue(limit=1, within=within).values()), None)
        late = FulfilmentOrder.objects.filter(status=FulfilmentStatus.ALLOCATED, ship_by_at__lt=now)
        return _in(late, within).count(), first
    where = "WHERE status IN ({wanted}) ORDER BY ship_by_at LIMIT 1"
    found = sql.values(FulfilmentOrder, ("ship_by_at",), where, [FulfilmentStatus.ALLOCATED])
    first = found[0][0] if found else None
    if first is None or first >= now:
        return 0, first
    return sql.rows(_LATE_COUNT, [FulfilmentStatus.ALLOCATED.value], now)[0][0], first


def other_orders_with(*, carrier: str, tracking_no: str, order_id: int) -> list[str]:
    """Return the numbers of other orders in the same parcel: right when merged, else a slip."""
    rows = Parcel.objects.filter(carrier=carrier, tracking_no=tracking_no).exclude(
        fulfilment_order__order_id=order_id
    )
    return list(rows.values_list("fulfilment_order__order__number", flat=True)[:5])


def usual_carrier(*, warehouse_id: int) -> str:
    """Return the carrier that this warehouse used last, "" before the first parcel."""
    task = FulfilmentOrder.objects.filter(pk=OuterRef("fulfilment_order"), warehouse=warehouse_id)
    # Looked up for each parcel from the newest on: a join was begun at all tasks of the warehouse.
    rows = Parcel.objects.filter(IsNull(Subquery(task.values("pk")), False)).order_by("-id")
    return rows.values_list("carrier", flat=True).first() or ""
