"""What staff's programs can do, and what their role keeps from them."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.accounts.models import ApiKey
from zhanggui.core.types import SYSTEM
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import PlacedOrder
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db


def key(role: str) -> dict[str, str]:
    out = StringIO()
    call_command("api_key", "create", "--role", role, "--json", stdout=out)
    token = json.loads(out.getvalue())["token"]
    assert not ApiKey.objects.filter(token_hash=token).exists()
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def paid() -> PlacedOrder:
    open_shop()
    sku = SkuFactory(code="TEA-1", price_minor=1990)
    stocked(sku, 5)
    placed = orders.place_order(wanted=basket((sku, 2), payment_channel="transfer"), now=NOON)
    payments.confirm_transfer(
        order_id=placed.order_id,
        amount_minor=placed.payable_minor,
        reference="",
        actor=SYSTEM,
        now=NOON,
    )
    return placed


def send(client: Client, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
    call = getattr(client, method)
    return call(path, body, content_type="application/json", headers=headers)


def test_staff_find_and_ship_an_order(client: Client, paid: PlacedOrder) -> None:
    owner = key("owner")
    found = client.get("/api/v1/admin/orders?display_status=to_ship&q=1234", headers=owner).json()
    assert [row["number"] for row in found["items"]] == [paid.number]
    assert (found["items"][0]["name"], found["items"][0]["phone"]) == ("陈*琳", "138****1234")

    path = f"/api/v1/admin/orders/{paid.number}/ship"
    body = {"carrier": "shunfeng", "tracking_no": "SF1234567890123"}
    shipped = send(client, "post", path, body, owner)
    assert shipped.status_code == 200
    assert shipped.json()["display_status"] == "to_receive"
    assert shipped.json()["parcels"][0]["tracking_no"] == "SF1234567890123"
    assert send(client, "post", path, body, owner).status_code == 200
    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved) == (3, 0)

    found = client.get("/api/v1/admin/orders?q=SF1234567890123", headers=owner).json()
    assert [row["number"] for row in found["items"]] == [paid.number]


def test_the_carrier_is_recognised_from_the_number(client: Client, paid: PlacedOrder) -> None:
    path = f"/api/v1/admin/orders/{paid.number}/ship"
    answer = send(client, "post", path, {"tracking_no": "yt1234567890123"}, key("warehouse"))
    assert answer.json()["parcels"][0]["carrier"] == "yuantong"


def test_the_warehouse_sees_no_money(client: Client, paid: PlacedOrder) -> None:
    warehouse = key("warehouse")
    listed = client.get("/api/v1/admin/orders", headers=warehouse).json()["items"][0]
    shown = client.get(f"/api/v1/admin/orders/{paid.number}", headers=warehouse).json()
    assert "payable_minor" not in listed
    assert {value for name, value in shown.items() if name.endswith("_minor")} == {None}
    assert shown["lines"][0]["unit_price_minor"] is None


def test_stock_is_counted_as_a_ledger_movement(client: Client, paid: PlacedOrder) -> None:
    owner = key("owner")
    before = client.get("/api/v1/admin/stock?sku=TEA-1", headers=owner).json()["items"]
    warehouse = before[0]["warehouse"]
    assert before == [
        {
            "sku": "TEA-1",
            "warehouse": warehouse,
            "on_hand": 5,
            "reserved": 2,
            "unavailable": 0,
            "available": 3,
        }
    ]
    body = {"sku": "TEA-1", "warehouse": warehouse, "on_hand": 9, "reason": "盘点"}
    after = send(client, "patch", "/api/v1/admin/stock", body, owner)
    assert (after.json()["on_hand"], after.json()["available"]) == (9, 7)

    refused = send(client, "patch", "/api/v1/admin/stock", {**body, "on_hand": 1}, owner)
    assert (refused.status_code, refused.json()["code"]) == (409, "below_reserved")
    assert StockLevel.objects.get().on_hand == 9
    unknown = send(client, "patch", "/api/v1/admin/stock", {**body, "sku": "X"}, owner)
    assert unknown.status_code == 404


def test_a_transfer_is_confirmed(client: Client) -> None:
    open_shop()
    sku = SkuFactory()
    stocked(sku, 5)
    placed = orders.place_order(wanted=basket((sku, 1), payment_channel="transfer"), now=NOON)
    Order.objects.update(pay_by_at="2999-01-01T00:00:00Z")
    path = f"/api/v1/admin/orders/{placed.number}/confirm-transfer"
    wrong = send(client, "post", path, {"amount_minor": 1}, key("service"))
    assert wrong.status_code == 409
    body = {"amount_minor": placed.payable_minor, "reference": "HK1"}
    assert send(client, "post", path, body, key("service")).json()["payment_state"] == "paid"
    assert send(client, "post", path, body, key("warehouse")).status_code == 403


def test_showing_personal_data_is_written_down(client: Client, paid: PlacedOrder) -> None:
    path = f"/api/v1/admin/orders/{paid.number}/reveal"
    shown = send(client, "post", path, {"reason": "核对地址"}, key("service")).json()
    assert (shown["name"], shown["phone"]) == ("陈晓琳", "13800001234")
    from zhanggui.core.models import Event

    event = Event.objects.get(kind="order.data_shown")
    assert (event.actor_type, event.payload) == ("api", {"reason": "核对地址"})


def test_a_key_that_was_revoked_opens_nothing(client: Client) -> None:
    headers = key("owner")
    call_command("api_key", "revoke", ApiKey.objects.get().prefix, stdout=StringIO())
    assert client.get("/api/v1/admin/orders", headers=headers).status_code == 401
