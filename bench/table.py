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


def written(result: dict[str, Any], *, markdown: bool) -> str:
    """Return the whole result as text."""
    figures = [from_json(raw) for raw in result["figures"]]
    parts = [f"{result['at']}  {result['machine']}  {result['commit']}"]
    stages = list(dict.fromkeys((one.database, one.orders) for one in figures))
    for database, orders in stages:
        rows = [one for one in figures if (one.database, one.orders) == (database, orders)]
        parts.append(f"{'### ' if markdown else ''}{database}, {orders:,} orders")
        lines = [HEADS, *(cells(one) for one in rows)]
        parts.append(_markdown(lines) if markdown else _aligned(lines))
        notes = [f"  {one.title}: {one.note}" for one in rows if one.note]
        parts += ["\n".join(notes)] if notes else []
    grown = growth(figures)
    parts.append(
        "Growth: "
        + ("none above a fifth per factor of ten" if not grown else "\n  " + "\n  ".join(grown))
    )
    return "\n\n".join(parts) + "\n"


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    head, *rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rows])


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
