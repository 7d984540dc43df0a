"""What must be right before the shop opens: port, database, tables, static files."""

import hashlib
import io
import socket
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import ERROR, Tags, run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

Say = Callable[[str], None]
FINGERPRINT = ".collected"
UNUSED = ["redoc*"]  # Ninja brings two documentation viewers; the shop shows the other one


def check_port(*, host: str, port: int) -> None:
    """Refuse to start where another program listens, and say what to do."""
    if not is_free(host=host, port=port):
        raise CommandError(
            f"端口 {port} 已被占用。Port {port} on {host} is used by another program.\n"
            f"Stop that program, or open the shop elsewhere: PORT={port + 1} make run"
        )


def is_free(*, host: str, port: int) -> bool:
    """Tell whether this process could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as refusal:
            raise CommandError(f"Port {port} may not be used: {refusal.strerror}.") from refusal
        except socket.gaierror as refusal:
            raise CommandError(f"There is no address {host}.") from refusal
        except OSError:
            return False
    return True


def free_port(*, host: str, near: int) -> int:
    """Return a free port, the first one at or above `near` if one of ten is free."""
    for port in range(near, min(near + 10, 65536)):
        if is_free(host=host, port=port):
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        found: int = probe.getsockname()[1]
        return found


def prepare_database(*, say: Say) -> None:
    """Bring the database to this version's tables; refuse one that would spoil texts."""
    try:
        connection.ensure_connection()
    except DatabaseError as refusal:
        raise CommandError(
            f"The database does not answer: {refusal}\nSee DATABASE_URL in the README."
        ) from refusal
    problems = run_checks(tags=[Tags.database], databases=["default"])
    errors = [f"{found.msg}\n{found.hint}" for found in problems if found.level >= ERROR]
    if errors:
        raise CommandError("\n".join(errors))
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say(f"Making the database's tables ({len(plan)} steps) …")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static(*, say: Say) -> None:
    """Copy, hash and compress the static files, unless that was done with these very files."""
    root = Path(settings.STATIC_ROOT)
    mark, found = root / FINGERPRINT, _static_fingerprint()
    if mark.exists() and mark.read_text() == found:
        return
    say("Collecting static files …")
    quiet = {"interactive": False, "verbosity": 0, "stdout": io.StringIO()}
    call_command("collectstatic", ignore_patterns=UNUSED, **quiet)
    root.mkdir(parents=True, exist_ok=True)
    mark.write_text(found)


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([".*", "CVS", "*~"]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
