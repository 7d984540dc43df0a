"""The simulator's cashier page: pays, cancels, leads back, and reads well."""

import http.client
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.payments.providers.conftest import Shop, attempt, soon

from zhanggui.payments.providers.base import PaymentState, Scene
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.providers.wechatpay import WechatPay

NUMBER = "2611210000000001P1"


def fetch(
    address: str, fields: dict[str, str] | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """Open an address as a browser without script and without following redirects."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    body = urllib.parse.urlencode(fields) if fields is not None else None
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(
            "POST" if body is not None else "GET",
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            body=body,
            headers=headers,
        )
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def form(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def native_page(channel: WechatPay, simulator: SimulatorServer, **changes: object) -> str:
    code_url = channel.start(attempt(**changes)).code_url
    assert code_url is not None
    content = urllib.parse.quote(code_url)
    status, headers, _ = fetch(f"{simulator.base}/scan?content={content}")
    assert status == 303
    return simulator.base + headers["Location"]


def test_scanning_shows_who_asks_for_what(channel: WechatPay, simulator: SimulatorServer) -> None:
    status, _, page = fetch(native_page(channel, simulator, amount_minor=123456))
    assert status == 200
    assert '<html lang="zh-Hans">' in page
    for text in ("掌柜演示店", "1,234.56", "青瓷茶杯", NUMBER, "立即支付", "取消", "不会真的扣款"):
        assert text in page
    assert "<script" not in page


def test_paying_a_scanned_code_pays(channel: WechatPay, simulator: SimulatorServer) -> None:
    page = fetch(native_page(channel, simulator))[2]
    status, _, done = fetch(f"{simulator.base}/cashier/pay", form(page))
    assert (status, "支付成功" in done) == (200, True)
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.PAID


@pytest.mark.parametrize(("button", "state"), [("pay", "paid"), ("cancel", "not_paid")])
def test_h5_leads_back_to_the_shop(
    channel: WechatPay, simulator: SimulatorServer, button: str, state: str
) -> None:
    back = "http://127.0.0.1:8000/pay/abc/?from=wechat&x=1"
    pay_url = channel.start(attempt(scene=Scene.H5, return_url=back)).pay_url
    assert pay_url is not None
    page = fetch(pay_url)[2]
    fields = {name: value.replace("&amp;", "&") for name, value in form(page).items()}
    status, headers, _ = fetch(f"{simulator.base}/cashier/{button}", fields)
    assert (status, headers["Location"]) == (303, back)
    assert channel.query(out_trade_no=NUMBER).state == state


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
        "http://127.0.0.1\\@evil.example",
        "http://127.0.0.1@evil.example/",
    ],
)
def test_h5_leads_nowhere_else(channel: WechatPay, simulator: SimulatorServer, back: str) -> None:
    pay_url = channel.start(attempt(scene=Scene.H5, return_url=back)).pay_url
    assert pay_url is not None
    page = fetch(pay_url)[2]
    assert "redirect_url" not in form(page)
    fields = form(page) | {"redirect_url": back}
    assert fetch(f"{simulator.base}/cashier/pay", fields)[0] == 200


def test_the_page_says_when_a_real_one_would_refuse_for_lack_of_a_referer(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    pay_url = channel.start(attempt(scene=Scene.H5)).pay_url
    assert pay_url is not None
    assert "Referer" in fetch(pay_url)[2]
    assert "Referer" in fetch(pay_url, Referer="https://other.example/")[2]
    assert "Referer" not in fetch(pay_url, Referer="https://shop.example/")[2]


@pytest.mark.parametrize(
    ("scene", "seconds", "text"),
    [(Scene.NATIVE, 7201, "支付链接已失效"), (Scene.H5, 301, "支付链接已失效")],
)
def test_an_old_code_can_not_be_paid(
    channel: WechatPay, simulator: SimulatorServer, scene: Scene, seconds: int, text: str
) -> None:
    if scene == Scene.NATIVE:
        address = native_page(channel, simulator)
    else:
        address = str(channel.start(attempt(scene=scene)).pay_url)
    fields = form(fetch(address)[2])
    simulator.faults.change(time_shift_s=seconds)
    assert text in fetch(address)[2]
    assert text in fetch(f"{simulator.base}/cashier/pay", fields)[2]
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID


def test_a_closed_order_says_so(channel: WechatPay, simulator: SimulatorServer) -> None:
    address = native_page(channel, simulator, expires_at=soon(minutes=30))
    channel.close(out_trade_no=NUMBER)
    assert "订单已关闭" in fetch(address)[2]


def test_paying_twice_in_two_windows_pays_once(
    channel: WechatPay, simulator: SimulatorServer, shop: Shop
) -> None:
    fields = form(fetch(native_page(channel, simulator, notify_url=shop.notify_url))[2])
    for _ in range(2):
        assert "支付成功" in fetch(f"{simulator.base}/cashier/pay", fields)[2]
    assert len(simulator.deliveries()) == 1


def test_what_the_shop_wrote_is_never_executed(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    page = fetch(native_page(channel, simulator, description='<script>alert("$nonce")</script>'))[2]
    assert "<script" not in page
    assert "&lt;script&gt;alert(&quot;$nonce&quot;)" in page


def test_unknown_codes_and_foreign_forms_change_nothing(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    fields = form(fetch(native_page(channel, simulator))[2])
    pay = f"{simulator.base}/cashier/pay"
    assert fetch(f"{simulator.base}/cashier?pr=unknown")[0] == 404
    assert fetch(pay, {"code": "unknown"})[0] == 404
    assert fetch(pay, fields, Origin="https://evil.example")[0] == 404
    assert fetch(f"{simulator.base}/else")[0] == 404
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    return [found["id"] for found in Axe().run(page, options=options).response["violations"]]


@pytest.mark.browser
def test_the_cashier_is_accessible_and_fits_a_phone(
    channel: WechatPay, simulator: SimulatorServer, phone: Page, tmp_path: Path
) -> None:
    back = f"{simulator.base}/"
    pay_url = channel.start(
        attempt(scene=Scene.H5, return_url=back, description="很长的商品名称" * 18)
    ).pay_url
    pages = [f"{simulator.base}/", str(pay_url), f"{simulator.base}/cashier?pr=unknown"]
    for address in pages:
        phone.goto(address)
        assert violations(phone) == []
        for width in (320, 390):
            phone.set_viewport_size({"width": width, "height": 844})
            assert phone.evaluate("document.documentElement.scrollWidth") <= width
    phone.goto(str(pay_url))
    phone.get_by_role("button", name="立即支付").click()
    phone.wait_for_url(back)
    phone.goto(str(pay_url))
    assert violations(phone) == []
    assert phone.get_by_role("heading", name="支付成功").is_visible()


@pytest.mark.browser
def test_a_code_is_scanned_and_paid_without_script(
    channel: WechatPay, simulator: SimulatorServer, browser: Browser
) -> None:
    code_url = channel.start(attempt()).code_url
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(simulator.base)
    page.get_by_label("二维码内容").fill(str(code_url))
    page.get_by_role("button", name="打开收银台").click()
    page.get_by_role("button", name="立即支付").click()
    assert page.get_by_role("heading", name="支付成功").is_visible()
    context.close()
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.PAID
