"""Importing past orders: the order domain reads and writes them, we show how far it is."""

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.core.tables.writing import table_writer
from zhanggui.integrations.importing import files
from zhanggui.integrations.models import ColumnMatch, ImportRun
from zhanggui.integrations.services import storage
from zhanggui.integrations.types import Kind, Outcome
from zhanggui.orders.types import HistoryReport, ImportReport

COLUMNS = ["orders"]  # they are found by their names; there is nothing to match
_SHOWN = 100


def found_format(path: Path, *, format_name: str = "", codec: str = "") -> str:
    """Return the format of a file of past orders: the given one, or the one that it is found to be.

    Raises:
        ImportRefused: nobody knows it, or it can't be the given one.
    """
    from zhanggui.orders.services import marketplace  # noqa: PLC0415 -- only where one is read

    with tables_of(path, codec=codec) as paths:
        return marketplace.format_of(paths, format_name=format_name, codec=codec)


def understand(run: ImportRun, path: Path, format_name: str) -> None:
    """Find the format of a file that was just taken in. Nobody's name is kept without need."""
    codec = run.options.get("encoding", "")
    run.format = found_format(path, format_name=format_name, codec=codec)
    run.columns = COLUMNS


@contextmanager
def tables_of(path: Path, also: Sequence[Path] = (), *, codec: str = "") -> Iterator[list[Path]]:
    """Give the tables of an order file: itself, or those in a ZIP, and what came along."""
    if not files.is_bundle(path):
        yield [path, *also]
        return
    with storage.scratch("tables") as folder:
        folder.mkdir()
        files.unpack_tables(path, into=folder, codec=codec)
        yield [*sorted(folder.iterdir()), *also]


@contextmanager
def one_file(paths: Sequence[Path]) -> Iterator[Path]:
    """Give one file that holds several tables: an import keeps one."""
    with storage.scratch("orders.zip") as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, path in enumerate(paths, start=1):
                ending = path.suffix.lower()
                known = ending if ending in files.TABLES else ".csv"
                archive.write(path, f"{number}{known}")
        yield packed


def import_history(
    *, run: ImportRun, now: datetime, is_dry_run: bool, progress: Callable[[int, int], None]
) -> ImportReport | HistoryReport:
    """Check a file of past orders, or take them over; what the shop has already stays as it is.

    Raises:
        ImportRefused: the file is damaged or not of this format; nothing was written.
    """
    from zhanggui.orders.services import history, marketplace  # noqa: PLC0415 -- as above

    def tell(_stage: str, done: int, total: int) -> None:
        progress(done, max(total, 1))

    path, zone = storage.local_path(run.file), timezone.get_default_timezone()
    codec = run.options.get("encoding", "")
    if run.format in history.FORMATS:
        return history.import_orders(
            path=path,
            format_name=run.format,
            zone=zone,
            now=now,
            is_dry_run=is_dry_run,
            codec=codec,
            progress=tell,
        )
    wish = marketplace.Wish(
        words=remembered_words(run.format),
        open_orders=bool(run.options.get("open")),
        is_dry_run=is_dry_run,
        codec=codec,
        currency=run.options.get("currency", ""),
    )
    with tables_of(path, codec=codec) as paths:
        return marketplace.import_marketplace(
            paths=paths, format_name=run.format, wish=wish, zone=zone, now=now, progress=tell
        )


def counts_of(report: ImportReport | HistoryReport, *, is_dry_run: bool) -> dict[str, Any]:
    """Return what a report says in the words of imports."""
    if isinstance(report, HistoryReport):
        return _history_counts(report)
    figures = report.figures
    orders = figures.orders + figures.credit_notes
    added = report.added + report.added_credit_notes
    total = {
        "currency": report.currency,
        "orders": figures.orders,
        "gross_minor": figures.gross_minor,
        "refunds_minor": figures.refunds_minor,
        "net_minor": figures.net_minor,
    }
    return {
        Outcome.CREATED: orders if is_dry_run else added,
        Outcome.UNCHANGED: 0 if is_dry_run else orders - added,
        Outcome.REFUSED: len(report.broken_invoices),
        "lines": figures.lines,
        "gross_minor": figures.gross_minor,
        "refunds_minor": figures.refunds_minor,
        "currency": report.currency,
        "totals": [total],
        "customers": figures.customers,
        "units": figures.units_sold,
    }


def _history_counts(report: HistoryReport) -> dict[str, Any]:
    return {
        Outcome.CREATED: report.added,
        Outcome.UPDATED: report.updated,
        Outcome.UNCHANGED: report.known,
        Outcome.REFUSED: report.refused,
        Outcome.SKIPPED: sum(report.left_out.values()),
        "lines": report.lines,
        "totals": [
            {
                "currency": one.currency,
                "orders": one.orders,
                "gross_minor": one.gross_minor,
                "refunds_minor": one.refunds_minor,
                "net_minor": one.net_minor,
            }
            for one in report.totals
        ],
        "customers": report.customers,
        "units": report.units_sold,
        "states": report.states,
        "left_out": report.left_out,
        "unknown": dict(list(report.unknown.items())[:_SHOWN]),
        "first_at": report.first_at.isoformat() if report.first_at else "",
        "last_at": report.last_at.isoformat() if report.last_at else "",
        "goods_lines": report.goods_lines,
        "matched_lines": report.matched_lines,
        "masked": report.masked,
        "adjusted": report.adjusted,
        "credit_notes": report.credit_notes,
    }


def problems_of(report: ImportReport | HistoryReport) -> list[tuple[int, str]]:
    """Return line and reason of the first wrong rows."""
    return [
        (
            one.line,
            _("单号 %(ref)s 整张不导入：%(text)s") % {"ref": one.invoice, "text": one.text}
            if one.invoice
            else one.text,
        )
        for one in report.errors[:_SHOWN]
    ]


def error_file(run: ImportRun, report: ImportReport | HistoryReport) -> str:
    """Write the rows of refused orders with the reasons; return its storage name, "" for none.

    What tells who a recipient is stands not in it: to be imported again it need not.
    """
    from zhanggui.orders.services import marketplace_errors  # noqa: PLC0415 -- as above

    if not isinstance(report, HistoryReport) or not report.errors:
        return ""
    stored, codec = storage.local_path(run.file), run.options.get("encoding", "")
    with tables_of(stored, codec=codec) as paths, storage.scratch("errors.csv") as path:
        rows = marketplace_errors.rows_with_reasons(
            paths=paths, format_name=run.format, errors=report.errors, codec=codec
        )
        with table_writer(path, header=next(rows)) as writer:
            for cells in rows:
                writer.row(cells)
        return storage.keep(path, folder=f"errors/{timezone.now():%Y%m}", name="errors.csv")


def remembered_words(format_name: str) -> dict[str, str]:
    """Return what people said that status words of a format mean."""
    known = ColumnMatch.objects.filter(kind=Kind.ORDERS, fingerprint=_words_key(format_name))
    found = known.values_list("columns", flat=True).first()
    return dict(found) if isinstance(found, dict) else {}


def remember_words(*, format_name: str, words: Mapping[str, str], now: datetime) -> None:
    """Keep what status words of a format mean, for this and every later file."""
    if not words:
        return
    ColumnMatch.objects.update_or_create(
        kind=Kind.ORDERS,
        fingerprint=_words_key(format_name),
        defaults={
            "format": format_name,
            "columns": {**remembered_words(format_name), **words},
            "updated_at": now,
        },
    )


def _words_key(format_name: str) -> str:
    return f"status words of {format_name}"
