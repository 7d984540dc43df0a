"""The product pages in a real browser on a phone, with and without script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from tests.factories.catalog import CategoryFactory, SkuFactory

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.services import rebuild_search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def phone(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: Any,
    sign_in: Callable[[str], Client],
) -> Iterator[Page]:
    """Return the owner's phone."""
    session = sign_in(Role.OWNER).cookies["sessionid"].value
    context = browser.new_context(
        viewport=PHONE, base_url=live_server.url, java_script_enabled=request.param, has_touch=True
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def fits(page: Page) -> bool:
    """Tell whether the page can't be scrolled sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width == PHONE["width"]


def test_a_product_with_four_variants_is_made_on_the_phone(phone: Page) -> None:
    CategoryFactory(name="茶具", slug="pots")
    phone.goto("/console/products/new/")
    phone.get_by_label("商品名称").fill("紫砂壶")
    phone.get_by_label("类目").select_option("pots")
    phone.locator("#id_option-0-name").fill("颜色")
    phone.locator("#id_option-0-values").fill("黑\n白")
    phone.locator("#id_option-1-name").fill("容量")
    phone.locator("#id_option-1-values").fill("大\n小")
    phone.locator("#id_sku-0-price_minor").fill("88")

    phone.get_by_role("button", name="生成规格").click()
    expect(phone.locator("table.matrix").first.locator("tbody tr")).to_have_count(4)
    expect(phone.get_by_label("商品名称")).to_have_value("紫砂壶")
    phone.get_by_text("批量填写").click()
    phone.locator("#id_fill-weight_grams").fill("500")
    phone.get_by_role("button", name="填到每一行").click()
    expect(phone.locator("#id_sku-3-weight_grams")).to_have_value("500")
    phone.locator("#id_sku-3-is_left_out").check()
    phone.locator(".actbar").get_by_role("button", name="保存").click()

    phone.wait_for_url("**/console/products/item/zi-sha-hu/")
    rows = Sku.objects.order_by("position").values_list("option_key", "price_minor", "weight_grams")
    assert list(rows) == [("黑 / 大", 88_00, 500), ("黑 / 小", 88_00, 500), ("白 / 大", 88_00, 500)]
    assert fits(phone)


def test_a_row_goes_off_the_shelf_and_its_tab_counts_it(phone: Page) -> None:
    for name in ("龙井", "红茶"):
        SkuFactory(product__name=name, product__slug=name.encode().hex())
    rebuild_search()
    phone.goto("/console/products/")
    phone.get_by_placeholder("名称、拼音首字母").fill("lj")
    phone.get_by_role("button", name="搜索", exact=True).click()
    expect(phone.locator(".ocard")).to_have_count(1)

    phone.get_by_role("button", name="下架：龙井").click()

    expect(phone.get_by_role("button", name="上架：龙井")).to_be_visible()
    expect(phone.locator(".toasts")).to_contain_text("已下架")
    assert Product.objects.get(name="龙井").shelf == "off"
    assert "q=lj" in phone.url
    assert fits(phone)


def test_filters_are_folded_on_the_phone_and_what_is_chosen_stands_beside(phone: Page) -> None:
    tea = CategoryFactory(name="茶叶", slug="tea")
    SkuFactory(product__name="龙井", product__slug="longjing", product__category=tea)
    SkuFactory(product__name="茶杯", product__slug="cup")
    phone.goto("/console/products/")
    fold, kinds = phone.get_by_role("button", name="筛选"), phone.locator("#products-category")
    if phone.evaluate("document.documentElement.classList.contains('js')"):
        expect(kinds).to_be_hidden()
        fold.click()
        expect(fold).to_have_attribute("aria-expanded", "true")
        expect(kinds).to_be_focused()
        kinds.select_option("tea")
        expect(fold).to_contain_text("1")
        expect(kinds).to_be_visible()
    else:
        expect(fold).to_be_hidden()
        kinds.select_option("tea")
        phone.get_by_role("button", name="搜索", exact=True).click()

    expect(phone.locator(".ocard")).to_have_count(1)
    phone.locator(".chips").get_by_role("link", name="茶叶").click()
    expect(phone.locator(".ocard")).to_have_count(2)
    assert fits(phone)
