"""A temporary index of a read file: the lines of an invoice need not stand together there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.core.tables.scratch import Scratch
from zhanggui.orders.importing.online_retail import Row, RowFault, RowKind
from zhanggui.orders.types import ImportFigures, RowError

_BUFFERED = 5_000
_SHOWN_ERRORS = 100
_TABLE = """
CREATE TABLE row (
    invoice INTEGER, line INTEGER, kind TEXT, code TEXT, description TEXT, quantity INTEGER,
    unit_price_minor INTEGER, amount_minor INTEGER, at TEXT, customer TEXT, country TEXT,
    PRIMARY KEY (invoice, line)
) WITHOUT ROWID
"""
_FIGURES = """
SELECT kind, COUNT(*), COUNT(DISTINCT invoice), COUNT(DISTINCT NULLIF(customer, '')),
       SUM(amount_minor), SUM(quantity)
FROM row GROUP BY kind
"""
_KEPT = "FROM row WHERE kind IN ('sale', 'free', 'cancel')"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of an invoice; what the price rounded up has too much is the discount."""

    code: str
    description: str
    quantity: int
    unit_price_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole invoice: an order, or a credit note. `at` is naive, on the shop's clock."""

    ref: str
    is_credit: bool
    at: datetime
    customer: str
    country: str
    lines: tuple[DocumentLine, ...]


class Index(Scratch):
    """Collects rows and gives back whole invoices, in a file that is gone with the process."""

    def __init__(self) -> None:
        super().__init__(_TABLE)
        self._database.execute("PRAGMA cache_size = -32000")
        self._buffer: list[tuple[Any, ...]] = []
        self._numbers: dict[str, int] = {}  # invoice → order of appearance
        self._customers: dict[int, str] = {}
        self._broken: dict[str, int] = {}  # invoice → its first wrong line
        self._errors: list[RowError] = []
        self._lines = self._rejected = 0

    def add(self, row: Row) -> None:
        """Take a row in.

        Raises:
            RowFault: the invoice names another customer on an earlier line.
        """
        number = self._numbers.setdefault(row.invoice, len(self._numbers))
        if row.customer and self._customers.setdefault(number, row.customer) != row.customer:
            raise RowFault("mixed_customers", _("同一张单里有两个不同的客户编号"))
        self._lines += 1
        self._buffer.append(
            (
                number,
                row.line,
                row.kind.value,
                row.code,
                row.description,
                row.quantity,
                row.unit_price_minor,
                row.amount_minor,
                row.at.isoformat(),
                row.customer,
                row.country,
            )
        )
        if len(self._buffer) >= _BUFFERED:
            self._flush()

    def reject(self, fault: RowFault, *, line: int, invoice: str | None) -> None:
        """Note a wrong row; its whole invoice is left out."""
        self._lines += 1
        self._rejected += 1
        if invoice is not None:
            self._broken.setdefault(invoice, line)
        if len(self._errors) < _SHOWN_ERRORS:
            self._errors.append(
                RowError(line=line, invoice=invoice or "", code=fault.code, text=fault.text)
            )

    def close_reading(self) -> None:
        """Take out the invoices that have a wrong row. Call once, after the last row."""
        self._flush()
        broken = [(self._numbers[ref],) for ref in self._broken if ref in self._numbers]
        self._database.executemany("DELETE FROM row WHERE invoice = ?", broken)

    @property
    def errors(self) -> tuple[RowError, ...]:
        """The first hundred wrong rows."""
        return tuple(self._errors)

    @property
    def broken_invoices(self) -> tuple[str, ...]:
        """The invoices left out because of a wrong row, as they stand in the file."""
        return tuple(self._broken)

    def figures(self) -> ImportFigures:
        """Return what the file holds, without the rejected invoices."""
        of = {kind: values for kind, *values in self._database.execute(_FIGURES)}
        nothing = [0, 0, 0, 0, 0]
        _n, orders, buyers, gross, units_sold = of.get(RowKind.SALE, nothing)
        _n, credit_notes, _customers, refunds, units_returned = of.get(RowKind.CANCEL, nothing)
        return ImportFigures(
            lines=self._lines,
            orders=orders,
            customers=buyers,
            gross_minor=gross,
            refunds_minor=refunds,
            net_minor=gross - refunds,
            units_sold=units_sold,
            units_returned=units_returned,
            rejected=self._rejected,
            credit_notes=credit_notes,
            free_lines=of.get(RowKind.FREE, nothing)[0],
            writeoff_lines=of.get(RowKind.WRITEOFF, nothing)[0],
            adjust_lines=of.get(RowKind.ADJUST, nothing)[0],
        )

    def documents(self) -> Iterator[Document]:
        """Yield orders and credit notes by first appearance.

        Free lines come with the order they belong to; alone they make none. Write-offs and
        adjustments are no part of a sale.
        """
        refs = list(self._numbers)
        rows = self._database.execute(f"SELECT * {_KEPT} ORDER BY invoice, line")
        for number, group in groupby(rows, key=lambda row: row[0]):
            document = _document(refs[number], list(group))
            if document is not None:
                yield document

    def _flush(self) -> None:
        self._insert("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._buffer)
        self._buffer.clear()


def _document(ref: str, rows: list[tuple[Any, ...]]) -> Document | None:
    """Return the invoice, dated by the earliest line that is a sale or a cancellation."""
    moments = [row[8] for row in rows if row[2] != RowKind.FREE]
    if not moments:
        return None
    return Document(
        ref=ref,
        is_credit=rows[0][2] == RowKind.CANCEL,
        at=datetime.fromisoformat(min(moments)),
        customer=next((row[9] for row in rows if row[9]), ""),
        country=rows[0][10],
        lines=tuple(
            DocumentLine(
                code=row[3],
                description=row[4],
                quantity=row[5],
                unit_price_minor=row[6],
                amount_minor=row[7],
            )
            for row in rows
        ),
    )
