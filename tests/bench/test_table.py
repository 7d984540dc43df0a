"""What a person reads of a result."""

from typing import Any

from bench.compare import compared
from bench.figures import Figure, from_json
from bench.table import cells, growth, written, written_in_markdown


def figure(value: float, **known: Any) -> Figure:
    defaults: dict[str, Any] = {
        "row": "list",
        "title": "order list",
        "database": "postgres",
        "orders": 10_000,
        "values": [value - 1, value, value + 1],
        "reference": "R1",
        "reference_values": [0.5, 0.5, 0.4],
        "target": 10.0,
    }
    return Figure(**{**defaults, **known})


def result(*figures: Figure) -> dict[str, Any]:
    return {
        "at": "2026-11-21",
        "machine": "m",
        "commit": "abc",
        "figures": [one.as_json() for one in figures],
    }


def test_a_row_tells_its_median_its_ratio_and_whether_it_is_met() -> None:
    assert cells(figure(8)) == (
        "order list",
        "8.00 CPU-ms",
        "7.00–9.00",
        "16.00 × R1",
        "",
        "",
        "≤ 10",
        "met",
    )
    assert cells(figure(12))[-1] == "MISSED"
    assert cells(figure(8, target=None))[-1] == ""


def test_every_target_must_be_met() -> None:
    assert figure(8, p95_ms=120.0, p95_target_ms=100.0).is_met is False
    assert figure(8, per_second=500.0, least_per_second=400.0).is_met is True
    assert figure(8, per_second=300.0, least_per_second=400.0).is_met is False
    assert figure(120, at_least=True, target=100.0).is_met is True
    assert figure(8, is_right=False).is_met is False
    assert figure(8, values=[]).is_met is None


def test_a_figure_is_read_as_it_was_kept() -> None:
    one = figure(8, note="x", p95_ms=3.0)

    assert from_json(one.as_json()) == one


def test_growth_names_rows_that_cost_more_with_more_orders() -> None:
    steady = [figure(5, row="a"), figure(5.5, row="a", orders=100_000)]
    growing = [figure(5, row="b"), figure(7, row="b", orders=100_000)]

    assert growth([*steady, *growing]) == [
        "postgres, b: × 1.40 from 10,000 to 100,000 orders",
    ]


def test_the_table_tells_its_stages_and_notes() -> None:
    one = result(figure(8, note="all well"))

    assert "postgres, 10,000 orders" in written(one)
    assert "all well" in written(one)


def test_in_markdown_the_sizes_stand_side_by_side() -> None:
    text = written_in_markdown(result(figure(8), figure(12, orders=100_000), figure(1, row="x")))

    assert "| postgres | 10,000 | 100,000 | beside |" in text
    assert "| order list | 8.00 | 12.00 | 24.00 × R1 |  |  | ≤ 10 | missed |" in text
    assert "| order list | 1.00 |  | 2.00 × R1 |  |  | ≤ 10 | met |" in text
    assert "- postgres, list: × 1.50 from 10,000 to 100,000 orders" in text


def test_results_are_compared_by_their_ratios_to_the_references() -> None:
    before = result(figure(8), figure(3, row="gone"))
    after = result(figure(6, reference_values=[0.25, 0.25, 0.25]))

    assert "× 1.50 (reference)" in compared(before, after)
    assert "gone" not in compared(before, after)
    assert compared(before, result()) == "The results have no row in common.\n"
