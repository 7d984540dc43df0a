"""Every promise of the tables of fulfilment, broken once: the database refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from tests.factories.payments import paid, placed
from tests.factories.shop import NOON, open_shop
from tests.unchanged import nothing_changes

from zhanggui.core.ids import next_id
from zhanggui.core.types import SYSTEM
from zhanggui.fulfilment import services
from zhanggui.fulfilment.models import FulfilmentLine, FulfilmentOrder, Parcel

pytestmark = pytest.mark.django_db


def refused(write: Any) -> None:
    with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
        write()


def shipped() -> None:
    open_shop()
    order = placed()
    paid(order)
    services.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no="SF123456", actor=SYSTEM, now=NOON
    )


BROKEN: dict[str, dict[str, Any]] = {
    "shipped": {"shipped_at": None},
    "allocated": {"status": "allocated"},
    "delivered": {"status": "delivered"},
    "canceled": {"status": "canceled", "canceled_at": NOON},
    "unknown": {"status": "lost"},
}


@pytest.mark.parametrize("values", BROKEN.values(), ids=BROKEN)
def test_a_status_stands_with_its_time(values: dict[str, Any]) -> None:
    shipped()

    refused(lambda: FulfilmentOrder.objects.update(**values))


def test_a_line_has_pieces() -> None:
    shipped()

    refused(lambda: FulfilmentLine.objects.update(quantity=0))


@pytest.mark.parametrize("model", [FulfilmentOrder, FulfilmentLine, Parcel])
def test_nothing_is_there_twice(model: type[models.Model]) -> None:
    shipped()
    row = model._default_manager.get()
    row.pk = next_id()

    refused(lambda: row.save(force_insert=True))
