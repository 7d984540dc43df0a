"""What a worker does with an import: checks it, writes it batch by batch, fetches pictures."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from zhanggui.core.ids import next_ids
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.transactions import in_transaction, rest
from zhanggui.core.types import By
from zhanggui.integrations.importing import files
from zhanggui.integrations.models import ImportRow, ImportRun
from zhanggui.integrations.services import orders, storage
from zhanggui.integrations.services.errors import ErrorFile, lines_of
from zhanggui.integrations.services.pictures import finish_pictures
from zhanggui.integrations.services.runs import OPENERS, Progress, actor_of
from zhanggui.integrations.services.undo import undo_import
from zhanggui.integrations.services.work import Result, Work
from zhanggui.integrations.states import IMPORT
from zhanggui.integrations.types import Kind, Outcome, RunState

PICTURE_BATCH = 5  # products
MOST_HELD = 12  # pictures of a batch, which are held at once; a product alone may have as many


class _Stopped(Exception):
    """Somebody cancelled, or another worker goes on with it."""


def work_on_import(*, run_id: int, now: datetime) -> None:
    """Do what an import waits for; called again, it goes on where it stopped."""
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        return
    with override(run.options.get("language") or get_language()):  # of who reads what is said
        if run.state == RunState.MATCHED:
            check_import(run_id=run_id, now=now)
        elif run.state == RunState.RUNNING:
            run_import(run_id=run_id, now=now)
        elif run.state == RunState.UNDOING:
            undo_import(run=run, actor=actor_of(run), now=now)


def check_import(*, run_id: int, now: datetime, progress: Progress = lambda *_: None) -> None:
    """Find out what a matched import would do, and write the file of what it can't."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state != RunState.MATCHED:
        return
    try:
        found = (
            _checked_orders(run, now, progress)
            if run.kind == Kind.ORDERS
            else _checked(run, now, progress)
        )
    except _Stopped:
        _end_stopped(run, now)
    except FileRefused as refusal:
        IMPORT.move(run, RunState.FAILED, error=str(refusal)[:300], ended_at=now)
    else:
        IMPORT.move(run, RunState.CHECKED, done=0, **found)


def _checked(run: ImportRun, now: datetime, progress: Progress) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    errors = ErrorFile()
    with OPENERS[run.kind](run, now=now) as work:
        for items in work.batches(skip=0):
            for result in work.check(items):
                counts[result.outcome] += 1
                counts["notes"] += bool(result.notes)
                errors.add(result)
            done = sum(counts[one] for one in Outcome.values)
            progress("check", done, work.total)
            _tell(run, RunState.MATCHED, done=done, total=work.total)
        errors_file = errors.write(work.table)
    storage.forget(run.errors_file)
    return {
        "counts": dict(counts),
        "errors_file": errors_file,
        "total": sum(counts[one] for one in Outcome.values),
    }


def _checked_orders(run: ImportRun, now: datetime, progress: Progress) -> dict[str, Any]:
    def tell(done: int, total: int) -> None:
        progress("check", done, total)
        _tell(run, RunState.MATCHED, done=done, total=total)

    report = orders.import_history(run=run, now=now, is_dry_run=True, progress=tell)
    counts = orders.counts_of(report, is_dry_run=True)
    counts["problems"] = orders.problems_of(report)
    errors_file = orders.error_file(run, report)
    storage.forget(run.errors_file)
    total = sum(counts.get(one, 0) for one in Outcome.values)
    return {"counts": counts, "errors_file": errors_file, "total": total}


def _tell(run: ImportRun, state: RunState, *, done: int, total: int) -> None:
    """Show how far work is.

    Raises:
        _Stopped: it is to end.
    """
    mine = ImportRun.objects.filter(pk=run.pk, state=state, cancel_asked=False)
    if not mine.update(done=min(done, total), total=total):
        raise _Stopped


def _end_stopped(run: ImportRun, now: datetime) -> None:
    run.refresh_from_db()
    if run.cancel_asked and run.state in (RunState.MATCHED, RunState.RUNNING):
        IMPORT.move(run, RunState.CANCELLED, ended_at=now)


