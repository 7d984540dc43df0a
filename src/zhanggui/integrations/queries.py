"""Reads of imports."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.storage import storages

from zhanggui.integrations.models import ImportRow as ImportRow
from zhanggui.integrations.models import ImportRun as ImportRun
from zhanggui.integrations.types import Outcome, RunState

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do: figures by name, and the first problems with their line."""

    figures: dict[str, int]
    problems: tuple[tuple[int, str], ...]


def report(*, run: ImportRun) -> Report:
    """Return what became of an import, or what its check found."""
    figures = {"total": run.total, **{one: run.counts.get(one, 0) for one in Outcome.values}}
    figures["pictures"] = run.pictures_done - run.counts.get("pictures_failed", 0)
    figures["pictures_failed"] = run.counts.get("pictures_failed", 0)
    return Report(figures=figures, problems=tuple(problems(run=run)))


def problems(*, run: ImportRun, most: int = SHOWN) -> list[tuple[int, str]]:
    """Return line and reason of what could not be imported, or should be known."""
    if run.state in (RunState.UPLOADED, RunState.MATCHED, RunState.CHECKED):
        return _of_file(run.errors_file, most)
    rows = run.rows.exclude(reason="").order_by("ordinal")
    return list(rows.values_list("line", "reason")[:most])


def _of_file(name: str, most: int) -> list[tuple[int, str]]:
    if not name:
        return []
    found: list[tuple[int, str]] = []
    with storages["private"].open(name, "rb") as file:
        text: Sequence[str] = file.read(4 << 20).decode("utf-8-sig", "replace").splitlines(True)
        for cells in csv.reader(text[1:]):
            if len(found) == most:
                break
            if cells and cells[0].isdecimal():
                found.append((int(cells[0]), cells[-1]))
    return found
