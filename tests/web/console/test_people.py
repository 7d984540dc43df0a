"""Staff, roles, previews and keys through the pages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.staff import StaffFactory

from zhanggui.accounts import services
from zhanggui.accounts.models import ApiKey, Invite, StaffRole, User
from zhanggui.accounts.roles import role
from zhanggui.accounts.types import Role

SignIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("shop")

PACKER = {
    "name": "打包",
    "home": "warehouse",
    "scope": "all",
    "rights": ["orders.ship", "home.view"],
}


def secret(page: str, name: str) -> str:
    found = re.search(rf'id="{name}"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_somebody_invited_joins_and_may_what_the_role_may(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    answer = owner.post("/console/roles/new/", PACKER)
    assert answer.headers["Location"] == "/console/roles/"
    code = StaffRole.objects.get().code

    page = owner.post("/console/staff/invite/", {"name": "小张", "role": code})
    link = secret(page.content.decode(), "link")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    path = link.removeprefix("http://testserver")

    browser = Client()
    assert "小张" in browser.get(path).content.decode()
    weak = browser.post(path, {"username": "zhang", "password": "123"})
    assert (weak.status_code, User.objects.filter(username="zhang").exists()) == (422, False)
    joined = browser.post(path, {"username": "zhang", "password": "shan-gao-lu-yuan"})

    assert joined.headers["Location"] == "/console/"
    assert browser.get("/console/").status_code == 200
    assert browser.get("/console/products/").status_code == 403
    assert browser.get(path).status_code == 410
    assert "小张" in owner.get("/console/staff/").content.decode()


def test_a_role_is_changed_and_counts_at_once(sign_in: SignIn) -> None:
    owner, service = sign_in(Role.OWNER), sign_in(Role.SERVICE)
    assert service.get("/console/products/").status_code == 200

    form = {**PACKER, "rights": ["home.view", "orders.view"], "home": "service"}
    owner.post("/console/roles/service/", form)

    assert service.get("/console/products/").status_code == 403
    assert service.get("/console/orders/").status_code == 200
    assert "已修改" in owner.get("/console/roles/").content.decode()
    owner.post("/console/roles/service/delete/")
    assert service.get("/console/products/").status_code == 200


def test_a_scope_without_a_warehouse_is_refused(sign_in: SignIn) -> None:
    answer = sign_in(Role.OWNER).post("/console/roles/new/", {**PACKER, "scope": "some"})

    assert (answer.status_code, StaffRole.objects.count()) == (422, 0)
    assert "请至少选一个仓库" in answer.content.decode()


def test_a_preview_shows_what_the_role_sees_and_changes_nothing(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    owner.post("/console/roles/warehouse/preview/")

    page = owner.get("/console/")
    assert "身份预览" in page.content.decode()
    assert owner.get("/console/products/").status_code == 403
    assert owner.get("/console/roles/").status_code == 403
    refused = owner.post("/console/roles/new/", PACKER)
    assert (refused.status_code, StaffRole.objects.count()) == (403, 0)
    assert "先结束预览" in refused.content.decode()

    owner.post("/console/roles/preview/end/")
    assert owner.get("/console/roles/").status_code == 200


def test_who_is_stopped_or_past_the_last_day_is_out_at_once(sign_in: SignIn) -> None:
    owner, service = sign_in(Role.OWNER), sign_in(Role.SERVICE)
    person = User.objects.get(role=Role.SERVICE)
    form = {"name": person.name, "role": "service", "is_active": "on"}

    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    address = f"/console/staff/{person.username}/edit/"
    assert owner.post(address, {**form, "last_day": "2020-01-01"}).status_code == 422
    assert owner.post(address, {**form, "last_day": tomorrow}).status_code == 302
    assert service.get("/console/").status_code == 200
    assert tomorrow in owner.get(address).content.decode()

    owner.post(address, {"name": person.name, "role": "service"})
    assert service.get("/console/").status_code == 302


def test_the_last_owner_is_told_why_not(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    person = User.objects.get(role=Role.OWNER)

    answer = owner.post(
        f"/console/staff/{person.username}/edit/", {"name": "林", "role": "service"}
    )

    assert answer.status_code == 422
    assert "至少要有一位" in answer.content.decode()
    person.refresh_from_db()
    assert (person.role, person.is_active) == (Role.OWNER, True)


def test_a_key_has_only_its_rights_until_it_is_revoked(sign_in: SignIn) -> None:
    owner = sign_in(Role.OWNER)
    page = owner.post(
        "/console/api-keys/new/",
        {"name": "打单", "role": "owner", "rights": ["orders.view"], "last_day": ""},
    )
    token = secret(page.content.decode(), "token")
    program = Client(headers={"Authorization": f"Bearer {token}"})

    assert program.get("/api/v1/admin/orders").status_code == 200
    assert program.get("/api/v1/admin/stock?sku=A").status_code == 403
    key = ApiKey.objects.get()
    listed = owner.get("/console/api-keys/").content.decode()
    assert key.prefix in listed
    assert token not in listed

    owner.post(f"/console/api-keys/{key.prefix}/revoke/")
    assert program.get("/api/v1/admin/orders").status_code == 401


def test_a_key_without_rights_is_refused(sign_in: SignIn) -> None:
    answer = sign_in(Role.OWNER).post("/console/api-keys/new/", {"name": "x", "role": "owner"})

    assert (answer.status_code, ApiKey.objects.count()) == (422, 0)


def test_a_manager_sees_no_role_above_their_own(sign_in: SignIn) -> None:
    code = services.save_role(
        code="",
        name="主管",
        home=Role.SERVICE,
        rights={"home": ["view"], "staff": ["edit"], "orders": ["ship"]},
        warehouse_ids=None,
        now=timezone.now(),
    )
    manager = sign_in(code)

    form = manager.get("/console/staff/invite/").content.decode()
    assert 'value="owner"' not in form
    assert manager.post("/console/roles/owner/preview/").status_code == 404
    refused = manager.post("/console/staff/invite/", {"name": "x", "role": "owner"})
    assert (refused.status_code, Invite.objects.count()) == (422, 0)
    owner = StaffFactory(username="lan")
    answer = manager.post("/console/staff/lan/edit/", {"name": "x", "role": code})
    assert answer.status_code == 422
    owner.refresh_from_db()
    assert (owner.is_active, owner.role) == (True, Role.OWNER)
    assert role(code) is not None
