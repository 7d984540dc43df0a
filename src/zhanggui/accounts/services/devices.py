"""In which browsers staff are signed in. allauth holds the rows; a session's end deletes both."""

from datetime import datetime, timedelta

from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from zhanggui.accounts import queries
from zhanggui.accounts.events import NameChanged, NewDeviceUsed, PasswordChanged, SessionsEnded
from zhanggui.accounts.models import User
from zhanggui.accounts.roles import need_cover
from zhanggui.accounts.types import RoleView
from zhanggui.core.events import publish
from zhanggui.core.transactions import retried
from zhanggui.core.types import SYSTEM, Actor

SEEN_EVERY = timedelta(minutes=5)


@retried
def note_session(
    *,
    user_id: int,
    session_key: str,
    ip: str,
    user_agent: str,
    new_device: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a browser in which somebody just signed in into the list; forget those that ended.

    `new_device` says what kind of browser it is where nobody signed in with it before, else "".
    """
    queries.ended_sessions(user_id=user_id, now=now).delete()
    UserSession.objects.create(
        user_id=user_id,
        session_key=session_key,
        ip=ip,
        user_agent=user_agent[:HTTP_USER_AGENT_MAX_LENGTH],
        created_at=now,
        last_seen_at=now,
    )
    if new_device:
        publish(NewDeviceUsed(subject_id=user_id, at=now, actor=actor, device=new_device))


def note_seen(*, session_key: str, ip: str, now: datetime) -> None:
    """Note that somebody is still at work there; once in some minutes, whoever says so first."""
    due = UserSession.objects.filter(
        session_key=session_key, last_seen_at__lt=now - SEEN_EVERY + timedelta(seconds=1)
    )
    due.update(last_seen_at=now, ip=ip)


def move_session(*, old: str, new: str) -> None:
    """Follow a session that got another key."""
    UserSession.objects.filter(session_key=old).update(session_key=new)


def forget_session(*, session_key: str) -> None:
    """Take a browser off the list whose session is over."""
    UserSession.objects.filter(session_key=session_key).delete()


@retried
def end_session(
    *, user_id: int, key: int, by: RoleView | None = None, actor: Actor = SYSTEM, now: datetime
) -> bool:
    """Sign somebody out in one browser; False where that is over.

    Raises:
        NotAllowed: their role may more than `by`, the role of who does it.
    """
    return _end(UserSession.objects.filter(user_id=user_id, pk=key), user_id, by, actor, now) > 0


@retried
def end_sessions(
    *,
    user_id: int,
    but: str = "",
    by: RoleView | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> int:
    """Sign somebody out everywhere, `but` in the session of this key; return in how many browsers.

    Raises:
        NotAllowed: their role may more than `by`, the role of who does it.
    """
    others = UserSession.objects.filter(user_id=user_id).exclude(session_key=but)
    return _end(others, user_id, by, actor, now)


def _end(
    rows: QuerySet[UserSession], user_id: int, by: RoleView | None, actor: Actor, now: datetime
) -> int:
    need_cover(User.objects.values_list("role", flat=True).get(pk=user_id), by=by)
    ended = list(rows.order_by("pk"))
    for one in ended:
        one.end()
    if ended:
        publish(SessionsEnded(subject_id=user_id, at=now, actor=actor, sessions=len(ended)))
    return len(ended)


@retried
def change_password(
    *, user_id: int, password: str, session_key: str, actor: Actor, now: datetime
) -> None:
    """Give somebody the password they chose, and sign them out in all other browsers."""
    User.objects.filter(pk=user_id).update(password=make_password(password))
    publish(PasswordChanged(subject_id=user_id, at=now, actor=actor))
    end_sessions(user_id=user_id, but=session_key, actor=actor, now=now)


@retried
def rename(*, user_id: int, name: str, actor: Actor, now: datetime) -> None:
    """Give somebody the name they chose."""
    User.objects.filter(pk=user_id).update(name=name)
    publish(NameChanged(subject_id=user_id, at=now, actor=actor))
