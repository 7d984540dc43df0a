"""The settings that staff can change: each declared once, with its words and what it accepts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts.calc import LEAST_CONTRAST, contrast, is_credit_code
from zhanggui.accounts.types import SettingRefused
from zhanggui.core.text import TextRefused, clean_text

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PHONE = re.compile(r"[0-9+][0-9+() -]{3,27}[0-9]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ICP = re.compile(rf"[{_PROVINCES}]ICP[备证][0-9]{{6,14}}号(-[0-9]{{1,4}})?")
_POLICE = re.compile(rf"[{_PROVINCES}]公网安备 ?[0-9]{{14}}号")
_OLD_LICENCE = re.compile(r"[0-9]{15}")
_DAY_MINUTES = 24 * 60
_MOST_HOLIDAYS = 20


class Group(TextChoices):
    """A page of settings."""

    SHOP = "shop", _("店铺信息")
    CONTACT = "contact", _("客服与营业时间")
    LICENCE = "licence", _("资质与备案")
    PAYMENT = "payment", _("收款方式")
    TIMERS = "timers", _("订单时限")
    RETURNS = "returns", _("退换货")


class Kind(StrEnum):
    """What a value is, and so how it is typed in and shown."""

    LINE = "line"
    LINES = "lines"
    NUMBER = "number"
    SWITCH = "switch"
    COLOUR = "colour"
    PICTURE = "picture"
    WEEK = "week"
    HOLIDAYS = "holidays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One column of `Shop`. `fits` says what is wrong with a clean value, None where nothing is."""

    key: str
    group: Group
    label: str | Promise
    kind: Kind = Kind.LINE
    help: str | Promise = ""
    least: int = 0  # of a number; a text of at least 1 must not be empty
    most: int = 0  # of a number, or characters of a text
    unit: str | Promise = ""
    fits: Callable[[Any], str | Promise | None] | None = None


# What each group's changes ask for: who gets at the money needs a right of its own.
EDIT_RIGHTS: Mapping[Group, str] = {
    group: "keys" if group == Group.PAYMENT else "edit" for group in Group
}


def _phone(value: str) -> str | Promise | None:
    return None if _PHONE.fullmatch(value) else _("请填写电话号码，例如 400-000-0000。")


def _email(value: str) -> str | Promise | None:
    try:
        validate_email(value)
    except ValidationError:
        return _("请填写邮箱地址，例如 help@example.com。")
    return None


def _colour(value: str) -> str | Promise | None:
    if not _COLOUR.fullmatch(value):
        return _("请填写 # 加六位十六进制数，例如 #d8351d。")
    found = contrast(value, "#ffffff")
    if found >= LEAST_CONTRAST:
        return None
    return _(
        "这个颜色太浅：按钮上的白字对比度只有 %(found)s，至少要 %(least)s。请选深一点的颜色。"
    ) % {"found": f"{int(found * 100) / 100:.2f}", "least": LEAST_CONTRAST}


def _licence(value: str) -> str | Promise | None:
    if is_credit_code(value) or _OLD_LICENCE.fullmatch(value):
        return None
    return _("号码不对：请照营业执照填写 18 位统一社会信用代码（最后一位是校验码）。")


def _icp(value: str) -> str | Promise | None:
    return None if _ICP.fullmatch(value) else _("请照备案结果填写，例如 浙ICP备12345678号-1。")


def _police(value: str) -> str | Promise | None:
    if _POLICE.fullmatch(value):
        return None
    return _("请照备案结果填写，例如 浙公网安备33011002012345号。")


