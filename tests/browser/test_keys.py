"""Every key of ui.md §13 on the pages where it stands, and the list of keys that `?` opens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.browser.conftest import Store
from tests.factories.shop import open_shop
from tests.factories.staff import StaffFactory
from tests.unchanged import nothing_changes
from tests.web.console.conftest import placed

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Product
from zhanggui.fulfilment.models import Parcel
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments
from zhanggui.payments.models import Payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
PAUSE = 150  # milliseconds in which a key would have acted
DESK = {
    "搜索": "/",
    "去“首页”": "G H",
    "去“订单”": "G O",
    "去“库存”": "G S",
    "列表里往下、往上": "J K",
    "打开这一行": "Enter",
    "订单：打印": "P",
    "订单：发货": "F",
    "提交弹窗里的表单": "Ctrl Enter",
    "打开这个列表": "?",
}
GOODS = {"去“商品”": "G P"}
REFUND = {"订单：去处理没退成的款": "R"}
EDIT = {"商品列表：勾选这一行": "X", "商品列表：新建": "N"}


@pytest.fixture
def desk(visit: Visit, live_server: object) -> Callable[[str], Page]:
    """Open a browser at a desk for somebody of a role."""

    def opened(role: str) -> Page:
        url = str(live_server)
        client = Client()
        client.force_login(StaffFactory(role=role), "django.contrib.auth.backends.ModelBackend")
        page = visit(1280, base_url=url)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        return page

    return opened


Desk = Callable[[str], Page]


def order_with_stuck_refund() -> Order:
    """Pay an order by transfer and ask for a part back: no channel can send it."""
    order = placed(now=timezone.now() - timedelta(hours=1), paid=True)
    refund = payments.request_refund(
        payment_id=Payment.objects.get(order=order).pk,
        amount_minor=100,
        reason="退货",
        cause=("case", order.pk),
        now=timezone.now(),
    )
    payments.submit_refund(refund_id=refund.pk, now=timezone.now())
    return order


def test_r_leads_to_the_refund_that_waits_and_books_nothing(desk: Desk) -> None:
    open_shop()
    order = order_with_stuck_refund()
    page = desk(Role.SERVICE)
    page.goto(f"/console/orders/{order.number}/")
    field = page.get_by_label("转账流水号或说明")

    with nothing_changes():
        page.keyboard.press("r")
        expect(field).to_be_focused()
        page.keyboard.type("nrfpr")
        page.wait_for_timeout(PAUSE)

    expect(field).to_have_value("nrfpr")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.url.endswith(f"/{order.number}/")


def test_n_begins_a_product_but_not_while_somebody_types(store: Store, desk: Desk) -> None:
    page = desk(Role.OWNER)
    page.goto("/console/products/")
    field = page.locator("main [data-search]")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("nxjr")
    page.wait_for_timeout(PAUSE)
    expect(field).to_have_value("nxjr")
    assert page.url.endswith("/console/products/")

    field.fill("")
    field.blur()
    page.keyboard.press("n")
    page.wait_for_url("**/console/products/new/")
    assert Product.objects.count() == 2


def test_on_a_product_list_j_x_and_enter_walk_choose_and_open(store: Store, desk: Desk) -> None:
    page = desk(Role.OWNER)
    page.goto("/console/products/")
    rows = page.locator("#list tbody tr")

    for key in "jjx":
        page.keyboard.press(key)
        page.wait_for_timeout(PAUSE)

    expect(rows.nth(0).locator("[data-row]")).not_to_be_checked()
    expect(rows.nth(1).locator("[data-row]")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/products/item/*/")


def test_f_p_and_ctrl_enter_print_and_ship_an_order(desk: Desk) -> None:
    open_shop()
    order = placed(now=timezone.now() - timedelta(hours=1), paid=True)
    page = desk(Role.WAREHOUSE)
    page.goto(f"/console/orders/{order.number}/")

    page.keyboard.press("p")
    expect(page.get_by_role("link", name="发货单", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("#ship h2")).to_be_focused()
    page.locator("#ship [name=tracking_no]").fill("SF1234567890123")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".page-head .badge")).to_contain_text("已发货")
    assert Parcel.objects.get().tracking_no == "SF1234567890123"


@pytest.mark.parametrize(
    ("role", "wanted"),
    [
        (Role.OWNER, DESK | GOODS | REFUND | EDIT),
        (Role.SERVICE, DESK | GOODS | REFUND),
        (Role.WAREHOUSE, DESK),
    ],
)
def test_a_question_mark_lists_the_keys_that_do_something_for_this_person(
    desk: Desk, role: str, wanted: dict[str, str]
) -> None:
    open_shop()
    page = desk(role)
    page.goto("/console/")

    page.keyboard.press("?")

    expect(page.locator("#keys")).to_be_visible()
    said = page.locator("#keys dl > div").evaluate_all(
        """(rows) => rows.map((row) => [
            row.querySelector("dt").textContent,
            [...row.querySelectorAll("kbd")].map((one) => one.textContent).join(" "),
        ])"""
    )
    assert dict(map(tuple, said)) == wanted


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.SERVICE, ""), (Role.OWNER, "orders/"), (Role.OWNER, "products/"),
        (Role.OWNER, "stock/"), (Role.OWNER, "audit/"),
    ],
)  # fmt: skip
def test_a_slash_reaches_the_search_of_every_page_that_has_its_own(
    desk: Desk, role: str, path: str
) -> None:
    open_shop()
    page = desk(role)
    page.goto(f"/console/{path}")

    page.keyboard.press("/")

    expect(page.locator("[data-search]:focus")).to_have_count(1)


def test_each_way_that_the_list_names_leads_there(desk: Desk) -> None:
    open_shop()
    page = desk(Role.OWNER)
    for key, path in (("o", "orders/"), ("p", "products/"), ("s", "stock/"), ("h", "")):
        page.goto("/console/jobs/")
        page.keyboard.press("g")
        page.wait_for_timeout(PAUSE)
        page.keyboard.press(key)
        page.wait_for_url(f"**/console/{path}")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
