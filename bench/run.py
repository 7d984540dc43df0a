"""One whole run: each database at each size, rounds of references and rows in turn."""

import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.databases import REFERENCES, Database, Mariadb, Postgres, Sqlite, postgres_server
from bench.drivers import Driver
from bench.figures import Figure
from bench.measure import Stage
from bench.rows.background import measure_import, measure_jobs
from bench.rows.checkout import measure_orders, measure_stampedes
from bench.rows.cold import measure_cold
from bench.rows.memory import measure_memory
from bench.rows.reads import measure_read, reads, search_read
from bench.servers import ROOT, Bare, Shop

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured, and how thoroughly."""

    databases: tuple[str, ...]
    sizes: tuple[int, ...]
    products: int
    rounds: int
    seconds: float
    order_count: int
    crowds: tuple[int, ...]
    jobs: int
    requests: tuple[int, int]  # few and many, between which memory must not grow
    search_products: int  # so many there are when search is measured; 0: it is not
    history: Path | None
    only: str = ""
    is_shared: bool = False  # others use the PostgreSQL server: count our connections alone


def run(plan: Plan, say: Say) -> dict[str, Any]:
    """Measure everything and return the result."""
    began = time.monotonic()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="zhanggui-bench-") as folder:
        for name in plan.databases:
            place = Path(folder) / name
            place.mkdir()
            database = _database(name, place, plan)
            database.create()
            try:
                figures += _measure_database(plan, database, place, say)
            finally:
                database.drop()
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "commit": _commit(),
        "seconds": round(time.monotonic() - began),
        "figures": [one.as_json() for one in figures],
    }


def _database(name: str, folder: Path, plan: Plan) -> Database:
    if name == "sqlite":
        return Sqlite(folder)
    if name == "mariadb":
        return Mariadb()
    return Postgres(postgres_server(), is_shared=plan.is_shared)


def _measure_database(plan: Plan, database: Database, folder: Path, say: Say) -> list[Figure]:
    shop, bare, driver = Shop(folder, database), Bare(folder, database), Driver()
    shop.run("migrate", "--verbosity=0")
    if isinstance(database, Postgres):
        for statement in (REFERENCES / "schema.sql").read_text().split(";\n\n"):
            database.execute(statement)
    figures: list[Figure] = []
    seeded = 0
    try:
        for size in sorted(plan.sizes):
            say(f"{database.name}: seeding {size:,} orders …")
            products = 0 if seeded else plan.products
            more, began = size - seeded, time.monotonic()
            shop.run("seed-orders", f"--count={more}", f"--products={products}")
            took, seeded = time.monotonic() - began, size
            database.settle()
            stage = Stage(
                database=database,
                shop=shop,
                bare=bare,
                driver=driver,
                sample=json.loads(shop.run_module("bench.samples")),
                orders=size,
                rounds=plan.rounds,
                seconds=plan.seconds,
                order_count=plan.order_count,
                folder=folder,
            )
            figures.append(_seeding(stage, orders=more, products=products, seconds=took))
            figures += _measure_stage(plan, stage, say)
        figures += _measure_last(plan, stage, say)
    finally:
        shop.stop()
        bare.stop()
        driver.close()
    return figures


def _seeding(stage: Stage, *, orders: int, products: int, seconds: float) -> Figure:
    """Return how long making the orders took; a million shall take five minutes on PostgreSQL."""
    goods = f" and {products:,} products" if products else ""
    return stage.figure(
        "seed",
        f"seeding {orders:,} orders{goods}",
        unit="s",
        values=[seconds],
        target=max(300.0 * orders / 1_000_000, 60.0) if stage.is_postgres else None,
    )


def _measure_stage(plan: Plan, stage: Stage, say: Say) -> list[Figure]:
    stage.shop.run_module("bench.stock", stage.sample["hot"], "10000000")
    stage.bare.start()
    stage.shop.start()  # the first start collects static files
    stage.shop.stop()
    started = stage.figure(
        "start", "start of the shop", unit="s", values=[stage.shop.start()], target=5.0
    )
    figures: dict[str, Figure] = {"start": started}
    wanted = [one for one in reads(stage) if plan.only in one.row]
    for number in range(stage.rounds):
        say(f"{stage.database.name}, {stage.orders:,} orders: round {number + 1}")
        stage.measure_bare()
        if plan.only in "place orders":
            measure_orders(stage, figures)
        for read in wanted:
            measure_read(stage, read, figures)
        if plan.only in "storefront, cold":
            measure_cold(stage, figures)
    later: list[Figure] = []
    if not plan.only:
        later += measure_jobs(stage, jobs=plan.jobs)
    if plan.only in "memory":
        later += measure_memory(stage, few=plan.requests[0], many=plan.requests[1])
    figures |= {figure.row: figure for figure in later}
    stampedes = measure_stampedes(stage, crowds=plan.crowds) if plan.only in "stampede" else ()
    found = [*_bare_figures(stage), *figures.values(), *stampedes]
    stage.shop.stop()
    stage.bare.stop()
    return found


def _measure_last(plan: Plan, stage: Stage, say: Say) -> list[Figure]:
    """Measure what needs more goods or more orders than the other rows have."""
    figures: dict[str, Figure] = {}
    if plan.search_products and plan.only in "storefront search":
        say(f"{stage.database.name}: seeding {plan.search_products:,} products …")
        more = max(plan.search_products - plan.products, 0)
        stage.shop.run("seed-orders", f"--products={more}")
        stage.database.settle()
        stage.bare.start()
        stage.shop.start()
        stage.bare_costs.clear()
        for _ in range(stage.rounds):
            stage.measure_bare()
            measure_read(stage, search_read(stage, 2 * plan.search_products), figures)
        stage.shop.stop()
        stage.bare.stop()
    if stage.is_sqlite and plan.only in "import":
        say("sqlite: importing a history …")
        figures["import"] = measure_import(stage, plan.history)
    return list(figures.values())


def _bare_figures(stage: Stage) -> list[Figure]:
    titles = {
        "R1": "R1 empty view, no middleware",
        "R2": "R2 bare order, nine statements",
        "R3": "R3 bare order, one function",
        "R4": "R4 a view that calls R3",
        "R5 list": "R5 rows of the order list",
        "R5 products": "R5 rows of the storefront's list",
    }
    return [
        stage.figure(name, titles[name], values=values) for name, values in stage.bare_costs.items()
    ]


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
