"""Many rows at once: the same rows that the ORM would have written."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from tests.factories.catalog import SkuFactory
from tests.factories.shop import WarehouseFactory

from zhanggui.core.bulk import add_to_rows, indexes_later, insert_rows, stored_moment
from zhanggui.core.ids import next_ids
from zhanggui.core.models import Counter
from zhanggui.customers.models import Customer
from zhanggui.customers.services import NewGuest
from zhanggui.inventory.models import StockLevel
from zhanggui.orders.models import Order

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_rows_are_written_as_given_and_encrypted_for_their_row() -> None:
    first, second = next_ids(count=2)
    names = ["王\t小\\明\n'\"", ""]

    insert_rows(
        model=Customer,
        rows=[
            NewGuest(first, names[0], "+8613900000001", "a" * 32, stored_moment(NOW)),
            NewGuest(second, names[1], "+8613900000002", "b" * 32, stored_moment(NOW)),
        ],
    )

    rows = list(Customer.objects.order_by("id"))
    assert [row.name for row in rows] == names
    assert [(row.source, row.user_id, row.created_at) for row in rows] == [("", None, NOW)] * 2
    assert names[0] not in Customer.objects.values_list("name", flat=True)


@pytest.mark.django_db
def test_no_rows_are_no_statement() -> None:
    insert_rows(model=Customer, rows=[])

    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_counters_are_added_to() -> None:
    level = StockLevel.objects.create(sku=SkuFactory(), warehouse=WarehouseFactory(), on_hand=10)

    add_to_rows(
        model=StockLevel, fields=("on_hand", "reserved"), changes=[(7, 2, level.pk), (1, 0, 0)]
    )

    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (17, 2)


def test_a_moment_is_stored_in_utc() -> None:
    in_shop = datetime(2026, 11, 21, 16, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))

    assert stored_moment(in_shop) == "2026-11-21 08:00:00.000005"
    assert stored_moment(datetime(2026, 11, 21, 8, tzinfo=UTC)) == "2026-11-21 08:00:00"


@pytest.mark.django_db
def test_indexes_made_later_are_those_of_before() -> None:
    def found() -> dict[str, Any]:
        with connection.cursor() as cursor:
            return dict(connection.introspection.get_constraints(cursor, Order._meta.db_table))

    before = found()
    with indexes_later(app_labels=["orders"]):
        during = found()
        Counter.objects.create(name="within")

    assert found() == before
    if connection.vendor == "postgresql":
        assert {name for name, one in during.items() if not one["check"]} == {
            name for name, one in before.items() if one["primary_key"]
        }
    elif connection.vendor == "sqlite":
        assert during.keys() == {
            name for name, one in before.items() if one["unique"] or not one["index"]
        }
        assert not any(one["index"] and not one["unique"] for one in during.values())
    else:
        assert during == before
