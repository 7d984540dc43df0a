"""Finding orders: pages by keyset, everything people know of an order, figures by shop day."""

import base64
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.catalog.inputs import saved
from tests.factories.catalog import CategoryFactory, SkuFactory
from tests.factories.payments import PAYABLE, paid, placed, told_refund
from tests.factories.shop import HANGZHOU, NOON, basket, guest, open_shop, stocked
from tests.naughty import naughty_sample

from zhanggui.core.clock import day_bounds
from zhanggui.core.types import SYSTEM
from zhanggui.fulfilment import queries as fulfilment_queries
from zhanggui.fulfilment import services as fulfilment
from zhanggui.orders import queries, services
from zhanggui.orders.models import Order
from zhanggui.orders.queries import OrderFilter
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def numbers(wanted: OrderFilter, cursor: str = "", limit: int = 20) -> list[str]:
    page = queries.order_page(wanted=wanted, cursor=cursor, limit=limit)
    return [order.number for order in page.orders]


def orders_at(*moments: datetime) -> list[str]:
    """Place an order at each moment and return the numbers as a list shows them."""
    open_shop()
    for moment in moments:
        placed(now=moment)
    rows = Order.objects.order_by("-placed_at", "-number")
    return list(rows.values_list("number", flat=True))


def test_pages_lead_forward_and_back_over_orders_of_one_moment() -> None:
    shown = orders_at(NOON, *[NOON + HOUR] * 5, NOON + 2 * HOUR)
    everything = OrderFilter()

    pages, cursor = [], ""
    while True:
        page = queries.order_page(wanted=everything, cursor=cursor, limit=3)
        pages.append([order.number for order in page.orders])
        if not page.next:
            break
        cursor = page.next
    assert pages == [shown[:3], shown[3:6], shown[6:]]

    back, cursor = [pages[-1]], page.previous
    while cursor:
        page = queries.order_page(wanted=everything, cursor=cursor, limit=3)
        back.insert(0, [order.number for order in page.orders])
        cursor = page.previous
    assert back == pages
    assert page.next


def test_a_page_that_is_just_full_has_no_next() -> None:
    shown = orders_at(NOON, NOON)

    page = queries.order_page(wanted=OrderFilter(), limit=2)

    assert [order.number for order in page.orders] == shown
    assert (page.next, page.previous) == ("", "")


def sealed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


BAD_CURSORS = [
    "x",
    "====",
    sealed("n|2026-11-21T04:00:00+00:00"),
    sealed("n|2026-11-21T04:00:00|1"),
    sealed("n|0001-01-01T00:00:00+00:00|1"),
    sealed("n|9999-12-31T23:59:59+00:00|1"),
    sealed("x|2026-11-21T04:00:00+00:00|1"),
    sealed("n|2026-11-21T04:00:00+00:00|\x00"),
    sealed("n|2026-11-21T04:00:00+00:00|" + "1" * 99),
    *naughty_sample(),
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_cursor_that_is_not_ours_counts_as_none(cursor: str) -> None:
    shown = orders_at(NOON)

    assert numbers(OrderFilter(), cursor) == shown


@pytest.mark.parametrize("text", [*naughty_sample(), "SF\x001234567890", "\ud8001234", "%", "_"])
def test_any_search_is_answered(text: str) -> None:
    orders_at(NOON)
    also = fulfilment_queries.order_ids_by_tracking(q=text)

    found = numbers(OrderFilter(q=text, also_ids=also))

    assert len(found) <= 1


def test_words_initials_and_codes_of_the_goods_find_the_order() -> None:
    open_shop()
    pot = saved(CategoryFactory())
    sku = pot.skus.get(code="POT-B")
    stocked(sku, 5)
    order = placed(sku=sku)
    placed()

    for known in ("紫砂", "茶壶", "紫砂茶壶", "zsch", "手工", "POT-B", "pot-b"):
        assert numbers(OrderFilter(q=known)) == [order.number], known
    for unknown in ("茶杯", "hczs", "POT-X"):
        assert numbers(OrderFilter(q=unknown)) == [], unknown


def test_each_thing_that_people_know_finds_the_order() -> None:
    open_shop()
    tea, cup = SkuFactory(code="TEA-1"), SkuFactory(code="CUP-1")
    stocked(tea, 5)
    stocked(cup, 5)
    to_zhou = guest(5678, name="周明")
    first = services.place_order(wanted=basket((tea, 1), address=HANGZHOU), now=NOON)
    second = services.place_order(wanted=basket((cup, 1), address=to_zhou), now=NOON)
    order = Order.objects.get(pk=second.order_id)
    paid(order)
    fulfilment.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no="SF7654321", actor=SYSTEM, now=NOON
    )

    for known in (
        first.number,
        f" {first.number} ",
        first.number[-6:],
        "13800001234",
        "138 0000 1234",
        "+86 138-0000-1234",
        "1234",
        "陈晓琳",
        "TEA-1",
    ):
        assert first.number in numbers(OrderFilter(q=known)), known
        assert second.number not in numbers(OrderFilter(q=known)), known
    tracked = fulfilment_queries.order_ids_by_tracking(q="sf7654321")
    assert numbers(OrderFilter(q="sf7654321", also_ids=tracked)) == [second.number]
    assert numbers(OrderFilter(q="周")) == []
    assert numbers(OrderFilter(q="周明", display_status="to_receive")) == [second.number]
    assert numbers(OrderFilter(q="周明", display_status="to_pay")) == []


