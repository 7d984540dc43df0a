"""One whole sale in a browser on a phone: the demo shop as `zhanggui up` opens it."""

import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from tests.running.shop import RunningShop
from tests.running.trade import Trade, until

from zhanggui.demo.types import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.full]

WIDTH = 390
SCREEN = {"width": WIDTH, "height": 844}
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)
PASTED = "收货人：陈晓琳，电话 138 0000 4321，浙江省杭州市西湖区示例路 88 号 3 幢 502 室"
TRACKING = f"SF1{secrets.randbelow(10**12):012}"  # the shop warns of a number used before
PAID_SECONDS = 3.0
SECONDS = 20_000  # milliseconds that a page may take on a busy machine


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The demo shop with web, worker and simulator."""
    folder = tmp_path_factory.mktemp("demo")
    shop = RunningShop(folder, f"sqlite:///{folder}/shop.sqlite3")
    shop.start(with_demo=True)
    yield shop
    shop.stop()


class Phone:
    """Somebody's phone: counts taps, and notes what goes wrong in its pages."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=SCREEN, user_agent=IPHONE, has_touch=True, is_mobile=True, base_url=url
        )
        self.context.set_default_timeout(SECONDS)
        self.page: Page = self.context.new_page()
        self.taps = 0
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)
        expect.set_options(timeout=SECONDS)

    def _hear(self, said: ConsoleMessage) -> None:
        replaced = ("htmx:afterRequest", "htmx:sendAbort")  # a request that a newer one replaced
        if said.type == "error" and not any(name in said.text for name in replaced):
            self.problems.append(f"{said.text} {said.location}")

    def tap(self, what: Any) -> None:
        self.taps += 1
        what.tap()

    def fits(self) -> None:
        """The page can't be scrolled sideways."""
        assert self.page.evaluate("document.documentElement.scrollWidth") == WIDTH


