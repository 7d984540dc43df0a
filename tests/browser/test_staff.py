"""Staff in a real browser: three taps to ship, no sideways scroll, axe, and the keyboard."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import axe, overflow, resize
from tests.factories.shop import open_shop
from tests.factories.staff import PASSWORD, StaffFactory
from tests.web.console.conftest import placed

from zhanggui.accounts.types import Role
from zhanggui.core.jobs import rows
from zhanggui.fulfilment.models import Parcel
from zhanggui.inventory.models import StockLevel
from zhanggui.orders.models import Order
from zhanggui.payments.tasks import close_attempts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SF = "SF1234567890123"
Open = Callable[..., Page]


@pytest.fixture
def waiting(transactional_db: None) -> list[Order]:
    """Open a shop with two orders to ship, the second one later, one unpaid and a failed job."""
    open_shop()
    now = timezone.now()
    orders = [
        placed(now=now - timedelta(hours=hours), paid=True, name=name)
        for hours, name in ((5, "羊脂玉白瓷盖碗"), (1, "明前龙井 特级 2026 新茶"))
    ]
    placed(now=now - timedelta(minutes=3), name="桂花乌龙 冷泡茶包", note="请用礼品袋")
    row = DBTaskResult.objects.get(pk=close_attempts.enqueue(4711).id)
    row.status, row.finished_at, row.traceback = rows.FAILED, now, "ValueError: no channel"
    row.save()
    return orders


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Open the browser of a member of staff; complaints of scripts or policy fail the test."""
    contexts, complaints = [], []

    def page_of(
        role: str = "", *, width: int = 390, dark: bool = False, script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=width < 768,
            service_workers="block",
        )
        contexts.append(context)
        if role:
            client = Client()
            client.force_login(StaffFactory(role=role), "django.contrib.auth.backends.ModelBackend")
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_bad(said) else None)
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert complaints == []


def _is_bad(said: Any) -> bool:
    """Tell a complaint from what is none: a refused form (422), a request that a newer replaced."""
    usual = ("status of 4", "htmx:afterRequest", "htmx:sendAbort")
    return said.type == "error" and not any(words in said.text for words in usual)


def pages(orders: list[Order]) -> list[tuple[str, str]]:
    """Return role and address of one page of each kind."""
    order, level = orders[0], StockLevel.objects.select_related("sku", "warehouse").first()
    assert level is not None
    mine = f"/console/orders/{order.number}/"
    unpaid = f"/console/orders/{Order.objects.get(display_status='to_pay').number}/"
    return [
        ("", "/console/login/"),
        (Role.OWNER, "/console/"),
        (Role.SERVICE, "/console/"),
        (Role.WAREHOUSE, "/console/"),
        (Role.OWNER, "/console/all/"),
        (Role.OWNER, "/console/orders/?placed=7d"),
        (Role.WAREHOUSE, "/console/orders/"),
        (Role.OWNER, "/console/orders/?q=nothing"),
        (Role.OWNER, mine),
        (Role.OWNER, f"{mine}ship/"),
        (Role.OWNER, f"{mine}reveal/"),
        (Role.OWNER, f"{unpaid}cancel/"),
        (Role.OWNER, f"{unpaid}transfer/"),
        (Role.OWNER, "/console/stock/"),
        (Role.OWNER, f"/console/stock/sku/{level.sku.code}/"),
        (Role.OWNER, "/console/jobs/"),
        (Role.OWNER, "/console/freight/"),
        (Role.OWNER, "/console/freight/template/标准快递/"),
    ]


@pytest.mark.parametrize("role", [Role.OWNER, Role.SERVICE, Role.WAREHOUSE])
def test_an_order_is_shipped_in_three_taps_from_the_phones_home(
    opened: Open, waiting: list[Order], role: str
) -> None:
    page = opened(role)
    page.goto("/console/")

    page.locator("#todo-ship").tap()
    page.wait_for_url("**/console/orders/?status=to_ship")
    card = page.locator(f"#card-{waiting[0].number}")
    card.get_by_role("link", name="发货").tap()
    page.locator("#ship [name=tracking_no]").fill(SF)
    page.get_by_role("button", name="确认发货").tap()

    expect(page.locator(".toasts")).to_contain_text(f"已发货：顺丰速运 {SF}")
    expect(card).to_have_count(0)
    expect(page.locator("#ship")).to_have_count(0)
    expect(page.locator("#tab-to_ship .tab-n")).to_have_text("1")
    assert Parcel.objects.values_list("carrier", "tracking_no").get() == ("shunfeng", SF)


def test_without_script_the_same_taps_ship(opened: Open, waiting: list[Order]) -> None:
    page = opened(Role.WAREHOUSE, script=False)
    page.goto("/console/")

    page.locator("#todo-ship").click()
    page.locator(f"#card-{waiting[0].number}").get_by_role("link", name="发货").click()
    page.locator("#ship [name=tracking_no]").fill(SF)
    page.get_by_role("button", name="确认发货").click()

    expect(page.locator(".toasts")).to_contain_text("已发货")
    expect(page.get_by_text(SF).first).to_be_visible()
    assert Parcel.objects.values_list("carrier", "tracking_no").get() == ("shunfeng", SF)


