"""Ask what tests.seeded.cases asks, and print how the database answers: `python -m …plans`.

A process of its own, since the tests' own connection belongs to a test database. Each SELECT is
run again under ANALYZE, which says what was read, not only what the planner expects.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

Node = dict[str, Any]
ALIAS = re.compile(r"[`\"](\w+)[`\"] ([A-Z]\d+)\b")


@dataclass
class Finding:
    """How one question was answered: indexes used, tables read from end to end, rows by table."""

    indexes: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    def add(self, statement: str, plan: Any) -> None:
        """Add the plan of one statement."""
        read: Counter[str] = Counter()
        aliases = {alias: table for table, alias in ALIAS.findall(statement)}
        for node in _nodes(plan):
            index = node.get("Index Name") or node.get("key")
            table = node.get("Relation Name") or node.get("table_name")
            if isinstance(index, str):
                self.indexes.append(index)
            if table or index:
                name = str(table or index)
                read[aliases.get(name, name)] += _rows(node)
            if table and (node.get("Node Type", "").endswith("Seq Scan") or _is_all(node)):
                self.whole.append(aliases.get(table, table))
        for table, rows in read.items():
            self.rows[table] = max(rows, self.rows.get(table, 0))
        self.statements.append(statement)


@dataclass
class Asked:
    """Keeps each SELECT that the database is asked."""

    statements: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Let a statement pass."""
        if sql.startswith("SELECT"):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)


def _nodes(plan: Any) -> Iterator[Node]:
    if isinstance(plan, dict):
        yield plan
        for below in plan.values():
            yield from _nodes(below)
    elif isinstance(plan, list):
        for below in plan:
            yield from _nodes(below)


def _is_all(node: Node) -> bool:
    return node.get("access_type") == "ALL" and not str(node["table_name"]).startswith("<")


def _rows(node: Node) -> int:
    """Return how many rows a step read, those that it left out included."""
    if "Actual Rows" in node:
        names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
        return round(sum(node.get(name, 0) for name in names) * node["Actual Loops"])
    return round((node.get("r_rows") or 0) * (node.get("r_loops") or 0))


def findings() -> dict[str, Finding]:
    """Ask everything, and explain each SELECT that it took."""
    from django.db import connection
    from tests.seeded.cases import CASES, Sample

    sample = Sample()
    found = {}
    for name, case in CASES.items():
        case.ask(sample)  # reads the sample's rows, which are not what is asked
        asked = Asked()
        _forget()
        with connection.execute_wrapper(asked):
            case.ask(sample)
        found[name] = Finding()
        for sql, params in asked.statements:
            found[name].add(sql, _plan(connection, sql, params))
    return found


def _forget() -> None:
    """Begin each question with an empty memory."""
    from zhanggui.core import versions

    versions.forget()


def _plan(connection: Any, sql: str, params: Any) -> Any:
    analyze = "EXPLAIN (ANALYZE, FORMAT JSON)"
    if connection.vendor == "mysql":
        analyze = "ANALYZE FORMAT=JSON"
    with connection.cursor() as cursor:
        cursor.execute(f"{analyze} {sql}", params)
        plan = cursor.fetchone()[0]
    return json.loads(plan) if isinstance(plan, str) else plan


if __name__ == "__main__":
    import django

    django.setup()
    json.dump({name: asdict(one) for name, one in findings().items()}, sys.stdout)
