"""How many people a core serves: locust's shoppers and staff against a seeded shop.

Locust needs a core of its own, so a machine of two never shows all that the shop could do. What
holds everywhere is the processor time that so many people cost.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Postgres, postgres_server
from bench.servers import ROOT, Shop

_WARM_SECONDS = 15
_PER_SECOND = 20  # new people
_HEADS = (
    "people",
    "requests/s",
    "p50 / p95 ms",
    "failed",
    "CPU-ms each",
    "cores: shop + database",
    "people a core",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What so many people at once asked for and cost."""

    people: int
    requests_per_second: float
    failed: int
    p50_ms: float
    p95_ms: float
    shop_cores: float  # kept busy on average
    database_cores: float

    def cells(self) -> tuple[str, ...]:
        """Return the texts of one row of the table."""
        cores = self.shop_cores + self.database_cores
        return (
            f"{self.people:,}",
            f"{self.requests_per_second:,.0f}",
            f"{self.p50_ms:.0f} / {self.p95_ms:.0f}",
            f"{self.failed:,}",
            f"{cores * 1000 / self.requests_per_second:.1f}",
            f"{self.shop_cores:.2f} + {self.database_cores:.2f}",
            f"{self.people / cores:,.0f}",
        )


def measure_capacity(words: Sequence[str]) -> None:
    """Run each number of people against one shop and print the table."""
    options = _parsed(words)
    locust = shutil.which("locust", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if locust is None:
        sys.exit("Locust is missing: pip install --require-hashes -r requirements/bench.txt")
    with tempfile.TemporaryDirectory(prefix="zhanggui-capacity-") as folder:
        database = Postgres(postgres_server(), is_shared=options.shared_server)
        database.create()
        shop = Shop(Path(folder), database)
        try:
            shop.run("migrate", "--verbosity=0")
            shop.run("seed-orders", f"--count={options.orders}", f"--products={options.products}")
            database.settle()
            shop.run_module("bench.samples")  # no simulator
            shop.start()
            print(_row(_HEADS), _row(["---"] * len(_HEADS)), sep="\n", flush=True)
            for people in map(int, options.people.split(",")):
                print(_row(_driven(locust, shop, people, options.seconds).cells()), flush=True)
        finally:
            shop.stop()
            database.drop()


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench capacity", description=__doc__)
    parser.add_argument("--people", default="50,100,200,400")
    parser.add_argument("--seconds", type=int, default=60, help="that each number is measured")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--shared-server", action="store_true")
    return parser.parse_args(words)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _driven(locust: str, shop: Shop, people: int, seconds: int) -> Load:
    """Let the people come, and measure when all are there."""
    coming = people / _PER_SECOND
    output = shop.folder / f"people-{people}.json"
    command = [locust, "-f", str(ROOT / "bench" / "locustfile.py"), "--headless"]
    command += ["--host", f"http://127.0.0.1:{shop.port}", "--loglevel", "ERROR"]
    command += ["--users", str(people), "--spawn-rate", str(_PER_SECOND), "--reset-stats"]
    command += ["--run-time", f"{coming + _WARM_SECONDS + seconds:.0f}s"]
    command += ["--json-file", str(output.with_suffix("")), "--only-summary"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as crowd:
        time.sleep(coming + _WARM_SECONDS)
        began, shop_ms, database_ms = time.monotonic(), shop.used_ms(), shop.database.used_ms()
        time.sleep(seconds - 1)
        taken_ms = (time.monotonic() - began) * 1000
        shop_ms = shop.used_ms() - shop_ms
        database_ms = shop.database.used_ms() - database_ms
        crowd.wait()
    kinds = json.loads(output.read_text())
    times = sorted(
        (float(took), count) for kind in kinds for took, count in kind["response_times"].items()
    )
    asked = sum(count for _took, count in times)
    return Load(
        people=people,
        requests_per_second=asked / (_WARM_SECONDS + seconds),
        failed=sum(kind["num_failures"] for kind in kinds),
        p50_ms=_percentile(times, 0.5 * asked),
        p95_ms=_percentile(times, 0.95 * asked),
        shop_cores=shop_ms / taken_ms,
        database_cores=database_ms / taken_ms,
    )


def _percentile(times: Sequence[tuple[float, int]], rank: float) -> float:
    passed = 0
    for took, count in times:
        passed += count
        if passed >= rank:
            return took
    return 0.0
