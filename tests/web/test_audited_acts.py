"""What staff, their programs and commands do comes into the audit log, with who and what."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from tests.factories.catalog import CategoryFactory, SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked
from tests.factories.staff import PASSWORD, ShopperUserFactory, StaffFactory

from zhanggui.accounts import services as accounts
from zhanggui.accounts.models import SettingChange
from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Product, ProductChange
from zhanggui.core import audit
from zhanggui.core.models import AuditEntry
from zhanggui.core.types import Actor, ActorType
from zhanggui.inventory.queries import warehouses
from zhanggui.inventory.services import set_count
from zhanggui.orders.services import place_orders

pytestmark = pytest.mark.django_db
LOGIN = "/console/login/"


def acts() -> list[tuple[str, str, str, str]]:
    """Return actor, act, kind of subject and label of each row, oldest first."""
    return list(
        AuditEntry.objects.order_by("pk").values_list("actor_name", "kind", "subject_type", "label")
    )


def details() -> Any:
    """Return the details of the last row."""
    return json.loads(AuditEntry.objects.order_by("pk").last().details)


def test_signing_in_failing_and_leaving(client: Client) -> None:
    user = StaffFactory()
    client.post(LOGIN, {"username": user.username, "password": "wrong"})
    client.post(LOGIN, {"username": user.username, "password": PASSWORD})
    client.post("/console/logout/")

    assert acts() == [
        ("林岚", "staff.entry_failed", "user", "林岚"),
        ("林岚", "staff.signed_in", "user", "林岚"),
        ("林岚", "staff.new_device", "user", "林岚"),
        ("林岚", "staff.signed_out", "user", "林岚"),
    ]
    assert set(AuditEntry.objects.values_list("actor_id", flat=True)) == {user.pk}


def test_a_lock_out_is_one_row_however_often_somebody_tries(client: Client) -> None:
    user = StaffFactory()
    for _ in range(9):
        answer = client.post(LOGIN, {"username": user.username, "password": "wrong"})

    assert answer.status_code == 429
    assert [kind for _, kind, *_ in acts()] == [*["staff.entry_failed"] * 4, "staff.locked_out"]


def test_names_that_no_member_of_staff_has_leave_nothing(client: Client) -> None:
    shopper = ShopperUserFactory()
    for name in ("nobody", shopper.username, "\0", "x" * 500):
        client.post(LOGIN, {"username": name, "password": "wrong"})

    assert acts() == []


def test_commands_that_change_who_may_do_what_are_acts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("staff", "save", "wang", "--role", "service", "--password", "kaimen-daji-2")
    call_command("staff", "stop", "wang")
    call_command("api_key", "create", "--role", "owner", "--name", "ERP", "--json")
    prefix = json.loads(capsys.readouterr().out.splitlines()[-1])["prefix"]
    call_command("api_key", "revoke", prefix)
    open_shop()
    call_command("shop", "--slogan", "慢慢来")

    key = f"ERP ({prefix}…)"
    assert acts() == [
        ("", "staff.saved", "user", "wang"),
        ("", "staff.stopped", "user", "wang"),
        ("", "api_key.made", "api_key", key),
        ("", "api_key.revoked", "api_key", key),
        ("", "shop.saved", "shop", ""),
    ]
    assert details() == {
        "change_id": SettingChange.objects.get().pk,
        "changed": ["slogan"],
        "is_undo": False,
    }
    assert set(AuditEntry.objects.values_list("actor_type", flat=True)) == {"command"}


def test_an_import_at_the_command_line_is_one_row(tmp_path: Path) -> None:
    open_shop()
    CategoryFactory(name="茶")
    file = tmp_path / "茶.csv"
    lines = ["名称,类目,规格编码,售价", *(f"茶 {n},茶,T-{n},1{n}.00" for n in range(3))]
    file.write_text("\n".join(lines))

    call_command("import_products", str(file), "--json")

    assert ProductChange.objects.count() == Product.objects.count() == 3
    assert acts() == [("", "import.ordered", "import", "茶.csv")]
    assert details() == {"what": "products", "step": "run", "things": 3}


def test_goods_stock_and_freight_changed_at_the_console(client: Client) -> None:
    open_shop()
    sku = SkuFactory(code="A-1")
    stocked(sku, 3)
    house = warehouses()[0].code
    user = StaffFactory()
    client.force_login(user)

    client.post("/console/products/categories/new/", {"name": "茶", "slug": "cha", "position": 0})
    client.post("/console/products/categories/cha/archive/")
    client.post("/console/products/categories/cha/archive/", {"action": "restore"})
    set_count(
        sku_code="A-1",
        warehouse_code=house,
        on_hand=5,
        reason="盘点",
        actor=Actor(ActorType.STAFF, user.pk, user.name),
        now=NOON,
    )

    assert acts() == [
        ("林岚", "category.saved", "category", "茶"),
        ("林岚", "category.saved", "category", "茶"),
        ("林岚", "category.saved", "category", "茶"),
        ("林岚", "stock.corrected", "sku", "A-1"),
    ]
    assert (details()["before"], details()["after"]) == (3, 5)
    assert audit.verify().checked == 4


def test_a_program_that_looks_at_personal_data_is_named_with_the_order(client: Client) -> None:
    open_shop()
    sku = SkuFactory(code="A-1", price_minor=1990, weight_grams=500)
    stocked(sku, 3)
    (order,) = place_orders(wanted=[basket((sku, 1))], now=NOON)
    assert acts() == []  # a shopper's order is none of staff's acts
    token = accounts.create_api_key(name="ERP", role=Role.SERVICE, now=NOON).token

    client.post(
        f"/api/v1/admin/orders/{order.number}/reveal",
        json.dumps({"reason": "核对地址"}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert acts() == [("ERP", "order.data_shown", "order", order.number)]
    assert details() == {"reason": "核对地址"}
    row = AuditEntry.objects.get()
    assert "陈晓琳" not in f"{row.details}{row.label}"
