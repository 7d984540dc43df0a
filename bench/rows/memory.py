"""Memory of the processes after few and after many mixed requests."""

import random

from bench.drivers import drive_here
from bench.figures import Figure
from bench.measure import Stage
from bench.rows.checkout import order
from bench.rows.reads import reads

FEW, MANY = 1_000, 10_000
MIB = 1024


def measure_memory(stage: Stage, *, few: int = FEW, many: int = MANY) -> list[Figure]:
    """Drive requests of all kinds in a steady mix; compare the memory on the way and at the end."""
    dice = random.Random(3)
    pages = [wish for read in reads(stage) for wish in read.wishes]
    skus = stage.sample["skus"]

    def mixed(number: int) -> list[bytes]:
        return [
            order(dice.choice(skus)) if dice.random() < 0.1 else dice.choice(pages)
            for _ in range(number)
        ]

    drive_here(stage.shop.port, mixed(few), 8)
    early = stage.shop.memory_kib()
    drive_here(stage.shop.port, mixed(many - few), 8)
    late = stage.shop.memory_kib()
    growth = [late[name] / early[name] for name in late if _is(name, "web") and early.get(name)]
    working = [size for name, size in late.items() if _is(name, "web") or _is(name, "worker")]
    parts = ", ".join(f"{size / MIB:.0f} {name}" for name, size in sorted(late.items()))
    return [
        stage.figure(
            "memory",
            f"memory of web processes and worker after {many:,} requests",
            unit="MiB",
            values=[sum(working) / MIB],
            target=300.0,
            note=parts,
        ),
        stage.figure(
            "memory of all",
            f"memory of all processes after {many:,} requests",
            unit="MiB",
            values=[sum(late.values()) / MIB],
        ),
        stage.figure(
            "memory growth",
            f"the largest growth of a web process, {few:,} to {many:,}",
            unit="×",
            values=[max(growth, default=0.0)],
            target=1.1,
        ),
    ]


def _is(name: str, role: str) -> bool:
    return name.startswith(f"{role} ")
