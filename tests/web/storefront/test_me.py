"""My orders: signing in by code, limits, the basket that comes along, and signing out."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import SkuFactory
from tests.factories.shop import basket, open_shop, stocked

from zhanggui.accounts.models import User
from zhanggui.accounts.services import save_shop
from zhanggui.customers.models import Address, PhoneCode
from zhanggui.notifications.models import Message
from zhanggui.orders import services as orders
from zhanggui.orders.models import Cart, CartLine, Order

pytestmark = pytest.mark.django_db

PHONE = "13800001234"


def code_for(client: Client, phone: str = PHONE) -> str:
    client.post("/me/code/", {"phone": phone})
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    return found[0]


def sign_in(client: Client, phone: str = PHONE) -> None:
    response = client.post("/me/sign-in/", {"phone": phone, "code": code_for(client, phone)})
    assert response["Location"] == "/me/"


def ordered(count: int = 1) -> list[Order]:
    open_shop()
    placed = []
    for _ in range(count):
        sku = SkuFactory()
        stocked(sku, 3)
        wanted = basket((sku, 1), payment_channel="transfer")
        placed.append(orders.place_order(wanted=wanted, now=timezone.now()).order_id)
    return list(Order.objects.filter(pk__in=placed))


def test_a_guest_finds_the_orders_of_the_phone_after_signing_in(client: Client) -> None:
    (order,) = ordered()
    assert "用手机号看订单" in client.get("/me/").content.decode()

    sign_in(client)
    html = client.get("/me/").content.decode()

    assert f'href="/o/{order.token}/"' in html
    assert "138****1234" in html
    assert User.objects.get().role == ""


def test_somebody_elses_phone_shows_none_of_them(client: Client) -> None:
    (order,) = ordered()

    sign_in(client, "13800009999")

    assert order.token not in client.get("/me/").content.decode()


def test_tabs_hold_what_they_count(client: Client) -> None:
    first, second = ordered(2)
    client.post(f"/o/{second.token}/cancel/")
    sign_in(client)

    html = client.get("/me/?tab=to_pay").content.decode()

    assert first.token in html
    assert second.token not in html
    assert re.findall(r'tab-n">(\d+)<', html) == ["2", "1", "0", "0", "0"]


@pytest.mark.parametrize("count", [1, 3])
def test_my_orders_ask_a_constant_number_of_times(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    ordered(count)
    sign_in(client)

    with django_assert_num_queries(7):
        assert client.get("/me/").status_code == 200


def test_a_wrong_code_signs_nobody_in_and_five_are_too_many(client: Client) -> None:
    open_shop()
    code = code_for(client)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    for _ in range(5):
        refused = client.post("/me/sign-in/", {"phone": PHONE, "code": wrong})
        assert refused.status_code == 422
        assert "验证码不对或已过期" in refused.content.decode()
    late = client.post("/me/sign-in/", {"phone": PHONE, "code": code})

    assert late.status_code == 422
    assert not User.objects.exists()


def test_a_code_works_once(client: Client) -> None:
    open_shop()
    code = code_for(client)
    client.post("/me/sign-in/", {"phone": PHONE, "code": code})

    again = Client().post("/me/sign-in/", {"phone": PHONE, "code": code})

    assert again.status_code == 422


def test_a_second_code_within_a_minute_is_refused_clearly(client: Client) -> None:
    open_shop()
    client.post("/me/code/", {"phone": PHONE})

    refused = client.post("/me/code/", {"phone": PHONE})

    assert refused.status_code == 429
    assert "请等一分钟再试" in refused.content.decode()
    assert f'name="phone" value="{PHONE}"' in refused.content.decode()
    assert PhoneCode.objects.count() == 1


@pytest.mark.parametrize("phone", ["", "12", "\x00", "茶" * 40])
def test_what_is_no_phone_is_refused(client: Client, phone: str) -> None:
    open_shop()

    response = client.post("/me/code/", {"phone": phone})

    assert response.status_code == 422
    assert not PhoneCode.objects.exists()


def test_the_basket_comes_along_and_stays_behind_on_signing_out(client: Client) -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 3)
    client.post("/cart/add/", {"sku": sku.code, "quantity": "2"})

    sign_in(client)
    assert Cart.objects.get().customer is not None
    assert client.cookies["cart_count"].value == "2"

    client.post("/me/sign-out/")
    assert "用手机号看订单" in client.get("/me/").content.decode()
    assert "购物车还是空的" in client.get("/cart/").content.decode()
    assert CartLine.objects.count() == 1


def test_the_address_book_is_offered_at_checkout_and_can_be_cut(client: Client) -> None:
    open_shop()
    sku = SkuFactory(price_minor=1_000)
    stocked(sku, 5)
    sign_in(client)
    form = {
        "action": "pay",
        "key": "k" * 20,
        "sku": sku.code,
        "seen": "1000",
        "quantity": "1",
        "name": "陈晓琳",
        "phone": PHONE,
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "detail": "示例路 1 号",
        "channel": "transfer",
        "address": "new",
        "expected": "1800",
    }
    client.post("/checkout/", form)
    address = Address.objects.get()

    offered = client.get(f"/checkout/?sku={sku.code}").content.decode()
    chosen = {**form, "key": "l" * 20, "address": str(address.pk)}
    for name in ("name", "phone", "province", "city", "district", "detail"):
        chosen[name] = ""
    second = client.post("/checkout/", chosen)

    assert f'value="{address.pk}" checked' in offered
    assert "微信支付" not in offered
    assert second.status_code == 302
    assert Order.objects.latest("placed_at").detail == "示例路 1 号"
    client.post("/me/addresses/forget/", {"address": str(address.pk)})
    assert "示例路 1 号" not in client.get(f"/checkout/?sku={sku.code}").content.decode()


def test_nobody_uses_or_cuts_the_address_of_another(client: Client) -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 5)
    owner = Client()
    sign_in(owner)
    form = {
        "action": "pay",
        "key": "k" * 20,
        "sku": sku.code,
        "seen": "1990",
        "quantity": "1",
        "name": "陈晓琳",
        "phone": PHONE,
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "detail": "示例路 1 号",
        "channel": "transfer",
        "address": "new",
        "expected": "2790",
    }
    owner.post("/checkout/", form)
    address = Address.objects.get()

    client.post("/me/addresses/forget/", {"address": str(address.pk)})
    foreign = {"action": "quote", "sku": sku.code, "seen": "1990", "quantity": "1"}
    html = client.post("/checkout/", {**foreign, "address": str(address.pk)}).content.decode()

    address.refresh_from_db()
    assert address.archived_at is None
    assert "示例路" not in html


def test_only_the_demo_shows_its_messages(client: Client) -> None:
    open_shop()
    code = code_for(client)
    assert client.get("/demo/messages/").status_code == 404

    save_shop(is_demo=True)

    assert code in client.get("/demo/messages/").content.decode()
