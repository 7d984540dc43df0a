"""Proving again who one is, before what a thief of an open browser would want to do."""

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhanggui.accounts.queries import User
from zhanggui.web.access import staff_only
from zhanggui.web.console.login.entering import CONFIRMED, LockedOut
from zhanggui.web.console.login.forms import CodeForm
from zhanggui.web.console.login.second import factor_values, is_proved
from zhanggui.web.console.login.views import locked_out, target_of
from zhanggui.web.console.pages import page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
CONFIRMED_SECONDS = 300


class PasswordForm(forms.Form):
    """The password that one has."""

    password = forms.CharField(
        label=_("密码"), max_length=200, strip=False, widget=forms.PasswordInput
    )


def confirmed(*, back: str) -> Callable[[View[P]], View[P]]:
    """Open the view only to who proved within five minutes who they are; others do so first.

    Afterwards they come to the page again or, from a button, to the page `back`.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if time() - request.session.get(CONFIRMED, 0) < CONFIRMED_SECONDS:
                return view(request, *args, **kwargs)
            target = request.get_full_path() if request.method == "GET" else resolve_url(back)
            return redirect(
                f"{resolve_url('console:account_confirm')}?{urlencode({'next': target})}"
            )

        return guarded

    return decorate


@staff_only
@sensitive_post_parameters("password", "code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password or a second factor. Wrong ones count as at the login."""
    user, target = cast(User, request.user), target_of(request)
    is_post = request.method == "POST"
    password = PasswordForm(request.POST if is_post and "password" in request.POST else None)
    code = CodeForm(request.POST if is_post and "code" in request.POST else None)
    try:
        is_right = is_post and (
            has_password(request, user, password)
            if password.is_bound
            else is_proved(request, user, code)
        )
    except LockedOut:
        return locked_out(request)
    if is_right:
        request.session[CONFIRMED] = time()
        return redirect(target)
    values = {"password": password, "form": code, "next": target, "is_wrong": is_post}
    response = page(
        request,
        "console/account/confirm.html",
        {**values, **factor_values(request, user)},
        status=422 if is_post else 200,
    )
    add_never_cache_headers(response)
    return response


def has_password(request: HttpRequest, user: User, form: PasswordForm) -> bool:
    """Tell whether the right password was given; axes counts the wrong ones."""
    if not form.is_valid():
        return False
    if is_password(request, user, form.cleaned_data["password"]):
        return True
    form.add_error("password", _("密码不对，请检查后再试。"))
    return False


def is_password(request: HttpRequest, user: User, text: str) -> bool:
    """Tell whether it is this person's password; axes counts the wrong ones."""
    found = authenticate(request, username=user.username, password=text)
    return found is not None and found.pk == user.pk
