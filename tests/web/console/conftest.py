"""A shop with staff, and orders in the states that the console shows."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked
from tests.factories.staff import StaffFactory

from zhanggui.accounts.types import Role
from zhanggui.catalog.services.search import rebuild_search
from zhanggui.core.types import SYSTEM
from zhanggui.orders import queries, services
from zhanggui.orders.models import Order
from zhanggui.payments import services as payments

SignIn = Callable[[str], Client]


@pytest.fixture
def noon() -> Iterator[None]:
    """Stop the clock at noon of the shop's day."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def shop(db: None) -> None:
    """Open the shop."""
    open_shop()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a browser of a member of staff of this role."""

    def signed_in(role: str) -> Client:
        client = Client()
        client.force_login(StaffFactory(role=role), "django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def owner(sign_in: SignIn) -> Client:
    """Return the owner's browser."""
    return sign_in(Role.OWNER)


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    """Return the browser of somebody in the warehouse."""
    return sign_in(Role.WAREHOUSE)


def placed(*, now: datetime, paid: bool = False, name: str = "龙井茶", **values: object) -> Order:
    """Place an order of two pieces, 19.90 each and 8.00 freight, and pay it where wanted."""
    sku = SkuFactory(product__name=name)
    rebuild_search(product_ids=[sku.product_id])
    stocked(sku, 10)
    wanted = basket((sku, 2), payment_channel="transfer", **values)
    order = services.place_order(wanted=wanted, now=now)
    if paid:
        payments.confirm_transfer(
            order_id=order.order_id,
            amount_minor=order.payable_minor,
            reference="A1",
            actor=SYSTEM,
            now=now + timedelta(minutes=1),
        )
    found = queries.order_by_id(order_id=order.order_id)
    assert found is not None
    return found
