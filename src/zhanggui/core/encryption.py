"""Field encryption (AES-256-GCM, bound to its row) and blind indexes for exact search.

A stored value reads `<key id>:<base64 of 12 bytes nonce and the ciphertext with tag>`; the
associated data is "model label|field|row id", so a value copied to another row does not open.

Where the ring stands in a file, running processes look at it again: once a second, and at once
where a value names a key that they do not know. So a key that is put in front is soon the one under
which all of them write, and nobody meets a value that it cannot read.
"""

import base64
import hmac
import secrets
import time
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12
_LOOK_SECONDS = 1.0


class UnknownKey(Exception):
    """A stored value names a key that the ring does not hold."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The ring as its file read last, in a process that began with `start`."""

    start: str
    file: Path | None
    text: str
    due: float  # when to look again


_read = _Read("", None, "", 0.0)


def _text(*, at_once: bool = False) -> str:
    """Return the ring as it is now. A file that is gone or no ring changes nothing."""
    global _read
    start, path = settings.FIELD_KEYS, settings.FIELD_KEYS_FILE
    if path is None:
        return str(start)
    known = _read if (_read.start, _read.file) == (start, path) else _Read(start, path, start, 0.0)
    if at_once or time.monotonic() >= known.due:
        try:
            text = path.read_text().strip()
            _ring(text)
        except (OSError, ValueError):
            text = known.text
        _read = known = _Read(start, path, text, time.monotonic() + _LOOK_SECONDS)
    return known.text


def key_ids() -> list[str]:
    """Return the ids of the keys that the ring holds now, the one that writes first."""
    return list(_ring(_text(at_once=True)))


@lru_cache(maxsize=4)
def _ring(text: str) -> dict[str, AESGCM]:
    ring: dict[str, AESGCM] = {}
    for part in text.split(","):
        key_id, _, key = part.strip().partition(":")
        if not key_id or key_id in ring:
            raise ValueError("Each key of the ring needs an id of its own (id:base64,…).")
        ring[key_id] = AESGCM(base64.b64decode(key, validate=True))
    return ring


def seal(plain: str, *, context: str) -> str:
    """Encrypt under the first key of the ring, bound to `context`."""
    return seal_all([plain], contexts=[context])[0]


def seal_all(plain: Sequence[str], *, contexts: Iterable[str]) -> list[str]:
    """Encrypt many values, each bound to its context; keys and chance are fetched once."""
    key_id, key = next(iter(_ring(_text()).items()))
    chance = memoryview(secrets.token_bytes(_NONCE_BYTES * len(plain)))
    sealed = []
    for start, text, context in zip(count(step=_NONCE_BYTES), plain, contexts):
        nonce = bytes(chance[start : start + _NONCE_BYTES])
        body = nonce + key.encrypt(nonce, text.encode(), context.encode())
        sealed.append(f"{key_id}:{b2a_base64(body, newline=False).decode()}")
    return sealed


def unseal(stored: str, *, context: str) -> str:
    """Decrypt what `seal` made for the same context.

    Raises:
        UnknownKey: the key is not in the ring.
        cryptography.exceptions.InvalidTag: the value was changed or belongs to another row.
    """
    key_id, _, body = stored.partition(":")
    key = _ring(_text()).get(key_id) or _key_from_elsewhere(key_id)
    if key is None:
        raise UnknownKey(key_id)
    try:
        raw = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise InvalidTag from error
    if len(raw) < _NONCE_BYTES:
        raise InvalidTag
    return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()


def _key_from_elsewhere(key_id: str) -> AESGCM | None:
    """Look for a key that was just added, or just taken out while its values were under way."""
    return _ring(_text(at_once=True)).get(key_id) or _ring(settings.FIELD_KEYS).get(key_id)


def is_current(stored: str) -> bool:
    """Tell whether the value is encrypted under the key that writes today."""
    return stored.partition(":")[0] == next(iter(_ring(_text())))


def blind_index(purpose: str, value: str) -> str:
    """Return 32 hex digits by which equal values are found without storing them.

    `value` must be normalised by the caller (E.164, `core.text.search_form`); the purpose keeps
    indexes of different fields apart.
    """
    key = _index_key(settings.INDEX_KEY)
    return hmac.digest(key, f"{purpose}\n{value}".encode(), "sha256").hex()[:32]


def signature(purpose: str, text: str) -> str:
    """Return 64 hex digits that only who holds the index key can make for this text."""
    key = hmac.digest(_index_key(settings.INDEX_KEY), f"signature\n{purpose}".encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _index_key(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
