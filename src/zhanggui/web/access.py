"""Who may open what: every console view and API route declares one right, and has it checked."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.queries import User
from zhanggui.accounts.roles import role
from zhanggui.accounts.types import RIGHTS, Holder, NotAllowed, RoleView
from zhanggui.core.types import Actor, ActorType, By
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.types import WarehouseView
from zhanggui.web import seen

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
F = TypeVar("F", bound=Callable[..., Any])

PREVIEW = "preview_role"  # in the session: the role as which somebody looks at the console
HAS_FACTOR = "has_factor"  # in the session: that this person has a second factor
STAFF = ("account", "own")  # declared by pages that all staff have, for their own account
_SAFE = ("GET", "HEAD", "OPTIONS")


def declare(function: F, right: tuple[str, str] | None) -> F:
    """Note on a view which right it asks for; None says that it is open to all on purpose."""
    if right not in (None, STAFF) and right[1] not in RIGHTS.get(right[0], ()):
        raise ValueError(f"There is no right {right}.")
    function.declared_right = right  # type: ignore[attr-defined]
    return function


def open_to_all(view: F) -> F:
    """Declare a view that needs no sign-in."""
    return declare(view, None)


def allowed(
    resource: str, action: str, *, as_oneself: bool = False, is_polled: bool = False
) -> Callable[[View[P]], View[P]]:
    """Let only staff with this right open the view; others sign in or get 403.

    Who looks at the console as another role has that role's rights and may change nothing, except
    where a view takes people `as_oneself`. A view that open pages ask for by themselves
    `is_polled`: it says nothing about whether somebody is at work.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not getattr(request.user, "is_staff", False):
                return _sign_in(request)
            if _lacks_factor(request):
                return _go(request, resolve_url("console:account"))
            if not is_polled:
                seen.note(request)
            if not as_oneself:
                _look_as_another(request)
            if not staff_user(request).may(resource, action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return declare(guarded, (resource, action))

    return decorate


def staff_only(view: View[P]) -> View[P]:
    """Let all staff open the view, as themselves, also before they set up a second factor."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            return _sign_in(request)
        seen.note(request)
        return view(request, *args, **kwargs)

    return declare(guarded, STAFF)


def _lacks_factor(request: HttpRequest) -> bool:
    """Tell whether the shop asks for a second factor that this person has yet to set up."""
    if request.session.get(HAS_FACTOR) or not accounts.shop().second_factor_required:
        return False
    return not accounts.has_factor(user_id=staff_user(request).pk)


def _look_as_another(request: HttpRequest) -> None:
    user = cast(User, request.user)
    own, wanted = role(user.role), role(request.session.get(PREVIEW, ""))
    if own is None or wanted is None or not own.covers(wanted):
        return
    user.previewed = wanted
    if request.method not in _SAFE:
        raise PermissionDenied(_("预览时什么也不会改动。请先结束预览，再做这件事。"))


def _sign_in(request: HttpRequest) -> HttpResponse:
    login = resolve_url("console:login")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": login})
    return redirect_to_login(request.get_full_path(), login)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"HX-Redirect": url})
    return HttpResponse(status=302, headers={"Location": url})


def staff_user(request: HttpRequest) -> Holder:
    """Return the signed-in member of staff behind a guarded view."""
    return cast(Holder, request.user)


def sees(person: Holder, warehouse_id: int | None) -> bool:
    """Tell whether orders and stock of this warehouse are for the person's eyes."""
    return person.warehouse_ids is None or warehouse_id in person.warehouse_ids


def seen_houses(person: Holder) -> tuple[WarehouseView, ...]:
    """Return the warehouses in use whose orders and stock are for the person's eyes."""
    return tuple(one for one in inventory.warehouses() if sees(person, one.warehouse_id))


def sees_code(person: Holder, warehouse: str) -> bool:
    """Tell whether the warehouse of this code is for the person's eyes; who sees all sees it."""
    return person.warehouse_ids is None or warehouse in {one.code for one in seen_houses(person)}


def staff_role(request: HttpRequest) -> RoleView:
    """Return the role of who is signed in, for services that give no more than it holds."""
    found = role(staff_user(request).role)
    if found is None:
        raise NotAllowed
    return found


def staff_by(request: HttpRequest, at: datetime) -> By:
    """Return who acts and when, for services that only the audit log hears of."""
    return By(staff_actor(request), at)


def staff_actor(request: HttpRequest) -> Actor:
    """Return who acts, for services and their events."""
    return Actor(ActorType.STAFF, staff_user(request).pk, staff_user(request).name)
