"""Passkeys as a browser posts them, for tests that need rows and no ceremony."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)
from tests.factories.shop import NOON

from zhanggui.accounts import services
from zhanggui.accounts.sessions import SessionStore
from zhanggui.core.types import SYSTEM


def credential(number: int = 1) -> dict[str, Any]:
    """Return the answer to a registration, as it is stored."""
    key_id = number.to_bytes(16, "big")
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    data = AuthenticatorData.create(
        sha256(b"localhost"),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(Aaguid(bytes(16)), key_id, public),
    )
    said = CollectedClientData.create(
        type=CollectedClientData.TYPE.CREATE, challenge=bytes(32), origin="http://localhost"
    )
    return {
        "id": websafe_encode(key_id),
        "rawId": websafe_encode(key_id),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }


def protect(user_id: int, size: int) -> None:
    """Give somebody so many passkeys and browsers in which they are signed in."""
    for number in range(size):
        services.add_passkey(
            user_id=user_id,
            name=f"钥匙 {number}",
            credential=credential(number),
            actor=SYSTEM,
            now=NOON,
        )
        store = SessionStore()
        store.create()
        services.note_session(
            user_id=user_id,
            session_key=store.session_key or "",
            ip="203.0.113.7",
            user_agent="Chrome Windows",
            new_device="",
            actor=SYSTEM,
            now=NOON,
        )
