"""Importing past orders: the order domain reads and writes them, we show how far it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhanggui.integrations.models import ColumnMatch, ImportRun
from zhanggui.integrations.services import storage
from zhanggui.integrations.types import Kind, Outcome
from zhanggui.orders.types import ImportReport

FORMAT = "online-retail"  # the first that orders.services.history knows


def import_history(
    *, run: ImportRun, now: datetime, is_dry_run: bool, progress: Callable[[int, int], None]
) -> ImportReport:
    """Check a file of past orders, or take them over; what the shop has already stays as it is.

    Raises:
        ImportRefused: the file is damaged or not of this format; nothing was written.
    """
    from zhanggui.orders.services import history  # noqa: PLC0415 -- only where one is read

    return history.import_orders(
        path=storage.local_path(run.file),
        format_name=FORMAT,
        zone=timezone.get_default_timezone(),
        now=now,
        is_dry_run=is_dry_run,
        progress=lambda _stage, done, total: progress(done, max(total, 1)),
    )


def counts_of(report: ImportReport, *, is_dry_run: bool) -> dict[str, Any]:
    """Return what a report says in the words of imports."""
    figures = report.figures
    orders = figures.orders + figures.credit_notes
    added = report.added + report.added_credit_notes
    return {
        Outcome.CREATED: orders if is_dry_run else added,
        Outcome.UNCHANGED: 0 if is_dry_run else orders - added,
        Outcome.REFUSED: len(report.broken_invoices),
        "lines": figures.lines,
        "gross_minor": figures.gross_minor,
        "refunds_minor": figures.refunds_minor,
        "currency": report.currency,
    }


def problems_of(report: ImportReport) -> list[tuple[int, str]]:
    """Return line and reason of the first wrong rows."""
    return [
        (
            one.line,
            _("单号 %(ref)s 整张不导入：%(text)s") % {"ref": one.invoice, "text": one.text}
            if one.invoice
            else one.text,
        )
        for one in report.errors
    ]


def remembered_words(format_name: str) -> dict[str, str]:
    """Return what people said that status words of a format mean."""
    known = ColumnMatch.objects.filter(kind=Kind.ORDERS, fingerprint=_words_key(format_name))
    found = known.values_list("columns", flat=True).first()
    return dict(found) if isinstance(found, dict) else {}


def remember_words(format_name: str, words: Mapping[str, str], *, now: datetime) -> None:
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