def run_import(*, run_id: int, now: datetime, progress: Progress = lambda *_: None) -> None:
    """Write an import batch by batch; called again, it goes on where it stopped.

    A batch and its place in the file are one transaction, so nothing is written twice.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state != RunState.RUNNING:
        return
    try:
        if run.kind == Kind.ORDERS:
            also = _written_orders(run, now, progress)
        else:
            also = _write_all(run, now, progress)
    except _Stopped:
        _end_stopped(run, now)
    except FileRefused as refusal:
        IMPORT.move(run, RunState.FAILED, error=str(refusal)[:300], ended_at=now)
    else:
        IMPORT.move(run, RunState.DONE, ended_at=now, **also)


def _written_orders(run: ImportRun, now: datetime, progress: Progress) -> dict[str, Any]:
    def tell(done: int, total: int) -> None:
        progress("write", done, total)
        _tell(run, RunState.RUNNING, done=done, total=total)

    report = orders.import_history(run=run, now=now, is_dry_run=False, progress=tell)
    counts = orders.counts_of(report, is_dry_run=False)
    counts["problems"] = orders.problems_of(report)
    storage.forget(run.file)  # it has buyers in it
    return {"counts": counts, "file": ""}


def _write_all(run: ImportRun, now: datetime, progress: Progress) -> dict[str, Any]:
    with OPENERS[run.kind](run, now=now) as work:
        run.total = max(work.total, run.done)
        ImportRun.objects.filter(pk=run.pk).update(total=run.total)
        for items in work.batches(skip=run.done):
            began = time.monotonic()
            _write(run, work, items)
            progress("write", run.done, run.total)
            rest(since=began)
        _fetch_pictures(run, now=now, progress=progress)
        errors_file = _final_errors(run, work)
    storage.forget(run.errors_file)
    return {"errors_file": errors_file}


def _write(run: ImportRun, work: Work, items: Sequence[Any]) -> None:
    ids = next_ids(count=len(items))
    counts, pictures = in_transaction(lambda: _written(run, work, items, ids))
    run.done += len(items)
    run.counts = counts
    run.pictures_total += pictures


def _written(
    run: ImportRun, work: Work, items: Sequence[Any], ids: Sequence[int]
) -> tuple[dict[str, int], int]:
    mine = ImportRun.objects.filter(
        pk=run.pk, state=RunState.RUNNING, done=run.done, cancel_asked=False
    )
    if not mine.update(done=F("done") + len(items)):
        raise _Stopped
    results = work.apply(items, row_ids=ids, actor=actor_of(run))
    counts = Counter(run.counts)
    counts.update(str(one.outcome) for one in results)
    counts["notes"] += sum(bool(one.notes) for one in results)
    rows = [
        _row(run, run.done + place, pk, one)
        for place, (pk, one) in enumerate(zip(ids, results, strict=False))
        if one.outcome != Outcome.UNCHANGED or one.pictures or one.notes
    ]
    ImportRow.objects.bulk_create(rows)
    pictures = sum(len(one.pictures["items"]) for one in results if one.pictures)
    ImportRun.objects.filter(pk=run.pk).update(
        counts=dict(counts), pictures_total=F("pictures_total") + pictures
    )
    return dict(counts), pictures


def _row(run: ImportRun, ordinal: int, pk: int, one: Result) -> ImportRow:
    return ImportRow(
        id=pk,
        run=run,
        ordinal=ordinal,
        line=one.lines[0],
        outcome=one.outcome,
        label=one.label[:120],
        subject_id=one.subject_id,
        reason=one.reason,
        changes={**one.changes, **lines_of(one)},
        pictures=one.pictures,
    )


def _fetch_pictures(run: ImportRun, *, now: datetime, progress: Progress) -> None:
    """Fetch what pictures are still to be had. A picture that fails is told at its row."""
    archive = storage.local_path(run.file)
    folders = [Path(one) for one in run.options.get("folders", ())]
    by = By(actor_of(run), now)
    with files.pictures_of(archive=archive, folders=folders) as along:
        while rows := _with_pictures(run):
            wanted = [row.pictures or {} for row in rows]
            ids = [row.subject_id or 0 for row in rows]
            errors = finish_pictures(product_ids=ids, wanted=wanted, along=along, by=by)
            for row, found in zip(rows, errors, strict=True):
                row.pictures = None
                row.reason = _("；").join(filter(None, [row.reason, *found]))[:300]
            ImportRow.objects.bulk_update(rows, ["pictures", "reason"])
            failed = run.counts.get("pictures_failed", 0) + sum(map(len, errors))
            run.counts["pictures_failed"] = failed
            run.pictures_done += sum(len(one["items"]) for one in wanted)
            progress("pictures", run.pictures_done, run.pictures_total)
            mine = ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, cancel_asked=False)
            if not mine.update(pictures_done=run.pictures_done, counts=run.counts):
                raise _Stopped


def _with_pictures(run: ImportRun) -> list[ImportRow]:
    """Return the next rows with pictures to be fetched, so many that they fit into memory."""
    found: list[ImportRow] = []
    held = 0
    for row in run.rows.exclude(pictures=None).order_by("ordinal")[:PICTURE_BATCH]:
        held += len((row.pictures or {})["items"])
        if found and held > MOST_HELD:
            break
        found.append(row)
    return found


def _final_errors(run: ImportRun, work: Work) -> str:
    """Write the file of what was left out or should be known, as the import ended."""
    errors = ErrorFile()
    rows = run.rows.exclude(reason="").order_by("ordinal")
    for row in rows.only("line", "outcome", "reason", "changes").iterator(chunk_size=500):
        errors.note(
            outcome=row.outcome,
            reason=row.reason,
            lines=row.changes.get("lines", [row.line]),
            faults=[(line, text) for line, text in row.changes.get("faults", [])],
        )
    return errors.write(work.table)
