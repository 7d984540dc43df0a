"""Every promise of the tables of orders, broken once: the database refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories.payments import placed
from tests.factories.shop import NOON, open_shop
from tests.unchanged import nothing_changes

from zhanggui.core.ids import next_id
from zhanggui.orders.models import Cart, CartLine, CreditNote, CreditNoteLine, Order, OrderLine

pytestmark = pytest.mark.django_db


def refused(write: Any) -> None:
    with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
        write()


BROKEN_ORDERS: dict[str, dict[str, Any]] = {
    "order_status_with_its_time completed": {"status": "completed"},
    "order_status_with_its_time closed": {"status": "closed"},
    "order_status_with_its_time open": {"closed_at": NOON},
    "order_status_with_its_time unknown": {"status": "lost"},
    "order_display_status_is_known": {"display_status": "lost"},
    "order_money_adds_up sum": {"payable_minor": 1},
    "order_money_adds_up freight": {"freight_minor": -1, "goods_minor": 2791},
    "order_money_adds_up discount": {"discount_minor": -1, "goods_minor": 1989},
    "order_money_adds_up payable": {"payable_minor": -10, "goods_minor": -810},
    "order_refunds_within_paid": {"refunded_minor": 1},
    "order_refunds_within_paid negative": {"refunded_minor": -1},
    "order_ships_what_it_has": {"shipped_pieces": 2},
    "order_ships_what_it_has negative": {"shipped_pieces": -1},
}


@pytest.mark.parametrize("values", BROKEN_ORDERS.values(), ids=BROKEN_ORDERS)
def test_an_order_keeps_its_promises(values: dict[str, Any]) -> None:
    open_shop()
    order = placed()

    refused(lambda: Order.objects.filter(pk=order.pk).update(**values))


UNIQUE_IN_ORDERS = ["number", "token", "request_id"]


@pytest.mark.parametrize("name", UNIQUE_IN_ORDERS)
def test_no_two_orders_share(name: str) -> None:
    open_shop()
    first, second = placed(), placed()

    refused(lambda: Order.objects.filter(pk=second.pk).update(**{name: getattr(first, name)}))


def test_an_imported_order_is_there_once() -> None:
    open_shop()
    first, second = placed(), placed()
    Order.objects.filter(pk=first.pk).update(source="import", external_ref="536365")

    refused(
        lambda: Order.objects.filter(pk=second.pk).update(source="import", external_ref="536365")
    )


BROKEN_LINES: dict[str, dict[str, Any]] = {
    "order_line_has_pieces": {"quantity": 0, "payable_minor": 800},
    "order_line_money_adds_up": {"payable_minor": 1},
    "order_line_ships_what_it_has": {"shipped_quantity": 2},
    "order_line_ships_what_it_has negative": {"shipped_quantity": -1},
}


@pytest.mark.parametrize("values", BROKEN_LINES.values(), ids=BROKEN_LINES)
def test_a_line_keeps_its_promises(values: dict[str, Any]) -> None:
    open_shop()
    placed()

    refused(lambda: OrderLine.objects.update(**values))


def test_a_line_stands_once_at_its_place() -> None:
    open_shop()
    placed()
    line = OrderLine.objects.get()
    line.pk = next_id()

    refused(lambda: line.save(force_insert=True))


def test_a_credit_note_and_its_lines_are_there_once() -> None:
    note = {
        "source": "import",
        "external_ref": "C1",
        "currency": "GBP",
        "total_minor": 1,
        "issued_at": NOON,
    }
    line = {
        "ordinal": 1,
        "sku_code": "A",
        "quantity": 1,
        "unit_price_minor": 1,
        "total_minor": 1,
    }
    row = CreditNote.objects.create(**note)
    CreditNoteLine.objects.create(note=row, **line)

    refused(lambda: CreditNote.objects.create(**note))
    refused(lambda: CreditNoteLine.objects.create(note=row, **line))


def test_a_basket_holds_a_sku_once_and_pieces_of_it() -> None:
    open_shop()
    sku = placed().lines.get().sku
    cart = Cart.objects.create(updated_at=NOON)
    line = {"cart": cart, "sku": sku, "seen_price_minor": 1, "added_at": NOON}
    CartLine.objects.create(quantity=1, **line)

    refused(lambda: CartLine.objects.create(quantity=1, **line))
    refused(lambda: CartLine.objects.update(quantity=0))


def test_a_shopper_has_one_basket() -> None:
    open_shop()
    buyer = placed().customer
    Cart.objects.create(customer=buyer, updated_at=NOON)

    refused(lambda: Cart.objects.create(customer=buyer, updated_at=NOON))