def something_to_choose(shop: RunningShop) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a product with several SKUs in stock, and the SKU that its page does not preselect."""
    address = f"{shop.url}/api/v1/shop/products"
    for card in requests.get(address, params={"limit": 100}, timeout=30).json()["items"]:
        product = requests.get(f"{address}/{card['slug']}", timeout=30).json()
        if len(product["skus"]) > 1 and all(sku["available"] > 5 for sku in product["skus"]):
            return product, product["skus"][-1]
    raise AssertionError("the demo has nothing to choose")


def ship_what_waits(trade: Trade) -> None:
    """Empty the queue before ours, as the staff of the day before would have done."""
    waiting = trade.staff("GET", "orders", params={"display_status": "to_ship", "limit": 100})
    for order in waiting.json()["items"]:
        sent = trade.staff(
            "POST",
            f"orders/{order['number']}/ship",
            json={"tracking_no": f"SF2{secrets.randbelow(10**12):012}"},
        )
        assert sent.status_code == 200, sent.text


def test_a_shopper_buys_and_the_shop_ships(demo: RunningShop, browser: Browser) -> None:
    trade = Trade(demo)
    product, sku = something_to_choose(demo)
    ship_what_waits(trade)
    before = trade.stock(sku["sku"])
    buyer = Phone(browser, demo.url)

    choose(buyer, product, sku)
    token = check_out(buyer, product)
    house = changed_house(before, trade.stock(sku["sku"]))
    on_hand, reserved, available = before[house]
    assert trade.stock(sku["sku"])[house] == (on_hand, reserved + 1, available - 1)
    pay(buyer)
    number = follow(buyer, token, "已付款，等待发货")
    staff = Phone(browser, demo.url)
    ship(staff, number)
    assert trade.stock(sku["sku"])[house] == (on_hand - 1, reserved, available - 1)
    receive(buyer)

    assert trade.stock(sku["sku"])[house] == (on_hand - 1, reserved, available - 1)
    told = trade.staff("GET", f"orders/{number}").json()
    assert (told["display_status"], told["paid_minor"]) == ("completed", told["payable_minor"])
    assert told["lines"][0]["sku"] == sku["sku"]
    assert buyer.problems + staff.problems == []
    for phone in (buyer, staff):
        phone.context.close()


def choose(buyer: Phone, product: dict[str, Any], sku: dict[str, Any]) -> None:
    """Find the product by its name, open the sheet and take another SKU than the first."""
    page = buyer.page
    page.goto("/")
    buyer.fits()
    page.get_by_role("searchbox").fill(product["name"])
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_title(re.compile(re.escape(product["name"])))
    buyer.fits()
    buyer.tap(page.locator(f'a[href="/p/{product["slug"]}/"]').first)
    expect(page.get_by_role("heading", level=1)).to_have_text(product["name"])
    buyer.fits()
    buyer.tap(page.locator(".buybar [data-open=sku]").filter(has_text="立即购买"))
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    for place, value in enumerate(sku["options"].values()):
        choice = sheet.locator(f'input[data-option="{place}"]')
        values = choice.evaluate_all("all => all.map(one => one.value)")
        buyer.tap(
            sheet.locator(f'label.sku:has(input[data-option="{place}"])').nth(values.index(value))
        )
    price = f"{sku['price_minor'] // 100:,}"
    expect(sheet.locator("[data-sku-price]")).to_contain_text(price)
    buyer.tap(sheet.get_by_role("button", name="立即购买"))
    page.wait_for_url(f"**/checkout/?sku={sku['sku']}&quantity=1")


def check_out(buyer: Phone, product: dict[str, Any]) -> str:
    """Paste the address, see it understood and freight added, and place the order."""
    page = buyer.page
    expect(page.locator("#co-lines")).to_contain_text(product["name"])
    buyer.fits()
    page.locator("[data-parse-text]").fill(PASTED)
    buyer.tap(page.get_by_role("button", name="识别"))
    expect(page.get_by_label("收货人", exact=True)).to_have_value("陈晓琳")
    expect(page.get_by_label("手机号")).to_have_value("13800004321")
    expect(page.get_by_label("区县")).to_have_value("西湖区")
    expect(page.get_by_label("详细地址")).to_have_value("示例路88号3幢502室")
    expect(page.locator("input[name=expected]")).to_be_attached()
    buyer.fits()
    buyer.tap(page.locator("#pay"))
    page.wait_for_url(re.compile(r"/pay/[0-9a-f]{32}/$"))
    buyer.fits()
    return str(page.url.rstrip("/").rpartition("/")[2])


def changed_house(before: dict[str, Any], after: dict[str, Any]) -> str:
    (house,) = [name for name in before if before[name] != after[name]]
    return str(house)


def pay(buyer: Phone) -> None:
    """Pay at the simulated cashier and be told so within seconds."""
    page = buyer.page
    buyer.tap(page.get_by_role("link", name=re.compile("打开微信支付")))
    button = page.get_by_role("button", name="立即支付")
    expect(button).to_be_visible()
    buyer.fits()
    started = time.monotonic()
    buyer.tap(button)
    expect(page.get_by_role("heading", name="付款成功")).to_be_visible()
    assert time.monotonic() - started < PAID_SECONDS
    assert page.url.endswith("/result/")
    buyer.fits()


def follow(buyer: Phone, token: str, heading: str) -> str:
    """Go on to the order's page and return the order's number."""
    page = buyer.page
    buyer.tap(page.get_by_role("link", name="查看订单"))
    page.wait_for_url(f"**/o/{token}/")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    buyer.fits()
    found = re.search(r"\b\d{16}\b", page.locator("main").inner_text())
    assert found
    return found[0]


def ship(staff: Phone, number: str) -> None:
    """Sign in as customer service and ship the order in three taps from home."""
    page = staff.page
    page.goto("/console/")
    page.get_by_label("用户名").fill("service")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).tap()
    expect(page.locator("#live")).to_be_visible()
    staff.fits()
    staff.tap(page.get_by_role("link", name=f"发货 {number}").first)
    sheet = page.get_by_role("dialog")
    tracking = sheet.get_by_label("运单号")
    expect(tracking).to_be_visible()
    staff.fits()
    staff.tap(tracking)
    page.keyboard.type(TRACKING)
    expect(sheet.get_by_text("按单号认出：顺丰")).to_be_visible()
    staff.tap(sheet.get_by_role("button", name="确认发货"))
    expect(sheet).to_be_hidden()
    assert staff.taps == 3
    expect(page.get_by_role("link", name=f"发货 {number}")).to_have_count(0)


def receive(buyer: Phone) -> None:
    """See the parcel and confirm its receipt."""
    page = buyer.page
    page.reload()
    expect(page.get_by_role("heading", name="已发货，等待收货")).to_be_visible()
    parcel = page.get_by_role("region", name="包裹")
    expect(parcel).to_contain_text("顺丰")
    expect(parcel).to_contain_text(TRACKING)
    expect(parcel.get_by_role("link", name="查物流")).to_have_attribute("target", "_blank")
    buyer.fits()
    buyer.tap(page.get_by_role("button", name="确认收货"))
    expect(page.get_by_role("heading", name="交易完成")).to_be_visible()
    buyer.fits()


def test_the_result_page_finds_out_by_itself_when_the_callback_is_lost(
    demo: RunningShop, browser: Browser
) -> None:
    trade, buyer = Trade(demo), Phone(browser, demo.url)
    product, sku = something_to_choose(demo)
    choose(buyer, product, sku)
    token = check_out(buyer, product)
    link = buyer.page.get_by_role("link", name=re.compile("打开微信支付")).get_attribute("href")
    assert link
    trade.base = link.partition("/h5?")[0]
    trade.control("faults", callback_lose=1)

    pay(buyer)

    number = follow(buyer, token, "已付款，等待发货")
    assert trade.deliveries({"number": number}) == []
    assert trade.control("reset")["callback_lose"] == 0
    buyer.context.close()


def test_money_that_comes_too_late_is_seen_to_go_back(demo: RunningShop, browser: Browser) -> None:
    trade, buyer = Trade(demo), Phone(browser, demo.url)
    product, sku = something_to_choose(demo)
    choose(buyer, product, sku)
    token = check_out(buyer, product)
    link = buyer.page.get_by_role("link", name=re.compile("打开微信支付")).get_attribute("href")
    assert link
    trade.base = link.partition("/h5?")[0]
    buyer.tap(buyer.page.get_by_role("button", name="不买了，取消订单"))
    expect(buyer.page.get_by_role("heading", name="订单已关闭")).to_be_visible()
    found = re.search(r"\b\d{16}\b", buyer.page.locator("main").inner_text())
    assert found

    trade.control("pay", out_trade_no=f"{found[0]}P1", even_if_closed=True)
    until(
        lambda: trade.staff("GET", f"orders/{found[0]}").json()["payment_state"],
        lambda state: state == "refunded",
    )

    buyer.page.goto(f"/pay/{token}/result/")
    expect(buyer.page.get_by_text("已原路退回")).to_be_visible()
    buyer.page.goto(f"/o/{token}/")
    expect(buyer.page.get_by_text("已退款")).to_be_visible()
    staff = Phone(browser, demo.url)
    staff.page.goto(f"/console/orders/{found[0]}/")
    staff.page.get_by_label("用户名").fill("service")
    staff.page.get_by_label("密码").fill(PASSWORD)
    staff.page.get_by_role("button", name="登录", exact=True).tap()
    expect(staff.page.get_by_text(f"{found[0]}R1")).to_be_visible()
    for phone in (buyer, staff):
        phone.fits()
        assert phone.problems == []
        phone.context.close()
