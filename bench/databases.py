"""The databases that are measured: made for the run, dropped after it."""

import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path
from sqlite3 import connect as sqlite_connect
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql

from bench import cpu

REFERENCES = Path(__file__).resolve().parent / "references"
DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432"
DEFAULT_MARIADB = "mysql://root@127.0.0.1:3306"


class Database(ABC):
    """One database of our own."""

    name: str
    url: str

    @abstractmethod
    def create(self) -> None:
        """Make it, empty; one that a killed run left is replaced."""

    @abstractmethod
    def drop(self) -> None:
        """Remove it."""

    @abstractmethod
    def execute(self, sql: str) -> None:
        """Run one statement."""

    def used_ms(self) -> float:
        """Return the processor time of the database's own processes so far."""
        return 0.0

    def settle(self) -> None:
        """Let statistics and files come to rest after much was written."""
        self.execute("ANALYZE")


class Sqlite(Database):
    """A file; its work is done by the web processes."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bench.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def create(self) -> None:
        """See `Database`."""
        self.drop()

    def drop(self) -> None:
        """See `Database`."""
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)

    def execute(self, sql: str) -> None:
        """See `Database`."""
        with closing(sqlite_connect(self.path, timeout=30)) as connection:
            connection.execute(sql)
            connection.commit()


class Postgres(Database):
    """A database of a server of this machine."""

    name = "postgres"

    def __init__(self, server: str, *, is_shared: bool) -> None:
        self.database = f"zhanggui_bench_{os.getpid()}"
        self.server, self.url = server, f"{server}/{self.database}"
        self.is_shared = is_shared
        self.postmaster = _postmaster(server)
        self._connection: psycopg.Connection | None = None

    def create(self) -> None:
        """See `Database`."""
        self.drop()
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.database}".encode())

    def drop(self) -> None:
        """See `Database`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)".encode())

    def execute(self, sql: str) -> None:
        """See `Database`."""
        if self._connection is None:
            self._connection = psycopg.connect(self.url, autocommit=True)
        self._connection.execute(sql.encode())

    def used_ms(self) -> float:
        """Return the processor time of the whole cluster, or of our connections where others
        use it."""
        if self.is_shared:
            return cpu.backends_ms(self.postmaster, self.database)
        return cpu.tree_ms(self.postmaster)

    def settle(self) -> None:
        """See `Database`."""
        self.execute("VACUUM ANALYZE")
        self.execute("CHECKPOINT")

    def pgbench(self, script: str, *, clients: int, transactions: int) -> None:
        """Run one of our scripts so often."""
        where = urlsplit(self.url)
        command = ["pgbench", "--no-vacuum", "--file", str(REFERENCES / script)]
        command += [
            "--client",
            str(clients),
            "--transactions",
            str(max(transactions // clients, 1)),
        ]
        command += ["--host", where.hostname or "127.0.0.1", "--port", str(where.port or 5432)]
        command += ["--username", unquote(where.username or "postgres"), self.database]
        secret = {"PGPASSWORD": unquote(where.password)} if where.password else {}
        done = subprocess.run(
            command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"pgbench {script} failed: {done.stderr.strip()}")


class Mariadb(Database):
    """A database of a server of this machine that nobody else uses."""

    name = "mariadb"

    def __init__(self) -> None:
        server = os.environ.get("MARIADB_URL", DEFAULT_MARIADB).rstrip("/")
        self.parts = urlsplit(server)
        self.database = f"zhanggui_bench_{os.getpid()}"
        self.url = self.parts._replace(path=f"/{self.database}").geturl()
        self.process = _mariadbd()

    def create(self) -> None:
        """See `Database`."""
        self.drop()
        self._ask(
            f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
        )

    def drop(self) -> None:
        """See `Database`."""
        self._ask(f"DROP DATABASE IF EXISTS {self.database}")

    def execute(self, sql: str) -> None:
        """See `Database`."""
        self._ask(sql, self.database)

    def used_ms(self) -> float:
        """Return the processor time of the whole server."""
        return cpu.tree_ms(self.process)

    def settle(self) -> None:
        """See `Database`."""
        connection = self._connected(self.database)
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SHOW TABLES")
            tables = ", ".join(f"`{row[0]}`" for row in cursor.fetchall())
            cursor.execute(f"ANALYZE TABLE {tables}")

    def _ask(self, sql: str, database: str | None = None) -> None:
        connection = self._connected(database)
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(sql)

    def _connected(self, database: str | None) -> pymysql.Connection:
        where = self.parts
        return pymysql.connect(
            host=where.hostname or "127.0.0.1",
            port=where.port or 3306,
            user=unquote(where.username or "root"),
            password=unquote(where.password or ""),
            database=database,
            autocommit=True,
        )


def has_pgbench() -> bool:
    """Tell whether the bare references of PostgreSQL can be driven."""
    return shutil.which("pgbench") is not None


def postgres_server() -> str:
    """Return the server's address without a database; end with what to do where none answers."""
    url = os.environ.get("POSTGRES_URL", DEFAULT_POSTGRES).rstrip("/")
    parts = urlsplit(url)
    server = f"{parts.scheme}://{parts.netloc}"
    try:
        with psycopg.connect(f"{server}/postgres", connect_timeout=5):
            return server
    except psycopg.OperationalError as error:
        sys.exit(
            f"No PostgreSQL answers at {parts.hostname}:{parts.port or 5432} ({error}).\n"
            "Start one on this machine, say where it is with POSTGRES_URL, "
            "or measure SQLite alone: --databases sqlite."
        )


def _postmaster(server: str) -> int:
    """Return the process id of the server, which must run on this machine."""
    with psycopg.connect(f"{server}/postgres") as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        backend = cpu.usage(row[0]) if row else None
        if backend is None or "postgres" not in cpu.command(backend.parent):
            sys.exit("PostgreSQL must run on this machine: its processor time is measured.")
        return backend.parent


def _mariadbd() -> int:
    """Return the process id of the one MariaDB server of this machine."""
    found = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
        and Path(cpu.command(int(entry.name)).partition(" ")[0]).name in ("mariadbd", "mysqld")
    ]
    if len(found) != 1:
        sys.exit("Exactly one MariaDB must run on this machine: its processor time is measured.")
    return found[0]
