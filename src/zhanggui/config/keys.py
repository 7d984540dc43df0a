"""Secrets: from the environment, else from files in var/keys that are made on first use."""

import base64
import os
import secrets
from pathlib import Path


def secret(name: str, *, folder: Path, ring: bool = False) -> str:
    """Return the secret of this name, making a random one (32 bytes, file mode 0600) when none is.

    The environment variable of that name wins. With `ring` the value has the form
    "id:base64,…" of a key ring. Two processes that start together end with the same key.
    """
    if value := os.environ.get(name):
        return value
    path = folder / name.lower()
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = base64.b64encode(secrets.token_bytes(32)).decode()
        draft = folder / f"{path.name}.{os.getpid()}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"k1:{fresh}" if ring else fresh)
        try:
            os.link(draft, path)  # fails when another process was first, whose key then stands
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
