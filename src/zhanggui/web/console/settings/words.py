"""What people call settings, their values and what channels answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from zhanggui.accounts.calc import holidays_of, week_of
from zhanggui.accounts.settings import BY_KEY, Group, Kind, Setting
from zhanggui.payments.types import KeyCheck
from zhanggui.web.opening import holiday_text, week_text

ICONS: Mapping[Group, dict[str, str]] = {
    Group.SHOP: {"icon": "building-store"},
    Group.CONTACT: {"icon": "headset"},
    Group.LICENCE: {"icon": "license"},
    Group.PAYMENT: {"icon": "wallet"},
    Group.TIMERS: {"icon": "clock-hour-4"},
    Group.RETURNS: {"icon": "truck-return"},
}
KEY_PROBLEMS: Mapping[str, str | Promise] = {
    "mchid": gettext_lazy("商户号是 8 到 10 位数字。"),
    "appid": gettext_lazy("AppID 以 wx 开头，请从公众平台复制。"),
    "serial": gettext_lazy("证书序列号由数字和 A–F 组成，最多 40 位。"),
    "private_key_pem": gettext_lazy(
        "这不是商户私钥：请粘贴 apiclient_key.pem 的全部内容，不要粘贴证书（apiclient_cert.pem）。"
    ),
    "apiv3_key": gettext_lazy("APIv3 密钥必须正好 32 个字符。"),
    "public_key_id": gettext_lazy("公钥 ID 以 PUB_KEY_ID_ 开头。"),
    "public_key_pem": gettext_lazy("这不是微信支付公钥：请粘贴 pub_key.pem 的全部内容。"),
    "base": gettext_lazy("服务器上配置的接口地址不对（WECHATPAY_BASE）。"),
}
# Codes of WeChat Pay and of ours → what to do
_CHECKS: Mapping[str, str | Promise] = {
    "ok": gettext_lazy("密钥可用：微信支付接受了我们的签名，它的回答也通过了验证。"),
    "no_keys": gettext_lazy("还没有填写密钥。"),
    "SIGN_ERROR": gettext_lazy(
        "微信支付不接受签名：商户号、证书序列号和私钥不是一套。请重新下载证书，三项一起更新。"
    ),
    "untrusted_answer": gettext_lazy(
        "微信支付的回答没有通过验证：公钥或公钥 ID 不对，请在商户平台重新下载微信支付公钥。"
    ),
    "APPID_MCHID_NOT_MATCH": gettext_lazy(
        "AppID 没有和这个商户号绑定：请在商户平台的 AppID 账号管理里关联。"
    ),
    "NO_AUTH": gettext_lazy("密钥是对的，但商户号没有开通 Native 支付，请在产品中心开通。"),
    "timeout": gettext_lazy("微信支付没有及时回答，请稍后再试。"),
    "unreachable": gettext_lazy("连不上微信支付：请检查服务器的网络和 DNS。"),
}


def check_text(found: KeyCheck) -> str:
    """Return what a check of keys says."""
    if found.code == "invalid_keys":
        return " ".join(str(KEY_PROBLEMS[name]) for name in found.fields)
    known = _CHECKS.get(found.code)
    if known is None:
        return _("微信支付回答：%(code)s %(detail)s") % {
            "code": found.code,
            "detail": found.detail,
        }
    if found.code == "ok" or not found.detail:
        return str(known)
    return _("%(text)s（%(code)s：%(detail)s）") % {
        "text": known,
        "code": found.code,
        "detail": found.detail,
    }


def shown(setting: Setting, value: Any) -> str:
    """Return a stored value as people read it."""
    if setting.kind == Kind.SWITCH:
        return pgettext("switch", "开") if value else pgettext("switch", "关")
    if not value:
        return _("没有填")
    if setting.kind == Kind.NUMBER:
        return f"{value} {setting.unit}"
    if setting.kind == Kind.PICTURE:
        return _("已上传")
    if setting.kind == Kind.WEEK:
        return week_text(week_of(value))
    if setting.kind == Kind.HOLIDAYS:
        return _("；").join(holiday_text(one) for one in holidays_of(value))
    return str(value)


def changes_shown(changes: Mapping[str, Any]) -> list[tuple[str | Promise, str, str]]:
    """Return label, old and new value of each setting of a change."""
    return [
        (BY_KEY[key].label, shown(BY_KEY[key], before), shown(BY_KEY[key], after))
        for key, (before, after) in changes.items()
        if key in BY_KEY
    ]
