"""Two results beside each other: ratios to the references, so that two machines can be compared."""

from typing import Any

from bench.figures import Figure, from_json


def compared(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return a line for each row that both have: how the ratio to its reference changed."""
    old = {_key(one): one for one in map(from_json, before["figures"])}
    lines = []
    for one in map(from_json, after["figures"]):
        was = old.get(_key(one))
        if was is None or not was.values or not one.values:
            continue
        by = "reference"
        if was.ratio and one.ratio and was.reference == one.reference:
            change = one.ratio / was.ratio
        elif was.value:
            change, by = one.value / was.value, "plain"
        else:
            continue
        lines.append(
            f"{one.database:<9}{one.orders:>10,}  {one.title:<44}"
            f"{was.value:>9.2f} → {one.value:>9.2f} {one.unit:<7} × {change:.2f} ({by})"
        )
    return "\n".join(lines) + "\n" if lines else "The results have no row in common.\n"


def _key(figure: Figure) -> tuple[str, int, str]:
    return figure.database, figure.orders, figure.row
