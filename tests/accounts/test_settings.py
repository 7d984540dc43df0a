"""Settings: what is refused, their history, and undoing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory
from tests.unchanged import nothing_changes

from zhanggui.accounts import queries, services
from zhanggui.accounts.models import SettingChange, Shop
from zhanggui.accounts.settings import EDIT_RIGHTS, SETTINGS, Group, checked
from zhanggui.accounts.types import RIGHTS, Hours, SettingRefused, SettingsMoved, ShopView
from zhanggui.core import versions
from zhanggui.core.models import Event
from zhanggui.core.types import SYSTEM, Actor, ActorType

pytestmark = pytest.mark.django_db

WORKDAYS = [[540, 1080]] * 5 + [None, None]


def save(group: Group, values: Mapping[str, Any], **more: Any) -> SettingChange | None:
    known: dict[str, Any] = {"actor": SYSTEM, "now": NOON}
    return services.save_settings(group=group, values=values, **{**known, **more})


def changed(group: Group, values: Mapping[str, Any], **more: Any) -> SettingChange:
    change = save(group, values, **more)
    assert change is not None
    return change


def test_every_setting_is_a_column_and_shown() -> None:
    columns = {field.name for field in Shop._meta.fields}

    assert {one.key for one in SETTINGS} <= columns
    assert {one.key for one in SETTINGS} <= set(ShopView.__slots__)
    assert set(EDIT_RIGHTS.values()) <= RIGHTS["settings"]
    row = Shop(name="山野茶事")
    defaults = {one.key: getattr(row, one.key) for one in SETTINGS}
    assert {key: checked(key, value) for key, value in defaults.items()} == defaults


def test_a_change_counts_at_once_and_is_remembered_with_who_and_when() -> None:
    services.save_shop(name="山野茶事", service_phone="0571-88888888")
    assert queries.shop().service_phone == "0571-88888888"
    lin = StaffFactory(name="林岚")

    change = changed(
        Group.CONTACT,
        {"service_phone": "400-800-1234", "week": WORKDAYS, "address": ""},
        actor=Actor(ActorType.STAFF, lin.pk),
    )

    shop = queries.shop()
    assert (shop.service_phone, shop.week) == (
        "400-800-1234",
        (Hours(540, 1080),) * 5 + (None,) * 2,
    )
    assert (change.group, change.actor_id, change.at) == ("contact", lin.pk, NOON)
    assert change.changes == {
        "service_phone": ["0571-88888888", "400-800-1234"],
        "week": [[], WORKDAYS],
    }
    event = Event.objects.get(kind="shop.saved")
    assert (event.subject_id, event.actor_type, event.actor_id) == (1, "staff", lin.pk)
    assert event.payload == {
        "change_id": change.pk,
        "changed": ["service_phone", "week"],
        "is_undo": False,
    }


def test_what_stays_as_it_is_leaves_no_trace() -> None:
    services.save_shop(name="山野茶事")

    with nothing_changes():
        assert save(Group.SHOP, {"name": " 山野茶事 "}) is None


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        (Group.SHOP, "name", "  "),
        (Group.SHOP, "name", "茶" * 61),
        (Group.SHOP, "accent", "red"),
        (Group.SHOP, "accent", "#ffcc00"),  # white on it can't be read
        (Group.CONTACT, "service_phone", "请加微信"),
        (Group.CONTACT, "service_email", "shop"),
        (Group.CONTACT, "week", [[1080, 540], *[None] * 6]),
        (Group.CONTACT, "week", [[540, 1441], *[None] * 6]),
        (Group.CONTACT, "week", [[540, 1080]]),
        (Group.CONTACT, "holidays", [["2027-02-12", "2027-02-06", None, ""]]),
        (Group.CONTACT, "holidays", [["2027-02-06", "2027-02-12", None, "长" * 31]]),
        (Group.LICENCE, "licence_no", "91350100M000100Y44"),
        (Group.LICENCE, "icp_number", "12345678"),
        (Group.LICENCE, "icp_number", "浙ICP备12345678号-1<script>"),
        (Group.LICENCE, "police_number", "33011002012345"),
        (Group.TIMERS, "unpaid_minutes", 0),
        (Group.TIMERS, "unpaid_minutes", 10_081),
        (Group.TIMERS, "ship_hours", "24"),
        (Group.TIMERS, "confirm_days", True),
        (Group.RETURNS, "return_days", 6),
    ],
)
def test_what_can_not_be_right_is_refused_and_nothing_changes(
    group: Group, key: str, value: Any
) -> None:
    services.save_shop(name="山野茶事")

    with nothing_changes(), pytest.raises(SettingRefused) as refusal:
        save(group, {key: value})

    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("accent", "#1F5FBF", "#1f5fbf"),
        ("accent", "", ""),
        ("service_phone", "+86 (571) 8888-8888", "+86 (571) 8888-8888"),
        ("licence_no", "91350100M000100Y43", "91350100M000100Y43"),
        ("icp_number", "浙ICP备12345678号-1", "浙ICP备12345678号-1"),
        ("icp_number", "京ICP证030173号", "京ICP证030173号"),
        ("police_number", "浙公网安备33011002012345号", "浙公网安备33011002012345号"),
        ("week", [None] * 7, []),
        ("week", [[0, 1440], *[None] * 6], [[0, 1440], *[None] * 6]),
    ],
)
def test_what_is_right_is_stored_in_one_form(key: str, value: Any, stored: Any) -> None:
    assert checked(key, value) == stored


def test_holidays_are_kept_in_their_order() -> None:
    late, early = ["2027-05-01", "2027-05-05", None, ""], ["2027-02-06", "2027-02-12", None, "春节"]

    assert checked("holidays", [late, early]) == [early, late]


def test_who_saw_an_older_state_is_told_who_was_first() -> None:
    services.save_shop(name="山野茶事")
    lin = StaffFactory(name="林岚")
    seen = queries.newest_change(group=Group.SHOP)
    changed(Group.SHOP, {"slogan": "一杯好茶"}, actor=Actor(ActorType.STAFF, lin.pk), seen=seen)
    changed(Group.TIMERS, {"ship_hours": 48}, seen=0)  # another group is nobody's concern

    with nothing_changes(), pytest.raises(SettingsMoved, match="林岚"):
        save(Group.SHOP, {"slogan": "两杯好茶"}, seen=seen)


def test_a_change_is_undone_and_the_undoing_too() -> None:
    services.save_shop(name="山野茶事")
    first = changed(Group.TIMERS, {"ship_hours": 48, "confirm_days": 7})

    undone = services.undo_change(change_id=first.pk, actor=SYSTEM, now=NOON)

    assert undone is not None
    assert (queries.shop().ship_hours, queries.shop().confirm_days) == (24, 10)
    assert (undone.undoes_id, undone.changes["ship_hours"]) == (first.pk, [48, 24])
    again = services.undo_change(change_id=undone.pk, actor=SYSTEM, now=NOON)
    assert again is not None
    assert queries.shop().ship_hours == 48
    assert [one.pk for one in queries.setting_changes()] == [again.pk, undone.pk, first.pk]


def test_a_change_that_was_changed_since_is_not_undone() -> None:
    services.save_shop(name="山野茶事")
    first = changed(Group.TIMERS, {"ship_hours": 48, "confirm_days": 7})
    wang = StaffFactory(name="王工")
    later = Actor(ActorType.STAFF, wang.pk)
    changed(Group.TIMERS, {"ship_hours": 72}, actor=later, now=NOON + timedelta(hours=1))

    with nothing_changes(), pytest.raises(SettingsMoved, match="王工"):
        services.undo_change(change_id=first.pk, actor=SYSTEM, now=NOON)


def test_a_setting_of_another_group_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="ship_hours"):
        save(Group.SHOP, {"ship_hours": 48})


def test_settings_as_they_would_be_are_not_kept() -> None:
    services.save_shop(name="山野茶事")

    assert queries.shop_with(values={"ship_hours": 48}).ship_hours == 48
    assert queries.shop().ship_hours == 24


def test_other_processes_see_a_change_with_their_next_question() -> None:
    services.save_shop(name="山野茶事")
    before = versions.current()[queries.SHOP]

    changed(Group.SHOP, {"slogan": "一杯好茶"})

    assert versions.current()[queries.SHOP] != before


def test_the_database_itself_grants_seven_days() -> None:
    services.save_shop(name="山野茶事")

    with pytest.raises(IntegrityError, match="shop_return_days_legal"), transaction.atomic():
        Shop.objects.update(return_days=6)
