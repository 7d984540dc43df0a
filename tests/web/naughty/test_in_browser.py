"""Script-like strings everywhere in a real browser: nothing of them runs."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page
from tests.factories.catalog import CategoryFactory
from tests.factories.shop import HANGZHOU, basket, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.naughty import as_browser, naughty_strings

from zhanggui.accounts.types import Role
from zhanggui.catalog import services as catalog
from zhanggui.catalog.models import Sku
from zhanggui.catalog.types import OptionInput, ProductInput, Shelf, SkuInput
from zhanggui.core.types import SYSTEM
from zhanggui.customers.types import AddressInput
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# They leave a mark in the window; the strings of the list call alert.
MARKS = [
    "<script>window.ran=1</script>",
    '"><img src=x onerror=window.ran=1>',
    "'><svg onload=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "</textarea><script>window.ran=1</script>",
    "javascript:window.ran=1",
    "--><body onpageshow=window.ran=1>",
]
LIKE_SCRIPT = ("<", "javascript:", "alert(", "onerror", "{{")


def script_like() -> list[str]:
    """Return the marks and all of the list that tries to run."""
    strings = map(as_browser, naughty_strings())
    return [*MARKS, *(one for one in strings if any(word in one for word in LIKE_SCRIPT))]


def product_of(name: str, values: list[str], *, description: str) -> Sku:
    """Save a product whose texts are all naughty and return its first SKU."""
    product = catalog.save_product(
        product_id=None,
        wanted=ProductInput(
            name=name,
            slug="",
            subtitle=name,
            description=description,
            category_id=CategoryFactory(name=name[:60]).pk,
            shelf=Shelf.ON,
            on_at=None,
            off_at=None,
            options=(OptionInput(name=name[:30], values=tuple(values)),),
            skus=tuple(
                SkuInput(code=f"{number}{name}"[:60], options=(value,), price_minor=100)
                for number, value in enumerate(values)
            ),
        ),
        currency="CNY",
        now=timezone.now(),
        actor=SYSTEM,
    )
    sku = Sku.objects.filter(product=product).earliest("position")
    stocked(sku, 10)
    return sku


def order_of(sku: Sku, text: str, number: int) -> Order:
    address = AddressInput(
        name=text[:60],
        phone=f"+861380000{number:04d}",
        province=HANGZHOU.province,
        city=HANGZHOU.city,
        district=HANGZHOU.district,
        detail=text,
        division_code=HANGZHOU.division_code,
    )
    wanted = basket((sku, 1), address=address, note=text, payment_channel="transfer")
    return Order.objects.get(pk=orders.place_order(wanted=wanted, now=timezone.now()).order_id)


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page whose browser is signed in as customer service."""
    staff = Client()
    backend = "django.contrib.auth.backends.ModelBackend"
    staff.force_login(StaffFactory(role=Role.SERVICE), backend)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    session = staff.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def is_alarm(said: ConsoleMessage) -> bool:
    """The policy reports what tried to run, even where it stopped it; a picture may be missing."""
    return said.type == "error" and "Failed to load resource" not in said.text


def test_nothing_that_people_type_runs_in_a_page(page: Page, live_server: Any) -> None:
    open_shop(transfer_account="示例银行 0000")
    problems: list[str] = []
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if is_alarm(said) else None)
    strings = script_like()
    assert len(strings) > 200
    values = [one.strip() for one in strings if 0 < len(one.strip()) <= 60 and "\n" not in one]
    visited = 0
    for number, name in enumerate(MARKS):
        some = list(dict.fromkeys(values[number :: len(MARKS)]))
        sku = product_of(name, some, description="\n".join(strings[number :: len(MARKS)]))
        order = order_of(sku, name, number)
        page.request.post("/cart/add/", form={"sku": sku.code}, headers={"Origin": live_server.url})
        for address in (
            f"/p/{sku.product.slug}/",
            "/cart/",
            "/checkout/",
            f"/o/{order.token}/",
            f"/pay/{order.token}/",
            f"/console/orders/{order.number}/",
            f"/console/products/item/{sku.product.slug}/",
            f"/search/?{urlencode({'q': name})}",
        ):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            page.evaluate("document.querySelectorAll('*').forEach(one => one.focus?.())")
            assert page.evaluate("typeof window.ran") == "undefined", address
            visited += 1
    assert visited == len(MARKS) * 8
    assert problems == []
