"""The base pages: both faces, both languages, and what the Content Security Policy forbids."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import resolve
from django.utils import translation

import zhanggui.web
from zhanggui.accounts.types import Hours

TEMPLATES = Path(zhanggui.web.__file__).parent / "templates"
SHOP = SimpleNamespace(
    name="山野茶事", slogan="一杯好茶", currency="CNY", service_phone="4000000000",
    week=(Hours(540, 1260),) * 7,
)  # fmt: skip
MENU = [
    {"label": "", "entries": [{"url": "/console/", "label": "首页", "icon": "home"}]},
    {
        "label": "交易",
        "entries": [
            {"url": "/o", "label": "订单", "icon": "clipboard-list", "active": True, "count": 1286}
        ],
    },
]
DOCK = [
    {"url": "/console/", "label": "首页", "icon": "home", "active": True},
    {"url": "/scan", "label": "扫码", "icon": "scan", "raised": True},
]
LANGUAGES = ["zh-hans", "en"]
HTMX_CONFIG = (
    """<meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false,"""
    """"historyCacheSize":0,"refreshOnHistoryMiss":true,"selfRequestsOnly":true,"""
    """"historyRestoreAsHxRequest":false,"responseHandling":[{"code":"204","swap":false},"""
    """{"code":"304","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},"""
    """{"code":"[45]..","swap":false,"error":true}]}'>"""
)


@pytest.fixture(autouse=True)
def _addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.web.urls_for_ui"):
        yield


def visit(path: str) -> HttpRequest:
    """Return a request as a view gets it, by somebody of the staff."""
    request = RequestFactory().get(path)
    request.resolver_match = resolve(request.path)
    request.user = SimpleNamespace(name="林岚", get_role_display="店主")  # type: ignore[assignment]
    return request


def page(name: str, path: str, **values: object) -> str:
    """Render a template with what the context processors give."""
    return render_to_string(name, {"shop": SHOP, **values}, request=visit(path))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "path"),
    [("console/base.html", "/console/home/"), ("store/base.html", "/home/?q=a&b=1")],
)
def test_base_pages_render_in_both_languages(name: str, path: str, language: str) -> None:
    with translation.override(language):
        html = page(name, path, menu=MENU, dock=DOCK)

    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in html
    assert HTMX_CONFIG in html
    assert '<body hx-ext="morph">' in html
    assert '<div class="toasts" role="status" aria-live="polite"' in html
    assert '<a class="skip" href="#main">' in html
    assert "csrfmiddlewaretoken" not in html


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "403_csrf"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_error_pages_render_with_a_request_and_without_anything(name: str, language: str) -> None:
    with translation.override(language):
        alone = engines["django"].get_template(f"{name}.html").render({})
        console = page(f"{name}.html", "/console/home/")

    assert 'href="/home/">' in alone
    assert "dist/store.css" in alone
    assert 'href="/console/home/">' in console
    assert "dist/console.css" in console


def test_english_pages_have_no_chinese_of_ours() -> None:
    nameless = SimpleNamespace(name="Tea", slogan="", currency="CNY", service_phone="400")
    with translation.override("en"):
        pages = [
            render_to_string(name, {"shop": nameless, "dock": [], "menu": []}, visit(path))
            for name, path in [
                ("console/base.html", "/console/home/"),
                ("store/base.html", "/home/"),
                ("components/tabbar.html", "/home/"),
                ("404.html", "/home/"),
            ]
        ]

    ours = "".join(pages).replace("简体中文", "").replace("林岚", "").replace("店主", "")
    assert re.findall(r"[\u4e00-\u9fff]+", ours.replace(">林<", "><")) == []


def test_console_shows_only_the_entries_it_was_given() -> None:
    html = page("console/base.html", "/console/home/", menu=MENU, dock=DOCK)

    assert html.count('class="menu-title"') == 1
    assert '<span class="count num">1,286</span>' in html
    assert html.count('aria-current="page"') == 2
    assert 'class="dock-scan" aria-label="扫码"' in html
    assert "林岚" in html


def test_console_without_a_dock_has_none() -> None:
    assert 'class="dock"' not in page("console/base.html", "/console/home/", menu=MENU)


def test_store_pages_are_the_same_for_everybody() -> None:
    anonymous = RequestFactory().get("/home/")
    anonymous.resolver_match = resolve("/home/")

    html = render_to_string("store/base.html", {"shop": SHOP}, request=anonymous)

    assert html == page("store/base.html", "/home/")
    assert "林岚" not in html
    assert '<span class="pin num" data-cart-badge hidden></span>' in html


def test_store_tab_bar_marks_the_open_tab() -> None:
    html = page("components/tabbar.html", "/home/", tab="cart")

    assert '<a href="/cart/" aria-current="page">' in html
    assert html.count("aria-current") == 1


def test_dialog_host_stands_in_both_faces() -> None:
    for name, path in [("console/base.html", "/console/home/"), ("store/base.html", "/home/")]:
        assert '<div id="sheets"></div>' in page(name, path)


@pytest.mark.parametrize(
    "forbidden",
    [
        r"\sstyle\s*=",
        r"\son(?!e=)[a-z]+\s*=",
        r"<script(?![^>]*\bsrc=)[^>]*>",
        r"hx-on",
        r"javascript:",
    ],
    ids=["style attribute", "event attribute", "inline script", "hx-on", "javascript url"],
)
def test_templates_hold_nothing_that_the_content_policy_blocks(forbidden: str) -> None:
    guilty = [
        str(path.relative_to(TEMPLATES))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if re.search(forbidden, path.read_text(encoding="utf-8"))
    ]

    assert guilty == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_component_renders(language: str) -> None:
    product = {
        "url": "/p/tea/", "name": "明前龙井", "image": "/media/a.webp", "price_minor": 12800,
        "market_minor": 16800, "currency": "CNY", "badge": "满减",
    }  # fmt: skip
    values = {
        "steps": [{"label": "已下单", "note": "18:46", "state": "done"}, {"label": "待发货"}],
        "events": [{"title": "等待发货", "text": "", "at": None, "actor": "林岚"}],
        "options": [{"name": "规格", "values": [{"value": "150g", "checked": True}]}],
        "tabs": [{"url": "?tab=all", "label": "全部", "count": 1286, "active": True}],
        "rows": [("快递", "顺丰速运")],
        "cards": [product], "card_template": "components/product_card.html", "card": product,
        "next_url": "?cursor=9", "label": "件数", "value": 1, "max": 3, "title": "没有订单",
    }  # fmt: skip
    names = [path.name for path in (TEMPLATES / "components").glob("[a-z]*.html")]
    with translation.override(language):
        pages = {name: page(f"components/{name}", "/home/", **values) for name in names
                 if name not in ("field.html", "form_errors.html", "sheet.html")}  # fmt: skip

    assert "¥16,800" not in pages["product_card.html"]
    assert '<del class="sub num">¥168.00</del>' in pages["product_card.html"]
    assert 'aria-current="step"' not in pages["steps.html"]
    assert 'name="o0" data-option="0" value="150g" checked' in pages["sku_pills.html"]
    assert 'rel="next" href="?cursor=9"' in pages["pager.html"]
    assert 'max="3" aria-label="件数"' in pages["quantity.html"]
