"""What a merchant enters to use WeChat Pay, checked before the first call."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from zhanggui.payments.types import MerchantKeys

PUBLIC_BASE = "https://api.mch.weixin.qq.com"


@dataclass(frozen=True, kw_only=True)
class WechatConfig:
    """Credentials of one merchant and where the API is.

    Raises:
        ValueError: a value can't be right; names the field, never shows the value.
    """

    mchid: str
    appid: str
    serial: str  # of the merchant certificate, 40 hex digits
    private_key_pem: str = field(repr=False)  # of the merchant, PKCS#8
    apiv3_key: str = field(repr=False)  # exactly 32 bytes
    public_key_pem: str = field(repr=False)  # of WeChat Pay
    public_key_id: str  # PUB_KEY_ID_…
    base: str = PUBLIC_BASE
    # A merchant that migrates still gets messages signed by the old platform certificate.
    platform_certificate_pem: str = field(default="", repr=False)
    # The protocol refuses 127.0.0.1 as the payer's address: the demo sends this one instead.
    client_ip_override: str = ""

    def __post_init__(self) -> None:
        wrong = wrong_fields(self)
        if wrong:
            raise ValueError(f"WeChat Pay settings are not usable: {', '.join(wrong)}.")


def wrong_fields(known: "WechatConfig | MerchantKeys") -> list[str]:
    """Return the names of the values that do not have the form that they must have."""
    rules = {
        "mchid": re.fullmatch(r"\d{8,10}", known.mchid, re.ASCII),
        "appid": re.fullmatch(r"wx[0-9a-zA-Z]{8,30}", known.appid),
        "serial": re.fullmatch(r"[0-9A-Fa-f]{8,40}", known.serial),
        "apiv3_key": len(known.apiv3_key.encode()) == 32,
        "public_key_id": re.fullmatch(r"PUB_KEY_ID_[0-9A-Za-z]+", known.public_key_id),
        "base": urlsplit(known.base).scheme in {"http", "https"} and known.base[-1] != "/",
        "private_key_pem": "PRIVATE KEY-----" in known.private_key_pem,
        "public_key_pem": "PUBLIC KEY-----" in known.public_key_pem,
    }
    return [name for name, fits in rules.items() if not fits]
