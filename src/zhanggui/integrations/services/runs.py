"""Imports: uploaded, matched, checked, run in short steps, cancelled."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from zhanggui.core.ids import next_ids
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import Actor, ActorType
from zhanggui.integrations.importing import detect, files
from zhanggui.integrations.models import ColumnMatch, ImportRow, ImportRun
from zhanggui.integrations.services import products, storage
from zhanggui.integrations.services.errors import ErrorFile
from zhanggui.integrations.services.pictures import finish_pictures
from zhanggui.integrations.services.work import Result, Work
from zhanggui.integrations.states import IMPORT
from zhanggui.integrations.types import ImportRefused, Kind, Outcome, RunState

Progress = Callable[[str, int, int], None]  # "check", "write" or "pictures", done, of how many
PICTURE_BATCH = 20  # products

_OPENERS: Mapping[str, Callable[..., AbstractContextManager[Work]]] = {
    Kind.PRODUCTS: products.opened,
    Kind.PRICES: products.opened,
}


class _Stopped(Exception):
    """Somebody cancelled, or another worker goes on with it."""


def start_import(
    *,
    kind: Kind,
    path: Path,
    name: str,
    format_name: str = "",
    options: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> ImportRun:
    """Take a file in and say how its columns are understood; a remembered match comes first.

    Raises:
        FileRefused: it is no table, damaged or too large; nothing is kept.
    """
    with storage.scratch("tables") as folder:
        folder.mkdir()
        inner = files.unpack_tables(path, into=folder) if files.is_bundle(path) else path
        table = files.product_table(inner)
    found = detect.product_format(table.header)
    format_ = detect.PRODUCT_FORMATS[format_name or found.name]
    match: Sequence[str] = format_.match(table.header)
    known = ColumnMatch.objects.filter(
        kind=kind, fingerprint=detect.fingerprint(table.header)
    ).first()
    if known is not None and not format_name:
        format_, match = detect.PRODUCT_FORMATS[known.format], known.columns
    return ImportRun.objects.create(
        kind=kind,
        file_name=name[:200],
        file=storage.keep(path, folder=f"imports/{now:%Y%m}", name=name),
        format=format_.name,
        header=list(table.header),
        columns=list(match),
        options=dict(options or {}),
        actor_type=actor.type,
        actor_id=actor.id,
        created_at=now,
    )


def match_columns(
    *,
    run: ImportRun,
    format_name: str,
    columns: Sequence[str],
    options: Mapping[str, Any],
    now: datetime,
) -> None:
    """Say what the columns hold, remember it for such tables, and have the file checked.

    Raises:
        ImportRefused: a field stands in two columns, or none is chosen.
        IllegalMove: the import is past that.
    """
    wanted = [one for one in columns if one]
    if not wanted:
        raise ImportRefused(_("请至少给一列选择要导入的内容。"))
    if twice := [one for one, count in Counter(wanted).items() if count > 1]:
        label = detect.PRODUCT_FORMATS[format_name].label_of(twice[0])
        raise ImportRefused(_("「%(name)s」选了两列，请只留一列。") % {"name": label})
    IMPORT.move(
        run,
        RunState.MATCHED,
        format=format_name,
        columns=list(columns),
        options={**run.options, **options},
        cancel_asked=False,
        done=0,
        total=0,
        error="",
    )
    ColumnMatch.objects.update_or_create(
        kind=run.kind,
        fingerprint=detect.fingerprint(run.header),
        defaults={"format": format_name, "columns": list(columns), "updated_at": now},
    )


def check_import(*, run_id: int, now: datetime, progress: Progress = lambda *_: None) -> None:
    """Find out what a matched import would do, and write the file of what it can't."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state != RunState.MATCHED:
        return
    counts: Counter[str] = Counter()
    errors = ErrorFile()
    try:
        with _OPENERS[run.kind](run, now=now) as work:
            for items in work.batches(skip=0):
                for result in work.check(items):
                    counts[result.outcome] += 1
                    errors.add(result)
                    counts["notes"] += bool(result.notes)
                done = sum(counts[one] for one in Outcome.values)
                progress("check", done, work.total)
                if not _tell(run, done=done, total=work.total):
                    IMPORT.move(run, RunState.CANCELLED, ended_at=now)
                    return
            errors_file = errors.write(work.table)
            storage.forget(run.errors_file)
    except FileRefused as refusal:
        IMPORT.move(run, RunState.FAILED, error=str(refusal)[:300], ended_at=now)
        return
    IMPORT.move(
        run,
        RunState.CHECKED,
        counts=dict(counts),
        errors_file=errors_file,
        total=sum(counts[one] for one in Outcome.values),
        done=0,
    )


def _tell(run: ImportRun, *, done: int, total: int) -> bool:
    """Show how far a check is; False where it is to end."""
    mine = ImportRun.objects.filter(pk=run.pk, state=RunState.MATCHED, cancel_asked=False)
    return bool(mine.update(done=min(done, total), total=total))


