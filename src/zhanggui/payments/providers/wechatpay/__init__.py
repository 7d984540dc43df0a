"""WeChat Pay APIv3 for a direct merchant, in public-key mode: Native and H5."""

from zhanggui.payments.providers.wechatpay.channel import WechatPay
from zhanggui.payments.providers.wechatpay.config import PUBLIC_BASE, WechatConfig

__all__ = ["PUBLIC_BASE", "WechatConfig", "WechatPay"]