SETTINGS: tuple[Setting, ...] = (
    Setting(key="name", group=Group.SHOP, label=_("店铺名称"), least=1, most=60),
    Setting(key="slogan", group=Group.SHOP, label=_("一句话介绍"), most=120),
    Setting(
        key="logo",
        group=Group.SHOP,
        label=_("店标"),
        kind=Kind.PICTURE,
        help=_("方形图片最合适，显示在商城和后台左上角。"),
    ),
    Setting(
        key="accent",
        group=Group.SHOP,
        label=_("品牌色"),
        kind=Kind.COLOUR,
        most=7,
        help=_("用在商城的按钮和价格上。留空就用默认的红色。"),
        fits=_colour,
    ),
    Setting(key="service_phone", group=Group.CONTACT, label=_("客服电话"), most=30, fits=_phone),
    Setting(key="service_email", group=Group.CONTACT, label=_("客服邮箱"), most=254, fits=_email),
    Setting(key="service_wechat", group=Group.CONTACT, label=_("客服微信号"), most=60),
    Setting(key="address", group=Group.CONTACT, label=_("联系地址"), most=200),
    Setting(
        key="week",
        group=Group.CONTACT,
        label=_("营业时间"),
        kind=Kind.WEEK,
        help=_("客服在线的时间。两格都留空表示当天休息；七天都留空就不显示。"),
    ),
    Setting(
        key="holidays",
        group=Group.CONTACT,
        label=_("节假日安排"),
        kind=Kind.HOLIDAYS,
        help=_("提前两周显示在商城里。时间留空表示休息，清空一行就删掉它。"),
    ),
    Setting(key="company", group=Group.LICENCE, label=_("经营者名称"), most=100),
    Setting(
        key="licence_no",
        group=Group.LICENCE,
        label=_("统一社会信用代码"),
        most=18,
        fits=_licence,
    ),
    Setting(
        key="licence_picture",
        group=Group.LICENCE,
        label=_("营业执照照片"),
        kind=Kind.PICTURE,
        help=_("顾客在“关于本店”里能看到。"),
    ),
    Setting(
        key="licence_text",
        group=Group.LICENCE,
        label=_("其他许可"),
        most=200,
        help=_("例如食品经营许可证编号。"),
    ),
    Setting(
        key="icp_number",
        group=Group.LICENCE,
        label=_("ICP 备案号"),
        most=40,
        help=_("显示在商城每页底部，并链接到工信部备案网站。"),
        fits=_icp,
    ),
    Setting(
        key="police_number",
        group=Group.LICENCE,
        label=_("公安备案号"),
        most=40,
        fits=_police,
    ),
    Setting(
        key="takes_wechat_native",
        group=Group.PAYMENT,
        label=_("电脑上微信扫码支付"),
        kind=Kind.SWITCH,
    ),
    Setting(
        key="takes_wechat_h5",
        group=Group.PAYMENT,
        label=_("手机浏览器里微信支付（H5）"),
        kind=Kind.SWITCH,
    ),
    Setting(
        key="takes_wechat_jsapi",
        group=Group.PAYMENT,
        label=_("在微信里直接支付（JSAPI）"),
        kind=Kind.SWITCH,
    ),
    Setting(key="takes_transfer", group=Group.PAYMENT, label=_("银行转账"), kind=Kind.SWITCH),
    Setting(
        key="transfer_account",
        group=Group.PAYMENT,
        label=_("收款银行账户"),
        kind=Kind.LINES,
        most=1000,
        help=_("开户名、开户行和账号，原样显示给选择银行转账的顾客。"),
    ),
    Setting(
        key="unpaid_minutes",
        group=Group.TIMERS,
        label=_("下单后多久不付款就关闭"),
        kind=Kind.NUMBER,
        least=1,
        most=7 * _DAY_MINUTES,
        unit=_("分钟"),
    ),
    Setting(
        key="transfer_days",
        group=Group.TIMERS,
        label=_("银行转账的付款期限"),
        kind=Kind.NUMBER,
        least=1,
        most=30,
        unit=_("天"),
    ),
    Setting(
        key="ship_hours",
        group=Group.TIMERS,
        label=_("承诺付款后多久发货"),
        kind=Kind.NUMBER,
        least=1,
        most=720,
        unit=_("小时"),
        help=_("显示在商品页上，是对顾客的约定。"),
    ),
    Setting(
        key="confirm_days",
        group=Group.TIMERS,
        label=_("发货后多久自动确认收货"),
        kind=Kind.NUMBER,
        least=1,
        most=90,
        unit=_("天"),
    ),
    Setting(
        key="return_days",
        group=Group.RETURNS,
        label=_("无理由退货期限"),
        kind=Kind.NUMBER,
        least=7,
        most=365,
        unit=_("天"),
        help=_("从签收第二天起算。网购至少 7 天，这是法律规定的。"),
    ),
    Setting(
        key="return_policy",
        group=Group.RETURNS,
        label=_("退换货说明"),
        kind=Kind.LINES,
        most=2000,
        help=_("哪些商品不能退、运费谁付、退到哪里。顾客在商品页和“关于本店”里能看到。"),
    ),
)
BY_KEY: Mapping[str, Setting] = {one.key: one for one in SETTINGS}


