"""Taking over the order history of another shop: completed orders and credit notes, no more."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from django.db import IntegrityError
from django.utils.translation import gettext as _

from zhanggui.core.portions import portions
from zhanggui.core.tables.source import Source, inspect, open_text
from zhanggui.core.transactions import in_transaction
from zhanggui.customers import services as customers
from zhanggui.orders.importing import online_retail
from zhanggui.orders.importing.index import Document, Index
from zhanggui.orders.importing.table import Table
from zhanggui.orders.models import CreditNote, CreditNoteLine, Order, OrderLine
from zhanggui.orders.services.tallies import counted, tally
from zhanggui.orders.types import (
    DisplayStatus,
    ImportRefused,
    ImportReport,
    OrderStatus,
    PaymentState,
)
from zhanggui.orders.types import (
    Source as OrderSource,
)

Progress = Callable[[str, int, int], None]  # "read" or "write", done, of how many

FORMATS = (online_retail.NAME,)
_BATCH_LINES = 1_000  # per transaction: short, so that shoppers never wait for an import
_ATTEMPTS = 3


def import_orders(
    *,
    path: Path,
    format_name: str,
    zone: tzinfo,
    now: datetime,
    is_dry_run: bool = False,
    codec: str = "",
    progress: Progress = lambda *_: None,
) -> ImportReport:
    """Take over an order file: first read and check all of it, then write invoice by invoice.

    Repeatable: invoices that the shop has already are left as they are, so a second run changes
    nothing and a run that was killed is completed by the next. Times of the file are on the clock
    of `zone`. No stock, payment, parcel, message or event comes of it.

    Raises:
        ImportRefused: the file is damaged or not of this format; nothing was written.
    """
    if format_name not in FORMATS:
        raise ImportRefused(
            _("不认识的格式 %(name)s，可用的格式：%(known)s。")
            % {"name": format_name, "known": _("、").join(FORMATS)},
            code="unknown_format",
        )
    with Index() as index:
        _read(inspect(path, needs_final_newline=True, codec=codec), index, progress)
        figures = index.figures()
        added = added_notes = 0
        if not is_dry_run:
            total = figures.orders + figures.credit_notes
            for done, orders, notes in _written(index.documents(), zone=zone, now=now):
                added, added_notes = added + orders, added_notes + notes
                progress("write", done, total)
        return ImportReport(
            currency=online_retail.CURRENCY,
            figures=figures,
            added=added,
            added_credit_notes=added_notes,
            errors=index.errors,
            broken_invoices=index.broken_invoices,
        )


def _read(source: Source, index: Index, progress: Progress) -> None:
    with open_text(source) as text:
        table = Table(text, columns=online_retail.COLUMNS)
        reader = online_retail.Reader(delimiter=table.delimiter)
        count = 0
        for count, record in enumerate(table.records(), start=1):
            try:
                index.add(reader.row(record))
            except online_retail.RowFault as fault:
                column = 0 if record.is_whole else table.position(online_retail.INVOICE_COLUMN)
                invoice = online_retail.invoice_of(record.fields, column)
                index.reject(fault, line=record.line, invoice=invoice)
            if count % 2_000 == 0:
                progress("read", count, source.lines)
    if not count:
        raise ImportRefused(
            _("文件里只有表头，没有订单行。请重新导出后再导入。"), code="empty_file"
        )
    index.close_reading()
    progress("read", source.lines, source.lines)


def _written(
    documents: Iterable[Document], *, zone: tzinfo, now: datetime
) -> Iterator[tuple[int, int, int]]:
    """Write batch by batch; yield invoices done so far, and what the batch added of each kind."""
    done = 0
    for batch in portions(documents, weight=lambda one: len(one.lines), least=_BATCH_LINES):
        orders, notes = _add_batch(batch, zone=zone, now=now)
        done += len(batch)
        yield done, orders, notes


def _add_batch(batch: list[Document], *, zone: tzinfo, now: datetime) -> tuple[int, int]:
    """Add what is new of a batch in one transaction.

    Tried again when another run added one of them, or an order number was taken.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return in_transaction(lambda: _add_new(batch, zone=zone, now=now))
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _add_new(batch: list[Document], *, zone: tzinfo, now: datetime) -> tuple[int, int]:
    new_orders, new_notes = _without_known(batch)
    if not new_orders and not new_notes:
        return 0, 0
    refs = {document.customer for document in (*new_orders, *new_notes) if document.customer}
    buyers = customers.customer_for_import(source=online_retail.NAME, refs=list(refs), now=now)
    orders = [_order(document, zone, buyers) for document in new_orders]
    Order.objects.bulk_create(orders)
    tally(after=map(counted, orders))
    OrderLine.objects.bulk_create(
        line
        for order, document in zip(orders, new_orders, strict=True)
        for line in _order_lines(order, document)
    )
    notes = [_note(document, zone, buyers) for document in new_notes]
    CreditNote.objects.bulk_create(notes)
    CreditNoteLine.objects.bulk_create(
        line
        for note, document in zip(notes, new_notes, strict=True)
        for line in _note_lines(note, document)
    )
    return len(orders), len(notes)


