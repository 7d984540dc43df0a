"""Staff see a paid order within five seconds, whatever page of the console is open."""

import re
import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import Store, axe
from tests.factories.shop import basket
from tests.factories.staff import StaffFactory

from zhanggui.accounts.types import Role
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
SECONDS = 5.0
# What a page would let hear, counted instead
COUNTED = """
window.tones = 0;
AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator, {
    apply(make, audio) { window.tones += 1; return Reflect.apply(make, audio, []); },
});
"""


def signed_in(page: Page, store: Store, role: str = Role.OWNER) -> Page:
    """Give a browser the session of somebody who works here."""
    client = Client()
    client.force_login(StaffFactory(role=role), "django.contrib.auth.backends.ModelBackend")
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": store.url}])
    page.context.add_init_script(COUNTED)
    return page


def buy(store: Store) -> Order:
    """Place an order and let the payer pay at WeChat's side; its callback comes by itself."""
    wanted = basket((store.cup, 1), payment_channel="wechat_native")
    placed = orders.place_order(wanted=wanted, now=timezone.now())
    order = Order.objects.get(pk=placed.order_id)
    Client().get(f"/pay/{order.token}/", headers={"Host": store.url.partition("//")[2]})
    store.simulator.pay(out_trade_no=f"{order.number}P1")
    return order


def asking(page: Page, address: str) -> None:
    """Open a page and wait until it has asked for the first time."""
    with page.expect_response(re.compile("/console/pulse/")):
        page.goto(address)


def test_a_paid_order_is_seen_and_heard_within_five_seconds(store: Store, visit: Visit) -> None:
    page = signed_in(visit(1280), store)
    asking(page, f"{store.url}/console/stock/")
    page.get_by_text("账户与设置").locator("..").click()
    page.get_by_role("button", name="新订单提示音").filter(visible=True).click()
    assert page.evaluate("window.tones") == 2  # one hears what was switched on
    badge = page.locator(".menu [data-waiting]")
    expect(badge).to_be_hidden()
    began = time.monotonic()

    order = buy(store)

    expect(page).to_have_title(re.compile(r"^\(1\) "), timeout=SECONDS * 1000)
    assert time.monotonic() - began < SECONDS
    expect(badge).to_have_text("1")
    toast = page.locator(".toast-m")
    expect(toast).to_contain_text(f"新订单，尾号 {order.number_tail}")
    assert page.evaluate("window.tones") == 4
    assert axe(page) == []
    toast.get_by_role("link", name="查看").click()
    expect(page.get_by_role("heading", name=order.number)).to_be_visible()
    expect(page).to_have_title(re.compile(r"^(?!\()"))


def test_the_list_offers_what_is_new_and_shows_it_when_asked(store: Store, visit: Visit) -> None:
    page = signed_in(visit(390), store, Role.WAREHOUSE)
    asking(page, f"{store.url}/console/orders/")
    offer = page.locator("[data-fresh-show]")
    expect(offer).to_be_hidden()

    order = buy(store)

    expect(offer).to_be_visible(timeout=SECONDS * 1000)
    expect(page.locator(f"#card-{order.number}")).to_have_count(0)
    assert page.evaluate("window.tones") == 0  # nobody switched it on
    offer.click()
    expect(page.locator(f"#card-{order.number}")).to_be_visible()
    expect(offer).to_be_hidden()
    expect(page).to_have_title(re.compile(r"^(?!\()"))


def test_the_home_shows_it_by_itself(store: Store, visit: Visit) -> None:
    page = signed_in(visit(1280), store)
    asking(page, f"{store.url}/console/")

    order = buy(store)

    expect(page.get_by_role("link", name=re.compile(order.number_tail))).to_be_visible(
        timeout=SECONDS * 1000
    )


def test_of_all_tabs_one_asks_and_every_one_knows(store: Store, visit: Visit) -> None:
    page = signed_in(visit(1280), store)
    context: BrowserContext = page.context
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    asking(page, f"{store.url}/console/jobs/")
    others = [context.new_page() for _ in range(2)]
    for other in others:
        other.goto(f"{store.url}/console/freight/")
    asked.clear()

    buy(store)

    for tab in (page, *others):
        expect(tab).to_have_title(re.compile(r"^\(1\) "), timeout=SECONDS * 1000)
    assert len([url for url in asked if "/console/pulse/" in url]) <= 2
