"""Keys of programs: `Authorization: Bearer <token>`, with the rights of a role."""

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import RIGHTS, Holder
from zhanggui.core.types import Actor, ActorType


class Forbidden(Exception):
    """The key's role lacks the right."""


class KeyWith(HttpBearer):
    """Lets in live keys whose role has one right."""

    def __init__(self, resource: str, action: str) -> None:
        if action not in RIGHTS.get(resource, ()):
            raise ValueError(f"There is no right {resource}.{action}.")
        super().__init__()
        self.right = (resource, action)

    def authenticate(self, request: HttpRequest, token: str) -> Holder | None:
        """Return the key, None where there is none.

        Raises:
            Forbidden: the key lacks the right.
        """
        if not token.isascii():
            return None
        key = accounts.api_key(token=token)
        if key is not None and not key.may(*self.right):
            raise Forbidden
        return key


def holder(request: HttpRequest) -> Holder:
    """Return the key behind a guarded route."""
    return cast(Holder, request.auth)  # type: ignore[attr-defined]


def key_actor(request: HttpRequest) -> Actor:
    """Return who acts, for services and their events."""
    return Actor(ActorType.API, holder(request).pk, holder(request).name)
