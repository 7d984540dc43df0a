"""What a request body may hold. WeChat Pay refuses unknown fields, nulls and wrong types."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from zhanggui.payments.providers.simulator.refusals import ApiRefusal

UNKNOWN_FIELD = 270924358


@dataclass(frozen=True)
class Text:
    """A string with lengths in characters and a shape."""

    most: int
    least: int = 1
    pattern: str = ""
    fits: Callable[[str], bool] | None = None
    required: bool = True

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise wrong(name, value, "应为字符串")
        if not self.least <= len(value) <= self.most:
            raise wrong(name, value, f"长度应为 {self.least} 到 {self.most}")
        if self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            raise wrong(name, value, "格式不正确")
        if self.fits and not self.fits(value):
            raise wrong(name, value, "取值不允许")


@dataclass(frozen=True)
class Whole:
    """An integer, as for amounts in fen."""

    least: int = 1
    required: bool = True

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong(name, value, "应为整数")
        if value < self.least or value > 10**12:
            raise wrong(name, value, f"应不小于 {self.least}")


@dataclass(frozen=True)
class Flag:
    """A boolean."""

    required: bool = False

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, bool):
            raise wrong(name, value, "应为布尔值")


@dataclass(frozen=True)
class Group:
    """An object with exactly these fields."""

    fields: Mapping[str, "Text | Whole | Flag | Group | Rows"]
    required: bool = True

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise wrong(name, value, "应为对象")
        prefix = f"{name}/" if name else "/"
        if unknown := value.keys() - self.fields.keys():
            raise wrong(prefix + min(unknown), None, "不支持的参数", number=UNKNOWN_FIELD)
        for key, rule in self.fields.items():
            if key in value:
                rule.check(prefix + key, value[key])
            elif rule.required:
                raise wrong(prefix + key, None, "缺少必填参数")


@dataclass(frozen=True)
class Rows:
    """A list of equal things."""

    of: Text | Group
    required: bool = False

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, list) or not value:
            raise wrong(name, value, "应为非空数组")
        for index, item in enumerate(value):
            self.of.check(f"{name}/{index}", item)


def wrong(field: str, value: Any, issue: str, *, number: int = 0) -> ApiRefusal:
    """Name the field that does not fit, in WeChat Pay's form."""
    detail = {"location": "body", "field": field, "issue": issue}
    if isinstance(value, str | int | float):
        detail["value"] = str(value)[:64]
    return ApiRefusal(
        400, "PARAM_ERROR", f"参数错误：{field} {issue}", number=number, detail=detail
    )


def _is_callback_address(url: str) -> bool:
    parts = urlsplit(url)
    plain = not parts.query and not parts.fragment and "?" not in url
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def _is_public_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


TRADE_NO = r"[0-9A-Za-z_\-|*]+"
AMOUNT = Group({"total": Whole(), "currency": Text(3, pattern="CNY", required=False)})
GOODS = Group(
    {
        "merchant_goods_id": Text(32),
        "wechatpay_goods_id": Text(32, required=False),
        "goods_name": Text(256, required=False),
        "quantity": Whole(),
        "unit_price": Whole(least=0),
    }
)
_CREATE: dict[str, Text | Whole | Flag | Group | Rows] = {
    "appid": Text(32),
    "mchid": Text(32),
    "description": Text(127),
    "out_trade_no": Text(32, least=6, pattern=TRADE_NO),
    "notify_url": Text(255, fits=_is_callback_address),
    "amount": AMOUNT,
    "time_expire": Text(64, fits=_is_moment, required=False),
    "attach": Text(128, required=False),
    "goods_tag": Text(32, required=False),
    "limit_pay": Rows(Text(32, pattern="no_balance|no_credit|no_debit|balance_only")),
    "support_fapiao": Flag(),
    "detail": Group(
        {
            "cost_price": Whole(least=0, required=False),
            "invoice_id": Text(32, required=False),
            "goods_detail": Rows(GOODS),
        },
        required=False,
    ),
    "settle_info": Group({"profit_sharing": Flag()}, required=False),
}
_H5_INFO = Group(
    {
        "type": Text(32, pattern="iOS|Android|Wap"),
        "app_name": Text(64, required=False),
        "app_url": Text(128, required=False),
        "bundle_id": Text(128, required=False),
        "package_name": Text(128, required=False),
    }
)
_SCENE: dict[str, Text | Whole | Flag | Group | Rows] = {
    "payer_client_ip": Text(45, fits=_is_public_address),
    "device_id": Text(32, required=False),
}
CREATE = {
    "native": Group(_CREATE | {"scene_info": Group(_SCENE, required=False)}),
    "jsapi": Group(
        _CREATE
        | {
            "payer": Group({"openid": Text(128)}),
            "scene_info": Group(_SCENE, required=False),
        }
    ),
    "h5": Group(_CREATE | {"scene_info": Group(_SCENE | {"h5_info": _H5_INFO})}),
}
CLOSE = Group({"mchid": Text(32)})
REFUND = Group(
    {
        "transaction_id": Text(32, required=False),
        "out_trade_no": Text(32, least=6, pattern=TRADE_NO, required=False),
        "out_refund_no": Text(64, pattern=r"[0-9A-Za-z_\-|*@]+"),
        "reason": Text(80, required=False),
        "notify_url": Text(255, fits=_is_callback_address, required=False),
        "funds_account": Text(32, pattern="AVAILABLE", required=False),
        "amount": Group({"refund": Whole(), "total": Whole(), "currency": Text(3, pattern="CNY")}),
        "goods_detail": Rows(
            Group(
                {
                    "merchant_goods_id": Text(32),
                    "wechatpay_goods_id": Text(32, required=False),
                    "goods_name": Text(256, required=False),
                    "unit_price": Whole(least=0),
                    "refund_amount": Whole(),
                    "refund_quantity": Whole(),
                }
            )
        ),
    }
)
