"""Processor time is that of all processes of a tree, ended ones included."""

import os
import subprocess
import sys

from bench import cpu

BURN = "import time\nwhile time.process_time() < 0.3: pass"
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}])
print("ended", flush=True)
sys.stdin.readline()
"""


def test_a_tree_counts_children_that_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()

        used = cpu.tree_ms(process.pid)

        process.stdin.close()
    assert 290 <= used < 3_000


def test_a_tree_holds_what_runs_below() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = {one.pid for one in cpu.tree(os.getpid())}
        assert child.pid in found
        assert os.getpid() in found
        assert "input()" in cpu.command(child.pid)
        assert cpu.pss_kib(child.pid) > 100


def test_a_process_that_is_gone_used_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()

    assert cpu.usage(child.pid) is None
    assert cpu.tree_ms(child.pid) == 0
    assert (cpu.command(child.pid), cpu.pss_kib(child.pid)) == ("", 0)


def test_only_the_connections_of_one_database_are_counted() -> None:
    code = f"import sys; sys.argv[0]\n{BURN}\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "postgres:", "me", "shop_a", "127.0.0.1", "idle"],
        stdin=subprocess.PIPE,
    ) as child:
        while cpu.tree_ms(child.pid) < 290:
            assert child.poll() is None
        ours = cpu.backends_ms(os.getpid(), "shop_a")
        others = cpu.backends_ms(os.getpid(), "shop_b")
    assert ours >= 290
    assert others == 0
