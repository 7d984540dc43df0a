"""Which provider serves which channel; made once per process for the same keys."""

from functools import lru_cache

from zhanggui.orders.types import PaymentChannel
from zhanggui.payments.providers.base import Provider, Scene
from zhanggui.payments.types import MerchantKeys

SCENES: dict[str, Scene] = {
    PaymentChannel.WECHAT_NATIVE: Scene.NATIVE,
    PaymentChannel.WECHAT_H5: Scene.H5,
    PaymentChannel.WECHAT_JSAPI: Scene.JSAPI,
}


@lru_cache(maxsize=4)
def wechat(keys: MerchantKeys) -> Provider:
    """Return WeChat Pay for a merchant.

    Raises:
        ValueError: the keys can't be right.
    """
    from zhanggui.payments.providers.wechatpay import (  # noqa: PLC0415 -- 0.2 s of HTTP and X.509
        WechatConfig,
        WechatPay,
    )

    return WechatPay(
        WechatConfig(
            base=keys.base,
            mchid=keys.mchid,
            appid=keys.appid,
            serial=keys.serial,
            private_key_pem=keys.private_key_pem,
            apiv3_key=keys.apiv3_key,
            public_key_pem=keys.public_key_pem,
            public_key_id=keys.public_key_id,
            client_ip_override=keys.client_ip,
        )
    )


def wechat_problems(keys: MerchantKeys) -> list[str]:
    """Return the names of the keys that can't be right, as far as no call is needed to tell."""
    from zhanggui.payments.providers.wechatpay.keys import (  # noqa: PLC0415 -- as above
        problems,
    )

    return problems(keys)
