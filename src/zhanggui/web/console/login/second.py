"""The second step of signing in, and signing in by a passkey alone."""

from typing import cast

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries
from zhanggui.accounts.queries import User
from zhanggui.accounts.types import FactorKind, WrongCode
from zhanggui.web.access import open_to_all
from zhanggui.web.clients import is_by_number
from zhanggui.web.console.login import passkeys
from zhanggui.web.console.login.entering import (
    LockedOut,
    begin_try,
    check_code,
    come_in,
    count_failure,
    forget_second_step,
    owing,
)
from zhanggui.web.console.login.forms import CodeForm, LoginForm
from zhanggui.web.console.login.views import locked_out, login_page, target_of


@open_to_all
@sensitive_post_parameters("code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask who gave the right password for a code of the app, a passkey or a recovery code."""
    known = owing(request)
    if known is None:
        return redirect("console:login")
    user, target = known
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST":
        try:
            is_right = is_proved(request, user, form)
        except LockedOut:
            forget_second_step(request)
            return locked_out(request)
        if is_right:
            forget_second_step(request)
            return come_in(request, user, target, has_factor=True)
    response = render(
        request,
        "console/login/second.html",
        {"form": form, **factor_values(request, user), "is_wrong": request.method == "POST"},
        status=422 if request.method == "POST" else 200,
    )
    add_never_cache_headers(response)
    return response


def is_proved(request: HttpRequest, user: User, form: CodeForm) -> bool:
    """Tell whether a right code or passkey was posted; wrong ones count.

    Raises:
        LockedOut: there were too many wrong ones.
    """
    if form.is_bound:
        text = form.cleaned_data["code"] if form.is_valid() else ""
        if check_code(request, user, text) is not None:
            return True
        form.errors.clear()
        form.add_error("code", str(WrongCode()))
        return False
    clear = begin_try(request, user)
    if passkeys.proved(request, user) is None:
        count_failure(request, user)
        return False
    clear()
    return True


def factor_values(request: HttpRequest, user: User) -> dict[str, object]:
    """Return what the forms of second factors need to know: which ones this person has."""
    kinds = {one.kind for one in queries.factors(user_id=user.pk)}
    return {
        "person": user,
        "has_codes": bool(kinds - {FactorKind.PASSKEY}),
        "has_passkey": FactorKind.PASSKEY in kinds,
        "is_by_number": is_by_number(request),
    }


@open_to_all
@require_safe
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Tell the page's script what to ask the browser for; see `parts/passkeys.js`."""
    if not ratelimit.consume(request, app="allauth.mfa", action="webauthn_login", limit_get=True):
        return HttpResponse(status=429)
    known = owing(request)
    if getattr(request.user, "is_staff", False):
        known = cast(User, request.user), ""
    return passkeys.options(passkeys.request_options(known[0] if known else None))


@open_to_all
@sensitive_post_parameters("credential")
@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Let in who proves by a passkey, which asks for finger, face or PIN itself, who they are."""
    target = target_of(request)
    person = passkeys.proved(request, None)
    if person is None or not person.is_staff:
        error = _("没能用通行密钥登录。请再试一次，或者用密码登录。")
        return login_page(request, LoginForm(request), target, error=error)
    return come_in(request, person, target, has_factor=True)
