"""One's own account: name and password."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhanggui.accounts import queries, services
from zhanggui.accounts.queries import User
from zhanggui.accounts.types import FactorKind
from zhanggui.web.access import staff_actor, staff_only
from zhanggui.web.clients import device_name, is_by_number
from zhanggui.web.console.account.confirming import is_password
from zhanggui.web.console.pages import page
from zhanggui.web.forms import CleanCharField


class NameForm(forms.Form):
    """What others read."""

    name = CleanCharField(label=gettext_lazy("姓名"), max_length=60)


class NewPasswordForm(forms.Form):
    """The password that one has, and another."""

    old = forms.CharField(
        label=gettext_lazy("现在的密码"), max_length=200, strip=False, widget=forms.PasswordInput
    )
    new = forms.CharField(
        label=gettext_lazy("新密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
        help_text=gettext_lazy("至少 10 个字符，不要用别处用过的。"),
    )

    def clean_new(self) -> str:
        """Refuse weak passwords."""
        password: str = self.cleaned_data["new"]
        validate_password(password)
        return password


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account, and take another name."""
    user, now = cast(User, request.user), timezone.now()
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": user.name})
    if form.is_valid():
        name = form.cleaned_data["name"]
        services.rename(user_id=user.pk, name=name, actor=staff_actor(request), now=now)
        messages.success(request, _("已保存"))
        return redirect("console:account")
    factors = queries.factors(user_id=user.pk)
    kinds = {one.kind for one in factors}
    devices = queries.devices(
        user_id=user.pk, session_key=request.session.session_key or "", now=now
    )
    values = {
        "form": form,
        "person": user,
        "factors": [one for one in factors if one.kind != FactorKind.RECOVERY],
        "recovery": next((one for one in factors if one.kind == FactorKind.RECOVERY), None),
        "has_app": FactorKind.CODE in kinds,
        "is_asked": queries.shop().second_factor_required and not kinds,
        "devices": [(one, device_name(one.user_agent)) for one in devices],
        "is_by_number": is_by_number(request),
    }
    status = 422 if form.is_bound else 200
    return page(request, "console/account/account.html", values, status=status)


@staff_only
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Take another password from who knows the old one, and sign out all other browsers."""
    user = cast(User, request.user)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if is_password(request, user, form.cleaned_data["old"]):
            _change(request, user, form.cleaned_data["new"])
            messages.success(request, _("密码已改，其他设备都已退出登录"))
            return redirect("console:account")
        form.add_error("old", _("密码不对，请检查后再试。"))
    status = 422 if form.is_bound else 200
    return page(request, "console/account/password.html", {"form": form}, status=status)


def _change(request: HttpRequest, user: User, text: str) -> None:
    """Change the password and keep this session, under a new key."""
    key = request.session.session_key or ""
    services.change_password(
        user_id=user.pk,
        password=text,
        session_key=key,
        actor=staff_actor(request),
        now=timezone.now(),
    )
    user.refresh_from_db(fields=["password"])
    update_session_auth_hash(request, user)
    services.move_session(old=key, new=request.session.session_key or "")
