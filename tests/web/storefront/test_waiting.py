"""A crowd at checkout: who must wait keeps the form, gets one order, or reads why not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from tests.web.storefront.test_buying import ADDRESS, field, form, goods, text

from zhanggui.core.batching import Group
from zhanggui.core.transactions import Busy
from zhanggui.orders.models import Order
from zhanggui.orders.services import checkout
from zhanggui.web.middleware import RETRY_SECONDS, BusyMiddleware

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def full_queue() -> Iterator[None]:
    """Let nobody in: the queue in front of placing an order is full."""
    full: Any = Group(lambda batch: [], most_at_once=1, most_inside=0, seconds=1)
    with pytest.MonkeyPatch.context() as closed:
        closed.setattr(checkout, "_group", full)
        yield


def test_a_full_queue_keeps_the_whole_form_on_a_page_that_tries_again(client: Client) -> None:
    wish = form(goods(), note='放 "门口" <3', key="my-own-key-0123456789")

    with full_queue():
        response = client.post("/checkout/", wish)

    assert (response.status_code, response["Retry-After"]) == (503, str(RETRY_SECONDS))
    assert response["Cache-Control"] == "private, no-store"
    assert "抢购的人很多，正在为你排队…" in text(response)
    hidden = r'<input type="hidden" name="(\w+)" value="([^"]*)">'
    again = {name: unescape(value) for name, value in re.findall(hidden, text(response))}
    assert {name: again[name] for name in wish} == wish
    assert not Order.objects.exists()


def test_a_form_without_a_key_waits_under_a_new_one(client: Client) -> None:
    with full_queue():
        response = client.post("/checkout/", form(goods(), key="!"))

    assert re.fullmatch(r"[\w-]{16,64}", field(text(response), "key"))


def test_who_waited_gets_one_order_however_often_the_form_is_sent(client: Client) -> None:
    wish = form(goods())
    with full_queue():
        assert client.post("/checkout/", wish).status_code == 503

    answers = [client.post("/checkout/", wish) for _ in range(3)]

    order = Order.objects.get()
    assert [one["Location"] for one in answers] == [f"/pay/{order.token}/"] * 3


def test_who_waited_in_vain_reads_why_and_keeps_the_form(client: Client) -> None:
    sku = goods(pieces=1)
    with full_queue():
        assert client.post("/checkout/", form(sku)).status_code == 503
    client.post("/checkout/", form(sku, key="another-buyer-0123", phone="13900001234"))

    response = client.post("/checkout/", form(sku))

    assert response.status_code == 422
    assert "已售罄" in text(response)
    assert ADDRESS["detail"] in text(response)


def test_any_other_page_that_finds_the_database_busy_says_when_to_come_again() -> None:
    def busy(request: HttpRequest) -> HttpResponse:
        raise Busy

    request = RequestFactory().get("/cart/")
    response = BusyMiddleware(busy).process_exception(request, Busy())

    assert response is not None
    assert (response.status_code, response["Retry-After"]) == (503, str(RETRY_SECONDS))
    assert "现在忙" in text(response)
    assert BusyMiddleware(busy).process_exception(request, ValueError()) is None
