"""Scheduled prices and shelves: one second before and after, wherever a price is shown or charged.

The clock only moves; nobody writes, and no worker runs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import NOON, basket, guest, open_shop, stocked

from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.queries import listing, next_change, sellable_facts
from zhanggui.catalog.services import rebuild_search, refresh_figures
from zhanggui.catalog.services.skus import FIGURES, summarise
from zhanggui.catalog.types import Sort
from zhanggui.core import versions
from zhanggui.core.ids import next_id
from zhanggui.customers.types import AddressInput
from zhanggui.orders import queries as orders
from zhanggui.orders import services
from zhanggui.orders.models import Order
from zhanggui.orders.types import OrderRefused, WantedLine

pytestmark = pytest.mark.django_db
START, END = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
SECOND = timedelta(seconds=1)
MOMENTS = [
    (START - SECOND, 19_90),
    (START, 15_00),
    (START + SECOND, 15_00),
    (END - SECOND, 15_00),
    (END, 19_90),
    (END + SECOND, 19_90),
]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock at noon; tests move it."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def sku() -> Sku:
    """Tea for 19.90, and for 15.00 from one until two o'clock."""
    open_shop()
    one: Sku = timed("longjing", 19_90, 15_00)
    stocked(one, 500)
    rebuild_search()
    return one


def timed(slug: str, price: int, then: int | None = None, **more: object) -> Sku:
    """Return a SKU of a product of its own whose figures were reckoned at noon."""
    category = Product.objects.filter(slug="longjing").first()
    product = ProductFactory(
        name=f"龙井 {slug}",
        slug=slug,
        category=category.category if category else CategoryFactory(slug="tea"),
    )
    times = {"timed_price_minor": then, "timed_from": START, "timed_until": END} if then else {}
    sku: Sku = SkuFactory(product=product, price_minor=price, **times, **more)
    summarise(product, now=NOON)
    Product.objects.bulk_update([product], FIGURES)
    versions.bump("catalog", "shelves")
    return sku


def money(minor: int) -> str:
    """Return an amount as pages and answers have it."""
    return f"{minor // 100}<small>.{minor % 100:02d}"


@pytest.mark.parametrize(
    "path", ["/", "/c/tea/", "/c/tea/?sort=price", "/search/?q=龙井", "/p/longjing/"]
)
def test_kept_pages_change_with_the_moment(
    client: Client, sku: Sku, clock: time_machine.Traveller, path: str
) -> None:
    client.get(path)
    for moment, price in MOMENTS:
        clock.move_to(moment)
        page = client.get(path).content.decode()

        other = 15_00 if price == 19_90 else 19_90
        assert (money(price) in page, money(other) in page) == (True, False), moment


def test_the_api_changes_with_the_moment(
    client: Client, sku: Sku, clock: time_machine.Traveller
) -> None:
    for moment, price in MOMENTS:
        clock.move_to(moment)
        (card,) = client.get("/api/v1/shop/products").json()["items"]
        product = client.get("/api/v1/shop/products/longjing").json()

        shown = (card["price_minor"], product["price_minor"], product["skus"][0]["price_minor"])
        assert shown == (price, price, price), moment


def test_basket_and_checkout_ask_for_the_price_of_their_moment(
    client: Client, sku: Sku, clock: time_machine.Traveller
) -> None:
    line = WantedLine(sku=sku.code, quantity=2)
    for moment, price in MOMENTS:
        clock.move_to(moment)
        assert sellable_facts(sku_codes=[sku.code], now=moment)[sku.code].price_minor == price
        assert (
            orders.quote(lines=[line], division_code="330106", now=moment).goods_minor == 2 * price
        )
        client.post("/cart/add/", {"sku": sku.code, "quantity": "1"})
        assert money(price) in client.get("/cart/").content.decode()
        page = client.get("/checkout/", {"sku": sku.code, "quantity": "1"}).content.decode()
        assert money(price) in page


def test_an_order_is_charged_the_price_of_the_moment_it_is_placed(
    sku: Sku, clock: time_machine.Traveller
) -> None:
    for moment, price in MOMENTS:
        clock.move_to(moment)
        placed = services.place_order(wanted=basket((sku, 1), address=buyer()), now=moment)
        order = Order.objects.get(pk=placed.order_id)
        assert (order.goods_minor, order.lines.get().unit_price_minor) == (price, price)


def buyer() -> AddressInput:
    """Return an address with a phone of its own: a buyer has few open orders."""
    return guest(next_id() % 10_000)


