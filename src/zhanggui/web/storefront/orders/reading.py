"""What the buyer's page of an order shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhanggui.core.masking import mask_name, mask_phone
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.fulfilment.queries import ParcelView
from zhanggui.orders import queries as orders
from zhanggui.orders.queries import Order
from zhanggui.orders.types import DisplayStatus, OrderStatus
from zhanggui.payments import queries as payments
from zhanggui.web import timeline
from zhanggui.web.storefront.orders.steps import progress
from zhanggui.web.timeline import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One order, joined from orders, parcels and refunds."""

    order: Order
    steps: list[dict[str, str]]
    parcels: list[ParcelView]
    events: Sequence[Happening]
    name: str  # masked
    phone: str  # masked
    refunded_minor: int
    can_pay: bool
    can_cancel: bool
    can_confirm: bool


def order_page(*, order: Order) -> OrderPage:
    """Lay everything about an order side by side; a constant number of statements."""
    refunds = payments.refunds_of(order_id=order.pk)
    is_unpaid = order.status == OrderStatus.OPEN and not order.paid_minor and not order.paid_at
    return OrderPage(
        order=order,
        steps=progress(order),
        parcels=fulfilment.parcels_of(order_id=order.pk),
        events=timeline.for_shopper(events=orders.timeline(order_id=order.pk)),
        name=mask_name(order.name),
        phone=mask_phone(order.phone),
        refunded_minor=sum(one.amount_minor for one in refunds if one.succeeded_at),
        can_pay=order.display_status == DisplayStatus.TO_PAY,
        can_cancel=is_unpaid,
        can_confirm=order.display_status == DisplayStatus.TO_RECEIVE,
    )
