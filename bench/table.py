"""The table that a person reads, on a terminal or in Markdown."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bench.figures import Figure, from_json

HEADS = ("row", "median", "min–max", "× reference", "p50 / p95 ms", "per s", "target", "")


def cells(figure: Figure) -> tuple[str, ...]:
    """Return the texts of one row."""
    reference = ""
    if figure.ratio is not None:
        reference = f"{figure.ratio:.2f} × {figure.reference}"
    latency = ""
    if figure.p50_ms is not None and figure.p95_ms is not None:
        latency = f"{figure.p50_ms:.0f} / {figure.p95_ms:.0f}"
    return (
        figure.title,
        f"{figure.value:,.2f} {figure.unit}" if figure.values else "–",
        f"{min(figure.values):,.2f}–{max(figure.values):,.2f}" if figure.values else "",
        reference,
        latency,
        f"{figure.per_second:,.0f}" if figure.per_second else "",
        _target(figure),
        {True: "met", False: "MISSED", None: ""}[figure.is_met],
    )


def _target(figure: Figure) -> str:
    parts = []
    if figure.target is not None:
        parts.append(f"{'≥' if figure.at_least else '≤'} {figure.target:g}")
    if figure.p95_target_ms is not None:
        parts.append(f"p95 ≤ {figure.p95_target_ms:g}")
    if figure.least_per_second is not None:
        parts.append(f"≥ {figure.least_per_second:g}/s")
    return ", ".join(parts)


def growth(figures: Sequence[Figure]) -> list[str]:
    """Return rows that grow by more than a fifth per factor of ten in the number of orders."""
    found = []
    by_row: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        if figure.unit == "CPU-ms" and figure.values:
            by_row.setdefault((figure.database, figure.row), []).append(figure)
    for (database, row), sizes in by_row.items():
        sizes.sort(key=_orders)
        for small, large in pairwise(sizes):
            if small.value and large.value / small.value > 1.2:
                found.append(
                    f"{database}, {row}: × {large.value / small.value:.2f} "
                    f"from {small.orders:,} to {large.orders:,} orders"
                )
    return found


def _orders(figure: Figure) -> int:
    return figure.orders


def written(result: dict[str, Any]) -> str:
    """Return the whole result as text for a terminal."""
    figures = [from_json(raw) for raw in result["figures"]]
    parts = [f"{result['at']}  {result['machine']}  {result['commit']}"]
    stages = list(dict.fromkeys((one.database, one.orders) for one in figures))
    for database, orders in stages:
        rows = [one for one in figures if (one.database, one.orders) == (database, orders)]
        parts.append(f"{database}, {orders:,} orders")
        parts.append(_aligned([HEADS, *(cells(one) for one in rows)]))
        notes = [f"  {one.title}: {one.note}" for one in rows if one.note]
        parts += ["\n".join(notes)] if notes else []
    grown = growth(figures)
    parts.append(
        "Growth: "
        + ("none above a fifth per factor of ten" if not grown else "\n  " + "\n  ".join(grown))
    )
    return "\n\n".join(parts) + "\n"


def written_in_markdown(result: dict[str, Any]) -> str:
    """Return the result for a document: a table for each database, the sizes side by side."""
    figures = [from_json(raw) for raw in result["figures"]]
    parts = [f"{result['at']}, {result['machine']}, commit {result['commit']}"]
    for database in dict.fromkeys(one.database for one in figures):
        own = [one for one in figures if one.database == database and one.values]
        sizes = sorted({one.orders for one in own})
        heads = [database, *(f"{size:,}" for size in sizes), "beside", "p95 ms", "per s", "target"]
        lines = [[*heads, ""]]
        for row in dict.fromkeys(one.row for one in own):
            by_size = {one.orders: one for one in own if one.row == row}
            lines.append(_line([by_size.get(size) for size in sizes]))
        parts.append(
            "\n".join(
                "| " + " | ".join(line) + " |" + ("" if number else "\n|" + "---|" * len(line))
                for number, line in enumerate(lines)
            )
        )
    grown = growth(figures)
    parts.append("\n".join(f"- {one}" for one in grown) or "No row grows.")
    return "\n\n".join(parts) + "\n"


def _line(sizes: Sequence[Figure | None]) -> list[str]:
    """Return a row with its value at each size; all else is told of the largest."""
    known = [one for one in sizes if one is not None]
    last = known[-1]
    title, _median, _range, reference, latency, per_second, target, _met = cells(last)
    missed = [one for one in known if one.is_met is False]
    worth = [f"{one.value:,.2f}" if one is not None else "" for one in sizes]
    verdict = "" if last.is_met is None and not missed else "missed" if missed else "met"
    unit = "" if last.unit == "CPU-ms" else f" ({last.unit})"
    return [
        *(title + unit, *worth, reference),
        *(latency.rpartition("/ ")[2], per_second, target, verdict),
    ]


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
