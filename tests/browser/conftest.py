"""A whole shop for the browser: live server, stock, and WeChat Pay in this process."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import open_shop, stocked
from tests.factories.wechat import running_simulator

from zhanggui.catalog.models import Sku
from zhanggui.catalog.services import rebuild_search
from zhanggui.payments.providers.simulator import SimulatorServer, credentials

PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36"
)
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True)
class Store:
    """The running shop and what it sells."""

    url: str
    simulator: SimulatorServer
    tea: Sku  # one of a product with options
    cup: Sku  # of a product without


@pytest.fixture(scope="session")
def wechat_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser-wechat-keys")
    credentials(folder)
    return folder


@pytest.fixture
def store(
    live_server: LiveServer, wechat_keys: Path, tmp_path: Path, settings: Any
) -> Iterator[Store]:
    """Open a demo shop with two products; the simulator's callbacks reach it."""
    open_shop(
        is_demo=True,
        slogan="一杯好茶",
        service_phone="400-000-0000",
        transfer_account="示例银行 拾光生活 6222 0000 0000",
    )
    category = CategoryFactory(name="茶叶", slug="tea")
    CategoryFactory(name="绿茶", slug="green", parent=category)
    options = [{"name": "规格", "values": ["50g 罐装", "100g 罐装"]}]
    longjing = ProductFactory(
        name="明前龙井", slug="longjing", category=category, options=options,
        subtitle="清明前采摘", description="一芽一叶，豆香鲜爽。",
    )  # fmt: skip
    tea = SkuFactory(
        product=longjing, options=["50g 罐装"], price_minor=12_800, market_price_minor=16_800
    )
    large = SkuFactory(product=longjing, options=["100g 罐装"], price_minor=23_800)
    cup = SkuFactory(
        product=ProductFactory(name="羊脂玉白瓷盖碗", slug="gaiwan", category=category),
        price_minor=8_900,
    )
    for sku in (tea, large, cup):
        stocked(sku, 8)
    rebuild_search()
    settings.DEMO = True
    with running_simulator(wechat_keys, tmp_path / "simulator") as (server, values):
        settings.WECHATPAY = values
        yield Store(live_server.url, server, tea, cup)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of a fresh browser; whatever the page's scripts or policy complain of fails."""
    contexts, complaints = [], []

    def opened(width: int = 390, *, script: bool = True, **options: Any) -> Page:
        is_phone = width < 768
        context = browser.new_context(
            viewport={"width": width, "height": 844 if is_phone else 900},
            java_script_enabled=script,
            has_touch=is_phone,
            locale="zh-CN",
            service_workers="block",
            **({"user_agent": PHONE_AGENT} if is_phone else {}) | options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_bad(said) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _is_bad(said: Any) -> bool:
    """Refused forms (422), full queues (503) and replaced requests are told as errors, too."""
    usual = ("status of 4", "status of 503", "htmx:afterRequest", "htmx:sendAbort")
    return said.type == "error" and not any(part in said.text for part in usual)


def axe(page: Page, rules: Sequence[str] = RULES, without: Sequence[str] = ()) -> list[str]:
    """Return what axe finds on the page as it is now: rule and first element."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async ([rules, without]) => {
            for (const one of document.getAnimations()) one.finish();
            const {violations} = await axe.run(document, {
                runOnly: rules, resultTypes: ["violations"], reporter: "no-passes",
                rules: Object.fromEntries(without.map((rule) => [rule, {enabled: false}])),
            });
            return violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
        }""",
        [rules, without],
    )
    return [str(one) for one in found]


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def resize(page: Page, width: int) -> None:
    """Give the window another width, as turning a phone or dragging a corner does."""
    page.set_viewport_size({"width": width, "height": 844})
