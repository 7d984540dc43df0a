"""The audit log in the console: read, narrowed, checked; for the owner only."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.factories.catalog import CategoryFactory, ProductFactory
from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import Role
from zhanggui.core import audit
from zhanggui.core.audit import Act
from zhanggui.core.tasks import check_audit
from zhanggui.core.types import Actor, ActorType
from zhanggui.web.console.audit import views, words

pytestmark = pytest.mark.usefixtures("noon", "shop")
URL = "/console/audit/"


def act(kind: str, *, actor: Actor | None = None, **values: Any) -> None:
    known = {"subject_type": "category", "label": "茶", "at": NOON}
    audit.record(
        Act(kind=kind, actor=actor or Actor(ActorType.STAFF, 7, "林岚"), **{**known, **values})
    )


def titles(client: Client, query: str = "") -> list[str]:
    html = client.get(f"{URL}{query}").content.decode()
    return re.findall(r"<tr><td[^>]*>.*?</td><td[^>]*>.*?</td><td[^>]*>(.*?)</td>", html)


def test_rows_say_who_did_what_to_what_with_a_link(owner: Client) -> None:
    order, product = placed(now=NOON), ProductFactory(name="龙井茶", slug="longjing")
    act(
        "order.data_shown",
        subject_type="order",
        subject_id=order.pk,
        label=order.number,
        details={"reason": "核对地址"},
    )
    act(
        "product.saved",
        subject_type="product",
        subject_id=product.pk,
        label="龙井茶",
        details={"change": "on"},
        actor=Actor(ActorType.API, 8, "ERP"),
    )
    act(
        "stock.corrected",
        subject_type="sku",
        label="A-1",
        details={"warehouse": "WH1", "before": 3, "after": 5, "reason": "盘点"},
        actor=Actor(ActorType.COMMAND),
    )

    html = owner.get(URL).content.decode()

    assert titles(owner) == ["更正库存", "商品", "查看了收件信息"]
    assert f'href="/console/orders/{order.number}/"' in html
    assert 'href="/console/products/item/longjing/"' in html
    for text in ("核对地址", "上架", "3 → 5", "接口 ERP", "命令行", "林岚"):
        assert text in html


def test_an_act_on_many_says_what_was_asked_for_and_leads_to_each_product(owner: Client) -> None:
    tea = CategoryFactory(name="岩茶")
    wishes = [
        {"act": "price", "how": "raise_by", "rate_ppm": 50_000},
        {"act": "category", "category_id": tea.pk},
    ]
    for wish in wishes:
        act(
            "bulk_edit.ordered",
            subject_type="bulk_edit",
            subject_id=5,
            label="",
            details={**wish, "wish": wish, "products": 10_000, "token": "5ab", "undo": False},
        )
    before = {"act": "price", "products": 2, "undo": True}  # as rows were before they had the wish
    act("bulk_edit.ordered", subject_type="bulk_edit", subject_id=4, label="", details=before)
    step = {"what": "products", "step": "run", "things": 9_999}
    act("import.ordered", subject_type="import", subject_id=7, label="茶.zip", details=step)

    html = owner.get(URL).content.decode()

    assert html.count('<a class="link" href="/console/products/bulk/5ab/">10,000 个商品</a>') == 4
    assert '<a class="link" href="/console/imports/7/">茶.zip</a>' in html
    for text in ("改价：涨价 5%", "移到类目：岩茶", "撤销 · 改价", "商品 写入 · 9,999 项"):
        assert text in html


def test_the_list_is_narrowed_by_person_act_subject_and_days(owner: Client) -> None:
    lan = StaffFactory(name="小岚")
    act("category.saved", details={"change": "created"})
    act("staff.signed_in", actor=Actor(ActorType.STAFF, lan.pk, "小岚"), label="小岚")
    act("shop.saved", actor=Actor(ActorType.COMMAND), label="", at=NOON - timedelta(days=1))

    assert titles(owner, f"?who={lan.pk}") == ["登录后台"]
    assert titles(owner, "?who=command") == ["修改店铺设置"]
    assert titles(owner, "?kind=category.saved") == ["类目"]
    assert titles(owner, "?q=茶") == ["类目"]
    assert titles(owner, "?from=2026-11-21") == ["登录后台", "类目"]
    assert titles(owner, "?to=2026-11-20") == ["修改店铺设置"]
    assert len(titles(owner, "?who=x&kind=y&before=-1&from=z&q=%00")) == 3


def test_older_rows_are_a_page_on(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    for kind in ("category.saved", "staff.signed_in", "shop.saved"):
        act(kind)

    assert titles(owner) == ["修改店铺设置", "登录后台"]
    assert 'href="?before=2"' in owner.get(URL).content.decode()
    assert titles(owner, "?before=2") == ["类目"]


def test_the_button_checks_and_the_page_keeps_the_result(owner: Client) -> None:
    act("category.saved")
    assert "还没有校验过" in owner.get(URL).content.decode()

    assert "校验通过：1 行都没有改动" in owner.post(f"{URL}verify/", follow=True).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditentry SET details = 'x'")
    html = owner.post(f"{URL}verify/", follow=True).content.decode()

    assert "日志被改动：有一行和写入时不同" in html
    assert "（第 1 行）" in html


def test_a_long_log_is_checked_by_a_job(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    act("category.saved")
    monkeypatch.setattr(views, "AT_ONCE", 0)

    html = owner.post(f"{URL}verify/", follow=True).content.decode()

    assert "正在后台校验" in html
    assert audit.last_check() is None
    check_audit.func()
    check = audit.last_check()
    assert check is not None
    assert (check.checked, check.fault) == (1, "")


@pytest.mark.parametrize("role", [Role.SERVICE, Role.WAREHOUSE])
def test_only_the_owner_sees_it(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)

    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}verify/").status_code == 403
    assert "操作日志" not in client.get("/console/").content.decode()


def test_every_act_has_words() -> None:
    assert [kind for kind, title in words.kind_choices() if kind == title] == []


def test_programs_read_it_with_the_owners_right(client: Client) -> None:
    for kind in ("category.saved", "shop.saved"):
        act(kind, details={"change": "created"})
    path = "/api/v1/admin/audit"
    tokens = {
        role: accounts.create_api_key(name="ERP", role=role, now=NOON).token
        for role in (Role.OWNER, Role.SERVICE)
    }

    def ask(query: str, role: Role = Role.OWNER) -> Any:
        return client.get(f"{path}{query}", headers={"Authorization": f"Bearer {tokens[role]}"})

    first = ask("?limit=1").json()
    assert (first["items"][0]["kind"], first["next"]) == ("shop.saved", "2")
    assert ask("?limit=1&cursor=2").json()["items"][0] | {"hash": ""} == {
        "position": 1,
        "at": "2026-11-21T04:00:00.000000Z",
        "actor_type": "staff",
        "actor": "林岚",
        "kind": "category.saved",
        "subject_type": "category",
        "subject": "茶",
        "details": {"change": "created"},
        "hash": "",
    }
    assert ask("?kind=shop.saved").json()["next"] is None
    assert ask("", Role.SERVICE).status_code == 403