def test_filters_by_status_and_time_narrow_the_list() -> None:
    open_shop()
    early, late = placed(now=NOON), placed(now=NOON + HOUR)
    paid(late, now=NOON + HOUR)

    assert numbers(OrderFilter(display_status="to_pay")) == [early.number]
    assert numbers(OrderFilter(display_status="to_ship")) == [late.number]
    assert numbers(OrderFilter(display_status="lost")) == [late.number, early.number]
    assert numbers(OrderFilter(placed_from=NOON + HOUR)) == [late.number]
    assert numbers(OrderFilter(placed_to=NOON + HOUR)) == [early.number]
    counts = {name: count for name, count in queries.status_counts().items() if count}
    assert counts == {"to_pay": 1, "to_ship": 1}


# Read: orders, lines.
PAGE_STATEMENTS = 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_the_same_statements_for_any_number_of_orders(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    orders_at(*[NOON] * count)

    with django_assert_num_queries(PAGE_STATEMENTS):
        page = queries.order_page(wanted=OrderFilter(), limit=20)
        assert [len(order.lines.all()) for order in page.orders] == [1] * count
    assert [order.lines.filter(quantity=1).count() for order in page.orders] == [1] * count


def test_sales_of_a_day_are_those_between_its_midnights_in_the_shop() -> None:
    open_shop()
    midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # 00:00 of the 22nd in Shanghai
    for moment in (midnight - timedelta(microseconds=1), midnight, midnight + 23 * HOUR):
        paid(placed(now=moment), now=moment)
    placed(now=midnight)  # not paid
    refunded = placed(now=midnight)
    payment = paid(refunded, now=midnight)
    refund = payments.request_refund(
        payment_id=payment.pk, amount_minor=790, reason="退", cause=("case", 1), now=midnight
    )
    payments.apply_refund(told=told_refund(refund), now=midnight + 48 * HOUR)

    days = [day_bounds(date(2026, 11, day)) for day in (20, 21, 22, 23)]
    found = queries.sales(periods=days, currency="CNY")

    assert [(day.orders, day.net_minor) for day in found] == [
        (0, 0),
        (1, PAYABLE),
        (3, 3 * PAYABLE - 790),
        (0, 0),
    ]
    whole = queries.sales(periods=[(days[0][0], days[-1][1])], currency="CNY")[0]
    assert (whole.orders, whole.net_minor) == (4, 4 * PAYABLE - 790)
    assert queries.sales(periods=days[:1], currency="USD")[0].orders == 0
    assert queries.sales(periods=[], currency="CNY") == []
