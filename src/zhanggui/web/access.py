"""Who may open what: every console view and API route declares one right, and has it checked."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from zhanggui.accounts.types import RIGHTS, Holder
from zhanggui.core.types import Actor, ActorType

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
F = TypeVar("F", bound=Callable[..., Any])


def declare(function: F, right: tuple[str, str] | None) -> F:
    """Note on a view which right it asks for; None says that it is open to all on purpose."""
    if right is not None and right[1] not in RIGHTS.get(right[0], ()):
        raise ValueError(f"There is no right {right}.")
    function.declared_right = right  # type: ignore[attr-defined]
    return function


def open_to_all(view: F) -> F:
    """Declare a view that needs no sign-in."""
    return declare(view, None)


def allowed(resource: str, action: str) -> Callable[[View[P]], View[P]]:
    """Let only staff with this right open the view; others sign in or get 403."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_active or not getattr(request.user, "role", ""):
                return _sign_in(request)
            if not staff_user(request).may(resource, action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return declare(guarded, (resource, action))

    return decorate


def _sign_in(request: HttpRequest) -> HttpResponse:
    login = resolve_url("console:login")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": login})
    return redirect_to_login(request.get_full_path(), login)


def staff_user(request: HttpRequest) -> Holder:
    """Return the signed-in member of staff behind a guarded view."""
    return cast(Holder, request.user)


def staff_actor(request: HttpRequest) -> Actor:
    """Return who acts, for services and their events."""
    return Actor(ActorType.STAFF, staff_user(request).pk)
