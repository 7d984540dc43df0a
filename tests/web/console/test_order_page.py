"""The page of one order: what it shows to whom, and what can be done there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories.shop import NOON
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.types import Role
from zhanggui.core.events import Event as Published
from zhanggui.core.models import Event
from zhanggui.orders.events import OrderEvent
from zhanggui.orders.models import Order
from zhanggui.payments.events import MoneyEvent
from zhanggui.payments.models import Payment
from zhanggui.web import timeline

pytestmark = pytest.mark.usefixtures("noon", "shop")
HTMX = {"HX-Request": "true"}


def url(order: Order, act: str = "") -> str:
    return f"/console/orders/{order.number}/{act}"


def test_the_sums_of_an_order_add_up_on_the_page(owner: Client) -> None:
    order = placed(now=NOON, paid=True)

    html = owner.get(url(order)).content.decode()

    sums = dict(
        re.findall(
            r"<dt>([^<]+)</dt><dd[^>]*><span class=\"money\"><small>¥</small>([\d.]+)</span>", html
        )
    )
    assert sums == {"商品小计": "39.80", "运费": "8.00", "应付": "47.80", "实付": "47.80"}


def test_the_buyer_is_masked_and_the_address_cut(owner: Client) -> None:
    html = owner.get(url(placed(now=NOON))).content.decode()

    assert "陈*琳" in html
    assert "示例路***" in html
    for clear in ("陈晓琳", "13800001234", "88 号"):
        assert clear not in html


def test_an_unknown_number_is_not_found(owner: Client) -> None:
    assert owner.get("/console/orders/0000000000000000/").status_code == 404
    assert owner.get("/console/orders/0000000000000000/ship/").status_code == 404
    assert owner.get("/console/orders/abc%00/").status_code == 404
    assert owner.get(f"/console/orders/{'9' * 300}/").status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_showing_the_buyers_data_takes_a_reason_and_leaves_a_trace(
    owner: Client, headers: dict[str, str]
) -> None:
    order = placed(now=NOON)

    answer = owner.post(url(order, "reveal/"), {"why": "call"}, headers=headers)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert ("陈晓琳" in html, "13800001234" in html, "示例路 88 号 3 幢 502 室" in html) == (
        True,
        True,
        True,
    )
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(kind="order.data_shown")
    assert (event.subject_id, event.payload) == (order.pk, {"reason": "联系买家"})
    after = owner.get(url(order)).content.decode()
    assert "查看了收件信息" in after
    assert "林岚 · 联系买家" in after
    assert "陈晓琳" not in after


def test_without_words_for_another_reason_nothing_is_shown(owner: Client) -> None:
    order = placed(now=NOON)

    answer = owner.post(url(order, "reveal/"), {"why": "other", "other": " "})

    assert answer.status_code == 422
    assert "请写明原因" in answer.content.decode()
    assert "陈晓琳" not in answer.content.decode()
    assert not Event.objects.filter(kind="order.data_shown").exists()


def test_cancelling_says_what_happens_and_then_closes(owner: Client) -> None:
    order = placed(now=NOON)

    sheet = owner.get(url(order, "cancel/"), headers=HTMX).content.decode()
    answer = owner.post(url(order, "cancel/"))

    assert "占用的 2 件库存放回可售" in sheet
    assert (answer.status_code, answer["Location"]) == (302, url(order))
    order.refresh_from_db()
    assert (order.display_status, order.close_reason) == ("closed", "merchant")


def test_a_paid_order_is_not_cancelled_and_the_sheet_says_why(owner: Client) -> None:
    order = placed(now=NOON, paid=True)

    answer = owner.post(url(order, "cancel/"), headers=HTMX)

    assert answer.status_code == 422
    assert "订单已经付款，不能直接取消" in answer.content.decode()
    order.refresh_from_db()
    assert order.display_status == "to_ship"
    assert url(order, "cancel/") not in owner.get(url(order)).content.decode()


def test_a_transfer_is_booked_with_its_reference(owner: Client) -> None:
    order = placed(now=NOON)

    sheet = owner.get(url(order, "transfer/")).content.decode()
    answer = owner.post(url(order, "transfer/"), {"amount_minor": "47.80", "reference": "B-7"})

    assert 'value="47.80"' in sheet
    assert answer.status_code == 302
    order.refresh_from_db()
    assert order.display_status == "to_ship"
    assert Payment.objects.get().channel_ref == "B-7"


def test_a_transfer_of_another_amount_is_refused(owner: Client) -> None:
    order = placed(now=NOON)

    answer = owner.post(url(order, "transfer/"), {"amount_minor": "47.81", "reference": "B-7"})

    assert answer.status_code == 422
    assert "到账金额和应付金额不一致" in answer.content.decode()
    assert 'value="47.81"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_only_what_can_be_done_now_is_offered(owner: Client, warehouse: Client) -> None:
    unpaid, paid = placed(now=NOON), placed(now=NOON, paid=True)

    def offered(client: Client, order: Order) -> set[str]:
        html = client.get(url(order)).content.decode()
        return set(re.findall(rf'href="{url(order)}(\w+)/"', html)) - {"slip"}

    assert offered(owner, unpaid) == {"cancel", "transfer", "reveal"}
    assert offered(owner, paid) == {"ship", "reveal"}
    assert offered(warehouse, unpaid) == {"reveal"}
    assert offered(warehouse, paid) == {"ship", "reveal"}


def test_the_page_takes_a_constant_number_of_statements(
    sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = sign_in(Role.SERVICE)
    order = placed(now=NOON - timedelta(hours=1), paid=True)

    client.get("/console/all/")  # which reads the roles
    with django_assert_num_queries(11):
        client.get(url(order))
    client.post(url(order, "reveal/"), {"why": "call"})
    with django_assert_num_queries(11):  # the name of who looked, no more those of warehouses
        client.get(url(order))


def _kinds(base: type[Published]) -> set[str]:
    found = set()
    for kind in base.__subclasses__():
        found |= _kinds(kind) | ({kind.kind} if hasattr(kind, "kind") else set())
    return found


def test_every_event_of_an_order_has_words_or_is_left_out_on_purpose() -> None:
    kinds = _kinds(OrderEvent) | _kinds(MoneyEvent)

    assert kinds == set(timeline.WORDS) | timeline.UNTOLD
    assert set(timeline.WORDS) >= timeline.SHOPPER_KINDS
