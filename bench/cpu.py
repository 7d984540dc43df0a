"""Processor time and memory of process trees, from /proc."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used: itself, and children of it that ended."""

    pid: int
    parent: int
    own_ms: float
    ended_ms: float


def usage(pid: int) -> Usage | None:
    """Return what a process used so far, None where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # the name in brackets may hold anything; fields are counted from behind it
    fields = text.rpartition(")")[2].split()
    parent = int(fields[1])
    user, system, ended_user, ended_system = map(int, fields[11:15])
    return Usage(pid, parent, (user + system) * TICK_MS, (ended_user + ended_system) * TICK_MS)


def tree(root: int) -> list[Usage]:
    """Return a process and all below it."""
    children: dict[int, list[Usage]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (one := usage(int(entry.name))):
            children[one.parent].append(one)
    top = usage(root)
    found, waiting = [], [top] if top else []
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children[one.pid]
    return found


def tree_ms(root: int) -> float:
    """Return the processor time of a tree so far, those that ended in it included."""
    return sum(one.own_ms + one.ended_ms for one in tree(root))


def backends_ms(postmaster: int, database: str) -> float:
    """Return the processor time of a database's own connections: for a server used by others."""
    return sum(one.own_ms for one in tree(postmaster) if database in command(one.pid).split())


def command(pid: int) -> str:
    """Return the command line of a process, "" where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def pss_kib(pid: int) -> int:
    """Return the memory of a process with its share of what it shares, in KiB."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
