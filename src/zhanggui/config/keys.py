"""Secrets: from the environment, else from files in var/keys that are made on first use."""

import base64
import os
import secrets
from pathlib import Path


class EmptyKey(Exception):
    """A key file holds nothing; going on would encrypt under a key that everybody knows."""


def secret(name: str, *, folder: Path, ring: bool = False) -> str:
    """Return the secret of this name, making a random one (32 bytes, file mode 0600) when none is.

    The environment variable of that name wins. With `ring` the value has the form
    "id:base64,…" of a key ring. Two processes that start together end with the same key.

    Raises:
        EmptyKey: the file is there but empty.
    """
    if value := os.environ.get(name):
        return value
    path = folder / name.lower()
    if not path.exists():
        fresh = base64.b64encode(secrets.token_bytes(32)).decode()
        _write_once(path, f"k1:{fresh}" if ring else fresh)
    if not (text := path.read_text().strip()):
        raise EmptyKey(f"{path} is empty: put the key back from your backup.")
    return text


def _write_once(path: Path, text: str) -> None:
    """Write the file whole or not at all; where another process was first, its file stands."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)  # what is encrypted under a key must not outlive the key
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
