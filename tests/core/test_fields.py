"""Encrypted fields: bound to their row and field, opened when read, refused where unsafe."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.db.models import F, Value
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.naughty import naughty_strings

from zhanggui.core.encryption import UnknownKey, unseal
from zhanggui.core.fields import Sealed
from zhanggui.customers.models import Customer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PHONE = "+8613800001234"
OLD, NEW = (base64.b64encode(bytes([sign]) * 32).decode() for sign in (1, 2))


def shopper(**values: Any) -> Customer:
    return Customer.objects.create(
        **{"name": "陈晓琳", "phone": PHONE, "created_at": NOON, **values}
    )


def raw(row: Customer) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM customers_customer WHERE id = %s", [row.pk])
        return dict(zip(("name", "phone"), cursor.fetchone(), strict=True))


def put_raw(row: Customer, **values: str) -> None:
    for name, value in values.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE customers_customer SET {name} = %s WHERE id = %s", [value, row.pk]
            )


def test_a_saved_text_reads_the_same_and_is_not_in_the_table() -> None:
    row = shopper()

    again = Customer.objects.get(pk=row.pk)

    assert (again.name, again.phone) == (row.name, row.phone) == ("陈晓琳", PHONE)
    assert not {"陈晓琳", PHONE} & set(raw(row).values())
    assert all("138" not in stored and "晓" not in stored for stored in raw(row).values())


def test_all_odd_texts_survive_the_database() -> None:
    texts = [text for text in naughty_strings() if text.isprintable() or "\n" in text]
    Customer.objects.bulk_create([Customer(name=text, created_at=NOON) for text in texts])

    assert [row.name for row in Customer.objects.order_by("id")] == texts


def test_rows_made_in_one_statement_are_bound_to_their_own_rows() -> None:
    made = Customer.objects.bulk_create(
        [Customer(name=name, created_at=NOON) for name in ("甲", "乙")]
    )

    for row, name in zip(made, ("甲", "乙"), strict=True):
        context = f"customers.customer|name|{row.pk}"
        assert unseal(raw(row)["name"], context=context) == name
    assert [row.name for row in made] == ["甲", "乙"]


def test_a_value_copied_to_another_row_does_not_open() -> None:
    mine, other = shopper(), shopper(name="王芳", phone="+8613800005678")
    put_raw(other, phone=raw(mine)["phone"])

    with pytest.raises(InvalidTag):
        _ = Customer.objects.get(pk=other.pk).phone
    assert Customer.objects.get(pk=other.pk).name == "王芳"


def test_a_value_copied_to_another_field_does_not_open() -> None:
    row = shopper()
    put_raw(row, name=raw(row)["phone"])

    with pytest.raises(InvalidTag):
        _ = Customer.objects.get(pk=row.pk).name


def test_a_list_pays_only_for_what_it_shows(settings: Settings) -> None:
    row = shopper()
    settings.FIELD_KEYS = f"other:{NEW}"

    found = Customer.objects.get(pk=row.pk)

    assert found.created_at == NOON
    with pytest.raises(UnknownKey):
        _ = found.phone


def test_a_deferred_value_is_read_when_asked_for() -> None:
    row = shopper()
    found = Customer.objects.only("created_at").get(pk=row.pk)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert found.phone == PHONE
        assert found.phone == PHONE

    assert len(asked) == 1


def test_values_stay_closed() -> None:
    row = shopper()

    (found,) = Customer.objects.filter(pk=row.pk).values_list("phone", flat=True)

    assert isinstance(found, Sealed)
    assert str(found) == raw(row)["phone"]


def test_an_empty_text_is_encrypted_too() -> None:
    row = shopper(name="")

    assert raw(row)["name"] != ""
    assert Customer.objects.get(pk=row.pk).name == ""


def test_saving_another_field_leaves_the_stored_value_as_it_was() -> None:
    row = shopper()
    before = raw(row)

    found = Customer.objects.get(pk=row.pk)
    found.source = "test"
    found.save()

    assert raw(row) == before


def test_a_changed_text_is_encrypted_and_read_back() -> None:
    row = shopper()
    before = raw(row)

    row.name = "王芳"
    assert row.name == "王芳"
    row.save()

    assert Customer.objects.get(pk=row.pk).name == "王芳"
    assert raw(row)["name"] != before["name"]
    assert raw(row)["phone"] == before["phone"]


def test_reading_again_takes_the_new_text() -> None:
    row = shopper()
    other = Customer.objects.get(pk=row.pk)
    assert other.name == "陈晓琳"
    row.name = "王芳"
    row.save()

    other.refresh_from_db()

    assert other.name == "王芳"


def test_saving_again_encrypts_under_the_new_key(settings: Settings) -> None:
    settings.FIELD_KEYS = f"k1:{OLD}"
    row = shopper()
    settings.FIELD_KEYS = f"k2:{NEW},k1:{OLD}"

    Customer.objects.get(pk=row.pk).save()

    assert {stored.partition(":")[0] for stored in raw(row).values()} == {"k2"}
    settings.FIELD_KEYS = f"k2:{NEW}"
    assert Customer.objects.get(pk=row.pk).phone == PHONE


def test_a_copied_object_is_refused_before_its_texts_are_lost() -> None:
    row = shopper()
    copy = Customer.objects.get(pk=row.pk)
    copy.pk = row.pk + 1

    with pytest.raises(InvalidTag), transaction.atomic():
        copy.save()

    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"phone": PHONE},
        {"phone__in": [PHONE]},
        {"phone__contains": "138"},
        {"phone__gt": "1"},
        {"phone": F("name")},
        {"phone__iexact": PHONE},
    ],
    ids=str,
)
def test_rows_are_not_searched_by_an_encrypted_text(condition: dict[str, Any]) -> None:
    shopper()

    with pytest.raises(TypeError, match=r"customers\.Customer\.phone is encrypted"):
        Customer.objects.filter(**condition).exists()


def test_one_may_ask_whether_there_is_a_value() -> None:
    shopper()

    assert Customer.objects.filter(phone__isnull=False).count() == 1


def test_an_update_of_many_rows_is_refused() -> None:
    row = shopper()
    before = raw(row)

    with pytest.raises(TypeError, match="save the row instead"), transaction.atomic():
        Customer.objects.filter(pk=row.pk).update(phone="+8613800005678")
    row.phone = "+8613800005678"
    with pytest.raises(TypeError, match="save the row instead"), transaction.atomic():
        Customer.objects.bulk_update([row], ["phone"])

    assert raw(row) == before


def test_a_plain_value_does_not_slip_in_through_an_expression() -> None:
    row = shopper()
    before = raw(row)

    with pytest.raises(TypeError, match="save the row instead"), transaction.atomic():
        Customer.objects.filter(pk=row.pk).update(
            phone=Value("13800001234", output_field=Customer._meta.get_field("phone"))
        )

    assert raw(row) == before
