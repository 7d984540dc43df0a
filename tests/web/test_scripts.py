"""What the scripts do in a real browser, on pages built from our own components."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import Context, Template
from playwright.sync_api import Page, Route, expect

import zhanggui.web

DIST = Path(zhanggui.web.__file__).parent / "static" / "dist"
SHOP = "http://shop.test"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HTML = "text/html; charset=utf-8"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:"
FRAME = """<!doctype html><html lang="zh-Hans" data-theme="light" class="is-{face}"><head>
<title>t</title><link rel="stylesheet" href="/static/dist/{face}.css">
<script src="/static/dist/theme.js"></script>
<script src="/static/dist/htmx.min.js" defer></script>
<script src="/static/dist/{face}.js" defer></script></head><body>{body}
<div id="sheets"></div>{toasts}</body></html>"""
TOASTS = '{% include "components/toasts.html" %}'
Open = Callable[..., Page]

pytestmark = pytest.mark.browser


def show(source: str, **values: object) -> str:
    """Render a piece of template."""
    return Template(source).render(Context(values))


@pytest.fixture
def open_page(page: Page) -> Open:
    """Open a page with this body under our Content Security Policy; any violation fails."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))

    def answer(route: Route, html: str, answers: dict[str, Callable[[Route], None]]) -> None:
        path = re.sub(r"^https?://[^/]+|\?.*$", "", route.request.url)
        if path.startswith("/static/dist/"):
            asset = DIST / path.rsplit("/", 1)[1]
            route.fulfill(body=asset.read_bytes(), content_type=TYPES[asset.suffix])
        elif path in answers:
            answers[path](route)
        elif path == "/":
            headers = {
                "Content-Security-Policy": POLICY,
                "Content-Type": "text/html; charset=utf-8",
            }
            route.fulfill(body=html, headers=headers)
        else:
            route.fulfill(body="<p>other</p>", content_type="text/html")

    def opened(
        body: str, *, face: str = "store", answers: dict[str, Callable[[Route], None]] | None = None
    ) -> Page:
        html = FRAME.format(face=face, body=body, toasts=show(TOASTS))
        page.route(f"{SHOP}/**", lambda route: answer(route, html, answers or {}))
        page.goto(f"{SHOP}/")
        assert broken == []
        return page

    return opened


def sheet(*, is_open: bool, body: str = '<form method="post"><input name="note"></form>') -> str:
    """Return a sheet as the server sends it."""
    tag = "{% sheet id='ship' title='发货' close='/' open=is_open %}"
    return show(tag + "{{ body|safe }}{% endsheet %}", is_open=is_open, body=body)


def test_a_link_opens_the_sheet_in_place_and_escape_closes_it(open_page: Open) -> None:
    page = open_page('<a href="?sheet=ship" data-open="ship">go</a>' + sheet(is_open=False))

    page.click("text=go")

    expect(page.locator("#ship")).to_be_visible()
    expect(page.locator("#ship-title")).to_be_focused()
    assert page.url == f"{SHOP}/"
    page.keyboard.press("Escape")
    expect(page.locator("#ship")).to_be_hidden()


def test_a_sheet_sent_open_becomes_modal_and_forgets_its_address(open_page: Open) -> None:
    page = open_page(sheet(is_open=True))

    assert page.evaluate("document.querySelector('#ship').matches(':modal')") is True
    page.click("#ship [data-close]")
    expect(page.locator("#ship")).to_be_hidden()


def test_changed_input_is_not_thrown_away_without_asking(open_page: Open) -> None:
    page = open_page('<a href="#" data-open="ship">go</a>' + sheet(is_open=False))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.click("text=go")
    page.fill("#ship input", "x")

    page.click("#ship [data-close]")

    assert asked == ["填写的内容还没保存，要关闭吗？"]
    expect(page.locator("#ship")).to_be_visible()


