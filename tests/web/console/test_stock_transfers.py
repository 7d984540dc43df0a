"""Transfers and the stock check in the console."""

import re

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.web.console.conftest import SignIn

from zhanggui.accounts.types import Role
from zhanggui.inventory import services
from zhanggui.inventory.models import StockDifference, StockLevel, Transfer, Warehouse

pytestmark = pytest.mark.usefixtures("noon", "shop")
URL = "/console/stock/transfers/"


def begun(client: Client) -> str:
    """Begin a transfer from HZ to CD in the browser and return its address."""
    WarehouseFactory(code="HZ", name="杭州仓")
    WarehouseFactory(code="CD", name="成都仓")
    values = {"source": "HZ", "target": "CD", "note": "补货", "request_id": "one"}
    answers = [client.post(f"{URL}new/", values) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    return answers[0]["Location"]


def on_hand() -> dict[str, int]:
    return dict(StockLevel.objects.values_list("warehouse__code", "on_hand"))


def test_goods_are_scanned_sent_and_received_with_a_loss(warehouse: Client) -> None:
    here = begun(warehouse)
    stocked(SkuFactory(code="TEA", barcode="6900000000012"), 10, _house("HZ"))
    for scan in ("TEA", "6900000000012"):
        warehouse.post(f"{here}line/", {"scan": scan})
    warehouse.post(f"{here}line/", {"sku": "TEA", "quantity": "5"})
    draft = warehouse.get(here).content.decode()
    warehouse.post(f"{here}send/")
    line = Transfer.objects.get().lines.get()
    arrived = {
        f"received-{line.pk}": "3",
        f"missing-{line.pk}": "2",
        f"seen-{line.pk}": "5",
        "note": "",
        "request_id": "two",
    }
    listed = warehouse.get("/console/stock/").content.decode()

    refused = warehouse.post(f"{here}receive/", {**arrived, "missing_reason": ""})
    assert (refused.status_code, on_hand()) == (422, {"HZ": 5})
    warehouse.post(f"{here}receive/", {**arrived, "missing_reason": "damaged"})

    assert "发出 5 件" in draft
    assert "在途 5" in listed
    assert "有短少时请选择原因" in refused.content.decode()
    assert on_hand() == {"HZ": 5, "CD": 3}
    html = warehouse.get(here).content.decode()
    assert "已收 3" in html
    assert "短少 2" in html
    ledger = warehouse.get("/console/stock/sku/TEA/").content.decode()
    number = Transfer.objects.get().number
    for words in (f"调拨 {number} 发出", f"调拨 {number} 到货", f"调拨 {number} 短少"):
        assert words in ledger
    for page in (draft, listed, html, ledger, warehouse.get(URL).content.decode()):
        assert "¥" not in page


def test_what_was_typed_stays_when_an_arrival_is_refused(warehouse: Client) -> None:
    here = begun(warehouse)
    stocked(SkuFactory(code="TEA"), 10, _house("HZ"))
    warehouse.post(f"{here}line/", {"sku": "TEA", "quantity": "5"})
    warehouse.post(f"{here}send/")
    line = Transfer.objects.get().lines.get()

    def arrived(received: str, missing: str, key: str) -> dict[str, str]:
        return {
            f"received-{line.pk}": received,
            f"missing-{line.pk}": missing,
            f"seen-{line.pk}": "5",
            "missing_reason": "",
            "note": "",
            "request_id": key,
        }

    refused = warehouse.post(f"{here}receive/", arrived("3", "1", "one"))
    (view,) = refused.context["lines"]
    assert (refused.status_code, view.received, view.missing) == (422, "3", "1")
    assert not view.is_stale
    assert f'name="received-{line.pk}" value="3"' in refused.content.decode()

    warehouse.post(f"{here}receive/", arrived("2", "0", "two"))
    late = warehouse.post(f"{here}receive/", arrived("4", "0", "three"))
    (view,) = late.context["lines"]
    assert (late.status_code, view.received, view.is_stale) == (409, "4", True)
    assert "刚才是 5，有人先收了" in late.content.decode()
    assert on_hand() == {"HZ": 5, "CD": 2}


def _house(code: str) -> Warehouse:
    return Warehouse.objects.get(code=code)


def test_what_is_not_there_is_refused_and_stays(warehouse: Client) -> None:
    here = begun(warehouse)
    stocked(SkuFactory(code="TEA"), 1, _house("HZ"))
    unknown = warehouse.post(f"{here}line/", {"scan": "白 茶"})
    warehouse.post(f"{here}line/", {"sku": "TEA", "quantity": "2"})

    answer = warehouse.post(f"{here}send/", follow=True).content.decode()
    assert unknown["Location"] == f"{here}?q=%E7%99%BD+%E8%8C%B6"
    assert "TEA 可调的只有 1 件" in answer
    assert on_hand() == {"HZ": 1}
    warehouse.post(f"{here}cancel/")
    assert Transfer.objects.get().status == "canceled"


def test_customer_service_may_look_and_not_move(sign_in: SignIn, warehouse: Client) -> None:
    here, service = begun(warehouse), sign_in(Role.SERVICE)

    assert service.get(here).status_code == 200
    for act in ("send", "cancel", "line", "receive"):
        assert service.post(f"{here}{act}/").status_code == 403
        assert f'action="{here}{act}/"' not in service.get(here).content.decode()
    for page in (f"{URL}new/", "/console/stock/check/run/"):
        assert service.post(page).status_code == 403
    assert Transfer.objects.get().status == "draft"


def test_a_difference_is_on_the_home_and_is_repaired(owner: Client, warehouse: Client) -> None:
    level = stocked(SkuFactory(code="TEA"), 10, WarehouseFactory(code="HZ"))
    StockLevel.objects.filter(pk=level.pk).update(on_hand=12)
    services.check_stock(now=NOON)
    home = owner.get("/console/").content.decode()
    report = warehouse.get("/console/stock/check/").content.decode()
    difference = StockDifference.objects.get()

    repaired = warehouse.post(f"/console/stock/check/{difference.pk}/repair/", follow=True)

    assert re.search(r"库存核对发现 1 处账实差异", home)
    assert "库存：实物 12，占用 0，不可售 0" in report
    assert "流水：实物 10，占用 0，不可售 0；订单占用 0" in report
    assert "已按流水修复" in repaired.content.decode()
    assert on_hand() == {"HZ": 10}
    assert "wrong-stock" not in owner.get("/console/").content.decode()


def test_a_check_can_be_asked_for(warehouse: Client) -> None:
    warehouse.post("/console/stock/check/run/")

    (job,) = DBTaskResult.objects.all()
    assert job.task_path == "zhanggui.inventory.tasks.check_stock"
