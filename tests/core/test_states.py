"""States: only moves of the table, and only from the state that was read."""

from datetime import UTC, datetime

import pytest

from zhanggui.accounts.models import StaffRole, User
from zhanggui.core.states import IllegalMove, Machine

pytestmark = pytest.mark.django_db

MACHINE = Machine("role", {"warehouse": {"service"}, "service": {"owner"}, "owner": frozenset()})


def member(role: str = "warehouse") -> User:
    now = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    user: User = User.objects.create(username="lin", name="林", role=role, created_at=now)
    return user


def test_a_move_of_the_table_is_written_with_what_belongs_to_it() -> None:
    user = member()

    MACHINE.move(user, "service", name="林晓")

    assert (user.role, user.name) == ("service", "林晓")
    user.refresh_from_db()
    assert (user.role, user.name) == ("service", "林晓")


@pytest.mark.parametrize(
    ("role", "to"), [("warehouse", "owner"), ("owner", "service"), ("service", "service")]
)
def test_a_move_that_the_table_lacks_is_refused(role: str, to: str) -> None:
    user = member(role)

    with pytest.raises(IllegalMove) as refusal:
        MACHINE.move(user, to, name="林晓")

    assert (refusal.value.code, refusal.value.status) == ("illegal_move", 409)
    assert user.role == role
    user.refresh_from_db()
    assert (user.role, user.name) == (role, "林")


def test_the_refusal_names_the_state_as_people_call_it() -> None:
    machine = Machine("home", MACHINE.moves)

    with pytest.raises(IllegalMove, match="当前状态（店主）"):
        machine.move(StaffRole(home="owner"), "service")


def test_of_two_who_read_the_same_state_one_moves_it() -> None:
    mine = member()
    other = User.objects.get(pk=mine.pk)
    MACHINE.move(other, "service")

    with pytest.raises(IllegalMove, match="刚刚有人改过它"):
        MACHINE.move(mine, "service", name="林晓")

    assert mine.role == "warehouse"
    mine.refresh_from_db()
    assert (mine.role, mine.name) == ("service", "林")


@pytest.mark.parametrize(("to", "may"), [("service", True), ("owner", False), ("x", False)])
def test_one_can_ask_before(to: str, may: bool) -> None:
    assert MACHINE.can(member(), to) is may
