"""The rows of refused orders with their reasons, without anybody's personal data."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from zhanggui.orders.importing.cells import number_of
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import is_personal
from zhanggui.orders.services.marketplace import Opened, opened_tables
from zhanggui.orders.types import RowError


def rows_with_reasons(
    *, paths: Sequence[Path], format_name: str, errors: Sequence[RowError], codec: str = ""
) -> Iterator[list[str]]:
    """Yield a header and the rows of every order that was refused, the reason at the end.

    A second table with wrong rows begins with a header of its own. Columns about people are blank.
    """
    opened = opened_tables(paths, format_name=format_name, codec=codec)
    orders = {one.invoice for one in errors if one.invoice}
    for place, one in enumerate(opened):
        reasons = {error.line: error.text for error in errors if error.table == place}
        rows = _rows(one, reasons, orders)
        if (first := next(rows, None)) is not None:
            yield [_("行号"), *one.table.header, _("不能导入的原因")]
            yield first
            yield from rows


def _rows(opened: Opened, reasons: dict[int, str], orders: set[str]) -> Iterator[list[str]]:
    table = opened.table
    ref_at = opened.layout.match(table.header).index("ref")
    hidden = [is_personal(name) for name in table.header]
    before = ""
    for record in table.records():
        before = _number(record.cells[ref_at]) or before
        reason = reasons.get(record.line)
        if reason is None and before in orders:
            reason = _("同一订单的其他行有错")
        if reason is not None:
            shown = ["" if hide else cell for cell, hide in zip(record.cells, hidden, strict=True)]
            yield [str(record.line), *shown, reason]


def _number(text: str) -> str:
    try:
        return number_of(text) if text else ""
    except RowFault:
        return text
