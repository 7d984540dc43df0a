"""In which browsers staff are signed in, and how that ends."""

from datetime import timedelta
from importlib import import_module

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from tests.factories.codes import SECRET, code_of
from tests.factories.shop import NOON
from tests.factories.staff import StaffFactory

from zhanggui.accounts import queries, services
from zhanggui.accounts.models import User
from zhanggui.accounts.roles import role
from zhanggui.accounts.types import NotAllowed, Role
from zhanggui.core.models import Event
from zhanggui.core.types import COMMAND, SYSTEM, Actor, ActorType, By

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0"


def signed_in(user: User, *, ip: str = "203.0.113.7", agent: str = AGENT, new: str = "") -> str:
    """Begin a session of somebody and return its key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store.create()
    services.note_session(
        user_id=user.pk, session_key=store.session_key, ip=ip, user_agent=agent,
        new_device=new, actor=Actor(ActorType.STAFF, user.pk), now=timezone.now(),
    )  # fmt: skip
    return str(store.session_key)


def keys(user: User) -> set[str]:
    """Return the sessions in the list; each of them lives."""
    listed = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    assert listed == set(
        Session.objects.filter(session_key__in=listed).values_list("session_key", flat=True)
    )
    return listed


def ended(user: User) -> list[int]:
    rows = Event.objects.filter(kind="staff.sessions_ended", subject_id=user.pk).order_by("id")
    return [row.payload["sessions"] for row in rows]


def test_the_browser_at_hand_stands_first() -> None:
    user = StaffFactory()
    here, there = signed_in(user), signed_in(user, ip="2001:db8::1", agent="x" * 900)
    UserSession.objects.filter(session_key=there).update(last_seen_at=timezone.now())

    found = queries.devices(user_id=user.pk, session_key=here, now=timezone.now())

    assert [(one.ip, one.is_current, len(one.user_agent)) for one in found] == [
        ("203.0.113.7", True, len(AGENT)),
        ("2001:db8::1", False, 200),
    ]


def test_sessions_that_ran_out_are_neither_shown_nor_kept() -> None:
    user = StaffFactory()
    old = signed_in(user)
    Session.objects.filter(session_key=old).update(expire_date=timezone.now() - timedelta(1))

    assert queries.devices(user_id=user.pk, session_key="", now=timezone.now()) == []
    new = signed_in(user)
    assert keys(user) == {new}


def test_one_browser_is_signed_out() -> None:
    user = StaffFactory()
    here, there = signed_in(user), signed_in(user)
    key = UserSession.objects.get(session_key=there).pk

    done = [services.end_session(user_id=user.pk, key=key, now=NOON) for _ in range(2)]

    assert (done, keys(user), ended(user)) == ([True, False], {here}, [1])
    assert not Session.objects.filter(session_key=there).exists()


def test_all_others_are_signed_out() -> None:
    user, other = StaffFactory(), StaffFactory()
    here, _there, _elsewhere = (signed_in(user) for _ in range(3))
    others = signed_in(other)

    assert services.end_sessions(user_id=user.pk, but=here, now=NOON) == 2
    assert (keys(user), keys(other), ended(user)) == ({here}, {others}, [2])


def test_nobody_signs_out_who_may_more() -> None:
    owner = StaffFactory()
    session = signed_in(owner)
    key = UserSession.objects.get().pk

    with pytest.raises(NotAllowed):
        services.end_session(user_id=owner.pk, key=key, by=role(Role.SERVICE), now=NOON)

    assert (keys(owner), ended(owner)) == ({session}, [])


def test_another_persons_browser_is_not_ended_by_its_number() -> None:
    user, other = StaffFactory(), StaffFactory()
    session = signed_in(user)
    key = UserSession.objects.get().pk

    assert not services.end_session(user_id=other.pk, key=key, now=NOON)
    assert keys(user) == {session}


def test_a_new_password_ends_all_other_sessions() -> None:
    user = StaffFactory()
    here, _there = signed_in(user), signed_in(user)

    services.change_password(
        user_id=user.pk, password="a new long one", session_key=here, actor=SYSTEM, now=NOON
    )

    user.refresh_from_db()
    assert user.check_password("a new long one")
    assert keys(user) == {here}
    assert Event.objects.filter(kind="staff.password_changed", subject_id=user.pk).count() == 1


def test_who_is_stopped_is_signed_out() -> None:
    one, other, third = StaffFactory(), StaffFactory(), StaffFactory(role=Role.SERVICE)
    for user in (one, other, third):
        signed_in(user)

    services.stop_staff(username=one.username, by=By(COMMAND, NOON))
    services.change_staff(
        user_id=third.pk, name="x", role=Role.SERVICE, is_active=False, access_until=None, now=NOON
    )

    assert (keys(one), len(keys(other)), keys(third)) == (set(), 1, set())


def test_a_change_of_name_signs_nobody_out() -> None:
    user = StaffFactory()
    session = signed_in(user)

    services.change_staff(
        user_id=user.pk, name="x", role=Role.OWNER, is_active=True, access_until=None, now=NOON
    )
    services.rename(user_id=user.pk, name="林", actor=SYSTEM, now=NOON)

    assert (keys(user), User.objects.get().name) == ({session}, "林")


def test_factors_that_are_reset_end_all_sessions() -> None:
    user = StaffFactory()
    signed_in(user)
    services.add_codes_of_app(
        user_id=user.pk, secret=SECRET, code=code_of(NOON), actor=SYSTEM, now=NOON
    )

    services.reset_factors(user_id=user.pk, now=NOON)

    assert (keys(user), ended(user)) == (set(), [1])


def test_a_browser_is_seen_once_in_five_minutes() -> None:
    user = StaffFactory()
    session = signed_in(user)
    start = UserSession.objects.get().last_seen_at

    seen = []
    for minutes, ip in ((1, "198.51.100.1"), (5, "198.51.100.2"), (9, "198.51.100.3")):
        services.note_seen(session_key=session, ip=ip, now=start + timedelta(minutes=minutes))
        row = UserSession.objects.get()
        seen.append(((row.last_seen_at - start).total_seconds(), row.ip))

    assert seen == [(0, "203.0.113.7"), (300, "198.51.100.2"), (300, "198.51.100.2")]


def test_a_new_device_is_told_by_its_kind() -> None:
    user = StaffFactory()
    signed_in(user, new="Chrome · Linux")

    event = Event.objects.get(kind="staff.new_device")
    assert (event.payload, event.actor_id) == ({"device": "Chrome · Linux"}, user.pk)
