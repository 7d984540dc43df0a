"""Keeping programs running, and leaving none behind; with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zhanggui.web.management.processes import Crew, Program

# Starts a process of its own, notes both, and then waits: what a web server with workers does.
SERVER = """
import os, subprocess, sys, time, pathlib
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "a") as notes:
    notes.write(f"{os.getpid()} {inner.pid}\\n")
time.sleep(60)
"""
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
# A process that runs a crew, to be killed from outside.
KEEPER = """
import sys
from zhanggui.web.management.processes import Crew, Program
crew = Crew(print)
crew.listen()
crew.start(Program(name="server", command=[sys.executable, "-c", sys.argv[1], sys.argv[2]],
                   environment={}))
crew.watch()
crew.stop()
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def crew(said: list[str]) -> Iterator[Crew]:
    crew = Crew(said.append)
    yield crew
    crew.stop()


def program(notes: Path, *, prelude: str = "") -> Program:
    command = [sys.executable, "-c", prelude + SERVER, str(notes)]
    return Program(name="server", command=command, environment={})


def noted(notes: Path) -> list[list[int]]:
    """Return the process ids of each start: the program's and its inner one's."""
    lines = notes.read_text().splitlines() if notes.exists() else []
    return [[int(word) for word in line.split()] for line in lines]


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def none_alive(notes: Path) -> bool:
    return not any(is_alive(process) for pair in noted(notes) for process in pair)


def wait_until(true: Callable[[], object], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_stopping_ends_programs_and_what_they_started(crew: Crew, tmp_path: Path) -> None:
    crew.start(program(tmp_path / "notes"))
    assert crew.wait_until(lambda: bool(noted(tmp_path / "notes")), seconds=120)

    crew.stop()

    wait_until(lambda: none_alive(tmp_path / "notes"))


def test_a_program_that_will_not_end_is_killed(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhanggui.web.management.processes.STOP_SECONDS", 0.5)
    crew.start(program(tmp_path / "notes", prelude=DEAF))
    assert crew.wait_until(lambda: bool(noted(tmp_path / "notes")), seconds=120)
    began = time.monotonic()

    crew.stop()

    wait_until(lambda: none_alive(tmp_path / "notes"))
    assert time.monotonic() - began < 5


def test_a_program_that_cannot_start_is_not_waited_for(crew: Crew, said: list[str]) -> None:
    broken = [sys.executable, "-c", "raise SystemExit(3)"]
    crew.start(Program(name="web", command=broken, environment={}))

    assert crew.wait_until(lambda: False, seconds=120) is False
    assert said == ["web ended with code 3 while starting."]


def test_a_program_that_runs_once_gives_its_code(crew: Crew) -> None:
    command = [sys.executable, "-c", "raise SystemExit(4)"]

    assert crew.run(Program(name="once", command=command, environment={})) == 4


def keeper(notes: Path, *, prelude: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", KEEPER, prelude + SERVER, str(notes)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_crashed_program_is_started_again_with_all_of_it_new(tmp_path: Path) -> None:
    with keeper(tmp_path / "notes") as running:
        wait_until(lambda: noted(tmp_path / "notes"))
        ((first, first_inner),) = noted(tmp_path / "notes")
        os.kill(first, signal.SIGKILL)

        wait_until(lambda: len(noted(tmp_path / "notes")) == 2)
        wait_until(lambda: not is_alive(first_inner))
        running.send_signal(signal.SIGTERM)
        said, _ = running.communicate(timeout=60)

    assert running.returncode == 0
    assert said == "server ended (SIGKILL); starting it again in 1 s.\n"
    wait_until(lambda: none_alive(tmp_path / "notes"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_the_programs_end_when_the_keeper_is_killed(tmp_path: Path) -> None:
    with keeper(tmp_path / "notes") as running:
        wait_until(lambda: noted(tmp_path / "notes"))
        ((outer, _),) = noted(tmp_path / "notes")

        running.kill()

        wait_until(lambda: not is_alive(outer))
