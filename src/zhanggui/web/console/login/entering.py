"""Coming in: the session, its place in the list of browsers, and whether the browser is known."""

from contextlib import suppress
from time import time

from allauth.core import ratelimit
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import login as sign_in
from django.contrib.auth.signals import user_login_failed
from django.core.signing import BadSignature
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from zhanggui.accounts import queries, services
from zhanggui.accounts.entries import record_entry, record_failed_entry
from zhanggui.accounts.queries import User
from zhanggui.accounts.types import FactorKind
from zhanggui.core.encryption import blind_index
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.core.types import Actor, ActorType
from zhanggui.web.access import HAS_FACTOR
from zhanggui.web.clients import client_ip, device_name
from zhanggui.web.seen import NOWHERE, SINCE

CONFIRMED = "confirmed_at"  # in the session, seconds: when this person last proved who they are
_PENDING = "second_step"  # in the session: who gave a right password and owes the second factor
_PENDING_SECONDS = 600
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_COOKIE, _COOKIE_SECONDS, _COOKIE_PEOPLE = "device", 365 * 24 * 3600, 10


def come_in(
    request: HttpRequest, user: User, target: str, *, has_factor: bool = False
) -> HttpResponse:
    """Begin the session of somebody who proved who they are, and go to the page they want."""
    known = _people_of_browser(request)
    mark = blind_index("device", str(user.pk))
    agent = request.headers.get("User-Agent", "")
    with transaction.atomic():
        sign_in(request, user, _BACKEND)
        record_entry(user=user, kind="staff.signed_in", now=timezone.now())
        request.session[SINCE] = request.session[CONFIRMED] = time()
        if has_factor:
            request.session[HAS_FACTOR] = True
        services.note_session(
            user_id=user.pk,
            session_key=request.session.session_key or "",
            ip=client_ip(request) or NOWHERE,
            user_agent=agent,
            new_device="" if mark in known else device_name(agent) or "?",
            actor=_acting(user),
            now=timezone.now(),
        )
    response = redirect(target)
    people = [mark, *(one for one in known if one != mark)][:_COOKIE_PEOPLE]
    response.set_signed_cookie(
        _COOKIE,
        ",".join(people),
        max_age=_COOKIE_SECONDS,
        path="/console/",
        secure=settings.BEHIND_TLS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _acting(user: User) -> Actor:
    return Actor(ActorType.STAFF, user.pk, user.name)


def _people_of_browser(request: HttpRequest) -> list[str]:
    """Return marks of who signed in with this browser before."""
    try:
        return str(request.get_signed_cookie(_COOKIE, "")).split(",")
    except BadSignature:
        return []


def begin_second_step(request: HttpRequest, user: User, target: str) -> None:
    """Remember who gave the right password, until they give the second factor, too."""
    request.session.flush()
    request.session[_PENDING] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "at": time(),
        "target": target,
    }


def owing(request: HttpRequest) -> tuple[User, str] | None:
    """Return who owes the second factor here, and where they want to go; None for nobody."""
    kept = request.session.get(_PENDING)
    if not kept or time() - kept["at"] > _PENDING_SECONDS:
        return None
    user = queries.user(user_id=int(kept["user"]))
    if user is None or not user.is_staff or user.get_session_auth_hash() != kept["hash"]:
        return None
    return user, kept["target"]


def forget_second_step(request: HttpRequest) -> None:
    """Forget who owes the second factor."""
    request.session.pop(_PENDING, None)


class LockedOut(Exception):
    """Somebody failed too often, at this address or for this account."""


def check_code(request: HttpRequest, user: User, code: str) -> FactorKind | None:
    """Use up a code; a wrong one counts like a wrong password, for the account and the address.

    axes counts by name and address, allauth's limit by account alone: neither asks the session.

    Raises:
        LockedOut: there were too many wrong ones.
    """
    clear = begin_try(request, user)
    kind = services.use_code(user_id=user.pk, code=code, actor=_acting(user), now=timezone.now())
    if kind is None:
        count_failure(request, user)
    else:
        clear()
    return kind


def begin_try(request: HttpRequest, user: User) -> "_Clear":
    """Take one of the few tries that an account has.

    Raises:
        LockedOut: there were too many wrong ones.
    """
    credentials = {"username": user.username}
    is_allowed = AxesProxyHandler.is_allowed(request, credentials)
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    if not is_allowed:
        raise LockedOut
    clear = _Clear(request, user)
    if not ratelimit.consume(request, action="login_failed", key=clear.key):
        raise LockedOut
    return clear


class _Clear:
    """Gives an account all its tries again."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.key = request, f"second-factor-{user.pk}"

    def __call__(self) -> None:
        ratelimit.clear(self.request, action="login_failed", key=self.key)


def count_failure(request: HttpRequest, user: User) -> None:
    """Count a wrong second factor as axes counts wrong passwords; the last one locks the name."""
    user_login_failed.send(__name__, credentials={"username": user.username}, request=request)
    if not getattr(request, "axes_locked_out", False):
        note_failure(user.username, is_locked=False)


def note_failure(username: str, *, is_locked: bool) -> None:
    """Note the try in the audit log. What no database holds is nobody's name."""
    with suppress(TextRefused):
        known = clean_text(username, max_length=60)
        record_failed_entry(username=known, is_locked=is_locked, now=timezone.now())
