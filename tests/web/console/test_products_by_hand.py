"""What scripts do on the product page: pasting from a spreadsheet, pictures, dragging."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory, image_file

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Category, Picture, Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVE = ".actbar button[value=save]:visible, .form-foot button[value=save]:visible"
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
}"""


SENT = """
  window.sent = [];
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    const file = body?.get?.("pictures");
    file?.arrayBuffer().then((bytes) => window.sent.push([...new Uint8Array(bytes)]));
    return send.call(this, body);
  };
"""


@pytest.fixture(params=[390, 1440])
def page(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: Any,
    sign_in: Callable[[str], Client],
) -> Iterator[Page]:
    """Return the owner's phone or desk."""
    session = sign_in(Role.OWNER).cookies["sessionid"].value
    context = browser.new_context(
        viewport={"width": request.param, "height": 900}, base_url=live_server.url
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def pot() -> Product:
    product = ProductFactory(slug="pot", options=[{"name": "颜色", "values": ["黑", "白", "红"]}])
    for number, colour in enumerate("黑白红"):
        SkuFactory(product=product, code=f"P{number}", options=[colour], position=number)
    return product


def test_a_block_from_a_spreadsheet_fills_the_matrix(page: Page) -> None:
    pot()
    page.goto("/console/products/item/pot/")

    block = "¥1,299.00\t1500\t\n 88 元\tabc\t9\n5\t6\t7\r\n9\t9\t9\n"
    page.evaluate(PASTE, ["#id_sku-0-price_minor", block])

    cell = lambda row, name: page.locator(f"#id_sku-{row}-{name}")  # noqa: E731 -- short
    expect(cell(0, "price_minor")).to_have_value("1299.00")
    expect(cell(0, "market_price_minor")).to_have_value("1500")
    expect(cell(1, "price_minor")).to_have_value("88")
    expect(cell(1, "market_price_minor")).to_have_value("")
    expect(page.locator("[data-grid-note]")).to_have_text("abc：不是数字，没有填")
    expect(cell(2, "cost_price_minor")).to_have_value("7")
    expect(page.locator(".toasts")).to_contain_text("已粘贴 8 格")
    expect(page.locator(".toasts")).to_contain_text("有 3 格超出表格")
    page.locator(SAVE).first.click()
    page.wait_for_load_state()
    prices = Product.objects.get().skus.order_by("position").values_list("price_minor", flat=True)
    assert list(prices) == [1299_00, 88_00, 5_00]


def test_moments_and_texts_are_pasted_and_one_cell_is_left_to_the_browser(page: Page) -> None:
    pot()
    page.goto("/console/products/item/pot/")
    page.get_by_text("定时价：到点自动换价").click()

    block = "15\t2026/12/1 8:30\t2026-12-02\n16\tsoon\t"
    page.evaluate(PASTE, ["#id_sku-1-timed_price_minor", block])
    page.evaluate(PASTE, ["#id_sku-0-code", 'A-1\n"B ""2"""'])

    expect(page.locator("#id_sku-1-timed_from")).to_have_value("2026-12-01T08:30")
    expect(page.locator("#id_sku-1-timed_until")).to_have_value("2026-12-02T00:00")
    expect(page.locator("[data-grid-note]")).to_have_text("soon：不是时间，没有填")
    expect(page.locator("#id_sku-0-code")).to_have_value("A-1")
    expect(page.locator("#id_sku-1-code")).to_have_value('B "2"')
    page.evaluate(PASTE, ["#id_sku-0-barcode", "690\n"])
    expect(page.locator("#id_sku-0-barcode")).to_have_value("")  # no real paste happened


def photo(path: Path) -> Path:
    """Write a large photo as phones make them: lying, with a note how to turn it, and a place."""
    picture = Image.new("RGB", (3000, 2000), "red")
    picture.paste("blue", (0, 0, 1500, 2000))
    notes = Image.Exif()
    notes[0x0112] = 6  # turn right
    notes[0x010F] = "SecretCamera"
    picture.save(path, "JPEG", exif=notes)
    return path


def test_a_photo_is_shrunk_turned_and_sent_without_its_notes(page: Page, tmp_path: Path) -> None:
    pot()
    page.add_init_script(SENT)
    page.goto("/console/products/item/pot/")

    page.locator("#pictures-add").set_input_files(
        [photo(tmp_path / "a.jpg"), _written(tmp_path / "b.png", image_file())]
    )

    expect(page.locator("#pictures li img")).to_have_count(2)
    body = bytes(page.evaluate("window.sent[0]"))
    assert b"SecretCamera" not in body
    with Image.open(BytesIO(body)) as received:
        assert (received.size, received.getexif().get(0x0112)) == ((1067, 1600), None)
    first = Picture.objects.order_by("position")[0]
    with default_storage.open(first.large) as file, Image.open(file) as stored:
        assert stored.size == (854, 1280)
        top, bottom = (stored.convert("RGB").getpixel((400, y)) for y in (100, 1200))
    assert (top[2] > 200, bottom[0] > 200) == (True, True)  # blue is above


def test_a_picture_that_was_not_sent_is_sent_again_by_hand(page: Page, tmp_path: Path) -> None:
    pot()
    page.goto("/console/products/item/pot/")
    page.route("**/pictures/", lambda route: route.abort())

    page.locator("#pictures-add").set_input_files(_written(tmp_path / "b.png", image_file()))
    expect(page.locator("[data-upload-list]")).to_contain_text("没有传上去")
    assert not Picture.objects.exists()
    page.unroute("**/pictures/")
    page.get_by_role("button", name="重试").click()

    expect(page.locator("#pictures li img")).to_have_count(1)
    expect(page.locator("[data-upload-list] li")).to_have_count(0)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_categories_are_dragged(page: Page) -> None:
    for position, name in enumerate(("甲", "乙", "丙")):
        CategoryFactory(name=name, slug=f"c{position}", position=position)
    page.goto("/console/products/categories/")
    grip = page.locator("#cat-c2 [data-grip]").bounding_box()
    first = page.locator("#cat-c0").bounding_box()
    assert grip
    assert first

    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(first["x"] + 8, first["y"] + 4, steps=5)
    page.mouse.up()

    expect(page.locator("[data-branch]").first).to_contain_text("丙")
    names = Category.objects.order_by("position").values_list("name", flat=True)
    assert list(names) == ["丙", "甲", "乙"]
    page.get_by_role("button", name="把 丙 往下移").click()
    expect(page.locator("[data-branch]").first).to_contain_text("甲")
