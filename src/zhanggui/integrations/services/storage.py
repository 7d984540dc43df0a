"""Files of imports and exports, in a storage that no address leads to."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.core.files.storage import storages


def keep(path: Path, *, folder: str, name: str) -> str:
    """Store a file under a name that nobody can guess; return that name."""
    ending = "".join(Path(name).suffixes[-2:])[-12:].lower()
    safe = ending if all(char.isalnum() or char == "." for char in ending) else ""
    with path.open("rb") as file:
        stored = storages["private"].save(f"{folder}/{secrets.token_hex(16)}{safe}", File(file))
    return str(stored)


def local_path(name: str) -> Path:
    """Return where a stored file lies on this machine."""
    return Path(storages["private"].path(name))


def forget(*names: str) -> None:
    """Delete stored files."""
    for name in filter(None, names):
        storages["private"].delete(name)


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """Give a place for a file that is kept later."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / name
