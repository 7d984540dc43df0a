"""Exports: asked for, written by a worker, kept for some days."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from zhanggui.core.events import publish
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.tables.writing import table_writer
from zhanggui.core.types import Actor
from zhanggui.integrations.events import ExportMade, ExportOrdered
from zhanggui.integrations.models import ExportRun, ImportRun
from zhanggui.integrations.services import storage
from zhanggui.integrations.services.exporting import sheet_of
from zhanggui.integrations.types import ExportState, Kind, RunState

KEPT = timedelta(days=7)
IMPORTS_KEPT = timedelta(days=30)


@transaction.atomic
def start_export(
    *,
    kind: Kind,
    ending: str,
    wanted: Mapping[str, Any],
    narrowed: Mapping[str, str],
    with_costs: bool = False,
    with_money: bool = False,
    with_people: bool = False,
    actor: Actor,
    now: datetime,
    by_worker: bool = True,
) -> ExportRun:
    """Have a table made of what a list shows; the audit log keeps who asked for what.

    `wanted` is the filter as the domain has it, `narrowed` says it to people without what they
    searched for, which may be a name.
    """
    run = ExportRun.objects.create(
        kind=kind,
        ending=ending,
        wanted=json.dumps(wanted),
        with_costs=with_costs,
        with_money=with_money,
        with_people=with_people,
        actor_id=actor.id,
        created_at=now,
    )
    if by_worker:
        publish(
            ExportOrdered(
                subject_id=run.pk,
                what=kind,
                narrowed=dict(narrowed),
                with_people=with_people,
                at=now,
                actor=actor,
            )
        )
    return run


def make_export(*, export_id: int, now: datetime, base: str = "") -> None:
    """Write the table; begun again, it is made anew."""
    run = ExportRun.objects.get(pk=export_id)
    open_states = [ExportState.QUEUED, ExportState.RUNNING]
    mine = ExportRun.objects.filter(pk=export_id, state__in=open_states)
    sheet = sheet_of(run, now=now, base=base)
    if not mine.update(state=ExportState.RUNNING, total=sheet.total, done=0, rows=0):
        return
    done = rows = 0
    try:
        with storage.scratch(f"export.{run.ending}") as path:
            with table_writer(path, header=sheet.header, numbers=sheet.numbers) as writer:
                for count, chunk in sheet.chunks:
                    for cells in chunk:
                        writer.row(cells)
                    done, rows = done + count, rows + len(chunk)
                    if not mine.update(done=done, rows=rows):
                        return
            file = storage.keep(path, folder=f"exports/{now:%Y%m}", name=path.name)
    except FileRefused as refusal:
        mine.update(state=ExportState.FAILED, error=str(refusal)[:300], ended_at=now)
        return
    with transaction.atomic():
        if mine.update(state=ExportState.DONE, file=file, total=done, ended_at=now):
            publish(ExportMade(subject_id=run.pk, what=run.kind, rows=rows, at=now))
        else:
            storage.forget(file)


def cancel_export(*, run: ExportRun, now: datetime) -> None:
    """End an export that is not ready; one that is stays."""
    open_states = [ExportState.QUEUED, ExportState.RUNNING]
    ExportRun.objects.filter(pk=run.pk, state__in=open_states).update(
        state=ExportState.CANCELLED, ended_at=now
    )


def fail_export(*, export_id: int, error: str, now: datetime) -> None:
    """Note that an export broke off by an error of ours."""
    open_states = [ExportState.QUEUED, ExportState.RUNNING]
    ExportRun.objects.filter(pk=export_id, state__in=open_states).update(
        state=ExportState.FAILED, error=error[:300], ended_at=now
    )


def prune_files(*, now: datetime) -> None:
    """Delete what was kept long enough: exports after a week, the files of imports after a month.

    What an import did stays known and can still be undone.
    """
    for old in ExportRun.objects.filter(state=ExportState.DONE, ended_at__lt=now - KEPT)[:500]:
        storage.forget(old.file)
        ExportRun.objects.filter(pk=old.pk).update(state=ExportState.EXPIRED, file="")
    over = [RunState.DONE, RunState.CANCELLED, RunState.UNDONE]
    runs = ImportRun.objects.filter(state__in=over, ended_at__lt=now - IMPORTS_KEPT)
    for run in runs.exclude(file="")[:500]:
        storage.forget(run.file, run.errors_file)
        ImportRun.objects.filter(pk=run.pk).update(file="", errors_file="")
    waiting = ImportRun.objects.filter(
        state__in=[RunState.UPLOADED, RunState.CHECKED, RunState.FAILED],
        created_at__lt=now - IMPORTS_KEPT,
    )
    for run in waiting.exclude(file="")[:500]:
        storage.forget(run.file, run.errors_file)
        ImportRun.objects.filter(pk=run.pk).update(
            file="", errors_file="", state=RunState.CANCELLED, ended_at=now
        )