def scan(page: Page, code: str) -> None:
    """Type as a hardware scanner does: all at once, then Enter, wherever the focus is."""
    page.evaluate(
        """(code) => {
            for (const key of [...code, "Enter"]) {
                const options = {key, bubbles: true, cancelable: true};
                document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
            }
        }""",
        code,
    )


def test_a_scan_fills_the_number_and_tells_the_carrier(opened: Open, waiting: list[Order]) -> None:
    page = opened(Role.WAREHOUSE, width=1280)
    page.goto("/console/orders/?status=to_ship")
    page.locator(f"#ship-{waiting[0].number}-t").click()
    expect(page.locator("#ship h2")).to_be_focused()

    scan(page, "YT1234567890123")

    expect(page.locator("#ship [name=tracking_no]")).to_have_value("YT1234567890123")
    expect(page.locator("#ship [name=carrier]")).to_have_value("yuantong")
    expect(page.locator("#ship-carrier")).to_contain_text("按单号认出：圆通速递")
    assert not Parcel.objects.exists()


def test_a_number_used_twice_is_asked_about_and_can_be_meant(
    opened: Open, waiting: list[Order]
) -> None:
    page = opened(Role.OWNER)
    for order in waiting:
        page.goto(f"/console/orders/{order.number}/")
        page.locator(".actbar").get_by_role("link", name="发货").tap()
        page.locator("#ship [name=tracking_no]").fill(SF)
        page.get_by_role("button", name="确认发货").tap()
        if order is waiting[1]:
            expect(page.locator("#ship .alert")).to_contain_text(waiting[0].number)
            page.get_by_role("button", name="确认合并发货").tap()
        expect(page.locator(".page-head .badge")).to_contain_text("已发货")

    assert Parcel.objects.filter(tracking_no=SF).count() == 2


def test_staff_sign_in_and_out(opened: Open, waiting: list[Order]) -> None:
    user = StaffFactory(username="linlan")
    page = opened()
    page.goto("/console/orders/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录", exact=True).tap()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).tap()
    page.wait_for_url("**/console/orders/")

    page.get_by_label("账户与设置", exact=True).tap()
    page.get_by_role("button", name="退出登录").tap()

    page.wait_for_url("**/console/login/")


@pytest.mark.full
@pytest.mark.parametrize(("width", "narrow"), [(390, 360), (1280, 768)], ids=["phone", "desktop"])
def test_no_page_scrolls_sideways_and_axe_finds_nothing_in_dark_and_light(
    opened: Open, waiting: list[Order], width: int, narrow: int
) -> None:
    wrong = {}
    browsers = {role: opened(role, width=width, dark=True) for role in ("", *Role.values)}
    for role, url in pages(waiting):
        page = browsers[role]
        resize(page, width)
        page.goto(url)
        root = page.locator("html")
        found: dict[str, object] = {"theme": root.get_attribute("data-theme"), "dark": axe(page)}
        root.evaluate("(root) => { root.dataset.theme = 'light'; }")
        found |= {"light": axe(page), "wide": overflow(page)}
        resize(page, narrow)
        found["narrow"] = overflow(page)
        wrong[f"{role} {url}"] = found

    good = {"theme": "dark", "dark": [], "light": [], "wide": 0, "narrow": 0}
    assert {where: found for where, found in wrong.items() if found != good} == {}


def reached(page: Page, *, within: str, most: int = 120) -> set[str]:
    """Press Tab round the page; return what got the focus inside, and fail on a hidden focus."""
    seen: set[str] = set()
    last = ""
    for _ in range(most):
        page.keyboard.press("Tab")
        name, hidden = page.evaluate(
            """(within) => {
                const one = document.activeElement;
                if (!one.closest(within)) return ["", false];
                const box = one.getBoundingClientRect();
                const top = document.elementFromPoint(
                    box.left + box.width / 2, box.top + box.height / 2);
                const free = top && (one.contains(top) || top.contains(one));
                const name = one.id || one.name || one.getAttribute("href")
                    || one.getAttribute("aria-label") || one.textContent.trim();
                return [name, !free];
            }""",
            within,
        )
        assert not hidden, f"{name} has the focus and is hidden"
        if name in seen and name != last:  # a field for a day is three stops
            break
        seen |= {name} - {""}
        last = name
    return seen


def test_tab_reaches_every_control_of_list_and_ship_sheet(
    opened: Open, waiting: list[Order]
) -> None:
    page = opened(Role.OWNER)
    page.goto("/console/orders/?status=to_ship")
    number = waiting[0].number

    controls = reached(page, within="#list")
    assert {"q", "tab-all", "tab-to_ship", "placed-7d", f"ship-{number}-c"} <= controls
    assert f"/console/orders/{number}/" in controls

    page.locator(f"#ship-{number}-c").press("Enter")
    expect(page.locator("#ship h2")).to_be_focused()
    inside = reached(page, within="#ship")
    assert {"id_tracking_no", "id_carrier", "确认发货", "关闭"} <= inside

    page.locator("#ship [name=tracking_no]").fill(SF)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toasts")).to_contain_text("已发货")
