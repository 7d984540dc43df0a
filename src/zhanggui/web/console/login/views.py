"""Signing in and out."""

from contextlib import suppress
from typing import Any

from django.contrib.auth import login as sign_in
from django.contrib.auth import logout as sign_out
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhanggui.accounts.entries import record_entry, record_failed_entry
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.web.access import open_to_all
from zhanggui.web.console.login.forms import LoginForm


@open_to_all
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Let staff in. axes counts the failures and answers in our place once there are too many."""
    target = _target(request)
    if request.user.is_authenticated and request.user.is_active and request.user.role:
        return redirect(target)
    form = LoginForm(request, data=request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            sign_in(request, form.get_user())
            record_entry(user=form.get_user(), kind="staff.signed_in", now=timezone.now())
        return redirect(target)
    if form.is_bound and not getattr(request, "axes_locked_out", False):
        _failed(request, is_locked=False)
    status = 422 if form.is_bound else 200
    response = render(
        request, "console/login/login.html", {"form": form, "next": target}, status=status
    )
    add_never_cache_headers(response)
    return response


@open_to_all
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session and show the login page."""
    if request.user.is_authenticated and request.user.role:
        record_entry(user=request.user, kind="staff.signed_out", now=timezone.now())
    sign_out(request)
    response = redirect("console:login")
    response.headers["Clear-Site-Data"] = '"cache"'  # pages that the next person could go back to
    return response


@open_to_all
def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """Answer somebody who failed too often."""
    _failed(request, is_locked=True)
    return render(request, "console/login/locked.html", status=429)


def _failed(request: HttpRequest, *, is_locked: bool) -> None:
    """Note the try in the audit log. What no database holds is nobody's name."""
    with suppress(TextRefused):
        username = clean_text(request.POST.get("username", ""), max_length=60)
        record_failed_entry(username=username, is_locked=is_locked, now=timezone.now())


def _target(request: HttpRequest) -> str:
    """Return where to go after signing in: a page of this site, else the home."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    is_local = url_has_allowed_host_and_scheme(
        wish, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wish if is_local else resolve_url("console:home")
