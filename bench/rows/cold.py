"""Storefront pages right after the catalogue changed: nothing kept may be shown any more."""

from collections.abc import Iterator
from itertools import count

from bench.drivers import drive_here
from bench.figures import Figure
from bench.measure import Stage
from bench.rows.reads import note_latency, page

CHANGED = "UPDATE core_counter SET value = value + 1 WHERE name = 'version:catalog'"
_products = count(100)


def measure_cold(stage: Stage, figures: dict[str, Figure]) -> None:
    """Measure one round: each page is asked for once after a change."""
    slugs, times = stage.sample["products"], max(int(stage.seconds * 30), 5)
    for kind, paths in (
        ("list", (f"/c/{slug}/" for slug in _turns(stage.sample["categories"]))),
        ("detail", (f"/p/{slugs[number % len(slugs)]}/" for number in _products)),
    ):
        row = f"storefront {kind}, cold"
        figure = figures.get(row)
        if figure is None:
            figure = figures[row] = stage.figure(row, row, target=4.0)
            stage.with_reference(figure, "R5 products" if kind == "list" else "R1")
        before = stage.used_ms(stage.shop)
        for _, path in zip(range(times), paths, strict=False):
            stage.database.execute(CHANGED)
            note_latency(figure, drive_here(stage.shop.port, [page(path)], 1))
        figure.values.append((stage.used_ms(stage.shop) - before) / times)


def _turns(names: list[str]) -> Iterator[str]:
    while True:
        yield from names
