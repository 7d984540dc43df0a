"""Signatures of the wire: whose request it is, and that an answer comes from us."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from zhanggui.payments.providers.simulator.keys import KeyRing
from zhanggui.payments.providers.simulator.refusals import ApiRefusal

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SKEW_S = 300
PART = re.compile(r'(mchid|nonce_str|signature|timestamp|serial_no)="([^"]*)"')


def nonce_of_request(
    *, ring: KeyRing, authorization: str, method: str, path: str, body: bytes, now: float
) -> str:
    """Check who signed a request, and return its nonce, which may be used once.

    `path` is path and query exactly as sent; `now` in seconds since 1970.

    Raises:
        ApiRefusal: 401 SIGN_ERROR with the reason.
    """
    scheme, _, rest = authorization.partition(" ")
    parts: dict[str, str] = dict(PART.findall(rest))
    if scheme != SCHEME or len(parts) != 5:
        raise unsigned("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
    if parts["mchid"] != ring.shop.mchid:
        raise unsigned("商户号与签名不匹配")
    if parts["serial_no"].upper() != ring.shop.serial:
        raise unsigned("商户证书序列号有误。请使用签名私钥匹配的证书序列号")
    timestamp, nonce = parts["timestamp"], parts["nonce_str"]
    if not re.fullmatch(r"\d{1,11}", timestamp, re.ASCII) or abs(now - int(timestamp)) > SKEW_S:
        raise unsigned("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    if not 1 <= len(nonce) <= 64:
        raise unsigned("nonce_str 长度不正确")
    message = f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"
    try:
        signature = base64.b64decode(parts["signature"], validate=True)
        ring.merchant.verify(signature, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        raise unsigned("签名错误，请检查后再试") from None
    return nonce


def unsigned(message: str) -> ApiRefusal:
    """Return the refusal of a request that is not properly signed."""
    return ApiRefusal(401, "SIGN_ERROR", message)


def signed_headers(*, ring: KeyRing, body: bytes, now: float, by: str) -> dict[str, str]:
    """Return the headers that prove that `body` is ours, signed now.

    `by` is "public_key" or "certificate", the two ways that WeChat Pay signs.
    """
    old = by == "certificate"
    key = ring.certificate if old else ring.platform
    timestamp, nonce = str(int(now)), secrets.token_hex(16)
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": ring.certificate_serial if old else ring.shop.public_key_id,
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Signature": base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode(),
    }


def sealed(*, ring: KeyRing, facts: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Encrypt the facts of a notification with the merchant's APIv3 key."""
    nonce = secrets.token_hex(6)
    plain = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    cipher = AESGCM(ring.shop.apiv3_key.encode()).encrypt(nonce.encode(), plain, kind.encode())
    return {
        "original_type": kind,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(cipher).decode(),
        "associated_data": kind,
        "nonce": nonce,
    }
