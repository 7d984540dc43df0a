"""Forms of staff, invitations, roles and API keys."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhanggui.accounts.roles import roles
from zhanggui.accounts.types import Role, RoleView
from zhanggui.core.clock import day_bounds
from zhanggui.web.console.people import words
from zhanggui.web.forms import CleanCharField, RefusingForm

LOGIN_LENGTH = 60


def role_choices(by: RoleView) -> list[tuple[str, str]]:
    """Return the roles that somebody of this role may give, the owner's last."""
    found = [(one.code, one.name) for one in roles().values() if by.covers(one)]
    return sorted(found, key=lambda one: one[0] == Role.OWNER)


def end_of(day: date | None) -> datetime | None:
    """Return the moment at which access ends that is good up to and with this day of the shop."""
    return day_bounds(day)[1] if day else None


class LastDayField(forms.DateField):
    """The last day on which access is good; one that is over is refused, none is no end."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("有效期至"), required=False, **options)

    def validate(self, value: date | None) -> None:
        """Refuse a day that is over."""
        super().validate(value)
        end = end_of(value)
        if end is not None and end <= timezone.now():
            raise forms.ValidationError(_("这一天已经过去了，请选今天或以后。"))


class _RoleForm(RefusingForm):
    """Fields of who gets a role."""

    name = CleanCharField(label=_("姓名"), max_length=60)
    role = forms.ChoiceField(label=_("角色"), widget=forms.RadioSelect)
    last_day = LastDayField(
        help_text=_("临时帮忙的人填最后一天；留空就一直有效。"),
    )

    def __init__(self, *args: Any, by: RoleView, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = role_choices(by)  # type: ignore[attr-defined]


class InviteForm(_RoleForm):
    """Who is invited."""


class StaffForm(_RoleForm):
    """A member of staff."""

    is_active = forms.BooleanField(
        label=_("可以登录后台"), required=False, help_text=_("取消勾选后，这个人立刻被登出。")
    )
    field_order = ("name", "role", "is_active", "last_day")


class JoinForm(RefusingForm):
    """The login and password that somebody invited chooses."""

    username = CleanCharField(label=_("用户名"), max_length=LOGIN_LENGTH)
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("至少 10 个字符，不要用别处用过的。"),
    )

    def clean_password(self) -> str:
        """Refuse weak passwords."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class RightsForm(RefusingForm):
    """A name and some rights."""

    name = CleanCharField(label=_("名称"), max_length=30)
    rights = forms.MultipleChoiceField(label=_("权限"), required=False)

    def __init__(self, *args: Any, by: RoleView, **options: Any) -> None:
        super().__init__(*args, **options)
        self.groups = words.groups(by)
        self.fields["rights"].choices = [  # type: ignore[attr-defined]
            (right.value, right.label) for _resource, rights in self.groups for right in rights
        ]

    @property
    def checked(self) -> list[str]:
        """Return the rights that are ticked."""
        return list(self["rights"].value() or [])


class RoleForm(RightsForm):
    """A role: its name, first page, rights and warehouses."""

    home = forms.ChoiceField(
        label=_("首页"),
        choices=(
            (Role.OWNER, _("生意概况：金额、异常、待办")),
            (Role.SERVICE, _("客服台：搜索和待处理")),
            (Role.WAREHOUSE, _("仓库台：按时限发货")),
        ),
        widget=forms.RadioSelect,
    )
    scope = forms.ChoiceField(
        label=_("看得到的仓库"),
        choices=(("all", pgettext_lazy("warehouses", "全部")), ("some", _("只有选中的"))),
        widget=forms.RadioSelect,
    )
    warehouses = forms.MultipleChoiceField(
        label=_("仓库"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, houses: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["warehouses"].choices = houses  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for a warehouse where only some are to be seen."""
        values = super().clean() or {}
        if values.get("scope") == "some" and not values.get("warehouses"):
            self.add_error("warehouses", _("请至少选一个仓库。"))
        return values

    def warehouse_ids(self) -> list[int] | None:
        """Return the warehouses that were chosen, None for all."""
        if self.cleaned_data["scope"] == "all":
            return None
        return [int(one) for one in self.cleaned_data["warehouses"]]


class KeyForm(RightsForm):
    """An API key: what it is for, its rights and its end."""

    role = forms.ChoiceField(
        label=_("角色"),
        help_text=_("密钥最多能做这个角色能做的事，也只看得到它的仓库。"),
    )
    last_day = LastDayField(help_text=_("建议不超过一年，到期前换新的。"))

    def __init__(self, *args: Any, by: RoleView, **options: Any) -> None:
        super().__init__(*args, by=by, **options)
        self.fields["role"].choices = role_choices(by)  # type: ignore[attr-defined]

    def clean_rights(self) -> list[str]:
        """Ask for at least one right."""
        rights: list[str] = self.cleaned_data["rights"]
        if not rights:
            raise forms.ValidationError(_("请至少选一项权限。"))
        return rights


def a_year_from(now: datetime) -> date:
    """Return the day that a new key's form suggests as its last."""
    return (now + timedelta(days=365)).date()
