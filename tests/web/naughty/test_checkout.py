"""Naughty strings in checkout, by form and by API: kept exactly or refused, and never executed."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.naughty import (
    FEW,
    LISTS,
    SHORT_LISTS,
    as_browser,
    dealt,
    kept,
    kept_of_form,
    rounds,
    together,
)
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


def stored(names: Iterable[str]) -> dict[str, str]:
    """Return what the newest order holds."""
    order = Order.objects.latest("id")
    return {name: getattr(order, name) for name in names}


def clean(text: str, name: str, rule: Callable[..., str | None]) -> str | None:
    """Return what a field must keep of the text, None where it must refuse it."""
    return rule(text, most=TEXTS[name], needed=name in NEEDED)


def takers(text: str, rule: Callable[..., str | None]) -> list[str]:
    """Return the fields that must take the text."""
    return [name for name in TEXTS if clean(text, name, rule) is not None]


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
    sent = [as_browser(text) for text in texts]
    for fields in rounds(sent, lambda text: takers(text, kept_of_form)):
        wanted = {name: clean(text, name, kept_of_form) for name, text in fields.items()}
        assert checkout.by_form(fields).status_code == 302, fields
        assert stored(fields) == wanted
        assert elements() == plain[wanted.get("note", PLAIN) != ""], fields


@pytest.mark.parametrize("texts", LISTS)
def test_the_form_says_what_to_mend_and_loses_nothing(checkout: Checkout, texts: list[str]) -> None:
    count = 0
    for text in map(as_browser, texts):
        for names in together(text, TEXTS.keys() - takers(text, kept_of_form)):
            answer = checkout.by_form(dict.fromkeys(names, text))
            html, count = text_of(answer), count + len(names)
            assert answer.status_code == 422, text
            assert {name for name in TEXTS if f'id="id_{name}_error"' in html} == names, text
            page, phone = Page(html), f"138{checkout.count:08d}"
            kept_texts = {name: page.field(name) for name in TEXTS.keys() - names}
            assert {**kept_texts, "phone": page.field("phone")} == {
                **dict.fromkeys(kept_texts, PLAIN),
                "phone": phone,
            }
    assert count > 5
    assert not Order.objects.exists()


@pytest.mark.parametrize("texts", LISTS)
def test_the_form_shows_again_what_was_typed(checkout: Checkout, texts: list[str]) -> None:
    names = (*TEXTS, "phone", "address_text")

    def shown(fields: Mapping[str, str]) -> Page:
        answer = checkout.by_form({**dict.fromkeys(names, PLAIN), **fields}, action="quote")
        assert answer.status_code == 200
        return Page(text_of(answer))

    @cache
    def plain(empty: frozenset[str]) -> list[Element]:
        return shown(dict.fromkeys(empty, "")).elements

    for fields in rounds([as_browser(text) for text in texts], lambda _: names):
        page = shown(fields)
        empty = frozenset(name for name, text in fields.items() if not text)
        assert page.elements == plain(empty), fields
        for name, text in fields.items():
            assert one_kind_of_ends(page.field(name)) == one_kind_of_ends(text), name


def one_kind_of_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("texts", SHORT_LISTS)
def test_no_place_and_no_phone_are_taken_for_one(checkout: Checkout, texts: list[str]) -> None:
    # a few strings in one field after the other, the whole list in all three at once
    places = [(name,) for name in PLACE] if len(texts) < FEW else [tuple(PLACE)]
    faces = (checkout.by_form, checkout.by_api)
    for number, text in enumerate(map(as_browser, texts)):
        for names in places if text.strip() else ():  # what is left out may follow from the rest
            for face in dealt(faces, number, texts):
                assert face(dict.fromkeys(names, text)).status_code == 422, (names, text)
        for face in () if is_phone(text) else dealt(faces, number + 1, texts):
            assert face({"phone": text}).status_code == 422, text
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
    def accepted(text: str) -> list[str]:
        # the schema counts what was sent, before it is composed and trimmed
        return [name for name in takers(text, kept) if len(text) <= TEXTS[name]]

    forms = list(rounds(texts, accepted))
    for fields in forms:
        assert checkout.by_api(fields).status_code == 201, fields
        assert stored(fields) == {n: clean(text, n, kept) for n, text in fields.items()}
    for text in texts:
        for name in TEXTS.keys() - accepted(text):
            answer = checkout.by_api({name: text})
            assert (answer.status_code, answer["Content-Type"]) == (422, "application/json"), text
            assert answer.json()["detail"]
    assert Order.objects.count() == len(forms) > 5


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
