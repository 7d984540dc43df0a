"""Which provider serves which channel; built from the settings once per process."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from zhanggui.orders.types import PaymentChannel
from zhanggui.payments.providers.base import Provider, Scene

SCENES: dict[str, Scene] = {
    PaymentChannel.WECHAT_NATIVE: Scene.NATIVE,
    PaymentChannel.WECHAT_H5: Scene.H5,
    PaymentChannel.WECHAT_JSAPI: Scene.JSAPI,
}


def provider_for(channel: str) -> Provider | None:
    """Return the provider of a channel; None where it is not set up or needs none (transfer)."""
    return _wechat(tuple(sorted(settings.WECHATPAY.items()))) if channel in SCENES else None


def is_online(channel: str) -> bool:
    """Tell whether money of this channel comes through a provider that is set up.

    Inside WeChat the payer is named as the service account's follower, so its keys are needed, too,
    and it must be the account that takes the money.
    """
    if channel == PaymentChannel.WECHAT_JSAPI and not _names_payers():
        return False
    return channel in SCENES and bool(settings.WECHATPAY["mchid"])


def _names_payers() -> bool:
    account = settings.WECHAT
    return bool(account["app_secret"]) and account["app_id"] == settings.WECHATPAY["appid"]


@lru_cache(maxsize=4)
def _wechat(values: tuple[tuple[str, str], ...]) -> Provider | None:
    config = dict(values)
    if not config["mchid"]:
        return None
    from zhanggui.payments.providers.wechatpay import (  # noqa: PLC0415 -- 0.2 s of HTTP and X.509
        WechatConfig,
        WechatPay,
    )

    return WechatPay(
        WechatConfig(
            base=config["base"],
            mchid=config["mchid"],
            appid=config["appid"],
            serial=config["serial"],
            private_key_pem=Path(config["private_key"]).read_text(),
            apiv3_key=config["apiv3_key"],
            public_key_pem=Path(config["public_key"]).read_text(),
            public_key_id=config["public_key_id"],
            client_ip_override=config["client_ip"],
        )
    )
