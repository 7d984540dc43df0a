"""Reads of users, keys and shop settings."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import cast

from django.db.models import F, QuerySet

from zhanggui.accounts.models import ApiKey as ApiKey
from zhanggui.accounts.models import Invite, Shop
from zhanggui.accounts.models import User as User
from zhanggui.accounts.types import ShopView
from zhanggui.core import versions

SHOP = versions.declare("shop")


@versions.versioned(SHOP)
def shop() -> ShopView:
    """Return the shop's settings; defaults stand until somebody saved some."""
    row = Shop.objects.filter(pk=1).first() or Shop(name="掌柜")
    return ShopView(**{name: getattr(row, name) for name in ShopView.__slots__})


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


def people() -> list[User]:
    """Return all who are or were staff, those with access first."""
    return list(User.objects.exclude(role="").order_by("-is_active", "created_at", "id"))


def member(*, username: str) -> User | None:
    """Return who is or was staff under this login."""
    for found in User.objects.filter(username=username).exclude(role=""):
        return cast(User, found)
    return None


def open_invites(*, now: datetime) -> QuerySet[Invite]:
    """Return the invitations that still work, newest first."""
    rows = Invite.objects.filter(used_by=None, withdrawn_at=None, expires_at__gt=now)
    return rows.select_related("invited_by").order_by("-created_at", "-id")


def invite(*, token: str, now: datetime) -> Invite | None:
    """Return the invitation of this token while it works."""
    return open_invites(now=now).filter(token_hash=key_hash(token)).first()