def test_htmx_brings_a_sheet_sends_the_token_and_a_toast_ends_it(open_page: Open) -> None:
    seen: list[str | None] = []
    link = '<a href="/s" hx-get="/s" hx-target="#sheets">go</a>'
    form = '<form hx-post="/done" hx-target="#sheets"><button>ok</button></form>'

    def done(route: Route) -> None:
        seen.append(route.request.headers.get("x-csrftoken"))
        told = json.dumps({"sheetClose": True, "toast": {"text": "已发货", "tone": "success"}})
        route.fulfill(body="", content_type="text/html", headers={"HX-Trigger": told})

    brought = sheet(is_open=True, body=form)
    page = open_page(
        link,
        face="console",
        answers={
            "/s": lambda route: route.fulfill(body=brought, content_type=HTML),
            "/done": done,
        },
    )
    page.context.add_cookies([{"name": "csrftoken", "value": "abc", "url": SHOP}])
    page.click("text=go")
    expect(page.locator("#sheets dialog")).to_be_visible()

    page.click("text=ok")

    expect(page.locator(".toast-m")).to_have_text("已发货")
    expect(page.locator("dialog")).to_have_count(0)
    assert seen == ["abc"]


def test_a_refusal_is_told_above_the_open_sheet(open_page: Open) -> None:
    form = '<form hx-post="/late" hx-target="#sheets"><button>ok</button></form>'
    page = open_page(
        sheet(is_open=True, body=form),
        face="console",
        answers={"/late": lambda route: route.fulfill(status=409, body="{}")},
    )

    page.click("text=ok")

    expect(page.locator("dialog .toast-error")).to_contain_text("内容刚被改过")
    page.click(".toast-error button")
    expect(page.locator(".toast-m")).to_have_count(0)
    page.click("#ship [data-close]")
    expect(page.locator("body > .toasts")).to_have_count(1)


def test_a_double_click_submits_once_and_keeps_the_buttons_value(open_page: Open) -> None:
    posts: list[str | None] = []

    def stay(route: Route) -> None:
        posts.append(route.request.post_data)
        route.fulfill(status=204)  # the page stays, as while a slow answer is on its way

    form = '<form method="post" action="/buy"><button name="act" value="buy">buy</button></form>'
    page = open_page(form, answers={"/buy": stay})

    page.evaluate("const b = document.querySelector('button'); b.click(); b.click();")
    page.wait_for_function("document.querySelector('button').disabled")

    assert posts == ["act=buy"]
    assert page.get_attribute("button", "aria-busy") == "true"


def test_what_a_refused_form_says_has_the_focus_and_is_in_view(open_page: Open) -> None:
    form = '<main><p class="pb-96">{tall}</p><form><div class="errors" tabindex="-1">x</div></form>'
    page = open_page(form.format(tall="<br>" * 99), face="console")

    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_be_in_viewport()


def test_quantity_stays_between_its_ends(open_page: Open) -> None:
    source = '<form>{% include "components/quantity.html" with value=2 max=3 label="件数" %}</form>'
    page = open_page(show(source))

    page.click("[data-step='1']")
    assert page.input_value("[name=quantity]") == "3"
    expect(page.locator("[data-step='1']")).to_be_disabled()
    page.fill("[name=quantity]", "99")
    page.press("[name=quantity]", "Tab")
    assert page.input_value("[name=quantity]") == "3"
    page.fill("[name=quantity]", "0")
    page.press("[name=quantity]", "Tab")
    assert page.input_value("[name=quantity]") == "1"


SKUS = [
    {"sku": "R-L", "options": ["红", "大"], "price_minor": 12800, "available": 3},
    {"sku": "B-S", "options": ["蓝", "小"], "price_minor": 1258005, "available": 2},
    {"sku": "G-L", "options": ["绿", "大"], "price_minor": 100, "available": 0},
]
SKU_FORM = """<span data-sku-price class="price"></span>
<p data-sku-stock data-some="库存 {n} 件" data-none="缺货"></p><p data-sku-chosen></p>
{{ data|json_script:"sku-data" }}<form method="post" data-sku="sku-data">
<input type="hidden" name="sku">{% include "components/sku_pills.html" %}
{% include "components/quantity.html" with value=1 label="件数" %}
<button data-sku-submit>buy</button></form>"""


def sku_form() -> str:
    """Return a form whose colours and sizes do not all go together."""
    values = [[{"value": v, "checked": v in "红大"} for v in group] for group in ("红蓝绿", "大小")]
    options = [{"name": n, "values": v} for n, v in zip(("颜色", "尺寸"), values, strict=True)]
    return show(SKU_FORM, data={"symbol": "¥", "digits": 2, "skus": SKUS}, options=options)


