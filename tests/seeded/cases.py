"""What the shop asks of its largest tables, and the index by which each must be answered.

Lists and look-ups. Sums are no matter of an index: best sellers read a month's lines, and are kept.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.types import Shelf, Sort
from zhanggui.core.jobs import rows as jobs
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.fulfilment.models import FulfilmentOrder, Parcel
from zhanggui.fulfilment.types import FulfilmentStatus
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.models import StockLevel, StockMovement
from zhanggui.orders import queries as orders
from zhanggui.orders import sql as orders_sql
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import AfterSaleState, DisplayStatus, Source
from zhanggui.payments import queries as payments
from zhanggui.payments.models import Payment, Refund

DAY = timedelta(days=1)
# Each is named in the model; PostgreSQL takes at times the one that comes with the foreign key.
TASK = "fulfilment_once_per_warehouse|fulfilment_fulfilmentorder_order_id_*"
PAYMENT = "payment_attempt_once|payments_payment_order_id_*"
TAB = 100  # orders, or lines of them, for one page: whoever reads more walks past other orders
MOST_ROWS = 1_500  # that one statement may read of one table: pages, not histories


class Sample:
    """Rows of the seeded shop that the questions are about."""

    @cached_property
    def now(self) -> datetime:
        """When the newest order was placed: the database may be old by the time it is asked."""
        return Order.objects.order_by("-placed_at")[0].placed_at

    @cached_property
    def order(self) -> Order:
        """An order of a signed-out buyer with a parcel."""
        return Order.objects.get(pk=self.parcel.fulfilment_order.order_id)

    @cached_property
    def parcel(self) -> Parcel:
        """A parcel of about a month ago."""
        rows = Parcel.objects.select_related("fulfilment_order__order")
        return rows.order_by("-id")[rows.count() // 12]

    @cached_property
    def unsent(self) -> FulfilmentOrder:
        """A task of the warehouse."""
        return FulfilmentOrder.objects.filter(status=FulfilmentStatus.ALLOCATED)[0]

    @cached_property
    def live(self) -> Payment:
        """An attempt that can still be paid."""
        return Payment.objects.exclude(live_key=None)[0]

    @cached_property
    def request_id(self) -> str:
        """The request of an order that a program placed."""
        return str(Order.objects.exclude(request_id=None)[0].request_id)

    @cached_property
    def refund(self) -> Refund:
        """A refund."""
        return Refund.objects.select_related("payment").order_by("-id")[0]

    @cached_property
    def rare_code(self) -> str:
        """The code of goods that few bought."""
        newest = OrderLine.objects.order_by("-id").values_list("sku_code", flat=True)[:5_000]
        return Counter(newest).most_common()[-1][0]

    @cached_property
    def level(self) -> StockLevel:
        """Where most pieces come and go."""
        newest = StockMovement.objects.order_by("-id").values_list("level_id", flat=True)[:5_000]
        busiest = Counter(newest).most_common(1)[0][0]
        return StockLevel.objects.select_related("sku", "warehouse").get(pk=busiest)

    @cached_property
    def product(self) -> Product:
        """A product in the middle of the catalogue."""
        return Product.objects.select_related("category").filter(shelf=Shelf.ON)[500]

    @cached_property
    def sku(self) -> Sku:
        """A SKU of the product."""
        return Sku.objects.filter(product=self.product)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, and the indexes of which each group must be used; within a group any one."""

    ask: Callable[[Sample], Any]
    indexes: tuple[frozenset[str], ...]
    most: int = MOST_ROWS


def _case(ask: Callable[[Sample], Any], *indexes: str, most: int = MOST_ROWS) -> Case:
    """Return a case; "a|b" is a group of which one is enough."""
    return Case(ask=ask, indexes=tuple(frozenset(one.split("|")) for one in indexes), most=most)


def _stock_of(wanted: str) -> None:
    """Ask for a page of the stock list."""
    houses = [one.warehouse_id for one in inventory.warehouses()]
    where = inventory.skus_where(wanted=wanted, warehouse_ids=houses)
    catalog.sku_rows(where=where, limit=21)


def _page(index: str, *, most: int = MOST_ROWS, **wanted: Any) -> Case:
    return _case(lambda _: orders.order_page(wanted=orders.OrderFilter(**wanted)), index, most=most)


def _search(index: str, words: Callable[[Sample], str]) -> Case:
    return _case(
        lambda one: orders.order_page(
            wanted=orders.OrderFilter(
                q=words(one), also_ids=fulfilment.order_ids_by_tracking(q=words(one))
            )
        ),
        index,
    )


