"""New rows of orders and their lines as plain tuples: making thousands of models is too slow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from zhanggui.core.bulk import insert_rows
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.services.tallies import Counted, tally


class NewOrder(NamedTuple):
    """A row of orders, personal data in clear; moments as `core.bulk.stored_moment` writes them."""

    id: int
    number: str
    number_tail: str
    token: str
    source: str
    request_id: str
    body_hash: str
    status: str
    display_status: str
    payment_state: str
    after_sale_state: str
    close_reason: str
    currency: str
    goods_minor: int
    freight_minor: int
    payable_minor: int
    paid_minor: int
    refunded_minor: int
    payment_channel: str
    pieces: int
    shipped_pieces: int
    customer_id: int
    name: str
    phone: str
    detail: str
    name_index: str
    phone_index: str
    phone_last4_index: str
    province: str
    city: str
    district: str
    division_code: str
    note: str
    has_note: bool
    warehouse_id: int
    placed_at: str
    pay_by_at: str | None
    paid_at: str | None
    shipped_at: str | None = None
    confirm_by_at: str | None = None
    completed_at: str | None = None
    closed_at: str | None = None
    discount_minor: int = 0
    postcode: str = ""
    country: str = ""


class NewLine(NamedTuple):
    """A row of order lines."""

    id: int
    order_id: int
    ordinal: int
    sku_id: int
    sku_code: str
    product_name: str
    product_slug: str
    options_text: str
    picture: str
    quantity: int
    unit_price_minor: int
    freight_minor: int
    payable_minor: int
    cost_minor: int | None
    weight_grams: int
    shipped_quantity: int
    discount_minor: int = 0


def insert_orders(*, orders: Sequence[NewOrder], lines: Sequence[NewLine]) -> None:
    """Write orders with their lines and count them; personal data is encrypted here.

    Raises:
        IntegrityError: a number, token or request id is taken.
    """
    insert_rows(model=Order, rows=orders)
    insert_rows(model=OrderLine, rows=lines)
    tally(after=map(_counted, orders))


def _counted(row: NewOrder) -> Counted:
    paid_at = datetime.fromisoformat(row.paid_at).replace(tzinfo=UTC) if row.paid_at else None
    return Counted(
        display_status=row.display_status,
        source=row.source,
        currency=row.currency,
        paid_at=paid_at,
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
    )
