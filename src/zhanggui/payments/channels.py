"""Who takes the money of a channel: a provider, made of the environment's or the console's keys."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from zhanggui.core import versions
from zhanggui.orders.types import PaymentChannel
from zhanggui.payments.models import MerchantAccount
from zhanggui.payments.providers.base import Provider
from zhanggui.payments.providers.registry import SCENES, wechat
from zhanggui.payments.types import MerchantKeys

WECHATPAY = "wechatpay"
KEYS = versions.declare("payment_keys")


def provider_for(channel: str) -> Provider | None:
    """Return the provider of a channel; None where it is not set up or needs none (transfer).

    A channel that is switched off has one as long as it has keys: what was begun is settled.
    """
    keys = merchant_keys() if channel in SCENES else None
    return wechat(keys) if keys else None


def is_online(channel: str) -> bool:
    """Tell whether money of this channel comes through a provider that is set up.

    Inside WeChat the payer is named as the service account's follower, so its keys are needed, too,
    and it must be the account that takes the money.
    """
    if channel not in SCENES:
        return False
    appid = _appid()
    if channel == PaymentChannel.WECHAT_JSAPI:
        account = settings.WECHAT
        return bool(account["app_secret"]) and account["app_id"] == appid
    return appid is not None


def _appid() -> str | None:
    """Return the app that takes the money, None where there are no keys; reads no key file."""
    if settings.WECHATPAY["mchid"]:
        return str(settings.WECHATPAY["appid"])
    stored = _stored()
    return stored.appid if stored else None


def merchant_keys() -> MerchantKeys | None:
    """Return the keys that count: the environment's, else those entered in the console."""
    return fixed_keys() or _stored()


def fixed_keys() -> MerchantKeys | None:
    """Return the keys of the environment, None where it gives none."""
    if not settings.WECHATPAY["mchid"]:
        return None
    return _read(tuple(sorted(settings.WECHATPAY.items())))


@lru_cache(maxsize=4)
def _read(values: tuple[tuple[str, str], ...]) -> MerchantKeys:
    config = dict(values)
    return MerchantKeys(
        mchid=config["mchid"],
        appid=config["appid"],
        serial=config["serial"],
        private_key_pem=Path(config["private_key"]).read_text(),
        apiv3_key=config["apiv3_key"],
        public_key_id=config["public_key_id"],
        public_key_pem=Path(config["public_key"]).read_text(),
        base=config["base"],
        client_ip=config["client_ip"],
    )


def keys_of(row: MerchantAccount) -> MerchantKeys:
    """Return the keys of a row; where the API is, only the environment says."""
    return MerchantKeys(
        mchid=row.mchid,
        appid=row.appid,
        serial=row.serial,
        private_key_pem=row.private_key_pem,
        apiv3_key=row.apiv3_key,
        public_key_id=row.public_key_id,
        public_key_pem=row.public_key_pem,
        base=settings.WECHATPAY["base"],
        client_ip=settings.WECHATPAY["client_ip"],
    )


def _stored() -> MerchantKeys | None:
    return next(iter(_all_stored()), None)


@versions.versioned(KEYS)
def _all_stored() -> tuple[MerchantKeys, ...]:
    """Return the keys entered in the console, none or one: nothing is kept of a None."""
    return tuple(keys_of(row) for row in MerchantAccount.objects.filter(provider=WECHATPAY))
