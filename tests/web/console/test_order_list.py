"""The order list: what finds an order, paging, and what each role reads."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories.shop import HANGZHOU, NOON, WarehouseFactory
from tests.factories.staff import StaffFactory
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.types import Role
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.fulfilment import services as fulfilment
from zhanggui.orders.models import Order

pytestmark = pytest.mark.usefixtures("noon", "shop")
URL = "/console/orders/"
HTMX = {"HX-Request": "true"}


def numbers(client: Client, **parameters: str) -> list[str]:
    html = client.get(URL, parameters).content.decode()
    return re.findall(r'<tr id="row-(\d+)">', html)


def test_an_order_is_found_by_whatever_somebody_knows_of_it(owner: Client) -> None:
    wanted = placed(now=NOON, paid=True, name="羊脂玉白瓷盖碗")
    placed(
        now=NOON,
        name="桂花乌龙",
        address=HANGZHOU.__class__(
            **{
                **{name: getattr(HANGZHOU, name) for name in HANGZHOU.__slots__},
                "name": "王芳",
                "phone": "+8613800009999",
            }
        ),
    )
    fulfilment.ship_order(
        order_id=wanted.pk,
        carrier="shunfeng",
        tracking_no="SF1234567890123",
        actor=Actor(ActorType.STAFF, StaffFactory().pk),
        now=NOON,
    )
    line = wanted.lines.get()

    for q in (
        wanted.number,
        wanted.number_tail,
        "13800001234",
        "1234",
        "陈晓琳",
        "盖碗",
        line.sku_code,
        "sf1234567890123",
    ):
        assert numbers(owner, q=q) == [wanted.number], q
    assert numbers(owner, q="没有这个") == []


def test_tabs_and_periods_narrow_and_nonsense_does_not(owner: Client) -> None:
    old = placed(now=NOON - timedelta(days=10))
    new = placed(now=NOON, paid=True)

    assert numbers(owner) == [new.number, old.number]
    assert numbers(owner, status="to_pay") == [old.number]
    assert numbers(owner, placed="7d") == [new.number]
    assert numbers(owner, placed="30d", status="to_ship") == [new.number]
    assert numbers(owner, status="nonsense", placed="x", paid="y", refund="z", cursor="%%") == [
        new.number,
        old.number,
    ]
    assert numbers(owner, q="nul\x00byte") == [new.number, old.number]


def test_each_filter_narrows_the_list_alone_and_within_a_tab(owner: Client) -> None:
    note = placed(now=NOON - timedelta(days=5), paid=True, note="请放门卫")
    api = placed(now=NOON - timedelta(days=1), source="api")
    far = WarehouseFactory(code="FAR")
    moved = placed(now=NOON, paid=True)
    Order.objects.filter(pk=moved.pk).update(warehouse=far, after_sale_state="refunded")

    assert numbers(owner, flag="note") == numbers(owner, flag="late") == [note.number]
    assert numbers(owner, flag="refunded") == numbers(owner, warehouse="FAR") == [moved.number]
    assert numbers(owner, source="api") == [api.number]
    assert numbers(owner, **{"from": "2026-11-16", "to": "2026-11-16"}) == [note.number]
    assert numbers(owner, **{"from": "2026-11-20"}) == [moved.number, api.number]
    for parameters in ({"flag": "note"}, {"source": "api"}, {"warehouse": "FAR"}):
        found = numbers(owner, **parameters)
        assert numbers(owner, status="to_pay", **parameters) == [
            number for number in found if number == api.number
        ]
    nonsense = {"flag": "x", "source": "x", "warehouse": "x", "from": "x", "to": "9999-12-31"}
    assert len(numbers(owner, **nonsense)) == 3


def test_paging_forth_and_back_shows_every_order_once(owner: Client) -> None:
    wanted = [placed(now=NOON - timedelta(minutes=n), paid=True).number for n in range(23)]

    first = owner.get(URL).content.decode()
    forth = re.search(r'rel="next" href="([^"]+)"', first)
    assert forth is not None
    second = owner.get(URL + forth[1]).content.decode()
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back is not None
    again = owner.get(URL + back[1]).content.decode()

    pages = [re.findall(r'<tr id="row-(\d+)">', html) for html in (first, second, again)]
    assert pages == [wanted[:20], wanted[20:], wanted[:20]]
    assert 'rel="next"' not in second


def test_personal_data_is_masked(owner: Client) -> None:
    placed(now=NOON)

    html = owner.get(URL).content.decode()

    assert "陈*琳" in html
    assert "138****1234" in html
    for clear in ("陈晓琳", "13800001234", "示例路"):
        assert clear not in html


def test_htmx_gets_the_list_alone(owner: Client) -> None:
    order = placed(now=NOON)

    answer = owner.get(URL, {"q": order.number}, headers=HTMX)

    html = answer.content.decode()
    assert html.startswith('<div class="card card-flush" id="list"')
    assert "<html" not in html
    assert "HX-Request" in answer["Vary"]


def test_a_row_that_was_shown_before_follows_its_order_the_reader_and_the_clock(
    owner: Client, warehouse: Client
) -> None:
    order = placed(now=NOON, paid=True)
    ship, amount = f'href="/console/orders/{order.number}/ship/"', "47.80"

    first = owner.get(URL).content.decode()
    assert ship in first
    assert amount in first
    assert amount not in warehouse.get(URL).content.decode()
    owner.cookies["lang"] = "en"
    assert "Ship" in owner.get(URL).content.decode()
    del owner.cookies["lang"]
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert 'class="sla sla-bad"' in owner.get(URL).content.decode()
    fulfilment.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no="SF1234567890123", actor=SYSTEM, now=NOON
    )
    shipped = owner.get(URL).content.decode()
    assert ship not in shipped
    assert "已发货" in shipped


def test_only_waiting_orders_have_a_ship_button(owner: Client) -> None:
    waiting, unpaid = placed(now=NOON, paid=True), placed(now=NOON)

    html = owner.get(URL).content.decode()

    assert f'href="/console/orders/{waiting.number}/ship/"' in html
    assert f'href="/console/orders/{unpaid.number}/ship/"' not in html


@pytest.mark.parametrize("role", [Role.OWNER, Role.WAREHOUSE])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_for_any_number_of_rows(
    sign_in: SignIn, role: str, rows: int, django_assert_num_queries: Any
) -> None:
    client = sign_in(role)
    for minutes in range(rows):
        placed(now=NOON - timedelta(minutes=minutes), paid=minutes == 0)

    client.get("/console/all/")  # which reads the roles
    with django_assert_num_queries(7):  # session, user, versions, page (2), counts, deadlines
        client.get(URL)