def test_an_order_that_saw_the_old_price_is_told_so(sku: Sku) -> None:
    seen = (WantedLine(sku=sku.code, quantity=1, unit_price_minor=15_00),)
    wanted = basket((sku, 1), lines=seen)

    with pytest.raises(OrderRefused) as refusal:
        services.place_order(wanted=wanted, now=END)

    assert refusal.value.code == "price_changed"
    assert refusal.value.lines[0].price_minor == 19_90
    assert not Order.objects.exists()
    assert services.place_order(wanted=wanted, now=END - SECOND).is_new


def test_the_shelf_changes_with_the_moment_on_kept_pages_and_in_checkout(
    client: Client, sku: Sku, clock: time_machine.Traveller
) -> None:
    Product.objects.update(on_at=START, off_at=END)
    versions.bump("catalog", "shelves")
    for moment, is_sold in [(at, at > NOON and START <= at < END) for at, _price in MOMENTS]:
        clock.move_to(moment)
        assert ("longjing" in client.get("/c/tea/").content.decode()) == is_sold, moment
        assert ("longjing" in client.get("/search/?q=龙井").content.decode()) == is_sold, moment
        assert ("立即购买" in client.get("/p/longjing/").content.decode()) == is_sold, moment
        assert bool(client.get("/api/v1/shop/products").json()["items"]) == is_sold
        (result,) = services.place_orders(wanted=[basket((sku, 1), address=buyer())], now=moment)
        assert getattr(result, "code", "") == ("" if is_sold else "not_for_sale")


def slugs(sort: Sort, now: datetime, *, query: str = "", limit: int = 2) -> list[str]:
    """Return a whole list, read page by page."""
    found, cursor = [], ""
    while True:
        page = listing(sort=sort, now=now, cursor=cursor, limit=limit, query=query)
        found += [card.slug for card in page.items]
        cursor = page.next
        if not cursor:
            return found


@pytest.mark.parametrize("query", ["", "龙井"])
@pytest.mark.parametrize("is_refreshed", [False, True])
def test_lists_by_price_are_in_the_order_of_the_moment_without_a_worker(
    query: str, is_refreshed: bool
) -> None:
    for slug, price, then in (("longjing", 50, 5), ("b", 10, None), ("c", 20, None), ("d", 15, 30)):
        timed(slug, price * 100, then * 100 if then else None)
    rebuild_search()
    usual, during = ["b", "d", "c", "longjing"], ["longjing", "b", "c", "d"]
    assert slugs(Sort.CHEAPEST, NOON, query=query) == usual

    for moment, wanted in (
        (START - SECOND, usual),
        (START, during),
        (END - SECOND, during),
        (END, usual),
    ):
        if is_refreshed:
            refresh_figures(now=moment)
        assert slugs(Sort.CHEAPEST, moment, query=query) == wanted
        assert slugs(Sort.DEAREST, moment, query=query) == wanted[::-1]
        assert slugs(Sort.CHEAPEST, moment, query=query, limit=1) == wanted


def test_the_worker_writes_the_figures_of_the_moment_and_what_comes_next() -> None:
    product = timed("longjing", 19_90, 15_00).product

    def figures() -> tuple[int, int | None, datetime | None]:
        row = Product.objects.get(pk=product.pk)
        return row.min_price_minor, row.market_price_minor, row.figures_until

    assert figures() == (19_90, None, START)
    assert refresh_figures(now=START - SECOND) == 0
    assert refresh_figures(now=START) == 1
    assert figures() == (15_00, 19_90, END)
    assert refresh_figures(now=END + SECOND) == 1
    assert figures() == (19_90, None, None)


def test_a_price_that_only_begins_or_only_ends(sku: Sku) -> None:
    Sku.objects.update(timed_until=None)
    versions.bump("catalog", "shelves")
    later = END + timedelta(days=300)
    facts = [sellable_facts(sku_codes=[sku.code], now=at)[sku.code] for at in (NOON, START, later)]
    assert [fact.price_minor for fact in facts] == [19_90, 15_00, 15_00]
    Sku.objects.update(timed_from=None, timed_until=END)
    versions.bump("catalog", "shelves")

    facts = [sellable_facts(sku_codes=[sku.code], now=at)[sku.code] for at in (NOON, END)]
    assert [fact.price_minor for fact in facts] == [15_00, 19_90]


def test_what_is_kept_lasts_until_the_next_moment_of_any_schedule(sku: Sku) -> None:
    assert next_change(now=NOON) == START
    assert next_change(now=START) == END
    Product.objects.update(off_at=END - SECOND)
    versions.bump("shelves")
    assert next_change(now=START) == END - SECOND
    assert next_change(now=END) == END + timedelta(days=1)


@pytest.mark.parametrize(
    "values", [{"timed_price_minor": -1}, {"timed_from": END, "timed_until": START}]
)
def test_the_database_refuses_what_makes_no_sense(values: dict[str, object]) -> None:
    sku = SkuFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Sku.objects.filter(pk=sku.pk).update(**values)
