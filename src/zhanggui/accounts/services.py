"""Writes of users, keys and shop settings."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from zhanggui.accounts.models import ApiKey, Shop, User
from zhanggui.accounts.queries import SHOP, key_hash
from zhanggui.accounts.types import NewKey, Role
from zhanggui.core import versions


def create_staff(*, username: str, name: str, role: Role, password: str, now: datetime) -> User:
    """Make a member of staff, or give the one of that login this name, role and password."""
    with transaction.atomic():
        user = User.objects.filter(username=username).first() or User(
            username=username, created_at=now
        )
        user.name, user.role, user.is_active = name, role, True
        user.set_password(password)
        user.save()
    return user


def create_shopper_user(*, now: datetime) -> User:
    """Make the sign-in of a shopper, who has no password and no role."""
    user = User(username=f"s-{secrets.token_hex(12)}", name="", created_at=now)
    user.set_unusable_password()
    user.save()
    return user


def create_api_key(*, name: str, role: Role, now: datetime) -> NewKey:
    """Make an API key; its token can't be shown again."""
    token = f"zg_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name, role=role, prefix=token[:9], token_hash=key_hash(token), created_at=now
    )
    return NewKey(name=key.name, role=key.role, prefix=key.prefix, token=token)


@transaction.atomic
def save_shop(**values: Any) -> None:
    """Write the shop's settings, all or some."""
    Shop.objects.update_or_create(pk=1, defaults=values)
    versions.bump(SHOP)


def revoke_api_key(*, prefix: str, now: datetime) -> bool:
    """Revoke the live key that begins with `prefix`; False where none or several do."""
    keys = ApiKey.objects.filter(prefix=prefix, revoked_at=None)
    if keys.count() != 1:
        return False
    return bool(keys.update(revoked_at=now))


def stop_staff(*, username: str) -> bool:
    """End a member of staff's access at once; False where nobody has this login."""
    return bool(User.objects.filter(username=username).exclude(role="").update(is_active=False))
