"""The pages of importing past orders: found by itself, explained, checked, taken over."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.shop import open_shop
from tests.factories.staff import StaffFactory
from tests.orders.marketplaces import ITEMS, TAOBAO, row, taobao, text
from tests.orders.test_marketplace_command import WOOCOMMERCE
from tests.unchanged import nothing_changes

from zhanggui.accounts.types import Role
from zhanggui.integrations import services
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.types import RunState
from zhanggui.orders.models import ImportedOrder, Order, OrderLine

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def staff(role: str = Role.OWNER) -> Client:
    open_shop()
    client = Client()
    client.force_login(StaffFactory(role=role), BACKEND)
    return client


def upload(client: Client, content: bytes, name: str = "订单.csv", items: bytes = b"") -> Any:
    sent = {"kind": "orders", "file": SimpleUploadedFile(name, content)}
    if items:
        sent["items"] = SimpleUploadedFile("宝贝.csv", items)
    return client.post("/console/imports/new/", sent)


def work() -> ImportRun:
    """Do what a worker does."""
    made = ImportRun.objects.order_by("pk").last()
    assert made is not None
    services.work_on_import(run_id=made.pk, now=made.created_at)
    made.refresh_from_db()
    return made


def orders_file() -> bytes:
    rows = [
        taobao(),
        taobao("3650028471920586002", 订单状态="买家已付款,等待卖家发货"),
        taobao("3650028471920586003", 订单状态="已送达驿站", 买家会员名="tb_9", 宝贝总数量=1),
    ]
    return text([["店铺订单"], TAOBAO, *rows]).encode("gb18030")


def test_a_file_of_a_marketplace_is_found_explained_and_taken_over() -> None:
    client = staff()
    upload(client, orders_file())
    made = work()
    url = f"/console/imports/{made.pk}/"

    assert (made.state, made.format) == (RunState.CHECKED, "taobao")
    page = client.get(url).content.decode()
    assert 'id="gross-CNY">¥1,309.00<' in page
    assert "淘宝、天猫订单" in page
    assert "已送达驿站" in page
    assert "2026-10-01" in page
    errors = b"".join(client.get(f"{url}errors/")).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "不认识的订单状态「已送达驿站」" in errors
    assert "3650028471920586003" in errors
    assert "王**" not in errors
    assert "184" not in errors.replace("20261001", "")

    sent = {"format": "taobao", "word": ["已送达驿站"], "means": ["shipped"], "open": "1"}
    client.post(f"{url}match/", sent)
    made = work()
    assert (made.state, made.counts["created"], made.errors_file) == (RunState.CHECKED, 3, "")
    checked = {name: made.counts[name] for name in ("totals", "states", "units", "customers")}

    client.post(f"{url}begin/")
    made = work()
    assert (made.state, made.counts["created"], made.file) == (RunState.DONE, 3, "")
    assert {name: made.counts[name] for name in checked} == checked
    assert 'id="gross-CNY">¥3,927.00<' in client.get(url).content.decode()
    found = Order.objects.order_by("external_ref").values_list("display_status", flat=True)
    assert list(found) == ["to_ship", "to_receive", "completed"]


def test_the_word_is_remembered_for_the_next_file() -> None:
    client = staff()
    upload(client, orders_file())
    made = work()
    sent = {"format": "taobao", "word": ["已送达驿站"], "means": ["shipped"]}
    client.post(f"/console/imports/{made.pk}/match/", sent)

    upload(client, orders_file())

    assert work().counts["unknown"] == {}


def test_the_list_of_items_comes_along_or_in_a_zip() -> None:
    client = staff()
    cells = row(ITEMS, 订单编号="3650028471920586123", 标题="龙井茶", 价格="650", 购买数量=2)
    lists, items = text([TAOBAO, taobao()]).encode(), text([ITEMS, cells]).encode("gb18030")

    upload(client, lists, items=items)
    made = work()
    client.post(f"/console/imports/{made.pk}/begin/")
    work()

    assert (Order.objects.get().discount_minor, OrderLine.objects.get().product_name) == (
        *(100, "龙井茶"),
    )
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("宝贝.csv", items)
        archive.writestr("订单.csv", lists)
    upload(client, packed.getvalue(), "orders.zip")
    assert work().counts["unchanged"] == 1
    assert ImportedOrder.objects.count() == 1


def test_a_format_that_it_can_not_be_is_refused() -> None:
    client = staff()
    upload(client, orders_file())
    made = work()

    client.post(f"/console/imports/{made.pk}/match/", {"format": "jd"})

    made.refresh_from_db()
    assert (made.state, made.format) == (RunState.CHECKED, "taobao")


def test_the_currency_is_chosen_where_the_file_names_none() -> None:
    client = staff()
    upload(client, orders_file())
    url = f"/console/imports/{work().pk}/"
    assert 'name="currency"' not in client.get(url).content.decode()  # Taobao's are always CNY

    upload(client, WOOCOMMERCE.encode(), "orders.csv")
    made = work()
    url = f"/console/imports/{made.pk}/"
    page = client.get(url).content.decode()
    assert 'id="gross-CNY">¥35.00<' in page
    assert "<option selected>CNY</option>" in page
    client.post(f"{url}match/", {"format": made.format, "currency": "EUR"})
    work()

    page = client.get(url).content.decode()
    assert 'id="gross-EUR">€35.00<' in page
    assert "<option selected>EUR</option>" in page
    client.post(f"{url}begin/")
    work()
    assert list(Order.objects.values_list("currency", "payable_minor")) == [("EUR", 35_00)]


def test_a_file_of_unknown_columns_is_refused_at_once() -> None:
    client = staff()

    with nothing_changes():
        answer = upload(client, "姓名,电话\n张三,1\n".encode())

    assert answer.status_code == 422
    assert "认不出这个文件的格式" in answer.content.decode()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_is_understood_as_it_is(ending: str) -> None:
    client = staff()
    answer = client.get(f"/console/imports/template/orders/{ending}/")

    upload(client, b"".join(answer), f"t.{ending}")  # type: ignore[arg-type]

    made = work()
    assert (made.format, made.counts["created"], made.counts["refused"]) == ("zhanggui", 1, 0)
    assert made.counts["totals"][0]["gross_minor"] == 18_000
