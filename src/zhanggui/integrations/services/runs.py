"""Imports: taken in, matched, checked, run in short steps, cancelled, undone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhanggui.core import audit
from zhanggui.core.events import publish
from zhanggui.core.states import IllegalMove
from zhanggui.core.tables.reading import Table
from zhanggui.core.types import Actor, ActorType, By
from zhanggui.integrations.events import ImportOrdered
from zhanggui.integrations.importing import detect, files
from zhanggui.integrations.models import ColumnMatch, ImportRun
from zhanggui.integrations.services import orders, products, stock, storage
from zhanggui.integrations.services.reach import check_begin, check_undo
from zhanggui.integrations.services.work import Work
from zhanggui.integrations.states import IMPORT
from zhanggui.integrations.types import ImportRefused, Kind, Outcome, Reach, RunState

Progress = Callable[[str, int, int], None]  # "check", "write" or "pictures", done, of how many
EVERYTHING = Reach()
SAMPLE = 3  # rows that are shown to match columns by

OPENERS: Mapping[str, Callable[..., AbstractContextManager[Work]]] = {
    Kind.PRODUCTS: products.opened,
    Kind.PRICES: products.opened,
    Kind.STOCK: stock.opened,
}


def start_import(
    *,
    kind: Kind,
    path: Path,
    name: str,
    also: Sequence[Path] = (),
    format_name: str = "",
    options: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> ImportRun:
    """Take a file in and say how its columns are understood; a remembered match comes first.

    `also` are tables of orders that belong to it; they are kept as one file.

    Raises:
        FileRefused: it is no table, damaged or too large; nothing is kept.
    """
    if also:
        with orders.tables_of(path, also) as paths, orders.one_file(paths) as packed:
            return start_import(
                kind=kind,
                path=packed,
                name=name,
                format_name=format_name,
                options=options,
                actor=actor,
                now=now,
            )
    run = ImportRun(
        kind=kind,
        file_name=name[:200],
        options=dict(options or {}),
        actor_type=actor.type,
        actor_id=actor.id,
        actor_name=actor.name[:60],
        created_at=now,
    )
    if kind == Kind.ORDERS:
        orders.understand(run, path, format_name)
    else:
        _understand_file(run, path, format_name)
    run.file = storage.keep(path, folder=f"imports/{now:%Y%m}", name=path.name)
    run.save()
    return run


def _understand_file(run: ImportRun, path: Path, format_name: str) -> None:
    codec = run.options.get("encoding", "")
    with storage.scratch("tables") as folder:
        folder.mkdir()
        inner = path
        if run.kind == Kind.PRODUCTS and files.is_bundle(path):
            inner = files.unpack_tables(path, into=folder, codec=codec)
        table = files.table_of(inner, kind=run.kind, codec=codec)
        sample = [list(one.cells) for one in islice(table.records(), SAMPLE)]
        run.options["read_as"] = table.codec
        run.header = list(table.header)
        run.sample = [[cell[:80] for cell in cells] for cells in sample]
        _understand(run, format_name, table)


def _understand(run: ImportRun, format_name: str, table: Table) -> None:
    """Find format and columns of a file that was just taken in."""
    known = ColumnMatch.objects.filter(
        kind=run.kind, fingerprint=detect.fingerprint(run.header)
    ).first()
    if known is not None and not format_name:
        run.format, run.columns = known.format, known.columns
        return
    formats = detect.formats_of(run.kind)
    format_ = formats[format_name] if format_name else detect.format_for(run.kind, run.header)
    columns = format_.match(run.header)
    if format_.settle:
        columns = format_.settle(run.header, columns, (one.cells for one in table.records()))
    run.format, run.columns = format_.name, list(columns)


@transaction.atomic
def read_again(*, run: ImportRun, encoding: str) -> None:
    """Read a file that was taken in, but not matched, in another encoding; "" finds it out.

    Raises:
        FileRefused: it can't be read in it; everything stays as it was.
        IllegalMove: the import is past that.
    """
    if run.state != RunState.UPLOADED or run.kind == Kind.ORDERS:
        raise IllegalMove(_("刚刚有人改过它，请刷新后再试。"))
    run.options = {**run.options, "encoding": encoding}
    _understand_file(run, storage.local_path(run.file), "")
    run.save(update_fields=["options", "header", "sample", "format", "columns"])


@transaction.atomic
def match_columns(
    *,
    run: ImportRun,
    format_name: str,
    columns: Sequence[str],
    options: Mapping[str, Any],
    now: datetime,
    by_worker: bool = False,
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
        label = detect.formats_of(run.kind)[format_name].label_of(twice[0])
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
    if run.kind != Kind.ORDERS:
        ColumnMatch.objects.update_or_create(
            kind=run.kind,
            fingerprint=detect.fingerprint(run.header),
            defaults={"format": format_name, "columns": list(columns), "updated_at": now},
        )
    if by_worker:
        _order(run, "check", _person(run), now)


@transaction.atomic
def match_orders(
    *,
    run: ImportRun,
    format_name: str,
    words: Mapping[str, str],
    options: Mapping[str, Any],
    now: datetime,
) -> None:
    """Say what a file of past orders is and what its status words mean, and have it checked anew.

    Raises:
        ImportRefused: the file can't be of this format.
        IllegalMove: the import is past that.
    """
    codec = options.get("encoding", run.options.get("encoding", ""))
    path = storage.local_path(run.file)
    found = orders.found_format(path, format_name=format_name, codec=codec)
    orders.remember_words(format_name=found, words=words, now=now)
    match_columns(
        run=run,
        format_name=found,
        columns=run.columns,
        options=options,
        now=now,
        by_worker=True,
    )


@transaction.atomic
def begin_import(
    *, run: ImportRun, now: datetime, by_worker: bool = False, reach: Reach = EVERYTHING
) -> None:
    """Let a checked import be written, or one that broke off go on.

    Raises:
        ImportRefused: it would change more than `reach`, which is that of who confirms it.
        IllegalMove: it is neither.
    """
    check_begin(run=run, reach=reach)
    things = _changed(run)
    also: dict[str, Any] = {"cancel_asked": False, "error": ""}
    if run.state == RunState.CHECKED:
        also |= {"done": 0, "total": 0, "counts": {}, "started_at": now}
    elif run.started_at is None:
        raise ImportRefused(_("请先检查文件，再导入。"))
    IMPORT.move(run, RunState.RUNNING, **also)
    _order(run, "run", _person(run), now, things=things, by_worker=by_worker)


@transaction.atomic
def begin_undo(
    *,
    run: ImportRun,
    actor: Actor,
    now: datetime,
    by_worker: bool = False,
    reach: Reach = EVERYTHING,
) -> None:
    """Have an import set back, as far as nobody changed since what it did.

    Raises:
        ImportRefused: past orders stay, or it changed more than `reach`, that of who asks for it.
        IllegalMove: it runs, or did nothing.
    """
    if run.kind == Kind.ORDERS:
        raise ImportRefused(_("导入的历史订单不能撤销：报表和客户记录会用到它们。"))
    if not run.rows.filter(outcome__in=[Outcome.CREATED, Outcome.UPDATED]).exists():
        raise ImportRefused(_("这次导入没有改动什么，不用撤销。"))
    check_undo(run=run, reach=reach)
    IMPORT.move(
        run,
        RunState.UNDOING,
        actor_type=actor.type,
        actor_id=actor.id,
        actor_name=actor.name[:60],
    )
    _order(run, "undo", actor, now, things=_changed(run), by_worker=by_worker)


def cancel_import(*, run: ImportRun, now: datetime) -> None:
    """End an import: at once where nothing is at work, else between two batches.

    What is written stays, and can be undone.

    Raises:
        IllegalMove: it is over.
    """
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
    ImportRun.objects.filter(pk=run.pk, started_at=None).delete()


def _order(
    run: ImportRun,
    step: str,
    actor: Actor,
    now: datetime,
    *,
    things: int = 0,
    by_worker: bool = True,
) -> None:
    """Write down who has it done, which is the audit log's only row of it, and wake a worker."""
    event = ImportOrdered(
        subject_id=run.pk, what=run.kind, step=step, things=things, at=now, actor=actor
    )
    if by_worker:
        publish(event)
    else:
        audit.record_by(
            By(actor, now),
            kind=event.kind,
            subject_type=event.subject_type,
            subject_id=run.pk,
            details=event.payload(),
        )


def _changed(run: ImportRun) -> int:
    return sum(run.counts.get(one, 0) for one in (Outcome.CREATED, Outcome.UPDATED))


def actor_of(run: ImportRun) -> Actor:
    """Return who acts by an import, row by row."""
    return replace(_person(run), part_of=f"import {run.pk}")


def _person(run: ImportRun) -> Actor:
    return Actor(ActorType(run.actor_type), run.actor_id, run.actor_name)
