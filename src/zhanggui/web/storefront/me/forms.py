"""Signing in by phone and one-time code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.web.forms import CleanCharField


class PhoneForm(forms.Form):
    """The phone that a code goes to."""

    phone = CleanCharField(
        label=_("手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": _("请填写手机号。")},
    )


class CodeForm(PhoneForm):
    """The code that came, with the phone it came to."""

    phone = CleanCharField(max_length=30, widget=forms.HiddenInput)
    code = CleanCharField(
        label=_("验证码"),
        max_length=10,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "code-input",
                "autofocus": True,
            }
        ),
        error_messages={"required": _("请填写短信里的 6 位验证码。")},
    )
