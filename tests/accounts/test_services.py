"""Staff, API keys and the shop's settings."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories.shop import NOON

from zhanggui.accounts import queries, services
from zhanggui.accounts.models import ApiKey, Shop, User
from zhanggui.accounts.types import Role

pytestmark = pytest.mark.django_db


def staff(**values: Any) -> User:
    known = {"username": "lin", "name": "林", "role": Role.OWNER, "password": "a long one 1"}
    return services.create_staff(**{**known, "now": NOON, **values})


def test_staff_made_again_are_changed_and_not_doubled() -> None:
    first = staff()
    User.objects.update(is_active=False)

    again = staff(name="林晓", role=Role.SERVICE, password="another one 2", now=NOON + timedelta(1))

    row = User.objects.get()
    assert (row.pk, row.name, row.role, row.is_active) == (first.pk, "林晓", "service", True)
    assert (row.created_at, again.pk) == (NOON, first.pk)
    assert (row.check_password("another one 2"), row.check_password("a long one 1")) == (
        True,
        False,
    )


def test_a_password_is_not_in_the_table() -> None:
    staff()

    assert "a long one 1" not in User.objects.get().password


def test_a_shoppers_sign_in_has_no_password_and_no_role() -> None:
    first, second = (services.create_shopper_user(now=NOON) for _ in range(2))

    assert first.username != second.username
    assert (first.role, first.has_usable_password(), first.may("home", "view")) == (
        "",
        False,
        False,
    )
    assert queries.staff() == {}


def test_staff_are_listed_by_login_and_role() -> None:
    staff()
    staff(username="gone")
    User.objects.filter(username="gone").update(is_active=False)
    services.create_shopper_user(now=NOON)

    assert queries.staff() == {"lin": "owner"}


def test_names_are_found_by_id() -> None:
    user = staff()

    assert queries.user_names(user_ids={user.pk, 1}) == {user.pk: "林"}


def test_a_key_is_shown_once_and_stored_as_its_hash() -> None:
    made = services.create_api_key(name="ERP", role=Role.WAREHOUSE, now=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_apikey")
        cells = [str(cell) for cell in cursor.fetchone()]
    assert made.token.startswith("zg_")
    assert len(made.token) >= 40
    assert made.token not in cells
    assert hashlib.sha256(made.token.encode()).hexdigest() in cells
    assert (made.name, made.role, made.prefix) == ("ERP", "warehouse", made.token[:9])


def test_a_key_is_found_by_its_token_until_it_is_revoked() -> None:
    made = services.create_api_key(name="ERP", role=Role.WAREHOUSE, now=NOON)
    other = services.create_api_key(name="ERP", role=Role.OWNER, now=NOON)

    found = queries.api_key(token=made.token)
    assert found is not None
    assert (found.role, found.may("orders", "ship")) == ("warehouse", True)
    for wrong in (made.token[:-1], made.token + "x", found.token_hash, found.prefix, ""):
        assert queries.api_key(token=wrong) is None
    ApiKey.objects.filter(pk=found.pk).update(revoked_at=NOON)
    assert queries.api_key(token=made.token) is None
    assert queries.api_key(token=other.token) is not None


def test_a_shop_has_defaults_until_it_is_set_up_and_is_one() -> None:
    assert not queries.has_shop()
    view = queries.shop()
    assert (view.name, view.currency, view.unpaid_minutes, view.is_demo) == (
        "掌柜",
        "CNY",
        30,
        False,
    )

    services.save_shop(name="拾光生活")
    services.save_shop(unpaid_minutes=15)

    view = queries.shop()
    assert (view.name, view.unpaid_minutes, view.transfer_days) == ("拾光生活", 15, 3)
    assert (queries.has_shop(), Shop.objects.count()) == (True, 1)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Shop, {"id": 2}),
        (Shop, {"unpaid_minutes": 0}),
        (Shop, {"transfer_days": 0}),
        (Shop, {"confirm_days": 0}),
        (Shop, {"ship_hours": 0}),
    ],
    ids=str,
)
def test_the_database_itself_refuses_what_cannot_be(
    model: type[Shop], values: dict[str, Any]
) -> None:
    staff()
    services.create_api_key(name="ERP", role=Role.OWNER, now=NOON)
    services.save_shop(name="拾光生活")
    before = model.objects.values().get()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**values)

    assert model.objects.values().get() == before


def test_logins_and_tokens_are_single() -> None:
    staff()
    services.create_api_key(name="ERP", role=Role.OWNER, now=NOON)
    key = ApiKey.objects.get()
    twin = ApiKey(name="x", role="owner", token_hash=key.token_hash, created_at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="lin", name="x", created_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()

    assert (User.objects.count(), ApiKey.objects.count()) == (1, 1)
