"""Seeds for measuring are orders as real ones are: readable, found, and their books agree."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q, Sum

from zhanggui.catalog import queries as catalog
from zhanggui.core.models import Event
from zhanggui.core.phones import normal_phone
from zhanggui.demo.seeding import open_seed_shop, seed_orders, seed_products
from zhanggui.demo.seeding.moments import moments
from zhanggui.demo.seeding.people import person
from zhanggui.fulfilment.models import FulfilmentOrder, Parcel
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import calc
from zhanggui.orders.models import Order
from zhanggui.orders.queries import OrderFilter, order_page
from zhanggui.payments.models import Payment, Refund

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def seeded(orders: int, *, products: int = 12) -> None:
    open_seed_shop(now=NOW)
    seed_products(count=products, now=NOW)
    seed_orders(count=orders, seed=1, processes=1, now=NOW, say=lambda _count: None)


@pytest.mark.django_db
def test_seeded_books_agree() -> None:
    seeded(300)

    levels = StockLevel.objects.annotate(
        on_hand_sum=Sum("movements__on_hand_delta"), reserved_sum=Sum("movements__reserved_delta")
    )
    assert levels.exists()
    assert not levels.exclude(on_hand=F("on_hand_sum"), reserved=F("reserved_sum")).exists()
    open_orders = Order.objects.filter(status="open", shipped_pieces=0)
    reserved = StockLevel.objects.aggregate(n=Sum("reserved"))["n"]
    assert reserved == open_orders.aggregate(n=Sum("pieces"))["n"]
    for order in Order.objects.annotate(lines_minor=Sum("lines__payable_minor")):
        assert order.lines_minor == order.payable_minor
        assert order.display_status == calc.display_status(
            status=order.status,
            payable_minor=order.payable_minor,
            paid_minor=order.paid_minor,
            pieces=order.pieces,
            shipped_pieces=order.shipped_pieces,
        )
    paid = Order.objects.filter(paid_minor__gt=0)
    came_in = Payment.objects.filter(status="succeeded").aggregate(n=Sum("amount_minor"))["n"]
    assert came_in == paid.aggregate(n=Sum("paid_minor"))["n"]
    went_back = Refund.objects.filter(status="succeeded").aggregate(n=Sum("amount_minor"))["n"]
    assert went_back == paid.aggregate(n=Sum("refunded_minor"))["n"]
    assert FulfilmentOrder.objects.count() == Order.objects.exclude(paid_at=None).count()
    assert Parcel.objects.count() == Order.objects.exclude(shipped_at=None).count()


@pytest.mark.django_db
def test_every_state_is_there_and_most_orders_are_completed() -> None:
    seeded(600)

    states = set(Order.objects.values_list("display_status", flat=True))
    assert states == {"to_pay", "to_ship", "to_receive", "completed", "closed"}
    assert Order.objects.filter(display_status="completed").count() > 400
    assert not Order.objects.filter(
        Q(placed_at__gt=NOW) | Q(placed_at__lt=NOW - timedelta(days=367))
    ).exists()


@pytest.mark.django_db
def test_a_seeded_order_is_read_and_found_like_a_real_one() -> None:
    seeded(40)

    order = Order.objects.exclude(shipped_at=None).order_by("number")[0]
    assert normal_phone(order.phone) == order.phone
    assert order.name
    assert order.detail
    for q in (order.number, order.number_tail, order.phone, order.phone[-4:], order.name):
        found = order_page(wanted=OrderFilter(q=q), limit=50).orders
        assert order.pk in [one.pk for one in found], q
    kinds = Event.objects.filter(subject_id=order.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[:4] == ["order.placed", "payment.succeeded", "order.paid", "order.shipped"]
    row = Order.objects.filter(pk=order.pk).values_list("name", "phone", "detail").get()
    assert order.name not in row
    assert order.phone not in row


@pytest.mark.django_db
def test_a_seeded_product_is_found_by_what_its_name_says() -> None:
    open_seed_shop(now=NOW)
    seed_products(count=10, now=NOW)

    for facts in catalog.live_facts(now=NOW):
        assert facts.product_id in catalog.matching_product_ids(query=facts.product_name)
        assert facts.product_id in catalog.matching_product_ids(query=facts.code)


@pytest.mark.django_db
def test_a_second_run_adds_other_orders() -> None:
    seeded(30)
    seeded(20, products=3)

    assert Order.objects.count() == 50
    assert catalog.total() == 15
    assert Order.objects.values("phone_index").distinct().count() > 15


def test_a_number_is_always_the_same_person() -> None:
    assert person(7) == person(7)
    assert len({person(number).phone for number in range(200)}) == 200


def test_moments_come_in_order_and_fill_the_year() -> None:
    dice = random.Random(1)

    found = list(moments(count=500, part=0, parts=1, now=NOW, dice=dice))

    assert found == sorted(found)
    assert found[0] < NOW - timedelta(days=360)
    assert NOW - timedelta(days=1) < found[-1] < NOW


@pytest.mark.django_db
def test_without_goods_nothing_is_seeded() -> None:
    with pytest.raises(CommandError, match="products"):
        call_command("seed_orders", count=5, verbosity=0)

    assert not Order.objects.exists()
