"""The buyer's page of an order: what it shows, what can be done, and who may see it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import SkuFactory
from tests.factories.shop import basket, open_shop, stocked

from zhanggui.catalog.models import Product
from zhanggui.catalog.queries.facts import CATALOG
from zhanggui.catalog.types import Shelf
from zhanggui.core import versions
from zhanggui.core.types import SYSTEM
from zhanggui.fulfilment import services as fulfilment
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import services as orders
from zhanggui.orders.models import CartLine, Order
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db


def ordered(*, lines: int = 1, **values: Any) -> Order:
    open_shop()
    skus = [SkuFactory(price_minor=1_990, weight_grams=200) for _ in range(lines)]
    for sku in skus:
        stocked(sku, 5)
    wanted = basket(*((sku, 2) for sku in skus), payment_channel="transfer", **values)
    placed = orders.place_order(wanted=wanted, now=timezone.now())
    return Order.objects.get(pk=placed.order_id)


def pay(order: Order) -> None:
    payments.confirm_transfer(
        order_id=order.pk,
        amount_minor=order.payable_minor,
        reference="A1",
        actor=SYSTEM,
        now=timezone.now(),
    )


def ship(order: Order) -> None:
    fulfilment.ship_order(
        order_id=order.pk,
        carrier="shunfeng",
        tracking_no="SF1234567890123",
        actor=SYSTEM,
        now=timezone.now(),
    )


def page(client: Client, order: Order) -> str:
    return client.get(f"/o/{order.token}/").content.decode()


def test_the_page_shows_masked_person_whole_address_and_money_that_adds_up(
    client: Client,
) -> None:
    order = ordered(note="请放门口")

    response = client.get(f"/o/{order.token}/")
    html = response.content.decode()

    assert "陈*琳" in html
    assert "138****1234" in html
    assert "13800001234" not in html
    assert "示例路 88 号 3 幢 502 室" in html
    assert "请放门口" in html
    amounts = re.findall(
        r'<dd><span class="(?:money|price price-md)"><small>¥</small>([\d,]+)', html
    )
    assert amounts == ["39", "8", "47"]
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"


def test_progress_and_history_follow_the_order(client: Client) -> None:
    order = ordered()
    assert "等待付款" in page(client, order)

    pay(order)
    paid = page(client, order)
    assert "已付款，等待发货" in paid
    assert paid.count("step-done") == 2

    ship(order)
    shipped = page(client, order)
    assert "顺丰速运" in shipped
    assert 'data-copy="SF1234567890123"' in shipped
    assert 'rel="noopener noreferrer"' in shipped
    assert shipped.count('class="tl-d"') == 3


def test_the_buyer_cancels_an_unpaid_order_and_its_stock_is_free_again(client: Client) -> None:
    order = ordered()

    client.post(f"/o/{order.token}/cancel/")
    client.post(f"/o/{order.token}/cancel/")

    order.refresh_from_db()
    assert (order.status, order.close_reason) == ("closed", "buyer")
    assert StockLevel.objects.get().reserved == 0
    assert "买家取消" in page(client, order)


def test_a_paid_order_can_not_be_cancelled_by_its_page(client: Client) -> None:
    order = ordered()
    pay(order)

    response = client.post(f"/o/{order.token}/cancel/", follow=True)

    assert "不能直接取消" in response.content.decode()
    order.refresh_from_db()
    assert order.status == "open"


def test_the_buyer_confirms_receipt_once_all_is_shipped(client: Client) -> None:
    order = ordered()
    pay(order)
    early = client.post(f"/o/{order.token}/receive/", follow=True)
    assert "不能确认收货" in early.content.decode()

    ship(order)
    client.post(f"/o/{order.token}/receive/")
    client.post(f"/o/{order.token}/receive/")

    order.refresh_from_db()
    assert order.display_status == "completed"
    assert "交易完成" in page(client, order)


def test_buying_again_fills_the_basket_with_what_can_be_had(client: Client) -> None:
    order = ordered(lines=2)
    gone = order.lines.order_by("ordinal").last()
    assert gone is not None
    Product.objects.filter(slug=gone.product_slug).update(shelf=Shelf.OFF)
    versions.bump(CATALOG)

    response = client.post(f"/o/{order.token}/again/")

    assert response["Location"] == "/cart/?missing=1"
    assert [line.quantity for line in CartLine.objects.all()] == [2]
    assert "有 1 种商品已经买不到" in client.get("/cart/?missing=1").content.decode()


@pytest.mark.parametrize("lines", [1, 3])
def test_the_page_asks_a_constant_number_of_times(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, lines: int
) -> None:
    order = ordered(lines=lines)
    pay(order)
    ship(order)

    with django_assert_num_queries(7):
        assert client.get(f"/o/{order.token}/").status_code == 200


def test_acts_need_a_post(client: Client) -> None:
    order = ordered()

    for act in ("cancel", "receive", "again"):
        assert client.get(f"/o/{order.token}/{act}/").status_code == 405


def test_posts_from_other_sites_are_refused() -> None:
    order = ordered()
    strict = Client(enforce_csrf_checks=True)
    path = f"/o/{order.token}/cancel/"

    foreign = strict.post(path, headers={"Origin": "https://evil.example"})
    own = strict.post(path, headers={"Origin": "http://testserver"})

    assert (foreign.status_code, own.status_code) == (403, 302)
