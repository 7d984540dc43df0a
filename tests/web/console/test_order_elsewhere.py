"""An order of another shop in the console and the API: found by its number there, and shown."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.factories.staff import StaffFactory
from tests.orders.marketplaces import TAOBAO, taobao, text
from tests.web.console.test_order_files import BACKEND, staff, upload, work

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import Role
from zhanggui.core.models import AuditEntry, Event
from zhanggui.integrations import services
from zhanggui.integrations.models import ImportRun
from zhanggui.orders.models import Order

pytestmark = pytest.mark.django_db
NUMBER = "3650028471920586123"
MONEY = ("1299.00", "1309.00", "总金额", "应付货款", "实际支付金额")


@pytest.fixture
def owner() -> Client:
    """Take an order over from Taobao, through the pages."""
    client = staff()
    upload(client, text([TAOBAO, taobao(NUMBER)]).encode("gb18030"))
    run = work()
    client.post(f"/console/imports/{run.pk}/begin/")
    services.work_on_import(run_id=run.pk, now=timezone.now())
    return client


def as_role(role: str) -> Client:
    client = Client()
    client.force_login(StaffFactory(role=role), BACKEND)
    return client


def program(role: str) -> dict[str, str]:
    made = accounts.create_api_key(name="ERP", role=role, now=ImportRun.objects.get().created_at)
    return {"Authorization": f"Bearer {made.token}"}


def url() -> str:
    return f"/console/orders/{Order.objects.get().number}/"


def card(html: str) -> str:
    """Return the card of the other shop, "" where the page has none."""
    found = re.search(r'<section[^>]*"h-elsewhere".*?</section>', html, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("q", [NUMBER, f" 订单编号：{NUMBER} ", f"taobao:{NUMBER}"])
def test_the_search_of_the_top_bar_the_list_and_the_api_find_it(owner: Client, q: str) -> None:
    number = Order.objects.get().number

    assert owner.get("/console/find/", {"q": q})["Location"] == url()
    assert f'id="row-{number}"' in owner.get("/console/orders/", {"q": q}).content.decode()
    asked = Client().get("/api/v1/admin/orders", {"q": q}, headers=program("service"))
    assert [one["number"] for one in asked.json()["items"]] == [number]


def test_the_api_tells_where_an_order_came_from(owner: Client) -> None:
    path = f"/api/v1/admin/orders/{Order.objects.get().number}"

    told = Client().get(path, headers=program("warehouse")).json()["imported_from"]

    assert told == {"format": "taobao", "number": NUMBER, "state": "交易成功"}


def test_who_sees_one_warehouse_only_finds_it_nowhere(owner: Client) -> None:
    rights = {"home": {"view"}, "orders": {"view", "reveal"}}
    now = ImportRun.objects.get().created_at
    role = accounts.save_role(
        code="", name="仓", home=Role.WAREHOUSE, rights=rights, warehouse_ids=[1], now=now
    )
    client = as_role(role)

    assert client.get("/console/find/", {"q": NUMBER})["Location"].startswith("/console/orders/?q=")
    assert "共 0 条" in client.get("/console/orders/", {"q": NUMBER}).content.decode()
    assert client.get(url()).status_code == 404
    asked = Client().get("/api/v1/admin/orders", {"q": NUMBER}, headers=program(role))
    assert asked.json()["items"] == []


def test_the_page_tells_the_platform_its_number_state_and_the_import(owner: Client) -> None:
    run = ImportRun.objects.get()

    found = card(owner.get(url()).content.decode())

    assert "淘宝、天猫订单" in found
    assert f'data-copy="{NUMBER}"' in found
    assert "交易成功" in found
    assert f'href="/console/imports/{run.pk}/">订单.csv<' in found
    assert ">总金额<" in found
    assert not [word for word in ("1309.00", "某某茶庄", "明前龙井 250克") if word in found]
    assert not Event.objects.filter(kind="order.data_shown").exists()


def test_others_get_no_link_to_the_import_and_the_warehouse_no_money(owner: Client) -> None:
    service = card(as_role(Role.SERVICE).get(url()).content.decode())
    warehouse = card(as_role(Role.WAREHOUSE).get(url()).content.decode())

    assert NUMBER in service
    assert NUMBER in warehouse
    assert "总金额" in service
    assert "/console/imports/" not in service + warehouse
    assert not [word for word in MONEY if word in warehouse]


def test_showing_the_row_takes_a_reason_and_is_logged(owner: Client) -> None:
    asked = owner.get(f"{url()}reveal/").content.decode()
    shown = owner.post(f"{url()}reveal/", {"why": "address"}).content.decode()

    assert "1309.00" not in asked
    assert "1309.00" in shown
    assert "某某茶庄" in shown
    assert Event.objects.get(kind="order.data_shown").payload == {"reason": "核对收件信息"}
    assert AuditEntry.objects.filter(kind="order.data_shown").count() == 1


def test_the_warehouse_is_shown_the_row_without_money_by_page_and_program(owner: Client) -> None:
    page = as_role(Role.WAREHOUSE).post(f"{url()}reveal/", {"why": "address"}).content.decode()
    path = f"/api/v1/admin/orders/{Order.objects.get().number}/reveal"
    answers = {
        role: Client()
        .post(path, {"reason": "核对"}, content_type="application/json", headers=program(role))
        .json()["imported_rows"]
        for role in ("warehouse", "service")
    }

    assert "明前龙井 250克" in page
    assert not [word for word in MONEY if word in page]
    assert answers["warehouse"] == [
        {
            "订单编号": NUMBER,
            "订单状态": "交易成功",
            "订单创建时间": "2026-10-01 09:30:00",
            "订单付款时间": "2026-10-01 09:31:05",
            "宝贝标题": "明前龙井 250克",
            "宝贝总数量": "2",
        }
    ]
    assert answers["service"][0]["总金额"] == "1309.00"


def test_the_page_of_an_imported_order_takes_so_many_statements(
    owner: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = url()
    owner.get(address)

    with django_assert_num_queries(11):
        owner.get(address)
