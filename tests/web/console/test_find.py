"""The search of the top bar opens what a code names."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON
from tests.web.console.conftest import SignIn, placed

from zhanggui.accounts.types import Role
from zhanggui.core.types import SYSTEM
from zhanggui.fulfilment import services as fulfilment

pytestmark = pytest.mark.usefixtures("shop", "noon")

SF = "SF1234567890123"
Found = Callable[[str], str]


@pytest.fixture
def found(owner: Client) -> Found:
    """Return where the owner is led by these words."""
    return lambda q: owner.get("/console/find/", {"q": q})["Location"]


def shipped() -> str:
    order = placed(now=NOON, paid=True)
    fulfilment.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no=SF, actor=SYSTEM, now=NOON
    )
    return order.number


def test_an_orders_number_and_its_tracking_number_open_the_order(found: Found) -> None:
    number = shipped()

    assert found(number) == f"/console/orders/{number}/"
    assert found(f"  {SF.lower()} ") == f"/console/orders/{number}/"


def test_a_code_and_a_barcode_open_the_stock_of_the_sku(found: Found) -> None:
    sku = SkuFactory(barcode="6901234567892")

    assert found("6901234567892") == f"/console/stock/?q={sku.code}"
    assert found(sku.code) == f"/console/stock/?q={sku.code}"


def test_other_words_are_sought_among_orders(found: Found) -> None:
    assert found("龙井") == "/console/orders/?q=%E9%BE%99%E4%BA%95"
    assert found("1234") == "/console/orders/?q=1234"
    assert found("") == "/console/orders/"
    assert found("a\x00b") == "/console/orders/"


def test_a_parcel_of_two_orders_is_left_to_the_list(found: Found) -> None:
    first, second = shipped(), shipped()
    assert first != second

    assert found(SF) == f"/console/orders/?q={SF}"


@pytest.mark.parametrize("role", Role.values)
def test_every_role_may_search(sign_in: SignIn, role: str) -> None:
    assert sign_in(role).get("/console/find/", {"q": "x"}).status_code == 302