def test_choosing_an_option_moves_the_others_to_what_can_be_bought(open_page: Open) -> None:
    page = open_page(sku_form())
    assert page.input_value("[name=sku]") == "R-L"
    expect(page.locator("[value=绿]")).to_be_disabled()

    page.click(".sku:has([value=蓝])")

    assert page.input_value("[name=sku]") == "B-S"
    assert page.inner_text("[data-sku-price]") == "¥12,580.05"
    assert page.inner_text("[data-sku-stock]") == "库存 2 件"
    assert page.inner_text("[data-sku-chosen]") == "蓝 · 小"
    assert page.get_attribute("[name=quantity]", "max") == "2"
    expect(page.locator("[data-sku-submit]")).to_be_enabled()


def test_a_pasted_address_fills_the_fields_and_marks_the_unsure(open_page: Open) -> None:
    found = {"name": "陈琳", "city": "杭州市", "confidence": {"name": 0.95, "city": 0.5}}
    form = """<form><textarea data-parse-text></textarea>
    <button data-parse="/parse">go</button><p data-parse-status data-done="好"></p>
    <input data-fill="name"><select data-fill="city"><option>北京市</option></select></form>"""
    page = open_page(form, answers={"/parse": lambda route: route.fulfill(json=found)})
    page.fill("textarea", "陈琳 杭州")

    page.click("text=go")

    expect(page.locator("[data-parse-status]")).to_have_text("好")
    assert page.input_value("[data-fill=name]") == "陈琳"
    assert page.input_value("[data-fill=city]") == "杭州市"
    expect(page.locator("[data-fill=city]")).to_have_class("is-unsure")
    expect(page.locator("[data-fill=name]")).not_to_have_class("is-unsure")


# typed within the browser: over the wire a busy machine would type too slowly for a scanner
SCAN = """(code) => {
  const field = document.activeElement;
  for (const key of [...code, "Enter"]) {
    const typed = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
    if (field.dispatchEvent(typed) && key.length === 1) field.value += key;
  }
}"""


def test_a_scanner_reaches_its_field_from_wherever_the_focus_is(open_page: Open) -> None:
    body = (
        '<input id="note" value="abc"><form action="/f"><input id="code" data-scan="fill"></form>'
    )
    page = open_page(body, face="console")
    page.focus("#note")

    page.evaluate(SCAN, "SF1402883712")

    assert page.input_value("#code") == "SF1402883712"
    assert page.input_value("#note") == "abc"


def test_slow_typing_is_no_scan(open_page: Open) -> None:
    body = '<input id="note"><form><input id="code" data-scan="fill"></form>'
    page = open_page(body, face="console")
    page.focus("#note")

    page.keyboard.type("1234567", delay=80)
    page.keyboard.press("Enter")

    assert page.input_value("#code") == ""
    assert page.input_value("#note") == "1234567"


def test_slash_goes_to_the_search_but_not_from_a_field(open_page: Open) -> None:
    page = open_page('<input id="q" data-search><input id="other">', face="console")

    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.focus("#other")
    page.keyboard.press("/")
    assert page.input_value("#other") == "/"


LIST = """<div id="list"><table><tbody>
<tr><td><input type="checkbox" data-row value="1"><a href="/1/">a</a></td></tr>
<tr><td><input type="checkbox" data-row value="2"><a href="/2/">b</a></td></tr>
</tbody></table></div>
<a href="/orders/" data-go="o">o</a><a href="#shipped" data-key="f">f</a>"""


