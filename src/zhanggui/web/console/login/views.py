"""Signing in and out."""

from typing import Any

from django.contrib.auth import logout as sign_out
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhanggui.accounts import queries, services
from zhanggui.accounts.entries import record_entry
from zhanggui.web.access import open_to_all
from zhanggui.web.clients import is_by_number
from zhanggui.web.console.login.entering import begin_second_step, come_in, note_failure
from zhanggui.web.console.login.forms import LoginForm


@open_to_all
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Let staff in. axes counts the failures and answers in our place once there are too many."""
    target = target_of(request)
    if request.user.is_authenticated and request.user.is_active and request.user.role:
        return redirect(target)
    form = LoginForm(request, data=request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        user = form.get_user()
        if not queries.has_factor(user_id=user.pk):
            return come_in(request, user, target)
        begin_second_step(request, user, target)
        return redirect("console:second_step")
    if form.is_bound and not getattr(request, "axes_locked_out", False):
        note_failure(request.POST.get("username", ""), is_locked=False)
    return login_page(request, form, target)


def login_page(
    request: HttpRequest, form: LoginForm, target: str, *, error: str = ""
) -> HttpResponse:
    """Show the login page, with what went wrong."""
    values = {"form": form, "next": target, "error": error, "is_by_number": is_by_number(request)}
    status = 422 if form.is_bound or error else 200
    response = render(request, "console/login/login.html", values, status=status)
    add_never_cache_headers(response)
    return response


@open_to_all
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session and show the login page."""
    services.forget_session(session_key=request.session.session_key or "")
    if request.user.is_authenticated and request.user.role:
        record_entry(user=request.user, kind="staff.signed_out", now=timezone.now())
    sign_out(request)
    response = redirect("console:login")
    response.headers["Clear-Site-Data"] = '"cache"'  # pages that the next person could go back to
    return response


@open_to_all
def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """Answer somebody who failed too often."""
    known = getattr(request, "axes_credentials", None) or {}
    note_failure(known.get("username") or request.POST.get("username", ""), is_locked=True)
    return render(request, "console/login/locked.html", status=429)


def target_of(request: HttpRequest) -> str:
    """Return where to go after signing in: a page of this site, else the home."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    is_local = url_has_allowed_host_and_scheme(
        wish, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wish if is_local else resolve_url("console:home")
