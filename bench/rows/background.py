"""What runs beside the web: jobs, the idle worker, the import of an order history."""

import time
from pathlib import Path

from bench import cpu
from bench.figures import Figure
from bench.measure import Stage
from bench.servers import Shop


def measure_jobs(stage: Stage, *, jobs: int) -> list[Figure]:
    """Measure the one worker: trivial jobs a second, and what it uses with nothing to do."""
    seconds = float(stage.shop.run_module("bench.jobs", str(jobs)))
    before, began = _worker_ms(stage.shop), time.monotonic()
    time.sleep(max(stage.seconds * 5, 2.0))
    idle = (_worker_ms(stage.shop) - before) / (time.monotonic() - began)
    return [
        stage.figure(
            "jobs",
            f"{jobs:,} trivial jobs, one worker",
            unit="jobs/s",
            values=[jobs / seconds],
            target=100.0,
            at_least=True,
        ),
        stage.figure("idle worker", "the worker with nothing to do", unit="ms/s", values=[idle]),
    ]


def _worker_ms(shop: Shop) -> float:
    if shop.process is None:
        return 0.0
    found = [one for one in cpu.tree(shop.process.pid) if " worker" in cpu.command(one.pid)]
    return sum(one.own_ms + one.ended_ms for one in found)


def measure_import(stage: Stage, history: Path | None) -> Figure:
    """Measure taking over an order history of 105,335 lines."""
    figure = stage.figure("import", "import of 105,335 historical lines", unit="s", target=60.0)
    if history is None or not history.exists():
        figure.note = "skipped: say where the file is, --history FILE"
        return figure
    began = time.monotonic()
    stage.shop.run("import-orders", str(history), "--format", "online-retail", "--json")
    figure.values.append(time.monotonic() - began)
    return figure
