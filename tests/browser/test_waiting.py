"""A crowd at checkout, in a browser: the page waits, asks again, and ends where it should."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Store, axe, overflow
from tests.browser.test_shopper import PASTED
from tests.factories.shop import NOON

from zhanggui.core.batching import Group
from zhanggui.core.types import SYSTEM
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockLevel, Warehouse
from zhanggui.orders.models import Order
from zhanggui.orders.services import checkout

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Fill the queue; `undo` lets people in again."""
    full: Any = Group(lambda batch: [], most_at_once=1, most_inside=0, seconds=1)
    monkeypatch.setattr(checkout, "_group", full)
    return monkeypatch


def wait_in_line(page: Page, store: Store) -> None:
    """Fill in checkout, press the button and meet the crowd."""
    page.goto(f"{store.url}/checkout/?sku={store.cup.code}")
    page.get_by_label("粘贴收货信息").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.locator("#pay")).to_have_text(re.compile("¥97.00"))
    page.locator("#pay").click()
    expect(page.get_by_role("heading", name="抢购的人很多，正在为你排队…")).to_be_visible()


def test_the_page_asks_again_by_itself_until_it_is_let_in(
    store: Store, visit: Visit, crowd: pytest.MonkeyPatch
) -> None:
    page = visit(390)
    wait_in_line(page, store)
    assert (axe(page), overflow(page) <= 0) == ([], True)
    assert "陈晓琳" not in page.url
    with page.expect_response(lambda answer: answer.status == 503):
        pass  # it asked by itself and must still wait
    assert not Order.objects.exists()

    crowd.undo()

    expect(page).to_have_url(re.compile("/pay/"))
    assert Order.objects.get().name == "陈晓琳"


def test_who_waits_in_vain_comes_back_to_the_form_with_the_reason(
    store: Store, visit: Visit, crowd: pytest.MonkeyPatch
) -> None:
    page = visit(390)
    wait_in_line(page, store)
    house = Warehouse.objects.get().code
    inventory.set_count(
        sku_code=store.cup.code,
        warehouse_code=house,
        on_hand=0,
        reason="盘点",
        actor=SYSTEM,
        now=NOON,
    )

    crowd.undo()

    expect(page.get_by_text("已售罄").first).to_be_visible()
    expect(page.get_by_label("收货人")).to_have_value("陈晓琳")
    assert not Order.objects.exists()
    assert StockLevel.objects.filter(reserved__gt=0).count() == 0


def test_without_script_a_button_asks_again(
    store: Store, visit: Visit, crowd: pytest.MonkeyPatch
) -> None:
    page = visit(390, script=False)
    wait_in_line(page, store)
    page.get_by_role("button", name="现在再试一次").click()
    expect(page.get_by_role("heading", name="抢购的人很多，正在为你排队…")).to_be_visible()

    crowd.undo()
    page.get_by_role("button", name="现在再试一次").click()

    expect(page).to_have_url(re.compile("/pay/"))
    assert Order.objects.count() == 1
