"""Measuring one thing: what the servers used while the drivers were at work."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.databases import Database, Postgres, Sqlite, has_pgbench
from bench.drivers import Driver, Outcome, request
from bench.figures import Figure
from bench.servers import Bare, Server, Shop

SETTLE_SECONDS = 0.05  # until the last process has told its time


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many requests cost."""

    cpu_ms: float  # a request
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class Stage:
    """A seeded database with the shop and the references running on it."""

    database: Database
    shop: Shop
    bare: Bare
    driver: Driver
    sample: dict[str, Any]
    orders: int  # seeded
    rounds: int
    seconds: float  # that a read is driven in a round
    order_count: int  # placed in a round
    folder: Path
    bare_costs: dict[str, list[float]] = field(default_factory=dict)

    def cost(
        self, server: Server, wishes: Sequence[bytes], *, clients: int, seconds: float = 0.0
    ) -> Cost:
        """Drive and return processor time per answer, of the server and the database."""
        before = self.used_ms(server)
        outcome = self.driver.drive(server.port, wishes, clients=clients, seconds=seconds)
        time.sleep(SETTLE_SECONDS)
        spent = self.used_ms(server) - before
        return Cost(spent / max(len(outcome.latencies), 1), outcome)

    def used_ms(self, server: Server) -> float:
        """Return the processor time of a server and the database so far."""
        return server.used_ms() + self.database.used_ms()

    def measure_bare(self) -> None:
        """Measure the references once; called in every round."""
        empty = [request("GET", "/empty")]
        self._note("R1", self.cost(self.bare, empty, clients=4, seconds=self.seconds).cpu_ms)
        if not isinstance(self.database, Postgres):
            return
        places = [
            request("GET", f"/order?a={1 + n * 7 % 10_000}&b={10_001 + n * 13 % 10_000}")
            for n in range(self.order_count)
        ]
        self._note("R4", self.cost(self.bare, places, clients=32).cpu_ms)
        if has_pgbench() and not self.database.is_shared:
            for key, script, clients, times in (
                ("R2", "order_multi.sql", 8, self.order_count),
                ("R3", "order_fn.sql", 8, self.order_count),
                ("R5 list", "list.sql", 1, self.order_count),
                ("R5 products", "products.sql", 1, self.order_count // 4),
            ):
                self._note(key, self._scripted(script, clients, times))

    def figure(self, row: str, title: str, **known: Any) -> Figure:
        """Return an empty row of the table for this stage."""
        return Figure(
            row=row, title=title, database=self.database.name, orders=self.orders, **known
        )

    def with_reference(self, figure: Figure, name: str) -> Figure:
        """Put the reference's rounds beside the row's, where it was measured."""
        if name in self.bare_costs:
            figure.reference, figure.reference_values = name, self.bare_costs[name]
        return figure

    @property
    def is_postgres(self) -> bool:
        """Tell whether the targets of writing hold, which are PostgreSQL's."""
        return isinstance(self.database, Postgres)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file."""
        return isinstance(self.database, Sqlite)

    def _scripted(self, script: str, clients: int, times: int) -> float:
        assert isinstance(self.database, Postgres)
        before = self.database.used_ms()
        self.database.pgbench(script, clients=clients, transactions=times)
        time.sleep(SETTLE_SECONDS)
        return (self.database.used_ms() - before) / times

    def _note(self, name: str, value: float) -> None:
        self.bare_costs.setdefault(name, []).append(value)
