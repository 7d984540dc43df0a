"""Naughty strings in the product form and on every page and answer that shows a product."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from tests.factories.catalog import CategoryFactory
from tests.factories.shop import NOON, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.naughty import SHORT_LISTS, as_browser, dealt, kept, kept_of_form, rounds, together
from tests.web.pages import Element, Page

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Product, Sku

pytestmark = pytest.mark.django_db

PLAIN = "普通文字"
SAVE = "/console/products/item/naughty/save/"
EDIT = "/console/products/item/naughty/"
SHOWN = "/p/naughty/"
# field → longest text; the option has one value a line
TEXTS = {"name": 120, "subtitle": 200, "sku-0-code": 60, "sku-0-barcode": 32, "option-0-name": 30}
NEEDED = {"name", "option-0-name"}
DANGEROUS = {"script", "style", "iframe", "object", "embed", "form", "input", "base", "meta", "svg"}


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def stock(owner: Client) -> Sku:
    """A product named naughty, with one option value and pieces in stock."""
    open_shop(transfer_account="示例银行 0000")
    CategoryFactory(name="茶具", slug="pots")
    assert owner.post("/console/products/new/", sent({})).status_code == 302
    sku = Sku.objects.get()
    stocked(sku, 10_000)
    return sku


def sent(fields: Mapping[str, str], *, values: str = PLAIN) -> dict[str, str]:
    """Return the product form as the page would send it."""
    return {
        "name": PLAIN,
        "subtitle": PLAIN,
        "slug": "naughty",
        "category": "pots",
        "shelf": "on",
        "action": "save",
        "option-TOTAL_FORMS": "3",
        "option-INITIAL_FORMS": "3",
        "option-0-name": PLAIN,
        "option-0-values": values,
        "sku-TOTAL_FORMS": "1",
        "sku-INITIAL_FORMS": "1",
        "sku-0-options": json.dumps([values.strip()]),
        "sku-0-price_minor": "19.9",
        "sku-0-weight_grams": "500",
        "sku-0-code": "PLAIN",
        "sku-0-barcode": "",
        **fields,
    }


def stored() -> dict[str, str]:
    """Return what the database holds, by field of the form."""
    product, sku = Product.objects.get(), Sku.objects.get(archived_at=None)
    return {
        "name": product.name,
        "subtitle": product.subtitle,
        "sku-0-code": sku.code,
        "sku-0-barcode": sku.barcode,
        "option-0-name": product.options[0]["name"],
    }


def clean(text: str, name: str) -> str | None:
    """Return what a field must keep of the text, None where it must refuse it."""
    return kept_of_form(text, most=TEXTS[name], needed=name in NEEDED)


def takers(text: str) -> list[str]:
    """Return the fields that must take the text."""
    return [name for name in TEXTS if clean(text, name) is not None]


def fillers(text: str) -> list[str]:
    """Return the fields of which shoppers see the text."""
    return [name for name in TEXTS if name != "sku-0-barcode" and clean(text, name)]


def page_of(client: Client, address: str, **parameters: str) -> Page:
    answer = client.get(address, parameters)
    assert answer.status_code == 200, address
    return Page(answer.content.decode())


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_the_product_form_keeps_texts_exactly_or_refuses_them(
    owner: Client, stock: Sku, texts: list[str]
) -> None:
    forms = [as_browser(text) for text in texts]
    for fields in rounds(forms, takers):
        wanted = {name: clean(text, name) for name, text in fields.items()}
        if not wanted.get("sku-0-code", PLAIN):
            wanted["sku-0-code"] = stored()["sku-0-code"]  # left empty, it stays
        assert owner.post(SAVE, sent(fields)).status_code == 302, fields
        assert {name: stored()[name] for name in fields} == wanted
        page = page_of(owner, EDIT)
        assert {name: page.field(name) for name in fields} == wanted
    before = stored()
    for text in forms:
        for names in together(text, TEXTS.keys() - takers(text)):
            answer = owner.post(SAVE, sent(dict.fromkeys(names, text)))
            html = answer.content.decode()
            assert answer.status_code == 422, text
            told = {name for name in TEXTS if f'id="id_{name}_error"' in html}
            assert told == names or not text.strip(), text  # a lacking name is told above the rows
            assert Page(html).field("slug") == "naughty"
            assert stored() == before
    assert Sku.objects.count() == 1


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_shoppers_see_the_texts_of_a_product_as_texts(
    owner: Client, stock: Sku, client: Client, texts: list[str]
) -> None:
    def elements() -> dict[str, list[Element]]:
        code = stored()["sku-0-code"]
        client.cookies.clear()
        client.post("/cart/add/", {"sku": code})
        pages = {
            "product": page_of(client, SHOWN),
            "cart": page_of(client, "/cart/"),
            "checkout": page_of(client, "/checkout/", sku=code),
            "editor": page_of(owner, EDIT),
        }
        assert pages["checkout"].field("sku") == code
        return {name: page.elements for name, page in pages.items()}

    plain = elements()
    for fields in rounds([as_browser(text) for text in texts], fillers):
        owner.post(SAVE, sent(fields))
        assert {n: stored()[n] for n in fields} == {n: clean(fields[n], n) for n in fields}
        assert elements() == plain, fields
        told = client.get("/api/v1/shop/products/naughty").json()
        product = stored()
        assert (told["name"], told["subtitle"]) == (product["name"], product["subtitle"])
        assert told["skus"][0]["sku"] == product["sku-0-code"]
        assert told["skus"][0]["options"] == {product["option-0-name"]: PLAIN}


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_what_has_a_naughty_code_can_be_bought(
    owner: Client, stock: Sku, client: Client, texts: list[str]
) -> None:
    for number, text in enumerate(map(as_browser, texts)):
        code = clean(text, "sku-0-code")
        if not code:
            continue
        owner.post(SAVE, sent({"sku-0-code": text}))
        wish = {
            "action": "pay",
            "key": f"naughty-code-{number:010d}",
            "from": "page",
            "sku": code,
            "seen": "1990",
            "quantity": "1",
            "channel": "transfer",
            "expected": "2790",
            "name": PLAIN,
            "phone": f"138{number:08d}",
            "province": "浙江省",
            "city": "杭州市",
            "district": "西湖区",
            "detail": PLAIN,
        }
        answer = client.post("/checkout/", wish)
        assert (answer.status_code, answer["Location"][:5]) == (302, "/pay/"), text
        order = owner.get("/console/orders/", {"q": code})
        assert order.status_code == 200


def rows_of(values: list[str]) -> dict[str, str]:
    """Return the part of the form that has one SKU for each value."""
    fields = {"sku-TOTAL_FORMS": str(len(values)), "sku-INITIAL_FORMS": str(len(values))}
    for number, value in enumerate(values):
        fields |= {
            f"sku-{number}-options": json.dumps([value]),
            f"sku-{number}-code": f"CODE-{number}",
            f"sku-{number}-price_minor": "19.9",
            f"sku-{number}-weight_grams": "500",
        }
    return fields


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_option_values_are_kept_line_by_line(owner: Client, stock: Sku, texts: list[str]) -> None:
    lines: list[str] = []
    for text in map(as_browser, texts):
        clean_lines = (kept_of_form(text, most=4000) or "").splitlines()
        if len(clean_lines) == 1 and len(clean_lines[0]) > 60:
            assert owner.post(SAVE, sent({}, values=text)).status_code == 422, text
        elif len(clean_lines) == 1:
            lines.append(text)
    for start in range(0, len(lines), 20):
        some = lines[start : start + 20]
        values = [kept_of_form(text, most=60) for text in some]
        kept_values = list(dict.fromkeys(filter(None, values)))
        saved = owner.post(SAVE, sent(rows_of(kept_values), values="\n".join(some)))
        assert saved.status_code == 302, some
        skus = Sku.objects.filter(archived_at=None).order_by("position")
        assert Product.objects.get().options[0]["values"] == kept_values
        assert [sku.options for sku in skus] == [[value] for value in kept_values]
        assert page_of(owner, EDIT).field("option-0-values") == "\n".join(kept_values)


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_no_description_brings_anything_that_runs(
    owner: Client, stock: Sku, client: Client, texts: list[str]
) -> None:
    assert owner.post(SAVE, sent({"description": ""})).status_code == 302
    own = page_of(client, SHOWN)
    for number, text in enumerate(map(as_browser, texts)):
        for description in dealt((text, f"<p>{text}</p>"), number, texts):
            saved = owner.post(SAVE, sent({"description": description}))
            assert saved.status_code == (
                422 if kept_of_form(description, most=50_000) is None else 302
            )
            if saved.status_code == 302:
                assert_harmless(page_of(client, SHOWN), own, text)


def assert_harmless(page: Page, own: Page, text: str) -> None:
    """The page has nothing more that runs or loads than its own."""
    tags, own_tags = ([tag for tag, _ in one.elements if tag in DANGEROUS] for one in (page, own))
    assert tags == own_tags, text
    attributes = {name for _, names in page.elements for name in names}
    assert not {name for name in attributes if re.match(r"on|style$|srcdoc|formaction$", name)} - {
        "formaction"
    }, text
    foreign = [link for link in page.links if link not in own.links]
    assert {urlsplit(link.strip()).scheme for link in foreign} <= {"", "http", "https", "mailto"}


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_every_search_box_bears_any_text_and_shows_it_again(
    owner: Client, stock: Sku, client: Client, texts: list[str]
) -> None:
    addresses: dict[str, Any] = {"/search/": client}
    addresses |= dict.fromkeys(("/console/products/", "/console/orders/"), owner)
    token = accounts.create_api_key(name="naughty", role=Role.OWNER, now=NOON).token
    key = {"Authorization": f"Bearer {token}"}
    apis = ("/api/v1/shop/products", "/api/v1/admin/orders")
    for number, text in enumerate(texts):
        sent_text = as_browser(text)
        for address, browser in dealt(list(addresses.items()), number, texts):
            answer = browser.get(address, {"q": sent_text})
            html = answer.content.decode()
            assert answer.status_code == 200, (address, text)
            assert "<" not in text or text not in html
            found = kept_of_form(sent_text, most=60)
            if found is not None and "\n" not in found and len(sent_text) <= 60:
                assert {found, sent_text} & {*Page(html).fields["q"]}, (address, text)
        for address in dealt(apis, number, texts):
            told = client.get(address, {"q": sent_text}, headers=key)
            is_kept = kept(sent_text, most=100) is not None and len(sent_text) <= 100
            assert told.status_code == (200 if is_kept else 422), (address, text)
            assert told["Content-Type"] == "application/json"
