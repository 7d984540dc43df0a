"""The process that stays: it starts the shop's programs and keeps them running.

It imports nothing of Django, whose memory it would hold as long as the shop is open.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from tempfile import TemporaryFile
from typing import NoReturn

from zhanggui.web.management.processes import STOP_SIGNALS, Crew, Program

STANDARD_INPUT = 0
START_SECONDS = 90
ANSWER_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is started, and what is said when the shop answers."""

    host: str  # by which this machine reaches it
    port: int
    first: Sequence[Program]  # up to what answers
    others: Sequence[Program]  # no job keeps the first page waiting
    welcome: str


def hand_over(opening: Opening) -> NoReturn:
    """Become the process that keeps the shop open."""
    with TemporaryFile("w+") as told:  # for the environments' secrets: nobody else can open it
        json.dump(asdict(opening), told)
        told.seek(0)
        os.dup2(told.fileno(), STANDARD_INPUT)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # none is lost until it listens
    os.execv(sys.executable, [sys.executable, "-m", __name__])  # noqa: S606 -- our own, no shell


def main() -> None:
    """Keep the shop open that is told on the standard input, until a signal asks to stop."""
    told = json.load(sys.stdin)
    for part in ("first", "others"):
        told[part] = [Program(**program) for program in told[part]]
    crew = Crew(say)
    crew.listen()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    try:
        keep_open(Opening(**told), crew)
    finally:
        crew.stop()
    say("已停止。Stopped.")


def keep_open(opening: Opening, crew: Crew) -> None:
    """Start, greet, keep running."""
    for program in opening.first:
        crew.start(program)
    is_ready = partial(answers, opening.host, opening.port)
    if crew.wait_until(is_ready, seconds=START_SECONDS):
        for program in opening.others:
            crew.start(program)
        say(opening.welcome)
        crew.watch()
    elif not crew.is_stopping:
        sys.exit("CommandError: The shop did not start; the lines above say why.")


def answers(host: str, port: int) -> bool:
    """Tell whether the web server answers; asked without http.client, which loads TLS."""
    name = f"[{host}]" if ":" in host else host
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(f"GET /livez HTTP/1.0\r\nHost: {name}:{port}\r\n\r\n".encode())
            with connection.makefile("rb") as answer:
                return answer.readline().split()[1:2] == [b"200"]
    except OSError:
        return False


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
