"""What can be said of a merchant's keys without asking WeChat Pay."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from zhanggui.payments.providers.wechatpay.config import wrong_fields
from zhanggui.payments.types import MerchantKeys


def problems(keys: MerchantKeys) -> list[str]:
    """Return the names of the values that can't be right, in the order of the form."""
    wrong = set(wrong_fields(keys))
    if not _is_private(keys.private_key_pem):
        wrong.add("private_key_pem")
    if not _is_public(keys.public_key_pem):
        wrong.add("public_key_pem")
    return [name for name in MerchantKeys.__slots__ if name in wrong]


def _is_private(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(pem.encode(), password=None), RSAPrivateKey)
    except (ValueError, TypeError):  # TypeError: it is locked with a password
        return False


def _is_public(pem: str) -> bool:
    try:
        return isinstance(load_pem_public_key(pem.encode()), RSAPublicKey)
    except ValueError:
        return False
