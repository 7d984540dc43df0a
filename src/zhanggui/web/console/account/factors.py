"""Second factors: setting up an app and passkeys, recovery codes, and removing them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import cast

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.exceptions import InvalidTag
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries, services
from zhanggui.accounts.queries import User
from zhanggui.core.encryption import UnknownKey, seal, unseal
from zhanggui.core.types import Refusal
from zhanggui.web.access import HAS_FACTOR, staff_actor, staff_only
from zhanggui.web.clients import device_name, is_by_number
from zhanggui.web.console.account.confirming import confirmed
from zhanggui.web.console.login import passkeys
from zhanggui.web.console.pages import page
from zhanggui.web.forms import CleanCharField

_WAITING = "new_factor"  # in the session: the sealed secret of an app that showed no right code yet


class FirstCodeForm(forms.Form):
    """The code by which an app proves that it took the secret."""

    code = CleanCharField(label=gettext_lazy("App 显示的 6 位数字"), max_length=40)


class PasskeyForm(forms.Form):
    """What one calls a passkey."""

    name = CleanCharField(label=gettext_lazy("名称"), max_length=40)


@staff_only
@confirmed(back="console:account_codes")
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def codes_of_app(request: HttpRequest) -> HttpResponse:
    """Show the secret of an authenticator app to scan or type, and ask for its first code."""
    user, form = cast(User, request.user), FirstCodeForm(request.POST or None)
    secret = _secret(request)
    if form.is_valid():
        try:
            codes = services.add_codes_of_app(
                user_id=user.pk,
                secret=secret,
                code=form.cleaned_data["code"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            del request.session[_WAITING]
            return _added(request, codes, _("动态验证码已启用"))
    link = get_adapter().build_totp_url(user, secret)
    picture = segno.make(link, error="m").svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff"
    )
    spelled = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    values = {"form": form, "link": link, "picture": mark_safe(picture), "secret": spelled}
    status = 422 if form.is_bound else 200
    return _once(page(request, "console/account/codes.html", values, status=status))


def _secret(request: HttpRequest) -> str:
    """Return the secret that waits for its first code; sealed, as sessions are rows anyone reads.

    One that no key opens any more gives way to another.
    """
    context = f"session|{_WAITING}|{request.user.pk}"
    with suppress(KeyError, UnknownKey, InvalidTag):
        return unseal(request.session[_WAITING], context=context)
    secret: str = generate_totp_secret()
    request.session[_WAITING] = seal(secret, context=context)
    return secret


@staff_only
@confirmed(back="console:account_passkey")
@sensitive_post_parameters("credential")
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Take a passkey that the browser makes."""
    user = cast(User, request.user)
    named = device_name(request.headers.get("User-Agent", ""))
    form = PasskeyForm(request.POST or None, initial={"name": named})
    if form.is_valid():
        credential = passkeys.created(request)
        if credential is not None:
            codes = services.add_passkey(
                user_id=user.pk,
                name=form.cleaned_data["name"],
                credential=credential,
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return _added(request, codes, _("通行密钥已添加"))
        form.add_error(None, _("浏览器没有给出有效的通行密钥，请再试一次。"))
    values = {"form": form, "is_by_number": is_by_number(request)}
    status = 422 if form.is_bound else 200
    return page(request, "console/account/passkey.html", values, status=status)


@staff_only
@confirmed(back="console:account_passkey")
@require_safe
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Tell the page's script what to ask the browser for."""
    return passkeys.options(passkeys.creation_options(cast(User, request.user)))


@staff_only
@require_POST
@confirmed(back="console:account")
def remove(request: HttpRequest, key: int) -> HttpResponse:
    """Remove an app or a passkey."""
    user, actor, now = cast(User, request.user), staff_actor(request), timezone.now()
    try:
        if services.remove_factor(user_id=user.pk, key=key, actor=actor, now=now):
            messages.success(request, _("已移除"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    if not queries.has_factor(user_id=user.pk):
        request.session.pop(HAS_FACTOR, None)  # other browsers may have noted it, too
        here = request.session.session_key or ""
        services.end_sessions(user_id=user.pk, but=here, actor=actor, now=now)
    return redirect("console:account")


@staff_only
@require_POST
@confirmed(back="console:account")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them, this once."""
    try:
        codes = services.make_recovery_codes(
            user_id=cast(User, request.user).pk, actor=staff_actor(request), now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("console:account")
    return _codes_page(request, codes)


def _added(request: HttpRequest, codes: Sequence[str], text: str) -> HttpResponse:
    """Note that there is a factor, and show the recovery codes where they are new."""
    request.session[HAS_FACTOR] = True
    messages.success(request, text)
    return _codes_page(request, codes) if codes else redirect("console:account")


def _codes_page(request: HttpRequest, codes: Sequence[str]) -> HttpResponse:
    spelled = [f"{code[:4]} {code[4:]}" for code in codes]
    name = queries.shop().name
    values = {"codes": spelled, "file": "\r\n".join([name, *spelled, ""])}
    return _once(page(request, "console/account/recovery_codes.html", values))


def _once(response: HttpResponse) -> HttpResponse:
    """Let nobody keep a page that holds a secret."""
    add_never_cache_headers(response)
    return response
