"""Placing orders: what is written, by which warehouse, and in how many statements."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import (
    HANGZHOU,
    NOON,
    WarehouseFactory,
    basket,
    books_balance,
    guest,
    open_shop,
    stocked,
)
from tests.naughty import naughty_sample
from tests.unchanged import nothing_changes, rows

from zhanggui.accounts.services import create_shopper_user
from zhanggui.catalog.models import Product, Sku
from zhanggui.core.models import Event
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.customers import queries as customer_queries
from zhanggui.customers.models import Address, Customer
from zhanggui.customers.types import InvalidAddress
from zhanggui.freight import services as freight
from zhanggui.freight.types import FreightRuleView
from zhanggui.fulfilment.models import FulfilmentOrder
from zhanggui.inventory.models import StockLevel, StockMovement
from zhanggui.orders import services
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import OrderRefused, PlacedOrder, WantedLine

pytestmark = pytest.mark.django_db


def free_freight() -> None:
    rule = FreightRuleView(
        areas=("330000",), first_units=1, first_minor=0, extra_units=1, extra_minor=0
    )
    freight.save_template(
        name="包邮", charge_by="piece", currency="CNY", is_default=True, rules=[rule]
    )


def test_an_order_holds_all_that_was_agreed() -> None:
    open_shop()
    sku = SkuFactory(price_minor=2990, weight_grams=400)
    stocked(sku, 9)

    placed = services.place_order(wanted=basket((sku, 3), note="放门口"), now=NOON)

    order = Order.objects.get()
    assert placed == PlacedOrder(
        order_id=order.pk,
        number=order.number,
        token=order.token,
        display_status="to_pay",
        payable_minor=3 * 2990 + 1000,
        currency="CNY",
        is_new=True,
    )
    assert (len(order.number), order.number[:6], order.number_tail) == (
        16,
        "261121",
        order.number[-6:],
    )
    assert (order.goods_minor, order.freight_minor, order.payable_minor) == (8970, 1000, 9970)
    assert (order.status, order.payment_state, order.pieces, order.paid_minor) == (
        "open",
        "unpaid",
        3,
        0,
    )
    assert (order.name, order.phone, order.detail, order.note) == (
        "陈晓琳",
        "+8613800001234",
        "示例路 88 号 3 幢 502 室",
        "放门口",
    )
    assert (order.placed_at, order.pay_by_at) == (NOON, NOON + timedelta(minutes=30))


def test_a_line_is_a_snapshot_and_the_stock_is_promised() -> None:
    open_shop()
    product = ProductFactory(name="青瓷茶杯", slug="cup", options=[{"name": "颜色"}])
    sku = SkuFactory(
        product=product, code="CUP-B", options=["黑"], price_minor=2990, weight_grams=400
    )
    level = stocked(sku, 9)

    services.place_order(wanted=basket((sku, 3), note="放门口"), now=NOON)

    order = Order.objects.get()
    line = order.lines.get()
    assert (line.sku_code, line.product_name, line.product_slug, line.options_text) == (
        "CUP-B",
        "青瓷茶杯",
        "cup",
        "黑",
    )
    assert (line.quantity, line.unit_price_minor, line.freight_minor, line.payable_minor) == (
        3,
        2990,
        1000,
        9970,
    )
    movement = StockMovement.objects.get(kind="reserve")
    assert (movement.reserved_delta, movement.cause_type, movement.cause_id) == (
        3,
        "order",
        order.pk,
    )
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (9, 3)
    event = Event.objects.get(kind="order.placed")
    assert (event.subject_id, event.payload) == (
        order.pk,
        {"warehouse_id": order.warehouse_id, "payable_minor": 9970, "currency": "CNY"},
    )


def test_a_transfer_has_days_to_arrive() -> None:
    open_shop(transfer_days=3)
    sku = SkuFactory()
    stocked(sku, 1)

    services.place_order(wanted=basket((sku, 1), payment_channel="transfer"), now=NOON)

    assert Order.objects.get().pay_by_at == NOON + timedelta(days=3)


def test_a_batch_answers_each_in_the_order_asked() -> None:
    open_shop()
    sku, other, draft = SkuFactory(), SkuFactory(), SkuFactory(product__shelf="draft")
    stocked(sku, 5)
    stocked(other, 1)
    wanted = [
        basket((sku, 3), address=guest(1)),
        basket((draft, 1), address=guest(2)),
        basket((sku, 3), address=guest(3)),
        basket((sku, 2), (other, 1), address=guest(4)),
        basket(address=guest(5)),
        basket((other, 1), address=guest(6)),
    ]

    results = services.place_orders(wanted=wanted, now=NOON)

    said = [one.code if isinstance(one, OrderRefused) else one.number for one in results]
    numbers = list(Order.objects.order_by("id").values_list("number", flat=True))
    assert said == [
        numbers[0],
        "not_for_sale",
        "out_of_stock",
        numbers[1],
        "empty_order",
        "out_of_stock",
    ]
    third = results[2]
    assert isinstance(third, OrderRefused)
    assert [(line.sku, line.available) for line in third.lines] == [(sku.code, 2)]
    assert sorted(Order.objects.values_list("request_id", flat=True)) == sorted(
        [wanted[0].request_id, wanted[3].request_id]
    )
    assert Customer.objects.count() == 2
    books_balance()


def test_who_is_refused_for_unpaid_orders_takes_nothing_from_neighbours() -> None:
    open_shop()
    sku, last = SkuFactory(), SkuFactory()
    stocked(sku, 9)
    stocked(last, 1)
    for _ in range(5):
        services.place_order(wanted=basket((sku, 1)), now=NOON)

    results = services.place_orders(
        wanted=[basket((last, 1)), basket((last, 1), address=guest(1))], now=NOON
    )

    assert isinstance(results[0], OrderRefused)
    assert results[0].code == "too_many_open_orders"
    assert isinstance(results[1], PlacedOrder)


def test_a_free_order_is_paid_at_once_and_waits_to_be_shipped() -> None:
    open_shop()
    free_freight()
    sku = SkuFactory(price_minor=0)
    stocked(sku, 2)

    placed = services.place_order(wanted=basket((sku, 1)), now=NOON)

    order = Order.objects.get()
    assert (placed.display_status, placed.payable_minor) == ("to_ship", 0)
    assert (order.payment_state, order.paid_at, order.pay_by_at) == ("paid", NOON, None)
    assert FulfilmentOrder.objects.get().order_id == order.pk
    kinds = Event.objects.filter(subject_id=order.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["order.placed", "order.paid"]


def test_free_orders_do_not_count_as_unpaid() -> None:
    open_shop()
    free_freight()
    free, dear = SkuFactory(price_minor=0), SkuFactory()
    stocked(free, 9)
    stocked(dear, 9)
    for _ in range(6):
        services.place_order(wanted=basket((free, 1)), now=NOON)
    for _ in range(5):
        services.place_order(wanted=basket((dear, 1)), now=NOON)

    assert services.place_order(wanted=basket((free, 1)), now=NOON).payable_minor == 0


def test_later_edits_of_the_product_change_no_order() -> None:
    open_shop()
    sku = SkuFactory(price_minor=1990, weight_grams=500)
    stocked(sku, 2)
    services.place_order(wanted=basket((sku, 1)), now=NOON)
    before = OrderLine.objects.values().get()

    Product.objects.update(name="别的名字", slug="another")
    Sku.objects.update(price_minor=1, code="NEW", weight_grams=1)

    assert OrderLine.objects.values().get() == before
    assert Order.objects.get().payable_minor == 1990 + 800


def test_the_nearest_warehouse_that_has_all_ships() -> None:
    open_shop()
    far = WarehouseFactory(code="SZ", division_code="440305")
    near = WarehouseFactory(code="SH", division_code="310115")
    sku, other = SkuFactory(), SkuFactory()
    stocked(sku, 9, far)
    stocked(other, 9, far)
    stocked(sku, 2, near)

    def chosen(*lines: tuple[Sku, int]) -> str | None:
        placed = services.place_order(wanted=basket(*lines), now=NOON)
        warehouse = Order.objects.get(pk=placed.order_id).warehouse
        return warehouse and warehouse.code

    assert chosen((sku, 1)) == "SH"
    assert chosen((sku, 1), (other, 1)) == "SZ"
    assert chosen((sku, 2)) == "SZ"
    assert chosen((sku, 1)) == "SH"
    books_balance()


def test_a_warehouse_out_of_use_ships_nothing() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 9, WarehouseFactory(archived_at=NOON))

    with pytest.raises(OrderRefused) as refusal:
        services.place_order(wanted=basket((sku, 1)), now=NOON)

    assert (refusal.value.code, refusal.value.lines[0].available) == ("out_of_stock", 0)


def test_an_order_of_a_signed_in_shopper_is_theirs_and_its_address_remembered() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 9)
    user = create_shopper_user(now=NOON)
    shopper = Customer.objects.create(user=user, phone_index="own", created_at=NOON)
    to_a_friend = guest(7, name="周明", detail="别的路 9 号")

    for address in (HANGZHOU, to_a_friend, HANGZHOU):
        services.place_order(wanted=basket((sku, 1), address=address, user_id=user.pk), now=NOON)

    assert set(Order.objects.values_list("customer_id", flat=True)) == {shopper.pk}
    assert sorted(Address.objects.values_list("customer_id", flat=True)) == [shopper.pk] * 2
    assert {one.name for one in customer_queries.addresses(user_id=user.pk)} == {"陈晓琳", "周明"}


def test_a_guest_is_one_customer_by_phone() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 9)

    for name in ("陈晓琳", "陈小姐"):
        services.place_order(
            wanted=basket((sku, 1), address=replace(HANGZHOU, name=name)), now=NOON
        )

    assert Customer.objects.get().name == "陈晓琳"
    assert Address.objects.count() == 0


# Savepoint 2; read: versions, buyers, open orders, levels, repeats;
# written: guests, orders, lines, tallies, counters, ledger, events.
STATEMENTS = 14


@pytest.mark.parametrize("orders", [1, 3, 30])
def test_the_number_of_statements_does_not_grow_with_the_batch(
    orders: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 100)
    services.place_orders(wanted=[basket((sku, 1), address=guest(99))], now=NOON)
    wanted = [basket((sku, 1), address=guest(number)) for number in range(orders)]

    with django_assert_num_queries(STATEMENTS):
        services.place_orders(wanted=wanted, now=NOON)

    assert Order.objects.count() == orders + 1


def test_a_number_that_is_taken_is_thrown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 9)
    throws = iter([7, 7, 8, 7, 9, 10])
    monkeypatch.setattr(
        "zhanggui.orders.services.place.secrets.randbelow", lambda _below: next(throws)
    )
    services.place_order(wanted=basket((sku, 1)), now=NOON)  # takes 7

    results = services.place_orders(wanted=[basket((sku, 1)), basket((sku, 1))], now=NOON)

    assert [isinstance(one, PlacedOrder) for one in results] == [True, True]
    tails = Order.objects.order_by("id").values_list("number", flat=True)
    assert list(tails) == [f"261121{number:010d}" for number in (7, 9, 10)]
    books_balance()


def test_texts_are_stored_as_typed_or_refused() -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 1000)
    stored = 0
    for number, text in enumerate(naughty_sample()):
        try:
            name, detail = clean_text(text, max_length=60), clean_text(text, max_length=200)
            address = customer_queries.checked_address(
                name=text,
                phone=f"138{number:08d}",
                province="浙江省",
                city="杭州市",
                district="西湖区",
                detail=text,
            )
        except (TextRefused, InvalidAddress):
            continue

        services.place_order(wanted=basket((sku, 1), address=address, note=detail), now=NOON)

        order, stored = Order.objects.latest("id"), stored + 1
        assert (order.name, order.detail, order.note) == (name, detail, detail)
    assert Order.objects.count() == stored > 10


@pytest.mark.parametrize("code", ["\x00", "\ud800", "茶" * 10_000, "' OR 1=1 --"])
def test_codes_that_no_database_takes_are_not_for_sale(code: str) -> None:
    open_shop()
    wanted = basket(lines=(WantedLine(sku=code, quantity=1),))

    with nothing_changes(), pytest.raises(OrderRefused) as refusal:
        services.place_order(wanted=wanted, now=NOON)

    assert refusal.value.code == "not_for_sale"
    assert "orders.Order" not in rows()
    assert not StockLevel.objects.exists()
