"""What open pages ask for every few seconds: new paid orders, in one statement."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.shop import open_shop
from tests.factories.staff import StaffFactory
from tests.web.console.conftest import placed

from zhanggui.accounts.models import User
from zhanggui.accounts.types import Role
from zhanggui.core import versions
from zhanggui.orders.models import Order
from zhanggui.orders.types import Source

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PULSE = "/console/pulse/"


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def staff(role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(StaffFactory(role=role), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def at_noon() -> object:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def test_the_first_question_starts_the_clock_and_tells_nothing_old(at_noon: object) -> None:
    open_shop()
    placed(now=NOW - timedelta(minutes=1), paid=True)

    answer = staff().get(PULSE)

    assert answer.json() == {"after": milliseconds(NOW), "orders": []}
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("role", Role.values)
def test_an_order_is_told_once_it_is_paid(at_noon: object, role: str) -> None:
    open_shop()
    client = staff(role)
    placed(now=NOW)
    address = f"{PULSE}?after={milliseconds(NOW)}"
    assert client.get(address).status_code == 204
    order = placed(now=NOW + timedelta(seconds=1), paid=True)
    paid_at = Order.objects.get(pk=order.pk).paid_at
    assert paid_at is not None

    assert client.get(address).json() == {
        "after": milliseconds(paid_at),
        "orders": [{"number": order.number, "tail": order.number[-6:]}],
        "waiting": 1,
    }


def test_what_was_committed_late_is_told_again_for_half_a_minute(at_noon: object) -> None:
    open_shop()
    order = placed(now=NOW - timedelta(seconds=80), paid=True)  # paid a minute later
    client = staff()

    def told(seconds: int) -> int:
        after = milliseconds(NOW + timedelta(seconds=seconds))
        return client.get(f"{PULSE}?after={after}").status_code

    assert (told(0), told(60)) == (200, 204)
    Order.objects.filter(pk=order.pk).update(source=Source.IMPORT)
    assert told(0) == 204


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "0", "１２"])
def test_a_moment_that_is_none_starts_anew(at_noon: object, after: str) -> None:
    answer = staff().get(PULSE, {"after": after})

    assert answer.json() == {"after": milliseconds(NOW), "orders": []}


def test_when_nothing_is_new_it_asks_the_database_once_and_writes_nothing() -> None:
    client = staff()
    address = f"{PULSE}?after={milliseconds(datetime.now(UTC))}"
    versions.forget()
    with CaptureQueriesContext(connection) as first:
        assert client.get(address).status_code == 204
    with CaptureQueriesContext(connection) as second:
        assert client.get(address).status_code == 204

    # session, person and whether the shop asks for a second factor are looked up twice a minute
    assert (len(first), len(second)) == (5, 1)
    assert all(one["sql"].startswith("SELECT") for one in first.captured_queries)
    assert not client.get(address).cookies


def test_who_may_not_see_orders_any_more_is_refused_half_a_minute_later() -> None:
    client = staff()
    with time_machine.travel(NOW) as clock:
        assert client.get(PULSE).status_code == 200
        User.objects.update(is_active=False)
        clock.shift(timedelta(seconds=31))
        assert client.get(PULSE, headers={"HX-Request": "true"}).status_code == 401
