"""`python -m bench`: measure, compare, print results, count people a core, try large amounts."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.bulk import measure_bulk
from bench.capacity import measure_capacity
from bench.compare import compared
from bench.run import Plan, run
from bench.servers import ROOT
from bench.table import written, written_in_markdown
from bench.upkeep import measure_upkeep

FOLDER = ROOT / "var" / "bench"


def main() -> None:
    """Do what the words say; measuring is meant where they say nothing."""
    words = sys.argv[1:]
    if words[:1] == ["compare"]:
        before, after = (json.loads(Path(name).read_text()) for name in words[1:3])
        print(compared(before, after), end="")
    elif words[:1] == ["show"]:
        result = json.loads(Path(words[1]).read_text())
        print((written_in_markdown if "--markdown" in words else written)(result), end="")
    elif words[:1] == ["capacity"]:
        measure_capacity(words[1:])
    elif words[:1] == ["bulk"]:
        measure_bulk(words[1:])
    elif words[:1] == ["upkeep"]:
        measure_upkeep(words[1:])
    else:
        measure(parsed(words))


def parsed(words: list[str]) -> argparse.Namespace:
    """Read the options of a measurement."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="below 3 minutes, to see it work")
    parser.add_argument("--databases", default="postgres,sqlite", help="or mariadb")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of orders")
    parser.add_argument("--products", type=int, default=10_000, help="two SKUs each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each read and round")
    parser.add_argument("--orders", type=int, default=1_000, help="placed in each round")
    parser.add_argument("--crowds", default="200,2000", help="of buyers who want 100 pieces")
    parser.add_argument("--jobs", type=int, default=2_000, help="trivial ones for the worker")
    parser.add_argument("--requests", default="1000,10000", help="memory may not grow between")
    parser.add_argument(
        "--search-products", type=int, default=50_000, help="for the search row; 0 leaves it out"
    )
    parser.add_argument("--history", type=Path, help="order file of 105,335 lines to import")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument(
        "--shared-server", action="store_true", help="others use the PostgreSQL server just now"
    )
    parser.add_argument("--output", type=Path, help="the JSON file; default: below var/bench")
    return parser.parse_args(words)


def measure(options: argparse.Namespace) -> None:
    """Run, print the table, keep the JSON."""
    plan = Plan(
        databases=tuple(options.databases.split(",")),
        sizes=(2_000,) if options.quick else _numbers(options.sizes),
        products=300 if options.quick else options.products,
        rounds=1 if options.quick else options.rounds,
        seconds=0.2 if options.quick else options.seconds,
        order_count=64 if options.quick else options.orders,
        crowds=(200,) if options.quick else _numbers(options.crowds),
        jobs=100 if options.quick else options.jobs,
        requests=(50, 150) if options.quick else _pair(options.requests),
        search_products=300 if options.quick else options.search_products,
        history=options.history,
        only=options.only,
        is_shared=options.shared_server,
    )
    result = run(plan, _say)
    output: Path = options.output or FOLDER / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(written(result))
    print(f"{result['seconds']} s; kept in {_shown(output)}")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def _pair(text: str) -> tuple[int, int]:
    few, many = _numbers(text)
    return few, many


def _shown(path: Path) -> Any:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
