"""Servers under measurement: the shop as `zhanggui up` runs it, and the bare references."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

from bench import cpu
from bench.databases import Database

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server(ABC):
    """A program that answers on a port of its own."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database, self.port = folder, database, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.alive_path = "/"

    @property
    def environment(self) -> dict[str, str]:
        """Return what the program is told."""
        return {
            **os.environ,
            "ZHANGGUI_VAR": str(self.folder),
            "DATABASE_URL": self.database.url,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "PYTHONWARNINGS": "ignore",
        }

    @abstractmethod
    def command(self) -> list[str]:
        """Return how the program is started."""

    def start(self) -> float:
        """Start and wait for the first answer; return how many seconds it took."""
        began = time.monotonic()
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )
        while time.monotonic() - began < START_SECONDS and self.process.poll() is None:
            if self._answers():
                return time.monotonic() - began
            time.sleep(0.05)
        self.stop()
        sys.exit(f"A server did not start; see {self.folder / 'log.txt'}")

    def stop(self) -> None:
        """End the program and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
        self.process = None

    def used_ms(self) -> float:
        """Return the processor time of all its processes so far."""
        return cpu.tree_ms(self.process.pid) if self.process else 0.0

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", self.alive_path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Shop(Server):
    """Two web processes and a worker."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder, database)
        self.alive_path = "/livez"

    def command(self) -> list[str]:
        """See `Server`."""
        port = str(self.port)
        return [sys.executable, "-m", "zhanggui", "up", "--no-demo", "--port", port]

    def memory_kib(self) -> dict[str, int]:
        """Return the PSS of each process by what it is: web, worker, or one that keeps them."""
        if self.process is None:
            return {}
        found = cpu.tree(self.process.pid)
        commands = {one.pid: cpu.command(one.pid) for one in found}

        def role(one: cpu.Usage) -> str:
            if "granian" in commands[one.pid]:
                return "web" if "granian" in commands.get(one.parent, "") else "web's parent"
            return "worker" if " worker" in commands[one.pid] else "keeper"

        return {f"{role(one)} #{one.pid}": cpu.pss_kib(one.pid) for one in found}

    def run(self, *words: str) -> str:
        """Run one command of the shop and return what it prints."""
        return self.run_module("zhanggui", *words)

    def run_module(self, module: str, *words: str) -> str:
        """Run a Python module with the shop's settings and return what it prints."""
        command = [sys.executable, "-m", module, *words]
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
        return done.stdout


class Bare(Server):
    """The references in the same server with as many processes."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder, database)
        self.alive_path = "/empty"

    def command(self) -> list[str]:
        """See `Server`."""
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--workers", "2"),
            *("--blocking-threads", "8", "--log-level", "warning"),
            "bench.references.app:application",
        ]
