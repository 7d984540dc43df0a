"""The keys of a large shop rotated, and its audit log verified: processor time and memory."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Database, Mariadb, Postgres, Sqlite, postgres_server
from bench.servers import ROOT, Shop

_HEADS = ("command", "wall s", "CPU s", "database CPU s", "peak MiB", "last line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a command used."""

    name: str
    seconds: float
    cpu: float
    database: float
    mib: int
    said: str


def measure_upkeep(words: Sequence[str]) -> None:
    """Seed, then run each command once and print what it used."""
    parser = argparse.ArgumentParser(prog="python -m bench upkeep", description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--acts", type=int, default=100_000, help="rows of the audit log")
    parser.add_argument("--database", default="sqlite", choices=["sqlite", "postgres", "mariadb"])
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="zhanggui-upkeep-") as name:
        database = database_of(options.database, Path(name))
        database.create()
        shop = Shop(Path(name), database)
        try:
            shop.run("migrate", "--verbosity=0")
            shop.run("seed-orders", f"--count={options.orders}", "--products=1000")
            shop.run_module("bench.acts", str(options.acts))
            print(_row(_HEADS), _row(["---"] * len(_HEADS)), sep="\n", flush=True)
            for command in (
                ("verify-audit",),
                ("rotate-keys", "--new-key"),
                ("rotate-keys",),
                ("rotate-keys",),
                ("rotate-keys", "--status"),
                ("rotate-keys", "--remove-old"),
            ):
                one = _used(shop, *command)
                figures = (f"{one.seconds:.1f}", f"{one.cpu:.1f}", f"{one.database:.1f}")
                print(_row((one.name, *figures, str(one.mib), one.said)), flush=True)
        finally:
            database.drop()


def database_of(name: str, folder: Path) -> Database:
    """Return a database of our own of that kind."""
    if name == "postgres":
        return Postgres(postgres_server(), is_shared=False)
    return Mariadb() if name == "mariadb" else Sqlite(folder)


def _used(shop: Shop, *words: str) -> Used:
    began, database = time.monotonic(), shop.database.used_ms()
    with subprocess.Popen(
        [sys.executable, "-m", "zhanggui", *words],
        env=shop.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read().strip()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{said[-3000:]}")
    return Used(
        name=" ".join(words),
        seconds=time.monotonic() - began,
        cpu=_seconds(used),
        database=(shop.database.used_ms() - database) / 1000,
        mib=used.ru_maxrss // 1024,
        said=said.rpartition("\n")[2][:80],
    )


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
