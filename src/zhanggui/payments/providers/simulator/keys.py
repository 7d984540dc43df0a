"""The simulator's merchant and its keys: made once per folder, readable by their owner only."""

import hmac
import json
import os
import secrets
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

PUBLIC_TEST_IP = "14.23.150.211"  # any public address: the protocol refuses private ones
CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a shop needs to use this simulator; the names are those of WechatConfig."""

    mchid: str
    appid: str
    serial: str
    public_key_id: str
    private_key_pem: str = field(repr=False)
    apiv3_key: str = field(repr=False)
    public_key_pem: str = field(repr=False)
    platform_certificate_pem: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """What the simulator itself holds."""

    shop: Credentials
    merchant: rsa.RSAPublicKey  # verifies requests
    platform: rsa.RSAPrivateKey  # signs answers as the public key id
    certificate: rsa.RSAPrivateKey  # signs as the old platform certificate
    certificate_serial: str


def credentials(folder: Path) -> Credentials:
    """Return what the shop needs, making it on first use. Safe from several processes at once."""
    path = folder / "keys" / "credentials.json"
    if not path.exists():
        _make(folder)
    return Credentials(**json.loads(path.read_text()))


def app_secret(shop: Credentials) -> str:
    """Return the secret of the service account, which belongs to the app and not to the payments.

    It follows from another key, so that folders made before it was needed have one.
    """
    return hmac.digest(shop.apiv3_key.encode(), b"app secret", "sha256").hex()[:32]


def environment(folder: Path, *, base: str) -> dict[str, str]:
    """Return the variables that point a shop at the simulator of this folder."""
    shop = credentials(folder)
    return {
        "WECHATPAY_BASE": base,
        "WECHATPAY_MCHID": shop.mchid,
        "WECHATPAY_APPID": shop.appid,
        "WECHATPAY_SERIAL": shop.serial,
        "WECHATPAY_PRIVATE_KEY_FILE": str(folder / "keys" / "merchant_private.pem"),
        "WECHATPAY_APIV3_KEY": shop.apiv3_key,
        "WECHATPAY_PUBLIC_KEY_FILE": str(folder / "keys" / "platform_public.pem"),
        "WECHATPAY_PUBLIC_KEY_ID": shop.public_key_id,
        "WECHATPAY_CLIENT_IP": PUBLIC_TEST_IP,
        "WECHAT_APP_ID": shop.appid,
        "WECHAT_APP_SECRET": app_secret(shop),
        "WECHAT_OPEN_BASE": base,
        "WECHAT_API_BASE": base,
    }


def key_ring(folder: Path) -> KeyRing:
    """Return the simulator's own side of the keys."""
    shop = credentials(folder)
    certificate = x509.load_pem_x509_certificate(shop.platform_certificate_pem.encode())
    return KeyRing(
        shop=shop,
        merchant=_load(shop.private_key_pem).public_key(),
        platform=_load((folder / "keys" / "platform_private.pem").read_text()),
        certificate=_load((folder / "keys" / "certificate_private.pem").read_text()),
        certificate_serial=f"{certificate.serial_number:X}",
    )


def _make(folder: Path) -> None:
    """Write a complete folder beside and move it into place: there is never half a key ring."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Path(tempfile.mkdtemp(dir=folder, prefix="keys-"))  # mode 0700
    merchant, platform, certificate = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)
    )
    shop = Credentials(
        mchid="19" + "".join(secrets.choice("0123456789") for _ in range(8)),
        appid="wx" + secrets.token_hex(8),
        serial=secrets.token_hex(20).upper(),
        public_key_id="PUB_KEY_ID_01" + "".join(secrets.choice("0123456789") for _ in range(26)),
        private_key_pem=_private_pem(merchant),
        apiv3_key="".join(secrets.choice(CHARACTERS) for _ in range(32)),
        public_key_pem=_public_pem(platform.public_key()),
        platform_certificate_pem=_self_signed(certificate),
    )
    files = {
        "credentials.json": json.dumps(asdict(shop), indent=1),
        "merchant_private.pem": shop.private_key_pem,
        "platform_public.pem": shop.public_key_pem,
        "platform_private.pem": _private_pem(platform),
        "platform_certificate.pem": shop.platform_certificate_pem,
        "certificate_private.pem": _private_pem(certificate),
    }
    for name, text in files.items():
        descriptor = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    try:
        draft.rename(folder / "keys")
    except OSError:  # another process was first: its keys stand
        if not (folder / "keys" / "credentials.json").exists():
            raise
        shutil.rmtree(draft)


def _self_signed(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated platform certificate")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=5 * 365))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _load(pem: str) -> rsa.RSAPrivateKey:
    # Made by ourselves, so not checked again: that would take a tenth of a second.
    key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The simulator's keys are RSA keys.")
    return key
