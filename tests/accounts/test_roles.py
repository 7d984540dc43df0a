"""Roles as data: what the shop makes of them, who may give them, and invitations."""

from datetime import timedelta
from typing import Any

import pytest
from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory

from zhanggui.accounts import queries, services
from zhanggui.accounts.models import ApiKey, Invite, StaffRole, User
from zhanggui.accounts.roles import known_rights, role, roles
from zhanggui.accounts.types import (
    RIGHTS,
    ROLE_RIGHTS,
    InviteGone,
    LastOwner,
    LoginTaken,
    NotAllowed,
    Role,
    RoleInUse,
    RoleView,
    UnknownRole,
)
from zhanggui.core.models import Event
from zhanggui.core.types import Actor, ActorType

pytestmark = pytest.mark.django_db

PACKER = {"orders": {"ship"}, "stock": {"view"}}


def made(**values: Any) -> str:
    known = {
        "code": "",
        "name": "打包",
        "home": Role.WAREHOUSE,
        "rights": PACKER,
        "warehouse_ids": None,
    }
    return services.save_role(**{**known, "now": NOON, **values})


def role_of(code: str) -> RoleView:
    found = role(code)
    assert found is not None
    return found


def test_a_role_of_the_shop_counts_for_people_and_keys_from_the_next_question_on() -> None:
    code = made(warehouse_ids=[9, 7])

    user = StaffFactory(role=code)
    key = ApiKey(id=1, role=code, rights={"orders": ["view"]})
    assert user.may("orders", "ship")
    assert user.may("orders", "view"), "who ships must see what"
    assert not user.may("orders", "see_money")
    assert (user.warehouse_ids, key.warehouse_ids) == ((7, 9), (7, 9))
    assert key.may("orders", "view")
    assert not key.may("orders", "ship"), "the key has less than its role"

    services.save_role(
        code=code,
        name="打包",
        home=Role.WAREHOUSE,
        rights={"stock": {"view"}},
        warehouse_ids=None,
        now=NOON,
    )

    assert not user.may("orders", "ship")
    assert not key.may("orders", "view"), "a key never has more than its role"
    assert user.warehouse_ids is None


def test_rights_of_a_role_that_every_shop_has_can_be_changed_and_restored() -> None:
    made(code=Role.SERVICE, name="anything", rights={"orders": {"view"}})

    changed = roles()[Role.SERVICE]
    assert (changed.name, changed.is_changed, changed.is_own) == ("客服", True, False)
    assert changed.rights == {"orders": {"view"}}

    services.delete_role(code=Role.SERVICE, now=NOON)

    assert roles()[Role.SERVICE].rights == ROLE_RIGHTS[Role.SERVICE]


def test_owners_keep_all_rights() -> None:
    with pytest.raises(UnknownRole):
        made(code=Role.OWNER)

    assert not StaffRole.objects.exists()
    assert StaffFactory().may("staff", "edit")


def test_rights_that_do_not_exist_are_left_out() -> None:
    assert known_rights({"orders": ["fly", "ship"], "moon": ["view"]}) == {
        "orders": {"ship", "view"}
    }
    assert known_rights(RIGHTS) == RIGHTS


def test_a_role_without_row_has_no_rights() -> None:
    user = StaffFactory(role="gone")

    assert role("gone") is None
    assert user.warehouse_ids == ()
    assert not any(user.may(resource, one) for resource in RIGHTS for one in RIGHTS[resource])


def test_a_role_in_use_stays() -> None:
    code = made()
    StaffFactory(role=code, name="小张")

    with pytest.raises(RoleInUse, match="小张"):
        services.delete_role(code=code, now=NOON)
    assert role(code) is not None

    User.objects.update(is_active=False)
    services.delete_role(code=code, now=NOON)
    assert role(code) is None


def test_nobody_gives_more_than_they_hold() -> None:
    manager = role_of(made(name="主管", rights={"staff": {"edit"}, "orders": {"ship"}}))
    owner, helper = StaffFactory(username="lan"), StaffFactory(role=manager.code)
    actor, until = Actor(ActorType.STAFF, helper.pk), None
    before = list(User.objects.order_by("id").values())
    refused: list[Any] = [
        lambda: made(rights={"payments": {"refund"}}, by=manager),
        lambda: made(code=Role.SERVICE, by=manager),
        lambda: services.delete_role(code=Role.SERVICE, by=manager, now=NOON),
        lambda: services.create_api_key(name="x", role=Role.OWNER, by=manager, now=NOON),
        lambda: services.invite_staff(
            name="x", role=Role.OWNER, access_until=None, invited_by=helper.pk, by=manager, now=NOON
        ),
        lambda: services.change_staff(
            user_id=owner.pk,
            name="x",
            role=manager.code,
            is_active=False,
            access_until=until,
            by=manager,
            actor=actor,
            now=NOON,
        ),
        lambda: services.change_staff(
            user_id=helper.pk,
            name="x",
            role=Role.OWNER,
            is_active=True,
            access_until=until,
            by=manager,
            actor=actor,
            now=NOON,
        ),
    ]

    for act in refused:
        with pytest.raises(NotAllowed):
            act()

    assert list(User.objects.order_by("id").values()) == before
    assert (StaffRole.objects.count(), Invite.objects.count(), ApiKey.objects.count()) == (1, 0, 0)


