"""The sale through the API, as a shopper's program sees it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import open_shop, stocked
from tests.factories.wechat import wechat_settings

from zhanggui.catalog.models import Sku
from zhanggui.inventory.models import StockLevel
from zhanggui.orders.models import Order
from zhanggui.payments.providers.simulator import SimulatorServer, credentials

pytestmark = pytest.mark.django_db

ADDRESS = {
    "name": "陈晓琳",
    "phone": "13800001234",
    "province": "浙江",
    "city": "杭州",
    "district": "西湖区",
    "detail": "示例路 88 号",
}
KEY = "a-key-of-a-client-0001"


@pytest.fixture
def sku() -> Sku:
    open_shop()
    sku = SkuFactory(code="TEA-1", price_minor=1990, weight_grams=500)
    stocked(sku, 5)
    return sku


def place(client: Client, *, key: str = KEY, **changes: Any) -> Any:
    body = {
        "lines": [{"sku": "TEA-1", "quantity": 2}],
        "address": ADDRESS,
        "payment_channel": "transfer",
        **changes,
    }
    return client.post(
        "/api/v1/shop/orders",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def reserved() -> int:
    return StockLevel.objects.get().reserved


def test_goods_are_listed_and_described(client: Client, sku: Sku) -> None:
    listed = client.get("/api/v1/shop/products").json()
    assert listed["next"] is None
    assert [(row["slug"], row["price_minor"]) for row in listed["items"]] == [
        (sku.product.slug, 1990)
    ]

    shown = client.get(f"/api/v1/shop/products/{sku.product.slug}").json()
    assert shown["skus"] == [
        {
            "sku": "TEA-1",
            "options": {},
            "price_minor": 1990,
            "market_price_minor": None,
            "currency": "CNY",
            "available": 5,
            "not_sold": None,
        }
    ]


def test_an_order_is_placed_once_per_key(client: Client, sku: Sku) -> None:
    first, second = place(client), place(client)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    order = Order.objects.get()
    assert first.json() == {
        "number": order.number,
        "token": order.token,
        "display_status": "to_pay",
        "payable_minor": 2 * 1990 + 800,
        "currency": "CNY",
        "pay_url": f"http://127.0.0.1:8000/pay/{order.token}/",
    }
    assert (order.name, order.phone, order.city) == ("陈晓琳", "+8613800001234", "杭州市")
    assert reserved() == 2


def test_another_body_under_the_same_key_is_refused(client: Client, sku: Sku) -> None:
    place(client)
    answer = place(client, note="快一点")
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_conflict"
    assert Order.objects.count() == 1


def test_a_pasted_address_is_understood(client: Client, sku: Sku) -> None:
    text = "陈晓琳 13800001234 浙江省杭州市西湖区示例路 88 号 3 幢"
    assert place(client, address=None, address_text=text).status_code == 201
    order = Order.objects.get()
    assert (order.province, order.district, order.detail) == ("浙江省", "西湖区", "示例路88号3幢")


@pytest.mark.parametrize(
    ("changes", "status", "code", "lines"),
    [
        ({"lines": []}, 422, "empty_order", []),
        (
            {"lines": [{"sku": "TEA-1", "quantity": 6}]},
            409,
            "out_of_stock",
            [{"sku": "TEA-1", "code": "out_of_stock", "available": 5}],
        ),
        (
            {"lines": [{"sku": "NONE", "quantity": 1}]},
            409,
            "not_for_sale",
            [{"sku": "NONE", "code": "not_for_sale", "available": None}],
        ),
        (
            {"lines": [{"sku": "TEA-1", "quantity": 1, "unit_price_minor": 1}]},
            409,
            "price_changed",
            [{"sku": "TEA-1", "code": "price_changed", "available": 5, "price_minor": 1990}],
        ),
        ({"address": {**ADDRESS, "district": "火星区"}}, 422, "invalid_address", None),
        ({"address": {**ADDRESS, "phone": "12"}}, 422, "invalid_address", None),
        ({"address": None}, 422, "invalid_address", None),
        ({"payment_channel": "shells"}, 422, "invalid_payment_channel", []),
        (
            {
                "address": {
                    **ADDRESS,
                    "province": "西藏自治区",
                    "city": "拉萨市",
                    "district": "城关区",
                }
            },
            409,
            "undeliverable",
            [],
        ),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    client: Client,
    sku: Sku,
    changes: dict[str, Any],
    status: int,
    code: str,
    lines: list[dict[str, Any]] | None,
) -> None:
    answer = place(client, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]
    if lines is not None:
        assert answer.json()["lines"] == lines
    assert not Order.objects.exists()
    assert reserved() == 0


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "has a blank in it 1", "键键键键键键键键键键键键键键键键"]
)
def test_a_key_of_the_wrong_form_is_refused(client: Client, sku: Sku, key: str) -> None:
    answer = place(client, key=key)
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_only_who_holds_the_token_sees_the_order(client: Client, sku: Sku) -> None:
    placed = place(client).json()
    address = f"/api/v1/shop/orders/{placed['number']}"

    assert client.get(address).status_code == 404
    assert client.get(address, headers={"X-Order-Token": "0" * 32}).status_code == 404
    shown = client.get(address, headers={"X-Order-Token": placed["token"]}).json()
    assert shown["display_status"] == "to_pay"
    assert shown["payable_minor"] == shown["goods_minor"] + shown["freight_minor"] == 4780
    assert (shown["address"]["name"], shown["address"]["phone"]) == ("陈*琳", "138****1234")
    assert shown["lines"][0]["quantity"] == 2


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/shop/products/none", 404, "not_found"),
        ("get", "/api/v1/shop/nothing", 404, "not_found"),
        ("delete", "/api/v1/shop/products", 405, "method_not_allowed"),
        ("get", "/api/v1/shop/products?limit=0", 422, "invalid_request"),
        ("get", "/api/v1/shop/products/%00", 404, "not_found"),
        ("get", "/api/v1/admin/orders", 401, "unauthorized"),
    ],
)
def test_every_error_is_code_and_detail(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    answer = getattr(client, method)(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
    assert answer.json().keys() == {"code", "detail"}
    assert answer.json()["code"] == code


def test_a_body_that_is_no_json_is_refused(client: Client) -> None:
    answer = client.post(
        "/api/v1/shop/orders",
        "{",
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_pay_addresses_carry_the_public_name_of_the_shop(
    client: Client, sku: Sku, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://shop.example"

    placed = place(client).json()

    assert placed["pay_url"] == f"https://shop.example/pay/{placed['token']}/"


def test_behind_a_proxy_the_channel_is_told_the_address_of_the_payer(
    client: Client, sku: Sku, settings: Any, tmp_path: Path
) -> None:
    credentials(tmp_path)
    with SimulatorServer(tmp_path) as server:
        known = wechat_settings(tmp_path, base=server.base)
        settings.WECHATPAY = known | {"client_ip": ""}
        placed = place(client, payment_channel="wechat_h5").json()
        opened = [pay_by_h5(client, placed, settings, proxies=count) for count in (0, 1)]

    assert [answer.status_code for answer in opened] == [409, 201]  # 127.0.0.1 is refused there
    assert opened[1].json()["pay_url"].startswith(f"{server.base}/h5?prepay_id=")


def pay_by_h5(client: Client, placed: dict[str, Any], settings: Any, *, proxies: int) -> Any:
    settings.TRUSTED_PROXIES = proxies
    return client.post(
        f"/api/v1/shop/orders/{placed['number']}/payments",
        {"payment_channel": "wechat_h5"},
        content_type="application/json",
        headers={
            "Idempotency-Key": KEY,
            "X-Order-Token": placed["token"],
            "X-Forwarded-For": "14.23.150.211",
        },
    )
