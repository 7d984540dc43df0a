"""Guests and address books."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories.shop import HANGZHOU, NOON
from tests.parallel import together

from zhanggui.accounts.services import create_shopper_user
from zhanggui.core.phones import phone_index
from zhanggui.customers import queries, services
from zhanggui.customers.models import Address, Customer

LATER = NOON + timedelta(days=1)
OTHER = replace(HANGZHOU, name="王芳", phone="+8613800005678", detail="示例路 1 号")


def shopper() -> Customer:
    user = create_shopper_user(now=NOON)
    row: Customer = Customer.objects.create(user=user, phone="+8613800009999", created_at=NOON)
    return row


@pytest.mark.django_db
def test_guests_are_made_and_found_again_by_phone() -> None:
    made = services.make_guests(addresses=[HANGZHOU, OTHER], now=NOON)

    indexes = [phone_index("+8613800001234"), phone_index("+8613800005678"), "unknown"]
    assert services.locked_customers(phone_indexes=indexes) == made
    assert made.keys() == set(indexes[:2])
    guest = Customer.objects.get(pk=made[indexes[0]])
    assert (guest.name, guest.phone, guest.created_at, guest.user_id) == (
        "陈晓琳",
        "+8613800001234",
        NOON,
        None,
    )


@pytest.mark.django_db
def test_two_orders_of_a_phone_in_one_batch_are_one_guest() -> None:
    made = services.make_guests(addresses=[HANGZHOU, replace(HANGZHOU, name="陈女士")], now=NOON)

    assert made == {phone_index(HANGZHOU.phone): Customer.objects.get().pk}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_any_number_of_guests_takes_a_statement_each_way(count: int) -> None:
    addresses = [replace(HANGZHOU, phone=f"+861380000{n:04d}") for n in range(count)]

    with CaptureQueriesContext(connection) as asked:
        made = services.make_guests(addresses=addresses, now=NOON)
        found = services.locked_customers(phone_indexes=made.keys())

    statements = [each for each in asked if "SAVEPOINT" not in each["sql"]]
    assert len(statements) == 2
    assert found == made
    assert len(made) == count


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_a_guest_at_once_one_does_and_the_others_may_start_again() -> None:
    def checkout() -> dict[str, int]:
        with transaction.atomic():
            return services.make_guests(addresses=[HANGZHOU], now=NOON)

    results = together([checkout] * 4)

    made = {phone_index(HANGZHOU.phone): Customer.objects.get().pk}
    assert results.count(made) == 1
    assert [type(each) for each in results].count(IntegrityError) == 3


@pytest.mark.django_db
def test_an_address_used_again_is_on_top_and_not_twice() -> None:
    owner = shopper()
    services.remember_addresses(addresses=[(owner.pk, HANGZHOU)], now=NOON)
    services.remember_addresses(addresses=[(owner.pk, OTHER)], now=NOON + timedelta(hours=1))
    same = replace(HANGZHOU, detail="示例路  88 号 3 幢 502 室")

    services.remember_addresses(addresses=[(owner.pk, same), (owner.pk, HANGZHOU)], now=LATER)

    book = queries.addresses(user_id=owner.user_id or 0)
    assert [(one.name, one.phone, one.detail) for one in book] == [
        ("陈晓琳", "13800001234", "示例路 88 号 3 幢 502 室"),
        ("王芳", "13800005678", "示例路 1 号"),
    ]


@pytest.mark.django_db
def test_remembering_nothing_asks_the_database_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        services.remember_addresses(addresses=[], now=NOON)

    assert len(asked) == 0


@pytest.mark.django_db
def test_books_are_kept_apart() -> None:
    mine, other = shopper(), Customer.objects.create(created_at=NOON)

    services.remember_addresses(addresses=[(mine.pk, HANGZHOU), (other.pk, HANGZHOU)], now=NOON)

    assert Address.objects.count() == 2
    assert len(queries.addresses(user_id=mine.user_id or 0)) == 1
    assert queries.addresses(user_id=0) == []


@pytest.mark.django_db
def test_an_address_is_archived_by_its_owner_only_and_comes_back_when_used() -> None:
    mine, other = shopper(), create_shopper_user(now=NOON)
    services.remember_addresses(addresses=[(mine.pk, HANGZHOU)], now=NOON)
    (address,) = Address.objects.all()

    services.archive_address(user_id=other.pk, address_id=address.pk, now=LATER)
    assert len(queries.addresses(user_id=mine.user_id or 0)) == 1
    services.archive_address(user_id=mine.user_id or 0, address_id=address.pk, now=LATER)
    assert queries.addresses(user_id=mine.user_id or 0) == []

    services.remember_addresses(addresses=[(mine.pk, HANGZHOU)], now=LATER)
    assert len(queries.addresses(user_id=mine.user_id or 0)) == 1


@pytest.mark.django_db
def test_the_book_shows_the_newest_twenty() -> None:
    owner = shopper()
    for n in range(22):
        address = replace(HANGZHOU, detail=f"示例路 {n} 号")
        services.remember_addresses(addresses=[(owner.pk, address)], now=NOON + timedelta(hours=n))

    book = queries.addresses(user_id=owner.user_id or 0)

    assert [one.detail for one in book] == [f"示例路 {n} 号" for n in range(21, 1, -1)]


@pytest.mark.django_db
def test_a_user_leads_to_its_shopper_unless_archived() -> None:
    owner = shopper()
    user_id = owner.user_id or 0

    assert queries.customer_of_user(user_id=user_id) == owner
    assert queries.ids_of_users(user_ids=[user_id, 1]) == {user_id: owner.pk}
    owner.archived_at = LATER
    owner.save()
    assert queries.customer_of_user(user_id=user_id) is None


@pytest.mark.django_db
def test_nobody_signed_in_costs_no_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert queries.ids_of_users(user_ids=[]) == {}

    assert len(asked) == 0


@pytest.mark.django_db
def test_buyers_of_an_imported_history_are_made_once_per_source() -> None:
    first = services.customer_for_import(source="online-retail", refs=["7", "8", "7"], now=NOON)
    again = services.customer_for_import(source="online-retail", refs=["8", "9"], now=LATER)
    other = services.customer_for_import(source="other", refs=["8"], now=NOON)

    assert first.keys() == {"7", "8"}
    assert again["8"] == first["8"] != other["8"]
    assert Customer.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["phone", "import", "address", "user"])
def test_the_database_keeps_people_and_addresses_single(broken: str) -> None:
    owner = shopper()
    Customer.objects.create(phone_index="index", source="shop", external_ref="7", created_at=NOON)
    services.remember_addresses(addresses=[(owner.pk, HANGZHOU)], now=NOON)
    kept = Address.objects.get()
    same = Address(
        customer=owner,
        name="",
        phone="",
        detail="",
        province="浙江省",
        division_code="330106",
        content_index=kept.content_index,
        used_at=NOON,
    )
    second = {
        "phone": Customer(phone_index="index", created_at=NOON),
        "import": Customer(source="shop", external_ref="7", created_at=NOON),
        "user": Customer(user_id=owner.user_id, created_at=NOON),
        "address": same,
    }[broken]

    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()

    assert (Customer.objects.count(), Address.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_any_number_of_buyers_may_have_no_phone_and_no_reference() -> None:
    Customer.objects.create(created_at=NOON)
    Customer.objects.create(created_at=NOON)

    assert Customer.objects.count() == 2
