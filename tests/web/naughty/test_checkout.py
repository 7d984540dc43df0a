"""Naughty strings in checkout, by form and by API: kept exactly or refused, and never executed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.naughty import LISTS, SHORT_LISTS, as_browser, kept, kept_of_form
from tests.web.pages import Element, Page

from zhanggui.core.phones import InvalidPhone, normal_phone
from zhanggui.orders.models import Order

pytestmark = pytest.mark.django_db

PLAIN = "普通文字"
PLACE = {"province": "浙江省", "city": "杭州市", "district": "西湖区"}
ADDRESS = {"name": PLAIN, "phone": "13800001234", **PLACE, "detail": PLAIN}
TEXTS = {"name": 60, "detail": 200, "note": 200}  # field → longest text
NEEDED = {"name", "detail"}
PASTED = " 137{:08d} 浙江省杭州市西湖区示例路 88 号"


class Checkout:
    """Somebody who buys one piece again and again, each time with another phone and key."""

    def __init__(self) -> None:
        open_shop(transfer_account="示例银行 0000")
        sku = SkuFactory(code="TEA-1", price_minor=1_990)
        stocked(sku, 100_000)
        self.client = Client()
        self.count = 0

    def by_form(self, fields: Mapping[str, str], **changes: str) -> Any:
        """Send the form as the page would."""
        self.count += 1
        values = {
            "action": "pay",
            "key": f"naughty-form-{self.count:010d}",
            "from": "page",
            "sku": "TEA-1",
            "seen": "1990",
            "quantity": "1",
            "channel": "transfer",
            "expected": "2790",
            "note": PLAIN,
            **ADDRESS,
            "phone": f"138{self.count:08d}",
            **fields,
            **changes,
        }
        return self.client.post("/checkout/", values)

    def by_api(self, fields: Mapping[str, Any]) -> Any:
        """Send the order as a program would."""
        self.count += 1
        body: dict[str, Any] = {
            "lines": [{"sku": "TEA-1", "quantity": 1}],
            "address": {**ADDRESS, "phone": f"139{self.count:08d}"},
            "payment_channel": "transfer",
            "note": PLAIN,
        }
        for name, text in fields.items():
            (body["address"] if name in ADDRESS else body)[name] = text
        if "address_text" in fields:
            del body["address"]
        return self.client.post(
            "/api/v1/shop/orders",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": f"naughty-api-{self.count:010d}"},
        )


@pytest.fixture
def checkout() -> Checkout:
    return Checkout()


def stored(order: Order, names: Mapping[str, str]) -> dict[str, str]:
    return {name: getattr(order, name) for name in names}


def keeps(
    text: str, rule: Callable[..., str | None], limits: Mapping[str, int]
) -> tuple[dict[str, str], list[str]]:
    """Return field → what must be stored of the text, and the fields that must refuse it."""
    found = {name: rule(text, most=most, needed=name in NEEDED) for name, most in limits.items()}
    accepted = {name: clean for name, clean in found.items() if clean is not None}
    return accepted, [name for name in found if name not in accepted]


def text_of(answer: Any) -> str:
    html: str = answer.content.decode()
    return html


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(StaffFactory(), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_the_form_keeps_texts_exactly_and_pages_show_them_as_texts(
    checkout: Checkout, staff: Client, texts: list[str]
) -> None:
    def elements() -> list[list[Element]]:
        order = Order.objects.latest("id")
        addresses = {
            f"/o/{order.token}/": checkout.client,
            f"/console/orders/{order.number}/": staff,
        }
        pages = [client.get(address) for address, client in addresses.items()]
        assert [page.status_code for page in pages] == [200, 200]
        return [Page(text_of(page)).elements for page in pages]

    plain = {}
    for note in (PLAIN, ""):
        checkout.by_form({"note": note})
        plain[bool(note)] = elements()
    for text in map(as_browser, texts):
        accepted, _ = keeps(text, kept_of_form, TEXTS)
        if accepted:
            answer = checkout.by_form(dict.fromkeys(accepted, text))
            assert answer.status_code == 302, text
            assert stored(Order.objects.latest("id"), accepted) == accepted
            assert elements() == plain[accepted.get("note", PLAIN) != ""], text


@pytest.mark.parametrize("texts", LISTS)
def test_the_form_says_what_to_mend_and_loses_nothing(checkout: Checkout, texts: list[str]) -> None:
    count = 0
    for text in map(as_browser, texts):
        for name in keeps(text, kept_of_form, TEXTS)[1]:
            answer = checkout.by_form({name: text})
            html, count = text_of(answer), count + 1
            assert (answer.status_code, f'id="id_{name}_error"' in html) == (422, True), (
                name,
                text,
            )
            assert Page(html).field("name" if name == "detail" else "detail") == PLAIN
    assert count > 5
    assert not Order.objects.exists()


@pytest.mark.parametrize("texts", LISTS)
def test_the_form_shows_again_what_was_typed(checkout: Checkout, texts: list[str]) -> None:
    names = (*TEXTS, "phone", "address_text")

    def shown(text: str) -> Page:
        answer = checkout.by_form(dict.fromkeys(names, text), action="quote")
        assert answer.status_code == 200
        return Page(text_of(answer))

    plain = {True: shown(PLAIN).elements, False: shown("").elements}
    for text in map(as_browser, texts):
        page = shown(text)
        assert page.elements == plain[bool(text)], text
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        for name in names:
            assert page.field(name).replace("\r\n", "\n").replace("\r", "\n") == lines, name


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_no_place_and_no_phone_are_taken_for_one(checkout: Checkout, texts: list[str]) -> None:
    # a few strings in one field after the other, the whole list in all three at once
    places = [(name,) for name in PLACE] if len(texts) < 100 else [tuple(PLACE)]
    for text in map(as_browser, texts):
        for names in places if text.strip() else ():  # what is left out may follow from the rest
            fields = dict.fromkeys(names, text)
            assert checkout.by_form(fields).status_code == 422, (names, text)
            assert checkout.by_api(fields).status_code == 422, (names, text)
        if not is_phone(text):
            assert checkout.by_form({"phone": text}).status_code == 422, text
            assert checkout.by_api({"phone": text}).status_code == 422, text
    assert not Order.objects.exists()


def is_phone(text: str) -> bool:
    try:
        return bool(normal_phone(text.strip()))
    except InvalidPhone:
        return False


@pytest.mark.parametrize("texts", LISTS)
def test_the_api_keeps_texts_exactly_or_refuses_with_a_code(
    checkout: Checkout, texts: list[str]
) -> None:
    for text in texts:
        accepted, refused = keeps(text, kept, TEXTS)
        # the schema counts what was sent, before it is composed and trimmed
        refused += [name for name in accepted if len(text) > TEXTS[name]]
        accepted = {name: clean for name, clean in accepted.items() if len(text) <= TEXTS[name]}
        before = Order.objects.count()
        if accepted:
            answer = checkout.by_api(dict.fromkeys(accepted, text))
            assert answer.status_code == 201, text
            assert stored(Order.objects.latest("id"), accepted) == accepted
            before += 1
        for name in refused:
            answer = checkout.by_api({name: text})
            assert (answer.status_code, answer["Content-Type"]) == (422, "application/json"), text
            assert answer.json()["detail"]
        assert Order.objects.count() == before


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_pasted_texts_become_an_address_or_are_refused(
    checkout: Checkout, texts: list[str]
) -> None:
    for number, text in enumerate(texts):
        pasted = text + PASTED.format(number)
        alone = checkout.by_api({"address_text": text})
        assert (alone.status_code, alone["Content-Type"]) == (422, "application/json"), text
        before = Order.objects.count()
        mixed = checkout.by_api({"address_text": pasted})
        assert mixed.status_code in (201, 422), text
        assert Order.objects.count() == before + (mixed.status_code == 201)
        sent = as_browser(pasted)
        read = checkout.client.post("/checkout/parse/", {"text": sent})
        assert read.status_code == 200, text
        assert checkout.by_form({"address_text": sent}, action="parse").status_code == 200, text
