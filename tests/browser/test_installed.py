"""Console and shop without a network, in a browser whose service workers run."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Store
from tests.factories.shop import basket
from tests.factories.staff import PASSWORD, StaffFactory

from zhanggui.accounts import services as accounts
from zhanggui.core import versions
from zhanggui.core.types import SYSTEM
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = """async (address) => {
    const keys = await caches.keys();
    for (const key of keys.filter((one) => one.includes("-pages-"))) {
        if (await caches.match(address, {cacheName: key, ignoreVary: true})) return true;
    }
    return false;
}"""


@pytest.fixture
def page(browser: Browser, store: Store) -> Iterator[Page]:
    """Open a browser that may install what the shop offers."""
    context = browser.new_context(
        base_url=store.url, viewport={"width": 1280, "height": 900}, locale="zh-CN"
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def keep(page: Page, address: str) -> None:
    """Open a page until the service worker has a copy of it."""
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(20):
        page.reload()
        if page.evaluate(KEPT, address):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{address} is not kept")


def paid(store: Store) -> Order:
    """Place an order and pay it."""
    placed = orders.place_order(
        wanted=basket((store.cup, 1), payment_channel="transfer"), now=timezone.now()
    )
    payments.confirm_transfer(
        order_id=placed.order_id,
        amount_minor=placed.payable_minor,
        reference="A1",
        actor=SYSTEM,
        now=timezone.now(),
    )
    return Order.objects.get(pk=placed.order_id)


def sign_in(page: Page) -> None:
    """Sign the owner in by the form."""
    page.goto("/console/login/")
    page.get_by_label("用户名").fill("linlan")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/console/")


def test_the_order_list_is_read_without_a_network_until_somebody_signs_out(
    page: Page, store: Store
) -> None:
    order = paid(store)
    StaffFactory(username="linlan")
    sign_in(page)
    keep(page, "/console/orders/")
    phone = order.phone

    page.context.set_offline(True)
    page.goto("/console/orders/")

    bar = page.locator(".offline")
    expect(bar).to_have_text(re.compile(r"^离线 · 数据截至 \d\d:\d\d$"))
    row = page.locator(f"#row-{order.number}")
    expect(row).to_be_visible()
    assert phone.removeprefix("+86") not in page.content()
    expect(row.locator("a.btn")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#q")).to_be_disabled()
    page.goto("/console/stock/")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()

    page.context.set_offline(False)
    page.goto("/console/orders/")
    expect(bar).to_be_hidden()
    page.get_by_text("账户与设置").first.locator("..").click()
    page.get_by_role("button", name="退出登录").filter(visible=True).click()
    page.wait_for_url("**/console/login/")
    assert page.evaluate(KEPT, "/console/orders/") is False
    page.context.set_offline(True)
    page.goto("/console/orders/")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()


def test_who_is_signed_out_by_the_shop_or_joins_on_the_device_leaves_no_page(
    page: Page, store: Store
) -> None:
    paid(store)
    owner = StaffFactory(username="linlan")
    sign_in(page)
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getAppManifest")["errors"] == []
    missing = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in missing] == ["in-incognito"]  # as each test's browser is
    keep(page, "/console/orders/")
    invite = accounts.invite_staff(
        name="小张", role="service", access_until=None, invited_by=owner.pk, now=timezone.now()
    )
    page.goto(f"/console/join/{invite.token}/")
    assert page.evaluate(KEPT, "/console/orders/") is False

    keep(page, "/console/orders/")
    accounts.end_sessions(user_id=owner.pk, actor=SYSTEM, now=timezone.now())
    page.goto("/console/stock/")

    page.wait_for_url("**/console/login/**")
    assert page.evaluate(KEPT, "/console/orders/") is False
    page.context.set_offline(True)
    page.goto("/console/orders/")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()


def noted(page: Page, store: Store) -> Order:
    """Leave the numbers of new orders in the browser, as an open page of the console does."""
    until(lambda: "after" in stored(page))
    order = paid(store)
    until(lambda: order.number in stored(page))
    return order


def stored(page: Page) -> str:
    """Return what the browser holds of what it was told of orders."""
    return str(page.evaluate("localStorage.getItem('pulse') ?? ''"))


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; a page's own policy forbids it to wait by itself."""
    end = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("where", ["a page", "a sheet", "nothing"])
def test_whom_the_shop_signs_out_leaves_no_number_at_its_next_answer(
    page: Page, store: Store, where: str
) -> None:
    order = paid(store)
    owner = StaffFactory(username="linlan")
    sign_in(page)
    keep(page, "/console/orders/")
    noted(page, store)

    accounts.end_sessions(user_id=owner.pk, actor=SYSTEM, now=timezone.now())
    if where == "a page":
        page.goto("/console/stock/")
    elif where == "a sheet":
        page.evaluate(
            "(url) => htmx.ajax('GET', url, '#sheets')", f"/console/orders/{order.number}/ship/"
        )
    else:  # the open page learns it by itself, where the session is looked up again
        versions.forget()

    if where != "nothing":
        page.wait_for_url("**/console/login/**")
    until(lambda: not stored(page))
    until(lambda: page.evaluate(KEPT, "/console/orders/") is False)


def test_a_product_that_was_looked_at_is_shown_without_a_network(page: Page) -> None:
    keep(page, "/p/gaiwan/")

    page.context.set_offline(True)
    page.goto("/p/gaiwan/")

    expect(page.get_by_role("heading", name="羊脂玉白瓷盖碗")).to_be_visible()
    expect(page.locator(".offline")).to_contain_text("离线 · 数据截至")
    expect(page.get_by_role("button", name="立即购买").filter(visible=True)).to_be_disabled()
    other = page.context.new_page()
    other.goto("/cart/")
    expect(other.get_by_role("heading", name="没有网络")).to_be_visible()
