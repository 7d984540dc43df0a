"""Codes as an authenticator app shows them (RFC 6238), by arithmetic of the tests' own."""

import base64
import hashlib
import hmac
from datetime import datetime

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(moment: datetime, *, secret: str = SECRET, steps: int = 0) -> str:
    """Return the six digits at a moment, or so many half minutes after it."""
    counter = int(moment.timestamp()) // 30 + steps
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"
