"""Roles and rights: a closed table."""

import pytest
from tests.factories.shop import NOON

from zhanggui.accounts.models import ApiKey, User
from zhanggui.accounts.types import RIGHTS, ROLE_RIGHTS, Role

ALL = [(resource, action) for resource, actions in RIGHTS.items() for action in sorted(actions)]


@pytest.mark.parametrize("role", Role)
def test_no_role_has_a_right_that_does_not_exist(role: Role) -> None:
    for resource, actions in ROLE_RIGHTS[role].items():
        assert actions <= RIGHTS[resource]


def test_every_role_has_its_row_and_the_owner_may_all() -> None:
    assert set(ROLE_RIGHTS) == set(Role)
    assert ROLE_RIGHTS[Role.OWNER] == RIGHTS


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role, ""])
def test_people_and_keys_of_a_role_may_what_the_table_says(role: str) -> None:
    user, key = User(id=1, role=role), ApiKey(id=1, role=role or Role.SERVICE)

    for resource, action in [*ALL, ("orders", "fly"), ("moon", "view"), ("", "")]:
        assert user.may(resource, action) == (
            action in ROLE_RIGHTS.get(role, {}).get(resource, frozenset())
        )
        assert key.may(resource, action) == (
            action in ROLE_RIGHTS[key.role].get(resource, frozenset())
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "right", "may"),
    [
        (Role.WAREHOUSE, ("orders", "see_money"), False),
        (Role.WAREHOUSE, ("orders", "ship"), True),
        (Role.WAREHOUSE, ("products", "see_cost"), False),
        (Role.SERVICE, ("orders", "reveal"), True),
        (Role.SERVICE, ("products", "edit"), False),
        (Role.SERVICE, ("products", "see_cost"), False),
        (Role.SERVICE, ("stock", "edit"), False),
        (Role.OWNER, ("products", "see_cost"), True),
    ],
)
def test_the_warehouse_sees_no_prices_and_service_no_costs(
    role: Role, right: tuple[str, str], may: bool
) -> None:
    assert User(id=1, role=role).may(*right) is may


def test_who_left_may_nothing() -> None:
    gone, revoked = (
        User(id=1, role=Role.OWNER, is_active=False),
        ApiKey(id=1, role="owner", revoked_at=NOON),
    )

    assert not any(gone.may(*right) or revoked.may(*right) for right in ALL)
