"""Is this really from WeChat Pay: age, key, signature, decryption. No network."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from zhanggui.payments.providers.base import CallbackRefused

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
MAX_AGE_S = 300
PROBE_MARK = "WECHATPAY/SIGNTEST/"


@dataclass(frozen=True)
class TrustedKeys:
    """Keys that may sign for WeChat Pay, by the value of the Wechatpay-Serial header."""

    by_serial: Mapping[str, RSAPublicKey]

    @classmethod
    def load(
        cls, *, public_key_pem: str, public_key_id: str, certificate_pem: str = ""
    ) -> "TrustedKeys":
        keys: dict[str, RSAPublicKey] = {}
        if public_key_pem:
            keys[public_key_id] = _rsa(load_pem_public_key(public_key_pem.encode()))
        if certificate_pem:
            certificate = load_pem_x509_certificate(certificate_pem.encode())
            keys[f"{certificate.serial_number:X}"] = _rsa(certificate.public_key())
        return cls(keys)

    def find(self, serial: str) -> RSAPublicKey | None:
        hexadecimal = serial.upper().lstrip("0")  # certificates are named in hex, any case
        return self.by_serial.get(serial) or self.by_serial.get(hexadecimal)


def _rsa(key: object) -> RSAPublicKey:
    if not isinstance(key, RSAPublicKey):
        raise ValueError("WeChat Pay keys are RSA keys.")
    return key


def check(*, keys: TrustedKeys, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Accept what WeChat Pay signed in the last five minutes. `now` in seconds since 1970.

    The key is chosen by the serial that the message names, never by configuration. Some messages
    lack the signature type; then it is the only one there is.

    Raises:
        CallbackRefused: with the first reason that was found.
    """
    named = {name.lower(): value for name, value in headers.items()}
    timestamp, nonce, serial, signature = (
        named.get(f"wechatpay-{part}", "") for part in ("timestamp", "nonce", "serial", "signature")
    )
    if not (timestamp and nonce and serial and signature):
        raise CallbackRefused("missing_header")
    if signature.startswith(PROBE_MARK):
        raise CallbackRefused("signature_probe")
    if named.get("wechatpay-signature-type", ALGORITHM) != ALGORITHM:
        raise CallbackRefused("unknown_algorithm")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise CallbackRefused("stale")
    if abs(now - int(timestamp)) > MAX_AGE_S:
        raise CallbackRefused("stale")
    key = keys.find(serial)
    if key is None:
        raise CallbackRefused("unknown_key")
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        raise CallbackRefused("bad_signature") from None


def decrypt(*, key: str, nonce: str, ciphertext: str, associated_data: str) -> str:
    """Open the encrypted part of a message (AES-GCM, the tag is its last 16 bytes).

    Raises:
        CallbackRefused: key, nonce or text do not belong together.
    """
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        opened = AESGCM(key.encode()).decrypt(nonce.encode(), sealed, associated_data.encode())
        return opened.decode()
    except (InvalidTag, ValueError):  # binascii.Error and UnicodeDecodeError are ValueErrors
        raise CallbackRefused("undecryptable") from None
