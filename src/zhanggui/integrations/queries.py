"""Reads of imports and exports."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.core.files.storage import storages
from django.db.models import Q
from django.utils.translation import gettext as _

from zhanggui.integrations.models import ExportRun as ExportRun
from zhanggui.integrations.models import ImportRow as ImportRow
from zhanggui.integrations.models import ImportRun as ImportRun
from zhanggui.integrations.types import COST, Kind, Outcome, RunState

SHOWN = 100
_COST = re.compile(r"成本|进价|进货|采购|供货|拿货|cost|purchase price|supply price", re.IGNORECASE)
_CHANGED = (Outcome.CREATED, Outcome.UPDATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do: figures by name, and the first problems with their line."""

    figures: dict[str, int]
    problems: tuple[tuple[int, str], ...]


def imports(*, limit: int = 30) -> list[ImportRun]:
    """Return the newest imports."""
    return list(ImportRun.objects.order_by("-pk")[:limit])


def import_run(*, run_id: int) -> ImportRun | None:
    """Return an import."""
    return ImportRun.objects.filter(pk=run_id).first()


def orders_import_at(*, format_name: str, at: datetime) -> ImportRun | None:
    """Return the import of orders that was writing at a moment, None where it was a command."""
    runs = ImportRun.objects.filter(kind=Kind.ORDERS, format=format_name, started_at__lte=at)
    still = Q(ended_at=None) | Q(ended_at__gte=at)
    return runs.filter(still).order_by("-started_at", "-pk").first()


def exports(*, actor_id: int | None, limit: int = 30) -> list[ExportRun]:
    """Return somebody's newest exports."""
    return list(ExportRun.objects.filter(actor_id=actor_id).order_by("-pk")[:limit])


def export_run(*, run_id: int, actor_id: int | None) -> ExportRun | None:
    """Return an export of this person; nobody else's."""
    return ExportRun.objects.filter(pk=run_id, actor_id=actor_id).first()


def import_labels(run_ids: Sequence[int]) -> dict[int, str]:
    """Return id → name of the file."""
    return dict(ImportRun.objects.filter(pk__in=run_ids).values_list("pk", "file_name"))


def report(*, run: ImportRun) -> Report:
    """Return what became of an import, or what its check found."""
    figures = {"total": run.total, **{one: run.counts.get(one, 0) for one in Outcome.values}}
    figures["pictures"] = run.pictures_done - run.counts.get("pictures_failed", 0)
    figures["pictures_failed"] = run.counts.get("pictures_failed", 0)
    return Report(figures=figures, problems=tuple(problems(run=run)))


def problems(*, run: ImportRun, most: int = SHOWN) -> list[tuple[int, str]]:
    """Return line and reason of what could not be imported, or should be known."""
    if run.kind == Kind.ORDERS:
        return [(line, text) for line, text in run.counts.get("problems", [])][:most]
    if run.started_at is None or run.state in (RunState.MATCHED, RunState.CHECKED):
        return _of_file(run.errors_file, most)
    rows = run.rows.exclude(reason="").order_by("ordinal")[:most]
    return [said for row in rows for said in _said(row)][:most]


def _said(row: ImportRow) -> list[tuple[int, str]]:
    """Return what is wrong at the lines where it is, else what should be known of the first."""
    found: dict[int, list[str]] = {}
    for line, text in row.changes.get("faults", ()):
        found.setdefault(line, []).append(text)
    return [(line, _("；").join(texts)) for line, texts in found.items()] or [
        (row.line, row.reason)
    ]


def undo_rows(*, run: ImportRun, most: int = SHOWN) -> list[ImportRow]:
    """Return rows that were undone, or could not be."""
    return list(run.rows.exclude(undone="").order_by("ordinal")[:most])


def undo_progress(*, run: ImportRun) -> tuple[int, int]:
    """Return how many of the rows that an import changed are undone, and how many there are."""
    changed = run.rows.filter(outcome__in=_CHANGED)
    return changed.exclude(undone="").count(), changed.count()


def cost_places(*, run: ImportRun) -> set[int]:
    """Return which columns of a file hold what goods cost, imported or not."""
    return {
        place
        for place, name in enumerate(run.header)
        if run.columns[place : place + 1] == [COST] or _COST.search(name)
    }


def unused_columns(*, run: ImportRun) -> list[str]:
    """Return the names of the columns of a file that are not taken over."""
    if run.kind == Kind.ORDERS:
        return []
    named = zip(run.header, run.columns, strict=False)
    return list(dict.fromkeys(name for name, wanted in named if name and not wanted))


def errors_without_costs(*, run: ImportRun) -> IO[bytes]:
    """Open the file of what could not be imported with the columns of costs left empty."""
    hidden = {place + 1 for place in cost_places(run=run)}  # the line comes first
    made = io.BytesIO()
    with (
        stored_file(name=run.errors_file) as file,
        io.TextIOWrapper(file, "utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(out := io.TextIOWrapper(made, "utf-8-sig", newline=""))
        for number, cells in enumerate(csv.reader(text)):
            writer.writerow(
                "" if number and place in hidden else cell for place, cell in enumerate(cells)
            )
        out.detach()
    made.seek(0)
    return made


def stored_file(*, name: str) -> IO[bytes]:
    """Open a file of an import or export for handing it out."""
    opened: IO[bytes] = storages["private"].open(name, "rb")
    return opened


def _of_file(name: str, most: int) -> list[tuple[int, str]]:
    if not name or not storages["private"].exists(name):
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
