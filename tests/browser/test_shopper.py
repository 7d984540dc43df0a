"""A shopper in a real browser: finds, buys with a pasted address, pays, sees it paid."""

import re
import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.browser.conftest import Store, axe, overflow, resize
from tests.factories.shop import basket

from zhanggui.catalog.models import Sku
from zhanggui.catalog.queries.facts import CATALOG
from zhanggui.core import versions
from zhanggui.core.types import SYSTEM
from zhanggui.fulfilment import services as fulfilment
from zhanggui.notifications.models import Message
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
PASTED = "陈晓琳，13800001234，浙江省杭州市西湖区示例路 88 号 3 幢 502 室"


def test_a_phone_finds_by_search_buys_with_a_pasted_address_and_pays(
    store: Store, visit: Visit
) -> None:
    page = visit(390)
    page.goto(store.url)
    page.get_by_role("searchbox", name="搜索商品").filter(visible=True).fill("龙井")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("明前龙井")).click()

    page.locator(".buybar").get_by_role("link", name="立即购买").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("50g 罐装", exact=True).check()
    sheet.get_by_role("button", name="立即购买").click()

    page.get_by_label("粘贴收货信息").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#pay")).to_have_text(re.compile(r"微信支付 ¥136\.00\s*$"))
    assert overflow(page) <= 0
    page.locator("#pay").click()

    page.get_by_role("link", name="打开微信支付 ¥136.00").click()
    expect(page).to_have_url(re.compile(re.escape(store.simulator.base)))
    page.get_by_role("button", name="立即支付").click()

    expect(page.get_by_role("heading", name="付款成功")).to_be_visible(timeout=3_000)
    page.get_by_role("link", name="查看订单").click()
    expect(page.get_by_role("heading", name="已付款，等待发货")).to_be_visible()
    order = Order.objects.get()
    assert (order.display_status, order.paid_minor) == ("to_ship", 13_600)
    assert (order.name, order.district) == ("陈晓琳", "西湖区")


def test_a_desktop_pays_by_code_and_learns_it_without_a_callback(
    store: Store, visit: Visit
) -> None:
    store.simulator.faults.change(callback_lose=9)
    page = visit(1280)
    page.goto(f"{store.url}/p/gaiwan/")
    page.get_by_role("button", name="加入购物车").filter(visible=True).click()
    expect(page.get_by_text("已加入购物车")).to_be_visible()
    expect(page.locator(".snav [data-cart-badge]")).to_have_text("1")
    page.goto(f"{store.url}/cart/")
    page.get_by_role("link", name="去结算").click()

    page.get_by_label("收货人").fill("陈晓琳")
    page.get_by_label("手机号").fill("13800001234")
    page.get_by_label("省份").select_option("浙江省")
    page.locator("select[name=city]").select_option("杭州市")
    page.locator("select[name=district]").select_option("西湖区")
    page.get_by_label("详细地址").fill("示例路 88 号")
    expect(page.locator("#pay")).to_have_text(re.compile("¥97.00"))
    page.locator("#pay").click()

    expect(page.get_by_role("img", name="付款二维码")).to_be_visible()
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^(29|30):\d\d$"))
    store.simulator.pay(out_trade_no=f"{Order.objects.get().number}P1")
    paid_at = time.monotonic()
    expect(page.get_by_role("heading", name="付款成功")).to_be_visible(timeout=6_000)
    assert time.monotonic() - paid_at < 4  # three seconds, and one for a busy test machine
    page.goto(f"{store.url}/cart/")
    expect(page.get_by_text("购物车还是空的")).to_be_visible()


def test_everything_is_bought_without_script(store: Store, visit: Visit) -> None:
    page = visit(390, script=False)
    page.goto(f"{store.url}/p/longjing/")
    page.get_by_label("100g 罐装").check()
    page.locator(".buybar").get_by_role("button", name="立即购买").click()
    page.get_by_label("粘贴收货信息").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#pay")).to_have_text(re.compile("¥246.00"))
    page.locator("#pay").click()
    page.get_by_role("link", name="打开微信支付 ¥246.00").click()
    page.get_by_role("button", name="立即支付").click()

    expect(page.get_by_role("heading", name="付款成功")).to_be_visible()
    assert Order.objects.get().lines.get().options_text == "100g 罐装"


def test_a_changed_price_keeps_what_was_typed(store: Store, visit: Visit) -> None:
    page = visit(390)
    page.goto(f"{store.url}/checkout/?sku={store.cup.code}")
    page.get_by_label("粘贴收货信息").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#pay")).to_have_text(re.compile("¥97.00"))
    Sku.objects.filter(pk=store.cup.pk).update(price_minor=9_900)
    versions.bump(CATALOG)
    page.locator("#pay").click()

    expect(page.get_by_text("价格变了：今天 ¥99.00，之前 ¥89.00。")).to_be_visible()
    expect(page.get_by_label("收货人")).to_have_value("陈晓琳")
    page.locator("#pay").click()
    expect(page).to_have_url(re.compile("/pay/"))
    assert Order.objects.get().payable_minor == 10_700


