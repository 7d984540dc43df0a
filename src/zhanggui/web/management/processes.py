"""Starts the processes of the shop, starts crashed ones again, and stops all together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
TICK_SECONDS = 0.1
STOP_SECONDS = 9.0  # then the rest is killed
STEADY_SECONDS = 60.0  # who lived so long starts again at once
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass(slots=True)
class _Child:
    program: Program
    process: "subprocess.Popen[bytes]"
    started: float
    crashes: int = 0
    restart_at: float | None = None


@dataclass(slots=True)
class Crew:
    """The running programs. Each leads a process group, so that nothing of it is left behind.

    On Linux the programs are also told to stop when this process is killed.
    """

    say: Callable[[str], None]
    _children: list[_Child] = field(default_factory=list)
    _stopped_by: int | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether a signal asked this process to stop."""
        return self._stopped_by is not None

    def listen(self) -> None:
        """Take Ctrl-C, SIGTERM and a closed terminal as the wish to stop."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        self._children.append(_Child(program, _spawn(program), time.monotonic()))

    def run(self, program: Program) -> int:
        """Run a program to its end and return its code; a wish to stop ends it at once."""
        process = _spawn(program)
        while process.poll() is None and not self.is_stopping:
            time.sleep(TICK_SECONDS)
        _kill_group(process)
        return process.returncode

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> bool:
        """Wait for something that the programs bring about; False when it does not come.

        A program that ends meanwhile cannot be right: it is not waited for.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.is_stopping:
            for child in self._children:
                if (code := child.process.poll()) is not None:
                    self.say(f"{child.program.name} ended with code {code} while starting.")
                    return False
            if is_ready():
                return True
            time.sleep(TICK_SECONDS)
        return False

    def watch(self) -> None:
        """Keep all programs running until a signal asks to stop."""
        while not self.is_stopping:
            for child in self._children:
                self._tend(child)
            time.sleep(TICK_SECONDS)

    def stop(self) -> None:
        """Ask all programs to end, wait, and kill what is left of them."""
        running = [child.process for child in self._children if child.restart_at is None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in running:
            _kill_group(process)
        self._children.clear()

    def _tend(self, child: _Child) -> None:
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.process, child.started = _spawn(child.program), now
                child.restart_at = None
            return
        code = child.process.poll()
        if code is None:
            return
        _kill_group(child.process)  # what it started itself would hold the port
        child.crashes = 1 if now - child.started > STEADY_SECONDS else child.crashes + 1
        pause = min(2.0 ** (child.crashes - 1), LONGEST_PAUSE_SECONDS)
        child.restart_at = now + pause
        reason = signal.Signals(-code).name if code < 0 else f"code {code}"
        self.say(f"{child.program.name} ended ({reason}); starting it again in {pause:.0f} s.")

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._stopped_by = number


def _spawn(program: Program) -> "subprocess.Popen[bytes]":
    parent = os.getpid()

    def tie_to_parent() -> None:  # runs in the child, between fork and exec
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return subprocess.Popen(  # noqa: S603 -- our own commands, no shell
        program.command,
        env={**program.environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=tie_to_parent,  # sound while no thread runs here
    )


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
