"""Reads of users, keys and shop settings."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from zhanggui.accounts.calc import holidays_of, week_of
from zhanggui.accounts.models import ApiKey as ApiKey
from zhanggui.accounts.models import Invite, Shop
from zhanggui.accounts.models import SettingChange as SettingChange
from zhanggui.accounts.models import User as User
from zhanggui.accounts.settings import Group, of_group
from zhanggui.accounts.types import DeviceView, FactorKind, FactorView, Role, ShopView
from zhanggui.core import versions

SHOP = versions.declare("shop")


@versions.versioned(SHOP)
def shop() -> ShopView:
    """Return the shop's settings; defaults stand until somebody saved some."""
    return _view(_row())


def shop_with(*, values: Mapping[str, Any]) -> ShopView:
    """Return the settings as they would be with other values of some, as `Shop` stores them."""
    row = _row()
    for key, value in values.items():
        setattr(row, key, value)
    return _view(row)


def stored_settings(*, group: Group) -> dict[str, Any]:
    """Return key → value of a group, as `Shop` stores them."""
    row = _row()
    return {one.key: getattr(row, one.key) for one in of_group(group)}


def _row() -> Shop:
    return Shop.objects.filter(pk=1).first() or Shop(name="掌柜")


def _view(row: Shop) -> ShopView:
    values = {name: getattr(row, name) for name in ShopView.__slots__}
    values["week"] = week_of(row.week)
    values["holidays"] = holidays_of(row.holidays)
    return ShopView(**values)


def setting_changes(*, group: str = "") -> QuerySet[SettingChange]:
    """Return the history of the settings, newest first."""
    rows = SettingChange.objects.filter(group=group) if group else SettingChange.objects.all()
    return rows.order_by("-id")


def newest_change(*, group: str) -> int:
    """Return the newest change of a group, 0 where there is none: what a form was made of."""
    return setting_changes(group=group).values_list("pk", flat=True).first() or 0


def has_shop() -> bool:
    """Tell whether the shop was set up (a demo or a real one)."""
    return Shop.objects.exists()


def key_hash(token: str) -> str:
    """Return what is stored of an API token."""
    return hashlib.sha256(token.encode()).hexdigest()


def api_key(*, token: str) -> ApiKey | None:
    """Return the live key of this token."""
    found = ApiKey.objects.filter(token_hash=key_hash(token), revoked_at=None).first()
    return found if found is not None and found.is_live else None


def user_names(*, user_ids: set[int]) -> dict[int, str]:
    """Return the names of users, for showing who did something."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "name"))


def key_names(key_ids: Collection[int]) -> dict[int, str]:
    """Return id → name and how the key begins, of live and revoked ones."""
    return {key.pk: str(key) for key in ApiKey.objects.filter(pk__in=key_ids)}


def actors() -> dict[int, str]:
    """Return whoever may stand in the audit log, by id: staff and keys, former ones too."""
    people = User.objects.exclude(role="").order_by("name", "id").values_list("pk", "name")
    keys = ApiKey.objects.order_by("name", "id").values_list("pk", "name")
    return {**dict(people), **dict(keys)}


def staff() -> dict[str, str]:
    """Return login → role of all active staff."""
    rows = User.objects.filter(is_active=True).exclude(role="").order_by("created_at", "id")
    return dict(rows.values_list("username", "role"))


def live_api_keys() -> list[ApiKey]:
    """Return the keys that work, newest first."""
    return list(ApiKey.objects.filter(revoked_at=None).order_by("-created_at", "-id"))


def api_keys() -> QuerySet[ApiKey]:
    """Return all keys: those that work first, then the revoked ones, each newest first."""
    return ApiKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-id")


def has_spare_owner(*, now: datetime) -> bool:
    """Tell whether the shop's owner has a second way in: another owner, or recovery codes."""
    live = Q(access_until=None) | Q(access_until__gt=now)
    rows = User.objects.filter(live, role=Role.OWNER, is_active=True)
    owners = list(rows.order_by("id").values_list("pk", flat=True)[:2])
    codes = Authenticator.objects.filter(user_id__in=owners, type=FactorKind.RECOVERY)
    return len(owners) > 1 or bool(codes.exists())


def people() -> list[User]:
    """Return all who are or were staff, those with access first."""
    return list(User.objects.exclude(role="").order_by("-is_active", "created_at", "id"))


def member(*, username: str) -> User | None:
    """Return who is or was staff under this login."""
    for found in User.objects.filter(username=username).exclude(role=""):
        return cast(User, found)
    return None


def user(*, user_id: int) -> User | None:
    """Return somebody who signs in."""
    found: User | None = User.objects.filter(pk=user_id).first()
    return found


def open_invites(*, now: datetime) -> QuerySet[Invite]:
    """Return the invitations that still work, newest first."""
    rows = Invite.objects.filter(used_by=None, withdrawn_at=None, expires_at__gt=now)
    return rows.select_related("invited_by").order_by("-created_at", "-id")


def invite(*, token: str, now: datetime) -> Invite | None:
    """Return the invitation of this token while it works."""
    return open_invites(now=now).filter(token_hash=key_hash(token)).first()


def factors(*, user_id: int) -> list[FactorView]:
    """Return somebody's second factors, recovery codes last."""
    rows = Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk")
    found = [
        FactorView(
            key=row.pk,
            kind=FactorKind(row.type),
            name=row.data.get("name", ""),
            added_at=row.created_at,
            used_at=row.last_used_at,
            left=len(row.wrap().get_unused_codes()) if row.type == FactorKind.RECOVERY else 0,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.kind == FactorKind.RECOVERY)


def has_factor(*, user_id: int) -> bool:
    """Tell whether signing in takes more than a password; recovery codes alone are none."""
    rows = Authenticator.objects.filter(user_id=user_id)
    return bool(rows.exclude(type=FactorKind.RECOVERY).exists())


def protected(*, user_ids: set[int]) -> set[int]:
    """Return which of these people have a second factor."""
    rows = Authenticator.objects.filter(user_id__in=user_ids).exclude(type=FactorKind.RECOVERY)
    return set(rows.values_list("user_id", flat=True))


def devices(*, user_id: int, session_key: str, now: datetime) -> list[DeviceView]:
    """Return where somebody is signed in, the browser of `session_key` first, then as last seen."""
    live = _sessions(user_id, now).filter(expires_at__isnull=False)
    found = [
        DeviceView(
            key=row.pk,
            user_agent=row.user_agent,
            ip=row.ip,
            since=row.created_at,
            seen_at=row.last_seen_at,
            is_current=row.session_key == session_key,
        )
        for row in live.order_by("-last_seen_at", "-pk")
    ]
    return sorted(found, key=lambda one: not one.is_current)


def ended_sessions(*, user_id: int, now: datetime) -> QuerySet[UserSession]:
    """Return browsers of the list whose session is over."""
    rows: QuerySet[UserSession] = _sessions(user_id, now).filter(expires_at__isnull=True)
    return rows


def _sessions(user_id: int, now: datetime) -> QuerySet[UserSession]:
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    rows: QuerySet[UserSession] = UserSession.objects.filter(user_id=user_id)
    known: QuerySet[UserSession] = rows.annotate(
        expires_at=Subquery(live.values("expire_date")[:1])
    )
    return known