def test_a_double_tap_makes_one_order(store: Store, visit: Visit) -> None:
    page = visit(390)
    page.goto(f"{store.url}/checkout/?sku={store.cup.code}")
    page.get_by_label("粘贴收货信息").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#pay")).to_have_text(re.compile("¥97.00"))
    page.locator("#pay").dblclick()
    expect(page).to_have_url(re.compile("/pay/"))

    assert Order.objects.count() == 1


def test_my_orders_open_with_the_code_of_the_demo(store: Store, visit: Visit) -> None:
    wanted = basket((store.cup, 1), payment_channel="transfer")
    orders.place_order(wanted=wanted, now=timezone.now())
    page = visit(390)
    page.goto(f"{store.url}/me/")
    page.get_by_label("手机号").fill("13800001234")
    page.get_by_role("button", name="获取验证码").click()
    code = re.search(r"\d{6}", Message.objects.get().text)
    assert code is not None
    page.get_by_label("验证码", exact=True).fill(code[0])
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_text("羊脂玉白瓷盖碗")).to_be_visible()


def placed(store: Store, *, channel: str, is_shipped: bool = False) -> str:
    """Place an order, ship it if asked, and return its token."""
    wanted = basket((store.tea, 1), (store.cup, 1), payment_channel=channel)
    found = orders.place_order(wanted=wanted, now=timezone.now())
    if is_shipped:
        payments.confirm_transfer(
            order_id=found.order_id,
            amount_minor=found.payable_minor,
            reference="A1",
            actor=SYSTEM,
            now=timezone.now(),
        )
        fulfilment.ship_order(
            order_id=found.order_id,
            carrier="shunfeng",
            tracking_no="SF1234567890123",
            actor=SYSTEM,
            now=timezone.now(),
        )
    return found.token


def looked_at(page: Page, store: Store, path: str, widths: tuple[int, ...]) -> dict[str, object]:
    """Open a page, give the window these widths, and return what is wrong with it at each."""
    resize(page, widths[0])
    page.goto(f"{store.url}{path}")
    found = {}
    for width in widths:
        resize(page, width)
        if wrong := [
            *([f"{overflow(page)} px too wide"] if overflow(page) > 0 else []),
            *axe(page),
        ]:
            found[f"{path} {width}"] = wrong
    return found


@pytest.mark.full
@pytest.mark.parametrize("widths", [(360,), (768, 1280)], ids=["phone", "desktop"])
def test_no_page_is_too_wide_and_axe_finds_nothing(
    store: Store, visit: Visit, widths: tuple[int, ...]
) -> None:
    native = placed(store, channel="wechat_native")
    transfer = placed(store, channel="transfer")
    shipped = placed(store, channel="transfer", is_shipped=True)
    page = visit(widths[0])
    page.goto(f"{store.url}/p/gaiwan/")
    page.get_by_role("button", name="加入购物车").filter(visible=True).click()
    expect(page.get_by_text("已加入购物车")).to_be_visible()
    paths = [
        *("/", "/categories/", "/c/tea/", "/search/", "/search/?q=龙井", "/search/?q=飞机"),
        *("/p/longjing/", "/p/gaiwan/", "/p/longjing/?why=unsold", "/cart/", "/checkout/"),
        *(f"/checkout/?sku={store.tea.code}&quantity=9", "/me/", "/demo/messages/"),
        *(f"/pay/{native}/", f"/pay/{native}/?channel=wechat_h5", f"/pay/{transfer}/"),
        *(f"/pay/{native}/result/", f"/pay/{shipped}/result/"),
        *(f"/o/{native}/", f"/o/{shipped}/", "/nothing/"),
    ]

    wrong: dict[str, object] = {}
    for path in paths:
        wrong |= looked_at(page, store, path, widths)

    assert wrong == {}


def test_sheets_refused_forms_and_my_pages_pass_axe_too(store: Store, visit: Visit) -> None:
    placed(store, channel="transfer", is_shipped=True)
    page = visit(390)
    page.goto(f"{store.url}/p/longjing/")
    page.locator(".buybar").get_by_role("link", name="立即购买").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)  # the sheet rises
    found = {"sheet": axe(page)}
    page.goto(f"{store.url}/checkout/?sku={store.cup.code}")
    page.locator("#pay").click()
    expect(page.get_by_text("请填写收货人。").first).to_be_visible()
    found["refused"] = axe(page)
    page.goto(f"{store.url}/me/")
    page.get_by_label("手机号").fill("13800001234")
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_label("验证码", exact=True)).to_be_visible()
    found["code"] = axe(page)
    code = re.search(r"\d{6}", Message.objects.get().text)
    assert code is not None
    page.get_by_label("验证码", exact=True).fill(code[0])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的订单")).to_be_visible()
    found["me"] = axe(page)
    found["wide"] = [str(overflow(page))] if overflow(page) > 0 else []

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
