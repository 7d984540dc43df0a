"""The packing slip: masked, with prices or as a gift without."""

import pytest
from django.test import Client
from tests.factories.shop import NOON
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.types import Role
from zhanggui.orders.models import Order

pytestmark = pytest.mark.usefixtures("noon", "shop")


@pytest.fixture
def order() -> Order:
    return placed(now=NOON, paid=True, note="请用礼品袋")


def slip(client: Client, order: Order, query: str = "") -> str:
    answer = client.get(f"/console/orders/{order.number}/slip/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_slip_tells_goods_prices_and_the_note_but_hides_the_buyer(
    owner: Client, order: Order
) -> None:
    html = slip(owner, order)

    assert all(one in html for one in (order.number, "龙井茶", "¥39.80", "¥47.80", "请用礼品袋"))
    assert order.name not in html
    assert order.phone.removeprefix("+86") not in html
    assert order.detail not in html


def test_a_gifts_slip_has_neither_prices_nor_the_note(owner: Client, order: Order) -> None:
    html = slip(owner, order, "?gift=1")

    assert "龙井茶" in html
    assert "¥" not in html.partition("<main")[2]
    assert "请用礼品袋" not in html


def test_the_warehouse_prints_slips_without_prices(sign_in: SignIn, order: Order) -> None:
    html = slip(sign_in(Role.WAREHOUSE), order)

    assert "龙井茶" in html
    assert "¥" not in html


def test_an_order_that_is_not_there_has_no_slip(owner: Client) -> None:
    assert owner.get("/console/orders/123/slip/").status_code == 404
