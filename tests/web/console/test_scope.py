"""Who sees some warehouses only: the same through every page, the API, search and the counters."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, basket, open_shop, stocked
from tests.factories.staff import StaffFactory

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import RIGHTS, Role
from zhanggui.core.types import SYSTEM
from zhanggui.inventory import services as stock
from zhanggui.inventory.models import StockLevel, Transfer, Warehouse
from zhanggui.orders import services
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments

BACKEND = "django.contrib.auth.backends.ModelBackend"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

Ask = Callable[[str], str]


@pytest.fixture
def orders() -> dict[str, Order]:
    """Return a paid order of each of two warehouses, of the same buyer and goods."""
    open_shop()
    found = {}
    for code in ("NORTH", "SOUTH"):
        house = WarehouseFactory(code=code)
        sku = SkuFactory(code=f"TEA-{code}")
        stocked(sku, 50, house)
        placed = services.place_order(wanted=basket((sku, 1), payment_channel="transfer"), now=NOON)
        order = Order.objects.get(pk=placed.order_id)
        payments.confirm_transfer(
            order_id=order.pk,
            amount_minor=order.payable_minor,
            reference="A1",
            actor=SYSTEM,
            now=NOON,
        )
        assert order.warehouse_id == house.pk
        found[code] = Order.objects.get(pk=order.pk)
    return found


@pytest.fixture(params=[Role.OWNER, Role.SERVICE, Role.WAREHOUSE])
def code(request: pytest.FixtureRequest, orders: dict[str, Order]) -> str:
    """Return a role with all rights that sees the northern warehouse only."""
    house = Warehouse.objects.get(code="NORTH")
    return accounts.save_role(
        code="",
        name="北仓",
        home=Role(request.param),
        rights=RIGHTS,
        warehouse_ids=[house.pk],
        now=NOON,
    )


@pytest.fixture
def person(code: str) -> Client:
    """Return a browser of somebody in that role."""
    client = Client()
    client.force_login(StaffFactory(role=code), BACKEND)
    return client


@pytest.fixture
def program(code: str) -> Client:
    """Return a program with a key of that role."""
    key = accounts.create_api_key(name="ERP", role=code, now=NOON)
    return Client(headers={"Authorization": f"Bearer {key.token}"})


@pytest.fixture
def lists(person: Client, orders: dict[str, Order]) -> Iterator[str]:
    """Return the addresses that list orders, one after the other."""
    south = orders["SOUTH"]
    return iter(
        (
            "/console/",
            "/console/orders/",
            "/console/orders/?status=to_ship",
            "/console/orders/?warehouse=SOUTH",
            f"/console/orders/?q={south.number}",
            f"/console/orders/?q={south.number_tail}",
            "/console/orders/?q=TEA-SOUTH",
            "/console/orders/?paid=month",
            "/console/orders/?flag=late",
            "/console/pulse/?after=0",
        )
    )


def test_lists_and_searches_show_no_order_of_another_warehouse(
    person: Client, orders: dict[str, Order], lists: Iterator[str]
) -> None:
    shown = 0
    for url in lists:
        page = person.get(url).content.decode()
        assert f"/console/orders/{orders['SOUTH'].number}/" not in page, url
        shown += f"/console/orders/{orders['NORTH'].number}/" in page

    assert shown >= 3


def test_counters_count_what_is_seen(person: Client) -> None:
    page = person.get("/console/orders/").content.decode()

    assert set(re.findall(r'class="num tab-n">(\d+)<', page)) == {"0", "1"}


def test_pages_and_acts_of_another_warehouses_orders_do_not_exist(
    person: Client, orders: dict[str, Order]
) -> None:
    south = orders["SOUTH"].number
    before = Order.objects.values().get(number=south)

    for path in ("", "ship/", "cancel/", "transfer/", "reveal/"):
        assert person.get(f"/console/orders/{south}/{path}").status_code == 404, path
    for path in ("ship/", "cancel/", "transfer/", "reveal/", "refunds/1/retry/"):
        answer = person.post(f"/console/orders/{south}/{path}", {"reason": "x"})
        assert answer.status_code in (404, 405), path

    assert Order.objects.values().get(number=south) == before
    assert person.get(f"/console/orders/{orders['NORTH'].number}/").status_code == 200


def test_programs_are_held_to_the_same(program: Client, orders: dict[str, Order]) -> None:
    south, north = orders["SOUTH"].number, orders["NORTH"].number
    before = StockLevel.objects.values().get(warehouse__code="SOUTH")
    address = "/api/v1/admin/orders"

    listed = program.get(address).json()["items"]
    assert [one["number"] for one in listed] == [north]
    assert program.get(f"{address}?q={south}").json()["items"] == []
    assert program.get(f"{address}/{north}").status_code == 200
    assert program.get(f"{address}/{south}").status_code == 404
    for act, body in {
        "ship": {"tracking_no": "SF1234567890123"},
        "confirm-transfer": {"amount_minor": 1, "reference": "x"},
        "reveal": {"reason": "x"},
    }.items():
        answer = program.post(
            f"{address}/{south}/{act}", json.dumps(body), content_type="application/json"
        )
        assert answer.status_code == 404, act
    assert program.get("/api/v1/admin/stock?sku=TEA-SOUTH").json()["items"] == []
    count = {"sku": "TEA-SOUTH", "warehouse": "SOUTH", "on_hand": 1, "reason": "x"}
    answer = program.patch(
        "/api/v1/admin/stock", json.dumps(count), content_type="application/json"
    )
    assert answer.status_code == 404

    assert StockLevel.objects.values().get(warehouse__code="SOUTH") == before


def test_stock_and_transfers_of_other_warehouses_are_neither_shown_nor_changed(
    person: Client,
) -> None:
    made = stock.create_transfer(
        source="SOUTH", target="NORTH", note="", request_id="", actor=SYSTEM, now=NOON
    )
    here = f"/console/stock/transfers/{made.number}/"
    WarehouseFactory(code="WEST", name="西仓")
    hidden = stock.create_transfer(
        source="SOUTH", target="WEST", note="", request_id="", actor=SYSTEM, now=NOON
    )

    listed = person.get("/console/stock/transfers/").content.decode()

    assert made.number in listed
    assert hidden.number not in listed
    assert "西仓" not in person.get("/console/stock/sku/TEA-SOUTH/").content.decode()
    assert person.get("/console/stock/correct/SOUTH/TEA-SOUTH/").status_code == 404
    assert person.get(f"/console/stock/transfers/{hidden.number}/").status_code == 404
    assert person.get(here).status_code == 200
    stock.set_transfer_line(
        transfer_id=made.pk, sku_code="TEA-SOUTH", quantity=1, actor=SYSTEM, now=NOON
    )
    assert "调出仓可售" not in person.get(here).content.decode()
    for act in ("send", "cancel", "line"):
        assert person.post(f"{here}{act}/", {"scan": "TEA-SOUTH"}).status_code == 403
    wanted = {"source": "SOUTH", "target": "NORTH", "request_id": "x"}
    new = person.post("/console/stock/transfers/new/", wanted)
    assert (new.status_code, list(new.context["form"].errors)) == (422, ["source"])
    assert set(Transfer.objects.values_list("status", flat=True)) == {"draft"}
    assert Transfer.objects.count() == 2


def test_a_stock_check_tells_of_seen_warehouses_only(person: Client) -> None:
    wrong = StockLevel.objects.filter(warehouse__code="SOUTH")
    wrong.update(on_hand=48)
    check = stock.check_stock(now=NOON)
    (difference,) = check.differences.all()

    page = person.get("/console/stock/check/").content.decode()

    assert "账实一致" in page
    assert not re.search("[0-9]+ (处差异|个库存)", page)
    assert person.post(f"/console/stock/check/{difference.pk}/repair/").status_code == 404
    assert wrong.get().on_hand == 48

    Warehouse.objects.filter(code="SOUTH").update(archived_at=NOON)
    owner = Client()
    owner.force_login(StaffFactory(), BACKEND)
    page = owner.get("/console/stock/check/").content.decode()
    assert re.findall("([0-9]+) 处差异", page) == ["1", "1"]
    assert "TEA-SOUTH" in page