def _without_known(batch: list[Document]) -> tuple[list[Document], list[Document]]:
    """Return the orders and the credit notes of a batch that the shop does not have."""
    orders = [document for document in batch if not document.is_credit]
    notes = [document for document in batch if document.is_credit]
    known_orders = set(
        Order.objects.filter(
            source=OrderSource.IMPORT, external_ref__in=[_order_ref(one) for one in orders]
        ).values_list("external_ref", flat=True)
    )
    known_notes = set(
        CreditNote.objects.filter(
            source=online_retail.NAME, external_ref__in=[one.ref for one in notes]
        ).values_list("external_ref", flat=True)
    )
    return (
        [one for one in orders if _order_ref(one) not in known_orders],
        [one for one in notes if one.ref not in known_notes],
    )


def _order_ref(document: Document) -> str:
    """All imported orders share one source, so the format stands in the reference."""
    return f"{online_retail.NAME}:{document.ref}"


def _order(document: Document, zone: tzinfo, buyers: Mapping[str, int]) -> Order:
    at = document.at.replace(tzinfo=zone)
    goods = sum(line.quantity * line.unit_price_minor for line in document.lines)
    payable = sum(line.amount_minor for line in document.lines)
    pieces = sum(line.quantity for line in document.lines)
    number = f"{document.at:%y%m%d}{secrets.randbelow(10**10):010d}"
    return Order(
        number=number,
        number_tail=number[-6:],
        token=secrets.token_hex(16),
        source=OrderSource.IMPORT,
        external_ref=_order_ref(document),
        status=OrderStatus.COMPLETED,
        display_status=DisplayStatus.COMPLETED,
        payment_state=PaymentState.PAID,
        currency=online_retail.CURRENCY,
        goods_minor=goods,
        discount_minor=goods - payable,
        payable_minor=payable,
        paid_minor=payable,
        pieces=pieces,
        shipped_pieces=pieces,
        customer_id=buyers.get(document.customer),
        country=document.country,
        placed_at=at,
        paid_at=at,
        completed_at=at,
    )


def _order_lines(order: Order, document: Document) -> Iterator[OrderLine]:
    for ordinal, line in enumerate(document.lines, start=1):
        yield OrderLine(
            order_id=order.pk,
            ordinal=ordinal,
            sku_code=line.code,
            product_name=line.description,
            quantity=line.quantity,
            shipped_quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            discount_minor=line.quantity * line.unit_price_minor - line.amount_minor,
            payable_minor=line.amount_minor,
        )


def _note(document: Document, zone: tzinfo, buyers: Mapping[str, int]) -> CreditNote:
    return CreditNote(
        source=online_retail.NAME,
        external_ref=document.ref,
        customer_id=buyers.get(document.customer),
        currency=online_retail.CURRENCY,
        country=document.country,
        total_minor=sum(line.amount_minor for line in document.lines),
        issued_at=document.at.replace(tzinfo=zone),
    )


def _note_lines(note: CreditNote, document: Document) -> Iterator[CreditNoteLine]:
    for ordinal, line in enumerate(document.lines, start=1):
        yield CreditNoteLine(
            note_id=note.pk,
            ordinal=ordinal,
            sku_code=line.code,
            product_name=line.description,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            total_minor=line.amount_minor,
        )
