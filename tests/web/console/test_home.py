"""The first page of each role: its numbers are those of the lists behind them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.shop import NOON
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.services import save_shop
from zhanggui.accounts.types import Role
from zhanggui.payments.models import Payment, Refund

pytestmark = pytest.mark.usefixtures("noon", "shop")


def tile(html: str, name: str) -> tuple[str, int]:
    """Return where a tile of the owner's home leads and the number on it."""
    found = re.search(rf'id="{name}" href="([^"]+)".*?todo-n"><span class="num">(\d+)<', html)
    assert found is not None, name
    return found[1], int(found[2])


def rows(html: str) -> int:
    return html.count('<tr id="row-')


def test_each_tile_shows_the_number_of_rows_behind_it(owner: Client) -> None:
    first = placed(now=NOON - timedelta(hours=2), paid=True)
    placed(now=NOON - timedelta(hours=1), paid=True)
    placed(now=NOON - timedelta(minutes=5))
    Refund.objects.create(
        payment=Payment.objects.get(order=first),
        out_refund_no="R1",
        amount_minor=1,
        currency="CNY",
        status="abnormal",
        reason="",
        cause_type="test",
        cause_id=1,
        requested_at=NOON,
        queued_at=NOON,
    )

    home = owner.get("/console/").content.decode()

    found = {name: tile(home, f"todo-{name}") for name in ("ship", "pay", "refunds")}
    assert {name: number for name, (_url, number) in found.items()} == {
        "ship": 2,
        "pay": 1,
        "refunds": 1,
    }
    for url, number in found.values():
        assert rows(owner.get(url).content.decode()) == number


@pytest.mark.parametrize(("span", "number"), [("today", 1), ("7d", 2), ("30d", 3)])
def test_paid_orders_of_a_period_are_the_rows_behind_the_figure(
    owner: Client, span: str, number: int
) -> None:
    for days in (0, 3, 20, 40):
        placed(now=NOON - timedelta(days=days, minutes=2), paid=True)

    home = owner.get(f"/console/?period={span}").content.decode()
    behind = owner.get(f"/console/orders/?paid={span}").content.decode()

    figures = re.findall(r'class="kpi-v block"><span class="num">(\d+)</span>', home)
    assert figures == [str(number)]
    assert rows(behind) == number


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [(1, 2, ("up", "+100.0%")), (2, 1, ("down", "−50.0%")), (2, 2, ("", "持平")), (0, 1, None)],
)
def test_a_figure_says_how_it_moved_since_yesterday(
    owner: Client, before: int, now: int, told: tuple[str, str] | None
) -> None:
    for days, count in ((1, before), (0, now)):
        for _ in range(count):
            placed(now=NOON - timedelta(days=days, minutes=2), paid=True)

    html = owner.get("/console/").content.decode()

    moved = re.findall(r'class="trend (\w*)">(?:<svg.*?</svg>)?([^<]+)</span>', html)
    assert moved[1:2] == ([told] if told else [])


def test_the_warehouse_reads_no_amount_anywhere(warehouse: Client) -> None:
    order = placed(now=NOON, paid=True)

    for url in (
        "/console/",
        "/console/orders/",
        f"/console/orders/{order.number}/",
        f"/console/orders/{order.number}/ship/",
    ):
        html = warehouse.get(url).content.decode()
        assert order.number in html
        for amount in ("¥", "19.90", "39.80", "47.80", "8.00", "1990", "4780"):
            assert amount not in html, (url, amount)


def test_the_most_urgent_order_stands_first_in_the_warehouse(warehouse: Client) -> None:
    later = placed(now=NOON - timedelta(hours=1), paid=True)
    sooner = placed(now=NOON - timedelta(hours=5), paid=True)

    html = warehouse.get("/console/").content.decode()

    assert re.findall(r'id="task-(\d+)"', html) == [sooner.number, later.number]


def test_customer_service_finds_waiting_and_unpaid_orders(sign_in: SignIn) -> None:
    waiting, unpaid = placed(now=NOON, paid=True), placed(now=NOON)

    html = sign_in(Role.SERVICE).get("/console/").content.decode()

    assert f'href="/console/orders/{waiting.number}/ship/"' in html
    assert html.count(f'href="/console/orders/{unpaid.number}/"') == 2
    assert 'name="q"' in html


@pytest.mark.parametrize(("role", "most"), [("owner", 13), ("service", 13), ("warehouse", 8)])
def test_homes_take_the_same_statements_for_one_order_and_for_three(
    sign_in: SignIn, role: str, most: int, django_assert_num_queries: object
) -> None:
    client = sign_in(role)
    save_shop(service_phone="400-800-1234")  # the last of the first steps
    placed(now=NOON, paid=True)
    client.get("/console/")
    with django_assert_num_queries(most):  # type: ignore[operator]
        client.get("/console/")
    for minutes in (5, 10):
        placed(now=NOON - timedelta(minutes=minutes), paid=True)
    with django_assert_num_queries(most):  # type: ignore[operator]
        client.get("/console/")
