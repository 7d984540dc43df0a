"""No page of the storefront shows Chinese of ours to who reads English."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import basket, open_shop, stocked

from zhanggui.core.types import SYSTEM
from zhanggui.customers.types import AddressInput
from zhanggui.fulfilment import services as fulfilment
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db

ADDRESS = AddressInput(
    name="John Smith",
    phone="+8613800001234",
    province="Zhejiang",
    city="Hangzhou",
    district="Xihu",
    detail="Road 88",
    division_code="330106",
)
NOT_OURS = re.compile(r"<option[^>]*>[^<]*</option>|简体中文|顺丰速运|茶|【|】")


def english(client: Client, path: str) -> str:
    """Return the Chinese of a page that is not somebody's own text."""
    client.cookies["lang"] = "en"
    response = client.get(path)
    assert response.status_code == 200, path
    return "".join(re.findall(r"[\u3400-\u9fff]+", NOT_OURS.sub("", response.content.decode())))


def ordered() -> Order:
    open_shop(name="Tea", slogan="Good", transfer_account="Bank 0000", is_demo=True)
    category = CategoryFactory(name="Tea", slug="tea")
    product = ProductFactory(name="Green", slug="green", category=category)
    sku = SkuFactory(product=product, price_minor=1_990)
    stocked(sku, 5)
    wanted = basket((sku, 1), payment_channel="transfer", address=ADDRESS)
    placed = orders.place_order(wanted=wanted, now=timezone.now())
    return Order.objects.get(pk=placed.order_id)


def test_every_page_on_the_way_speaks_english(client: Client) -> None:
    order = ordered()
    sku = order.lines.get().sku_code
    client.post("/cart/add/", {"sku": sku})

    paths = [
        *("/", "/categories/", "/c/tea/", "/search/", "/search/?q=xyz", "/p/green/"),
        *("/p/green/?why=choose", "/cart/", "/cart/?missing=2", "/checkout/", "/me/"),
        *(f"/pay/{order.token}/", f"/pay/{order.token}/result/", f"/o/{order.token}/"),
        *(f"/o/{order.token}/?why=cancel", "/demo/messages/"),
    ]

    assert {path: english(client, path) for path in paths} == dict.fromkeys(paths, "")


def test_orders_speak_english_in_every_state(client: Client) -> None:
    order = ordered()
    path = f"/o/{order.token}/"
    payments.confirm_transfer(
        order_id=order.pk,
        amount_minor=order.payable_minor,
        reference="",
        actor=SYSTEM,
        now=timezone.now(),
    )
    assert english(client, path) + english(client, f"/pay/{order.token}/result/") == ""
    fulfilment.ship_order(
        order_id=order.pk,
        carrier="shunfeng",
        tracking_no="SF1234567890123",
        actor=SYSTEM,
        now=timezone.now(),
    )
    assert english(client, path) == ""
    client.post(f"{path}receive/")
    assert english(client, path) == ""


def test_closed_orders_speak_english(client: Client) -> None:
    closed = ordered()

    client.post(f"/o/{closed.token}/cancel/")
    assert english(client, f"/o/{closed.token}/") == ""
    assert english(client, f"/pay/{closed.token}/result/") == ""


def test_refusals_speak_english(client: Client) -> None:
    order = ordered()
    client.cookies["lang"] = "en"
    form = {"action": "pay", "key": "k" * 20, "sku": order.lines.get().sku_code, "seen": "1"}

    html = client.post("/checkout/", {**form, "quantity": "9"}).content.decode()
    code = client.post("/me/code/", {"phone": "12"}).content.decode()

    words = NOT_OURS.sub("", html + code)
    assert re.findall(r"[\u3400-\u9fff]+", words) == []
