"""Stock for programs: corrections and transfers, each act once, and no warehouse too many."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, books_balance, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.unchanged import nothing_changes

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import RIGHTS, Role
from zhanggui.inventory.models import StockLevel, StockMovement, Transfer, Warehouse

pytestmark = pytest.mark.django_db
STOCK, TRANSFERS = "/api/v1/admin/stock", "/api/v1/admin/transfers"


@pytest.fixture(autouse=True)
def houses() -> Any:
    """Open two warehouses, with ten cups in the first one."""
    with time_machine.travel(NOON, tick=False):
        open_shop()
        first, second = WarehouseFactory(code="HZ"), WarehouseFactory(code="CD")
        stocked(SkuFactory(code="CUP"), 10, first)
        yield first, second


def program(*, houses: list[str] | None = None, rights: Any = RIGHTS) -> Client:
    ids = None if houses is None else [Warehouse.objects.get(code=one).pk for one in houses]
    role = accounts.save_role(
        code="", name="仓", home=Role.WAREHOUSE, rights=rights, warehouse_ids=ids, now=NOON
    )
    key = accounts.create_api_key(name="WMS", role=role, now=NOON)
    return Client(headers={"Authorization": f"Bearer {key.token}"})


def send(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def begun(client: Client, **body: Any) -> Any:
    wanted = {"source": "HZ", "target": "CD", "request_id": "r-1"}
    lines = [{"sku": "CUP", "quantity": 4}]
    return send(client, TRANSFERS, **{**wanted, "lines": lines, **body})


def levels() -> dict[str, tuple[int, int]]:
    rows = StockLevel.objects.values_list("warehouse__code", "on_hand", "unavailable")
    return {house: (here, aside) for house, here, aside in rows}


def test_pieces_are_set_aside_put_back_and_written_off_once_for_each_request() -> None:
    client = program()
    why = {"sku": "CUP", "warehouse": "HZ", "reason": "碰坏", "reason_code": "damaged"}

    for act, quantity, request in (("set_aside", 5, "a"), ("put_back", 2, "b")) * 2:
        body = {**why, "act": act, "quantity": quantity, "request_id": request}
        answer = send(client, f"{STOCK}/corrections", **body)
        assert answer.status_code == 200
    assert (answer.json()["unavailable"], answer.json()["available"]) == (3, 7)
    gone = {**why, "act": "write_off", "quantity": 3, "seen_unavailable": 3, "request_id": "c"}
    assert send(client, f"{STOCK}/corrections", **gone).json()["on_hand"] == 7
    again = {**gone, "request_id": "d"}
    refused = send(client, f"{STOCK}/corrections", **again)

    assert (refused.status_code, refused.json()["code"]) == (409, "stock_moved")
    assert levels() == {"HZ": (7, 0)}
    assert [row.actor_type for row in StockMovement.objects.exclude(kind="receive")] == ["api"] * 3
    books_balance()


def test_a_transfer_goes_its_whole_way() -> None:
    client = program()

    made = begun(client, note="补货")
    assert made.status_code == 201
    assert begun(client).json() == made.json()
    path = f"{TRANSFERS}/{made.json()['number']}"
    for _ in range(2):
        sent = send(client, f"{path}/send").json()
    assert (sent["status"], sent["pieces"]) == ("sent", 4)
    part = {"lines": [{"sku": "CUP", "received": 1}], "request_id": "got-1"}
    for _ in range(2):
        arrived = send(client, f"{path}/receive", **part).json()
    assert arrived["lines"] == [
        {"sku": "CUP", "quantity": 4, "received": 1, "missing": 0, "on_the_way": 3}
    ]
    rest = {"lines": [{"sku": "CUP", "received": 2, "missing": 1, "seen_on_the_way": 3}]}
    end = send(client, f"{path}/receive", **rest, missing_reason="lost", request_id="got-2").json()

    assert (end["status"], end["lines"][0]["on_the_way"]) == ("received", 0)
    assert client.get(path).json() == end
    (row,) = client.get(f"{TRANSFERS}?status=received").json()["items"]
    assert row == {name: value for name, value in end.items() if name != "lines"}
    assert client.get(f"{TRANSFERS}?status=draft").json() == {"items": [], "next": None}
    assert levels() == {"HZ": (6, 0), "CD": (3, 0)}
    books_balance()


def test_a_list_of_transfers_goes_on_where_it_ended() -> None:
    client = program()
    numbers = [begun(client, request_id=f"r-{n}").json()["number"] for n in range(3)]

    first = client.get(f"{TRANSFERS}?limit=2").json()
    second = client.get(f"{TRANSFERS}?limit=2&cursor={first['next']}").json()

    assert [one["number"] for one in first["items"] + second["items"]] == numbers[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"target": "HZ"}, 422, "invalid_transfer"),
        ({"target": "NONE"}, 404, "not_found"),
        ({"lines": [{"sku": "NONE", "quantity": 1}]}, 404, "not_found"),
        ({"lines": [{"sku": "CUP", "quantity": 0}]}, 422, "invalid_request"),
        ({"lines": [{"sku": "CUP", "quantity": 10**6}] * 2}, 422, "invalid_transfer"),
        ({"request_id": ""}, 422, "invalid_request"),
    ],
)
def test_what_is_no_transfer_is_not_begun(body: dict[str, Any], status: int, code: str) -> None:
    client = program()
    wanted = {"source": "HZ", "target": "CD", "request_id": "r", **body}

    with nothing_changes():
        answer = send(client, TRANSFERS, **wanted)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_each_end_of_a_transfer_is_for_who_sees_its_warehouse() -> None:
    number = begun(program()).json()["number"]
    path, wms = f"{TRANSFERS}/{number}", WarehouseFactory(code="FAR")
    got = {"lines": [{"sku": "CUP", "received": 1}], "request_id": "x"}
    source, target, far = (program(houses=[one]) for one in ("HZ", "CD", wms.code))

    with nothing_changes():
        assert send(target, f"{path}/send").status_code == 403
        assert send(target, f"{path}/cancel").status_code == 403
        assert send(source, f"{path}/receive", **got).status_code == 403
        assert begun(target).status_code == 404
        for act in ("send", "cancel"):
            assert send(far, f"{path}/{act}").status_code == 404
        assert send(far, f"{path}/receive", **got).status_code == 404
        assert far.get(path).status_code == 404
        assert far.get(TRANSFERS).json()["items"] == []
    assert target.get(TRANSFERS).json()["items"][0]["number"] == number
    assert send(source, f"{path}/send").json()["status"] == "sent"
    assert send(target, f"{path}/receive", **got).json()["lines"][0]["on_the_way"] == 3
    assert Transfer.objects.count() == 1


def test_the_ledger_names_the_program() -> None:
    client = program()
    number = begun(client).json()["number"]
    send(client, f"{TRANSFERS}/{number}/send")
    owner = Client()
    owner.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")

    for page in ("sku/CUP/", f"transfers/{number}/"):
        assert "接口 · WMS (zg_" in owner.get(f"/console/stock/{page}").content.decode()