def test_keys_move_through_a_list_choose_and_open(open_page: Open) -> None:
    page = open_page(LIST, face="console")
    for key, focused in (("j", "a"), ("j", "b"), ("j", "b"), ("k", "a"), ("j", "b")):
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=focused, exact=True)).to_be_focused()

    page.keyboard.press("x")
    expect(page.locator("[data-row] >> nth=1")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/2/")


def test_g_and_a_letter_go_to_a_place(open_page: Open) -> None:
    page = open_page(LIST, face="console")

    page.keyboard.press("g")
    page.wait_for_timeout(150)
    page.keyboard.press("o")

    page.wait_for_url("**/orders/")


def test_a_question_mark_shows_the_keys_which_can_be_switched_off(open_page: Open) -> None:
    dialog = '<dialog id="keys"><button data-keys-toggle>use</button></dialog>'
    page = open_page(LIST + dialog, face="console")
    page.keyboard.press("?")
    page.click("text=use")
    assert page.get_attribute("[data-keys-toggle]", "aria-pressed") == "false"
    page.keyboard.press("Escape")

    page.keyboard.press("f")
    page.wait_for_timeout(150)

    assert page.url == f"{SHOP}/"


def test_a_scan_presses_no_key_and_opens_what_it_names(open_page: Open) -> None:
    page = open_page(LIST, face="console")
    page.evaluate("document.body.dataset.find = '/find/'")

    page.evaluate(SCAN, "FF140288/12")

    page.wait_for_url("**/find/?q=FF140288%2F12")


def test_a_scan_into_a_field_stays_there(open_page: Open) -> None:
    page = open_page('<input id="barcode">', face="console")
    page.evaluate("document.body.dataset.find = '/find/'")
    page.focus("#barcode")

    page.evaluate(SCAN, "6901234567892")
    page.wait_for_timeout(150)

    assert (page.url, page.input_value("#barcode")) == (f"{SHOP}/", "6901234567892")


def test_a_countdown_goes_by_the_servers_clock(open_page: Open) -> None:
    body = (
        '<time data-countdown="2030-01-01T10:01:30+08:00" data-now="2030-01-01T10:00:00+08:00">'
        "</time>"
    )
    page = open_page(body)

    assert page.inner_text("time") in ("01:30", "01:29")


def test_the_pay_page_asks_until_it_is_told_where_to_go(open_page: Open) -> None:
    answers = [{}, {"url": "/order/done/"}]
    page = open_page(
        '<div data-poll="/state" data-every="50"></div>',
        answers={"/state": lambda route: route.fulfill(json=answers.pop(0))},
    )

    page.wait_for_url(f"{SHOP}/order/done/")
    assert answers == []


def test_the_cart_badge_comes_from_the_cookie(open_page: Open) -> None:
    page = open_page('<span class="pin" data-cart-badge hidden></span>')
    expect(page.locator("[data-cart-badge]")).to_be_hidden()

    page.context.add_cookies([{"name": "cart_count", "value": "3", "url": SHOP}])
    page.reload()

    expect(page.locator("[data-cart-badge]")).to_have_text("3")
    expect(page.locator("[data-cart-badge]")).to_be_visible()


THEME = "{% include 'components/theme.html' with cls='x' %}"


def test_the_theme_is_remembered_without_a_flash(open_page: Open) -> None:
    page = open_page(show(THEME), face="console")

    page.click("text=深色")
    expect(page.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload(wait_until="commit")
    page.wait_for_selector("button")

    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(15, 17, 22)"
    )


@pytest.mark.parametrize(("face", "theme"), [("console", "dark"), ("store", "light")])
def test_where_nothing_is_chosen_staff_get_what_their_system_has(
    open_page: Open, page: Page, face: str, theme: str
) -> None:
    page.emulate_media(color_scheme="dark")
    open_page(show(THEME), face=face)
    assert page.get_attribute("html", "data-theme") == theme

    page.click("text=跟随系统")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_paper_is_light_in_the_dark_theme(open_page: Open, page: Page) -> None:
    open_page(show(THEME), face="console")
    page.click("text=深色")

    page.emulate_media(media="print")

    body = "getComputedStyle(document.body)"
    assert page.evaluate(f"[{body}.color, {body}.colorScheme]") == ["rgb(0, 0, 0)", "light"]


def test_rows_shown_twice_are_chosen_together(open_page: Open) -> None:
    body = """<input type="checkbox" data-all><div class="ocard"><input data-row type="checkbox"
    value="1"></div><div class="ocard"><input data-row type="checkbox" value="1"></div>
    <input data-row type="checkbox" value="2"><p data-bulk hidden><b data-bulk-count></b></p>"""
    page = open_page(body, face="console")

    page.check("[data-row] >> nth=0")

    expect(page.locator("[data-row]:checked")).to_have_count(2)
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    assert page.evaluate("document.querySelector('[data-all]').indeterminate") is True
