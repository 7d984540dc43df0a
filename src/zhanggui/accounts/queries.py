"""Reads of users, keys and shop settings."""

import hashlib

from zhanggui.accounts.models import ApiKey, Shop, User
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
    return ApiKey.objects.filter(token_hash=key_hash(token), revoked_at=None).first()


def user_names(*, user_ids: set[int]) -> dict[int, str]:
    """Return the names of users, for showing who did something."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "name"))


def staff() -> dict[str, str]:
    """Return login → role of all active staff."""
    rows = User.objects.filter(is_active=True).exclude(role="").order_by("created_at", "id")
    return dict(rows.values_list("username", "role"))


def live_api_keys() -> list[ApiKey]:
    """Return the keys that work, newest first."""
    return list(ApiKey.objects.filter(revoked_at=None).order_by("-created_at", "-id"))
