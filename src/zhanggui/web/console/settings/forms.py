"""Forms of settings: one for each group, and one for WeChat Pay's keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.settings import Group, Kind, Setting, checked, of_group
from zhanggui.accounts.types import SettingRefused
from zhanggui.catalog import services as catalog
from zhanggui.catalog.types import CatalogRefused
from zhanggui.core.types import Refusal
from zhanggui.payments.types import KeysRefused
from zhanggui.web.console.settings import words
from zhanggui.web.console.settings.fields import fields_of
from zhanggui.web.forms import CleanCharField

_FOLDER = "shop"
# the largest file of a logo is small, so that every page has it at once
_SIZES = {"logo": "small", "licence_picture": "large"}


class GroupForm(forms.Form):
    """The settings of one group. `seen` is the newest change that whoever fills it in saw."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    is_sure = forms.BooleanField(required=False, label=_("我知道顾客会下不了单，仍然保存"))

    def __init__(self, *args: Any, group: Group, may_edit: bool, **options: Any) -> None:
        self.group, self.settings = group, of_group(group)
        self.stored = accounts.stored_settings(group=group)
        super().__init__(*args, **options)
        self.needs_sure = False
        self.initial = {
            one.key: self.stored[one.key] for one in self.settings if one.kind != Kind.PICTURE
        }
        self.initial["seen"] = accounts.newest_change(group=group)
        self.fields |= fields_of(self.settings)
        for setting in self.settings:
            self.fields[setting.key].disabled = not may_edit

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return each setting with its field, for the page."""
        return [
            {
                "setting": one,
                "field": self[one.key],
                "is_picture": one.kind == Kind.PICTURE,
                "picture": self.stored[one.key] if one.kind == Kind.PICTURE else "",
                "is_colour": one.kind == Kind.COLOUR,
            }
            for one in self.settings
        ]

    def clean(self) -> dict[str, Any]:
        """Check each value as the service does, and show what is wrong beside its field."""
        values = super().clean() or {}
        for setting in self.settings:
            if setting.key not in values or setting.kind == Kind.PICTURE:
                continue
            try:
                values[setting.key] = checked(setting.key, values[setting.key])
            except SettingRefused as refusal:
                self.add_error(setting.key, str(refusal))
        return values

    def wanted(self) -> dict[str, Any]:
        """Return what was typed, as it is stored; pictures as they are so far."""
        return {
            one.key: self.stored[one.key]
            if one.kind == Kind.PICTURE
            else self.cleaned_data[one.key]
            for one in self.settings
        }

    def with_pictures(self) -> dict[str, Any] | None:
        """Return what was typed with the pictures that were sent stored; None where one is none."""
        values = self.wanted()
        for one in self.settings:
            if one.kind == Kind.PICTURE:
                try:
                    values[one.key] = self._picture(one)
                except CatalogRefused as refusal:
                    self.add_error(one.key, str(refusal))
                    return None
        return values

    def _picture(self, setting: Setting) -> str:
        file = self.cleaned_data[setting.key]
        if file:
            return catalog.store_picture(
                content=file.read(), folder=_FOLDER, size=_SIZES[setting.key]
            )
        if self.data.get(f"{setting.key}-remove"):
            return ""
        return str(self.stored[setting.key])

    def refuse(self, refusal: Refusal) -> None:
        """Show the service's "no" at its setting, or above all."""
        self.add_error(refusal.key if isinstance(refusal, SettingRefused) else None, str(refusal))


class _Pem(forms.Textarea):
    """Some lines of a key."""

    def __init__(self, *, is_secret: bool) -> None:
        attrs = {"rows": 4, "class": "textarea font-mono", "autocomplete": "off"}
        super().__init__(attrs={**attrs, "spellcheck": "false"})
        self.is_secret = is_secret

    def format_value(self, value: Any) -> str | None:
        """Never send a secret back, not even one that was refused."""
        return "" if self.is_secret else super().format_value(value)


class KeysForm(forms.Form):
    """WeChat Pay's keys. Secrets are never sent back: an empty one stays as it is."""

    mchid = CleanCharField(label=_("商户号"), max_length=10, help_text=_("8 到 10 位数字。"))
    appid = CleanCharField(
        label=_("AppID"), max_length=32, help_text=_("已和商户号绑定的公众号或应用，wx 开头。")
    )
    serial = CleanCharField(
        label=_("商户 API 证书序列号"),
        max_length=40,
        help_text=_("商户平台 → 账户中心 → API 安全。"),
    )
    private_key_pem = CleanCharField(
        label=_("商户 API 私钥"),
        max_length=8000,
        required=False,
        widget=_Pem(is_secret=True),
        help_text=_("apiclient_key.pem 的全部内容，从 -----BEGIN PRIVATE KEY----- 开始。"),
    )
    apiv3_key = CleanCharField(
        label=_("APIv3 密钥"),
        max_length=32,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("在商户平台自己设置的 32 个字符。"),
    )
    public_key_id = CleanCharField(
        label=_("微信支付公钥 ID"), max_length=100, help_text=_("PUB_KEY_ID_ 开头。")
    )
    public_key_pem = CleanCharField(
        label=_("微信支付公钥"),
        max_length=8000,
        widget=_Pem(is_secret=False),
        help_text=_("pub_key.pem 的全部内容，从 -----BEGIN PUBLIC KEY----- 开始。"),
    )

    def refuse(self, refusal: Refusal) -> None:
        """Show the service's "no" at the keys that it names."""
        if isinstance(refusal, KeysRefused):
            for name in refusal.fields:
                if name in self.fields:
                    self.add_error(name, str(words.KEY_PROBLEMS[name]))
        self.add_error(None, str(refusal))