def test_who_sees_one_warehouse_gives_no_role_that_sees_more() -> None:
    one = role_of(made(warehouse_ids=[7]))

    assert one.covers(one)
    assert not one.covers(role_of(made(warehouse_ids=[7, 8])))
    assert not one.covers(role_of(made(warehouse_ids=None)))


def test_the_last_owner_stays() -> None:
    owner = StaffFactory()
    StaffFactory(access_until=NOON + timedelta(days=9))
    before = User.objects.filter(pk=owner.pk).values().get()

    for change in ({"role": Role.SERVICE}, {"is_active": False}, {"access_until": NOON}):
        known = {"role": Role.OWNER, "is_active": True, "access_until": None}
        with pytest.raises(LastOwner):
            services.change_staff(user_id=owner.pk, name="x", **{**known, **change}, now=NOON)

    assert User.objects.filter(pk=owner.pk).values().get() == before


def test_nobody_gives_a_role_back_more_rights_than_they_hold() -> None:
    few = {"staff": ["view", "edit"], "orders": ["view"]}
    services.save_role(
        code=Role.SERVICE, name="", home=Role.SERVICE, rights=few, warehouse_ids=None, now=NOON
    )
    clerk = role(Role.SERVICE)
    assert clerk is not None

    with pytest.raises(NotAllowed):
        services.delete_role(code=Role.SERVICE, by=clerk, now=NOON)

    assert role(Role.SERVICE) == clerk


def test_access_ends_by_itself() -> None:
    user = StaffFactory(access_until=NOON - timedelta(days=400))

    assert not user.is_staff
    assert not user.may("home", "view")


def test_an_invitation_makes_one_member_of_staff_once() -> None:
    owner, code = StaffFactory(), made()
    invite = services.invite_staff(
        name="小张", role=code, access_until=None, invited_by=owner.pk, now=NOON
    )
    assert invite.token not in str(Invite.objects.values().get())

    user = services.accept_invite(
        token=invite.token, username="zhang", password="yi er san 45", now=NOON
    )

    assert (user.name, user.role, user.check_password("yi er san 45")) == ("小张", code, True)
    with pytest.raises(InviteGone):
        services.accept_invite(token=invite.token, username="li", password="x", now=NOON)
    assert User.objects.count() == 2
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["role.saved", "staff.invited", "staff.joined"]


def test_an_invitation_is_good_for_a_week_and_until_it_is_withdrawn() -> None:
    owner = StaffFactory(username="lan")
    first, second = (
        services.invite_staff(
            name=name, role=Role.SERVICE, access_until=None, invited_by=owner.pk, now=NOON
        )
        for name in ("甲", "乙")
    )
    week = timedelta(days=services.INVITE_DAYS)
    actor = Actor(ActorType.STAFF, owner.pk)

    assert services.withdraw_invite(invite_id=second.invite_id, actor=actor, now=NOON)
    assert not services.withdraw_invite(invite_id=second.invite_id, actor=actor, now=NOON)

    assert [one.name for one in queries.open_invites(now=NOON)] == ["甲"]
    assert queries.invite(token=first.token, now=NOON + week) is None
    with pytest.raises(LoginTaken):
        services.accept_invite(token=first.token, username="lan", password="x", now=NOON)
    for token, now in ((first.token, NOON + week), (second.token, NOON), ("nonsense", NOON)):
        with pytest.raises(InviteGone):
            services.accept_invite(token=token, username="new", password="x", now=now)
    assert User.objects.count() == 1


def test_a_key_ends_on_its_day() -> None:
    made_key = services.create_api_key(
        name="ERP", role=Role.OWNER, expires_at=NOON - timedelta(days=400), now=NOON
    )

    assert queries.api_key(token=made_key.token) is None
    assert not ApiKey.objects.get().may("orders", "view")