def begin_import(*, run: ImportRun, now: datetime) -> None:
    """Let a checked import be written, or one that broke off go on.

    Raises:
        IllegalMove: it is neither.
    """
    also: dict[str, Any] = {"cancel_asked": False, "error": ""}
    if run.state == RunState.CHECKED:
        also |= {"done": 0, "total": 0, "counts": {}, "started_at": now}
    IMPORT.move(run, RunState.RUNNING, **also)


def run_import(*, run_id: int, now: datetime, progress: Progress = lambda *_: None) -> None:
    """Write an import batch by batch; called again, it goes on where it stopped.

    A batch and its place in the file are one transaction, so nothing is written twice.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state != RunState.RUNNING:
        return
    try:
        with _OPENERS[run.kind](run, now=now) as work:
            ImportRun.objects.filter(pk=run.pk).update(total=max(work.total, run.done))
            run.total = max(work.total, run.done)
            for items in work.batches(skip=run.done):
                _write(run, work, items)
                progress("write", run.done, run.total)
        _fetch_pictures(run, now=now, progress=progress)
    except _Stopped:
        run.refresh_from_db()
        if run.state == RunState.RUNNING and run.cancel_asked:
            IMPORT.move(run, RunState.CANCELLED, ended_at=now)
        return
    except FileRefused as refusal:
        IMPORT.move(run, RunState.FAILED, error=str(refusal)[:300], ended_at=now)
        return
    IMPORT.move(run, RunState.DONE, ended_at=now)


def _write(run: ImportRun, work: Work, items: Sequence[Any]) -> None:
    ids = next_ids(count=len(items))
    actor = Actor(ActorType(run.actor_type), run.actor_id)
    counts, pictures = in_transaction(lambda: _written(run, work, items, ids, actor))
    run.done += len(items)
    run.counts = counts
    run.pictures_total += pictures


def _written(
    run: ImportRun, work: Work, items: Sequence[Any], ids: Sequence[int], actor: Actor
) -> tuple[dict[str, int], int]:
    mine = ImportRun.objects.filter(
        pk=run.pk, state=RunState.RUNNING, done=run.done, cancel_asked=False
    )
    if not mine.update(done=F("done") + len(items)):
        raise _Stopped
    results = work.apply(items, row_ids=ids, actor=actor)
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
        changes=one.changes,
        pictures=one.pictures,
    )


def _fetch_pictures(run: ImportRun, *, now: datetime, progress: Progress) -> None:
    """Fetch what pictures are still to be had. A picture that fails is told at its row."""
    archive = storage.local_path(run.file)
    folders = [Path(one) for one in run.options.get("folders", ())]
    with files.pictures_of(archive=archive, folders=folders) as along:
        while rows := list(run.rows.exclude(pictures=None).order_by("ordinal")[:PICTURE_BATCH]):
            wanted = [row.pictures or {} for row in rows]
            ids = [row.subject_id or 0 for row in rows]
            errors = finish_pictures(product_ids=ids, wanted=wanted, along=along, now=now)
            failed = 0
            for row, found in zip(rows, errors, strict=True):
                row.pictures = None
                row.reason = "；".join(filter(None, [row.reason, *found]))[:300]
                failed += len(found)
            ImportRow.objects.bulk_update(rows, ["pictures", "reason"])
            run.counts["pictures_failed"] = run.counts.get("pictures_failed", 0) + failed
            run.pictures_done += sum(len(one["items"]) for one in wanted)
            progress("pictures", run.pictures_done, run.pictures_total)
            mine = ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, cancel_asked=False)
            if not mine.update(pictures_done=run.pictures_done, counts=run.counts):
                raise _Stopped


def cancel_import(*, run: ImportRun, now: datetime) -> None:
    """End an import: at once where nothing is at work, else between two batches.

    What is written stays, and can be undone.

    Raises:
        IllegalMove: it is over.
    """
    if run.state in (RunState.UPLOADED, RunState.CHECKED):
        IMPORT.move(run, RunState.CANCELLED, ended_at=now)
        return
    busy = ImportRun.objects.filter(pk=run.pk, state__in=[RunState.MATCHED, RunState.RUNNING])
    if not busy.update(cancel_asked=True):
        IMPORT.move(run, RunState.CANCELLED, ended_at=now)


def fail_import(*, run_id: int, error: str, now: datetime) -> None:
    """Note that an import broke off by an error of ours; it can go on later."""
    busy = ImportRun.objects.filter(pk=run_id, state__in=[RunState.MATCHED, RunState.RUNNING])
    busy.update(state=RunState.FAILED, error=error[:300], ended_at=now)


def forget_import(*, run: ImportRun) -> None:
    """Delete an import that wrote nothing, with its files."""
    storage.forget(run.file, run.errors_file)
    ImportRun.objects.filter(pk=run.pk, done=0).delete()
