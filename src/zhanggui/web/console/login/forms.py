"""Signing in."""

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from zhanggui.web.forms import CleanCharField

_LONGEST = 60  # of User.username


class LoginForm(AuthenticationForm):
    """Name and password of a member of staff. Every "no" reads the same, whatever its reason."""

    error_messages = {
        "invalid_login": _("用户名或密码不对，请检查后再试。"),
        "inactive": _("用户名或密码不对，请检查后再试。"),
    }

    def clean_username(self) -> str:
        """Refuse a name that nobody can have: axes could not write it down."""
        name: str = self.cleaned_data["username"]
        if len(name) > _LONGEST:
            raise self.get_invalid_login_error()
        return name

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Let only staff in: a shopper's session can never reach the console."""
        if not user.is_active or not getattr(user, "role", ""):
            raise self.get_invalid_login_error()


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = CleanCharField(label=_("验证码或恢复码"), max_length=40)
