"""The seeded database of a server: found, or made once and kept for the next runs."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
ORDERS = int(os.environ.get("ZHANGGUI_SEEDED_ORDERS", "1000000"))
PRODUCTS = 2_000
PREFIX = f"zhanggui_seeded_{ORDERS}_"  # of older tables, those of this size are dropped
LOCK = 718_220_418  # one process makes it, others wait
# Always the same: what is found by blind index must be found in the next run, too.
KEYS = {
    "ZHANGGUI_SECRET_KEY": "seeded-database-only",
    "ZHANGGUI_FIELD_KEYS": "k1:" + "c2VlZGVkIGRhdGFiYXNlIG9ubHksIG5vIHNlY3JldCE=",
    "ZHANGGUI_INDEX_KEY": "c2VlZGVkIGRhdGFiYXNlIG9ubHksIG5vIHNlY3JldCE=",
}
Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Server:
    """A database server by an address on it."""

    url: str

    @property
    def is_postgres(self) -> bool:
        """Tell which of the two it is."""
        return urlsplit(self.url).scheme.startswith("postgres")

    def url_of(self, name: str) -> str:
        """Return the address of one of its databases."""
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    @contextmanager
    def asking(self, name: str = "") -> Iterator[Ask]:
        """Yield what runs a statement in a database, by default in none of ours."""
        place = urlsplit(self.url)
        login = {"host": place.hostname, "port": place.port, "user": place.username}
        login["password"] = unquote(place.password or "")
        connection: Any
        if self.is_postgres:
            import psycopg

            connection = psycopg.connect(**login, dbname=name or "postgres", autocommit=True)
        else:
            import pymysql

            connection = pymysql.connect(**login, database=name or None, autocommit=True)
        try:
            cursor = connection.cursor()

            def ask(statement: str) -> list[tuple[Any, ...]]:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []

            yield ask
        finally:
            connection.close()


def fingerprint() -> str:
    """Return eight digits that change with the tables."""
    found = hashlib.sha256(f"{ORDERS} {PRODUCTS}".encode())
    for path in sorted((ROOT / "src/zhanggui").glob("*/migrations/*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return what every process that works on the seeded database is told."""
    told = {
        "DATABASE_URL": url,
        "ZHANGGUI_VAR": str(folder),
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "zhanggui.config.settings", **told, **KEYS}


def run(*words: str, url: str, folder: Path) -> str:
    """Run a module on the seeded database and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *words],
        env=environment(url, folder),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def seeded_database(server: Server, *, folder: Path) -> str:
    """Return the address of the server's seeded database, which is made where it is missing."""
    name = PREFIX + fingerprint()
    with server.asking() as ask:
        lock = f"pg_advisory_lock({LOCK})" if server.is_postgres else f"GET_LOCK('{LOCK}', 7200)"
        ask(f"SELECT {lock}")  # until this connection ends
        names = "SELECT datname FROM pg_database" if server.is_postgres else "SHOW DATABASES"
        ours = [one for (one,) in ask(names) if one.startswith(PREFIX)]
        if name not in ours or not _is_complete(server, name):
            for old in ours:
                ask(f"DROP DATABASE {old}")
            _make(server, name, ask, folder)
    return server.url_of(name)


def _is_complete(server: Server, name: str) -> bool:
    tables = "SELECT 1 FROM information_schema.tables WHERE table_name = 'core_counter'"
    if not server.is_postgres:
        tables += f" AND table_schema = '{name}'"
    with server.asking(name) as ask:
        return bool(ask(tables)) and bool(ask("SELECT 1 FROM core_counter WHERE name = 'seeded'"))


def _make(server: Server, name: str, ask: Ask, folder: Path) -> None:
    kind = "ENCODING 'UTF8'" if server.is_postgres else "COLLATE utf8mb4_nopad_bin"
    ask(f"CREATE DATABASE {name} {kind}")
    url = server.url_of(name)
    goods = ("--products", str(PRODUCTS), "--count", str(ORDERS))
    run("zhanggui", "migrate", "--verbosity=0", url=url, folder=folder)
    run("zhanggui", "seed-orders", *goods, url=url, folder=folder)
    run("tests.seeded.finishing", url=url, folder=folder)