def _further(sample: Sample) -> None:
    """Read the second page of a tab and go back to the first."""
    wanted = orders.OrderFilter(display_status=DisplayStatus.COMPLETED)
    second = orders.order_page(wanted=wanted, cursor=orders.order_page(wanted=wanted).next)
    orders.order_page(wanted=wanted, cursor=second.previous)


def _next_jobs(sample: Sample) -> None:
    """Take jobs as the worker does, and undo it."""
    with transaction.atomic():
        jobs.claim(worker="plans", most=8, ahead=8, now=sample.now)
        transaction.set_rollback(True)


LISTS = {
    "list: all": _case(
        lambda _: orders.order_page(wanted=orders.OrderFilter()), "order_newest", "order_line_once"
    ),
    **{
        f"list: {status}": _page("order_by_status", display_status=status, most=TAB)
        for status in DisplayStatus.values
    },
    "list: second page and back": _case(_further, "order_by_status", most=TAB),
    "list: completed in a warehouse": _case(
        lambda one: orders.order_page(
            wanted=orders.OrderFilter(
                display_status=DisplayStatus.COMPLETED, warehouse_id=one.order.warehouse_id
            )
        ),
        "order_by_status",
    ),
    "list: channel": _page("order_by_source", source=Source.API, most=TAB),
    "list: with note": _page("order_with_note", has_note=True),
    "list: refunded": _page(
        "order_by_after_sale|order_by_after_sale_status", after_sale_state=AfterSaleState.REFUNDED
    ),
    "list: refunded within a status": _page(
        "order_by_after_sale|order_by_after_sale_status",
        after_sale_state=AfterSaleState.PART_REFUNDED,
        display_status=DisplayStatus.TO_RECEIVE,
    ),
    "list: warehouse": _case(
        lambda one: orders.order_page(
            wanted=orders.OrderFilter(warehouse_id=one.order.warehouse_id)
        ),
        "order_by_warehouse|order_newest",  # every second order is of this one: either is short
    ),
    "list: placed in a period": _case(
        lambda one: orders.order_page(
            wanted=orders.OrderFilter(placed_from=one.now - 60 * DAY, placed_to=one.now - 59 * DAY)
        ),
        "order_newest",
    ),
    "list: paid in a period": _case(
        lambda one: orders.order_page(
            wanted=orders.OrderFilter(paid_from=one.now - DAY, paid_to=one.now)
        ),
        "order_by_payment|order_newest",
        most=20_000,  # a day's orders, where there are a million
    ),
    "list: a hundred named": _case(
        lambda one: orders.order_page(
            wanted=orders.OrderFilter(only_ids=fulfilment.late_orders(now=one.now, limit=100))
        ),
        "fulfilment_by_deadline",
    ),
}
SEARCHES = {
    "search: number": _search("order_number_once", lambda one: one.order.number),
    "search: last six digits": _search("order_by_tail", lambda one: one.order.number_tail),
    "search: phone": _search("order_by_phone", lambda one: one.order.phone),
    "search: last four digits": _search("order_by_last4", lambda one: one.order.phone[-4:]),
    "search: name": _search("order_by_name", lambda one: one.order.name),
    "search: tracking number": _search("parcel_by_number", lambda one: one.parcel.tracking_no),
    "search: code of the goods": _search("order_line_by_code", lambda one: one.rare_code),
}
ORDERS = {
    "order: number": _case(
        lambda one: orders.order_by_number(number=one.order.number),
        "order_number_once",
        "order_line_once",
    ),
    "order: token": _case(
        lambda one: orders.order_by_token(token=one.order.token), "order_token_once"
    ),
    "order: request": _case(
        lambda one: orders.order_by_request(request_id=one.request_id), "order_once_per_request"
    ),
    "order: id": _case(
        lambda one: orders.order_by_id(order_id=one.order.pk), "orders_order_pkey|PRIMARY"
    ),
    "order: of a shopper": _case(
        lambda one: orders.newest_orders_of(customer_id=one.order.customer_id or 0),
        "order_by_customer",
    ),
    "order: open and unpaid of a phone": _case(
        lambda one: orders_sql.open_unpaid([one.order.phone_index]), "order_by_phone"
    ),
    "order: timeline": _case(
        lambda one: orders.timeline(order_id=one.order.pk), "event_by_subject"
    ),
    "order: past its time to pay": _case(
        lambda one: orders.orders_past_pay(now=one.now), "order_by_pay_deadline"
    ),
    "order: past its time to confirm": _case(
        lambda one: orders.orders_past_confirm(now=one.now), "order_by_confirm_deadline"
    ),
    "figures: sales": _case(
        lambda one: orders.sales(periods=[(one.now - DAY, one.now)], currency="CNY"),
        "order_by_payment",
        "tally_by_figure",
        most=10_000,  # parts of hours that no job has folded
    ),
}
SHIPPING = {
    "shipping: parcels": _case(
        lambda one: fulfilment.parcels_of(order_id=one.order.pk),
        TASK,
        "parcel_once_per_task|fulfilment_parcel_fulfilment_order_id_*",
        "fulfilment_line_once|fulfilment_fulfilmentline_fulfilment_order_id_*",
    ),
    "shipping: open task": _case(
        lambda one: fulfilment.open_task_of(order_id=one.unsent.order_id),
        TASK,
    ),
    "shipping: deadlines of a page": _case(
        lambda one: fulfilment.ship_deadlines(order_ids=[one.unsent.order_id, one.order.pk]),
        TASK,
    ),
    "shipping: queue": _case(lambda one: fulfilment.queue(limit=20), "fulfilment_by_deadline"),
    "shipping: late": _case(
        lambda one: fulfilment.late_orders(now=one.now, limit=200), "fulfilment_by_deadline"
    ),
    "shipping: same parcel": _case(
        lambda one: fulfilment.other_orders_with(
            carrier=one.parcel.carrier, tracking_no=one.parcel.tracking_no, order_id=one.order.pk
        ),
        "parcel_by_number",
    ),
    "shipping: usual carrier": _case(
        lambda one: fulfilment.usual_carrier(warehouse_id=one.unsent.warehouse_id),
        "fulfilment_parcel_pkey|PRIMARY",
    ),
}
PAYMENTS = {
    "payment: live attempt": _case(
        lambda one: payments.live_payment(order_id=one.live.order_id, channel=one.live.channel),
        "payments_payment_live_key_*|live_key",
    ),
    "payment: of an order": _case(lambda one: payments.payments_of(order_id=one.order.pk), PAYMENT),
    "payment: to ask": _case(
        lambda one: payments.payments_to_ask(now=one.now), "payment_by_next_query"
    ),
    "payment: live of several": _case(
        lambda one: payments.orders_with_live_attempts(order_ids=[one.order.pk]),
        PAYMENT,
    ),
    "refund: of an order": _case(
        lambda one: payments.refunds_of(order_id=one.refund.payment.order_id),
        PAYMENT,
    ),
    "refund: needing staff": _case(
        lambda one: payments.refunds_needing_staff(now=one.now), "refund_by_status"
    ),
}
GOODS = {
    "goods: newest": _case(lambda one: catalog.listing(now=one.now), "product_by_shelf"),
    "goods: cheapest": _case(
        lambda one: catalog.listing(now=one.now, sort=Sort.CHEAPEST), "product_by_price"
    ),
    "goods: dearest": _case(
        lambda one: catalog.listing(now=one.now, sort=Sort.DEAREST), "product_by_price"
    ),
    "goods: category": _case(
        lambda one: catalog.listing(now=one.now, category_slug=one.product.category.slug),
        "product_by_category|product_by_shelf",  # every twelfth is of this one: either is short
    ),
    "goods: search": _case(
        lambda one: catalog.listing(now=one.now, query=one.product.name[:2]), "term_by_weight"
    ),
    "goods: search of several words": _case(
        lambda one: catalog.listing(now=one.now, query=one.product.name),
        "term_by_weight|term_once_per_product",
        most=20_000,  # the terms are counted up to 8,000
    ),
    "goods: a shelf for staff": _case(
        lambda one: catalog.admin_products(shelf=Shelf.ON, now=one.now), "product_by_shelf"
    ),
    "goods: search by staff": _case(
        lambda one: catalog.admin_products(q=one.sku.code, now=one.now),
        "term_once_per_product|term_by_weight",
    ),
    "goods: for checkout": _case(
        lambda one: catalog.sellable_facts(sku_codes=[one.sku.code], now=one.now),
        "catalog_sku_code_*|code",
    ),
    "stock: of SKUs": _case(
        lambda one: inventory.available_by_sku(sku_ids=[one.sku.pk]),
        "stock_level_once_per_warehouse|inventory_stocklevel_sku_id_*",
    ),
    "stock: few left": _case(lambda _: _stock_of("low"), "level_by_band", most=5_000),
    "stock: sold out": _case(lambda _: _stock_of("out"), "level_by_band", most=25_000),
    "stock: ledger": _case(
        lambda one: inventory.movements(level_ids=[one.level.pk], limit=30),
        "movement_by_level",
    ),
    "jobs: next": _case(_next_jobs, "tasks_db_new_ordering_idx"),
}
CASES = {**LISTS, **SEARCHES, **ORDERS, **SHIPPING, **PAYMENTS, **GOODS}