def of_group(group: Group) -> list[Setting]:
    """Return the settings of one page."""
    return [one for one in SETTINGS if one.group == group]


def checked(key: str, value: Any) -> Any:
    """Return a value as it is stored.

    Raises:
        SettingRefused: it can't be right.
    """
    setting = BY_KEY[key]
    found = _CHECKS[setting.kind](setting, value)
    if setting.fits and found and (problem := setting.fits(found)):
        raise SettingRefused(key, problem)
    return found


def _text(setting: Setting, value: Any) -> str:
    try:
        text = clean_text(str(value or ""), max_length=setting.most or 200)
    except TextRefused as refusal:
        raise SettingRefused(setting.key, str(refusal)) from refusal
    if setting.least and not text:
        raise SettingRefused(setting.key, _("这一项不能为空。"))
    return text.lower() if setting.kind == Kind.COLOUR else text


def _number(setting: Setting, value: Any) -> int:
    if type(value) is not int or not setting.least <= value <= setting.most:
        raise SettingRefused(
            setting.key,
            _("请填写 %(least)d 到 %(most)d 之间的整数。")
            % {"least": setting.least, "most": setting.most},
        )
    return value


def _switch(setting: Setting, value: Any) -> bool:
    return bool(value)


def _hours(setting: Setting, value: Any) -> list[int] | None:
    if value is None:
        return None
    start, end = value
    if not 0 <= start < end <= _DAY_MINUTES:
        raise SettingRefused(setting.key, _("下班时间要晚于上班时间。"))
    return [int(start), int(end)]


def _week(setting: Setting, value: Any) -> list[list[int] | None]:
    if len(value) not in (0, 7):
        raise SettingRefused(setting.key, _("请填写一周七天。"))
    days = [_hours(setting, day) for day in value]
    return days if any(days) else []


def _holidays(setting: Setting, value: Any) -> list[list[Any]]:
    if len(value) > _MOST_HOLIDAYS:
        raise SettingRefused(
            setting.key, _("最多 %(most)d 段，请删掉过去的。") % {"most": _MOST_HOLIDAYS}
        )
    found = []
    for first, last, hours, note in value:
        if date.fromisoformat(first) > date.fromisoformat(last):
            raise SettingRefused(setting.key, _("最后一天不能早于第一天。"))
        found.append([first, last, _hours(setting, hours), _note(setting, note)])
    return sorted(found, key=lambda one: one[:2])


def _note(setting: Setting, value: str) -> str:
    try:
        return clean_text(value, max_length=30)
    except TextRefused as refusal:
        raise SettingRefused(setting.key, str(refusal)) from refusal


_CHECKS: Mapping[Kind, Callable[[Setting, Any], Any]] = {
    Kind.LINE: _text,
    Kind.LINES: _text,
    Kind.COLOUR: _text,
    Kind.PICTURE: _text,
    Kind.NUMBER: _number,
    Kind.SWITCH: _switch,
    Kind.WEEK: _week,
    Kind.HOLIDAYS: _holidays,
}
