"""Inside WeChat: its own script is played by the simulator, which checks what our page asks."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Store, axe, overflow
from tests.browser.test_shopper import PASTED
from tests.factories.wechat import service_account

from zhanggui.notifications.models import Message
from zhanggui.orders.models import Order
from zhanggui.payments.models import Payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
INSIDE = (
    "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Mobile Safari/537.36 XWEB/1200117 MMWEBSDK/20240404 MicroMessenger/8.0.50.2701 Language/zh_CN"
)
# WeChat gives its script to the page late, and tells so.
BRIDGE = """setTimeout(() => {
  window.WeixinJSBridge = {
    invoke: (name, asked, told) => window.simulatedWechat(name, asked).then(told),
  };
  document.dispatchEvent(new Event("WeixinJSBridgeReady"));
}, 50);"""


class Wechat:
    """WeChat's app on this phone: does what its owner decided beforehand, else pays."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.decisions: list[str] = []
        self.asked: list[dict[str, str]] = []

    def invoke(self, name: str, asked: dict[str, str]) -> dict[str, str]:
        assert name == "getBrandWCPayRequest"
        self.asked.append(asked)
        decision = self.decisions.pop(0) if self.decisions else "pay"
        if decision == "lie":  # says ok, and nothing was paid
            return {"err_msg": "get_brand_wcpay_request:ok"}
        return self.store.simulator.invoke(asked, pays=decision == "pay")


@pytest.fixture
def wechat(store: Store, tmp_path: Path, settings: Any) -> Wechat:
    settings.WECHAT = service_account(tmp_path / "simulator", base=store.simulator.base)
    return Wechat(store)


@pytest.fixture
def inside(visit: Visit, wechat: Wechat) -> Page:
    """A page inside WeChat on a phone."""
    page = visit(390, user_agent=INSIDE)
    page.expose_function("simulatedWechat", wechat.invoke)
    page.add_init_script(BRIDGE)
    return page


def buy(page: Page, store: Store) -> None:
    """From the product to the pay page."""
    page.goto(f"{store.url}/p/gaiwan/")
    page.locator(".buybar").get_by_role("link", name="立即购买").or_(
        page.locator(".buybar").get_by_role("button", name="立即购买")
    ).first.click()
    sheet = page.get_by_role("dialog")
    if sheet.is_visible():
        sheet.get_by_role("button", name="立即购买").click()
    page.get_by_label("粘贴收货信息").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#pay")).to_have_text(re.compile(r"微信支付 ¥97\.00\s*$"))
    page.locator("#pay").click()


def newest_code() -> str:
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    return found[0]


def sign_in_by_phone(page: Page, phone: str = "13800001234") -> None:
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("heading", name="填写验证码").first).to_be_visible()
    page.get_by_label("验证码").fill(newest_code())
    page.get_by_role("button", name="登录", exact=True).click()


def test_from_the_product_to_paid_without_leaving_wechat(
    store: Store, wechat: Wechat, inside: Page
) -> None:
    buy(inside, store)

    expect(inside.get_by_role("heading", name="付款成功")).to_be_visible()
    payment = Payment.objects.get()
    assert (payment.channel, payment.status, payment.amount_minor) == (
        "wechat_jsapi",
        "succeeded",
        9_700,
    )
    assert [one["appId"] for one in wechat.asked] == [store.simulator.credentials.appid]
    assert Order.objects.get().display_status == "to_ship"


def test_who_cancels_can_pay_again(store: Store, wechat: Wechat, inside: Page) -> None:
    wechat.decisions = ["cancel"]
    buy(inside, store)
    expect(inside.get_by_text("已取消付款，没有扣款。")).to_be_visible()
    assert overflow(inside) <= 0
    assert axe(inside) == []
    assert Order.objects.get().display_status == "to_pay"

    inside.get_by_role("button", name="微信支付 ¥97.00").click()

    expect(inside.get_by_role("heading", name="付款成功")).to_be_visible()
    assert Payment.objects.count() == 1


def test_ok_is_only_a_hint(store: Store, wechat: Wechat, inside: Page) -> None:
    wechat.decisions = ["lie"]
    buy(inside, store)

    expect(inside).to_have_url(re.compile("/result/"))
    expect(inside.get_by_role("heading", name="付款成功")).not_to_be_visible()
    assert Order.objects.get().display_status == "to_pay"


def test_another_account_on_the_phone_confirms_itself_and_pays(
    store: Store, wechat: Wechat, inside: Page
) -> None:
    wechat.decisions = ["cancel"]
    buy(inside, store)
    expect(inside.get_by_text("已取消付款，没有扣款。")).to_be_visible()
    store.simulator.faults.change(wechat_user="小红")
    inside.get_by_role("button", name="微信支付 ¥97.00").click()
    expect(inside.get_by_text("微信没有完成付款。")).to_be_visible()

    inside.get_by_role("link", name="重新确认身份再付").click()

    expect(inside.get_by_role("heading", name="付款成功")).to_be_visible()
    assert list(Payment.objects.order_by("attempt").values_list("status", flat=True)) == [
        "closed",
        "succeeded",
    ]


def test_what_only_says_to_be_wechat_is_told_what_to_do(
    store: Store, wechat: Wechat, visit: Visit
) -> None:
    page = visit(390, user_agent=INSIDE)
    buy(page, store)

    expect(page.get_by_text("这里打不开微信支付。")).to_be_visible(timeout=6_000)
    page.get_by_role("link", name="改用微信扫码付款").click()
    expect(page.get_by_role("img", name="付款二维码")).to_be_visible()
    expect(page.get_by_text("请用另一部手机的微信扫码付款")).to_be_visible()
    assert overflow(page) <= 0
    assert axe(page) == []


def test_wechat_signs_in_links_and_unlinks(store: Store, wechat: Wechat, inside: Page) -> None:
    inside.goto(f"{store.url}/me/")
    assert axe(inside) == []
    inside.get_by_role("button", name="微信登录").click()
    expect(inside.get_by_text("申请获取你的昵称、头像")).to_be_visible()
    inside.get_by_role("button", name="拒绝").click()
    expect(inside.get_by_text("微信没有确认你的身份")).to_be_visible()
    inside.get_by_role("button", name="微信登录").click()
    inside.get_by_role("button", name="允许").click()
    expect(inside.get_by_text("首次登录请验证一次手机号")).to_be_visible()
    assert axe(inside) == []
    sign_in_by_phone(inside)
    expect(inside.get_by_text("已绑定微信，在微信里可以直接登录。")).to_be_visible()
    assert overflow(inside) <= 0

    inside.get_by_role("button", name="退出登录").click()
    inside.goto(f"{store.url}/me/")
    inside.get_by_role("button", name="微信登录").click()
    inside.get_by_role("button", name="允许").click()
    expect(inside.get_by_text("138****1234")).to_be_visible()

    inside.get_by_role("button", name="解绑").click()
    expect(inside.get_by_text("已解绑微信")).to_be_visible()
    inside.get_by_role("button", name="绑定微信").click()
    inside.get_by_role("button", name="允许").click()
    expect(inside.get_by_text("已绑定微信，以后可以直接用微信登录。")).to_be_visible()
    assert axe(inside) == []
