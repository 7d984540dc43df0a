"""Orders of marketplaces as rows: new ones with all that hangs on them, known ones moved on."""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext as _

from zhanggui.catalog import queries as catalog
from zhanggui.core.encryption import blind_index
from zhanggui.core.ids import next_id
from zhanggui.core.text import TextRefused, clean_text, search_form
from zhanggui.core.transactions import in_transaction
from zhanggui.customers import services as customers
from zhanggui.orders import calc
from zhanggui.orders.importing.money import SettledLine, settled_lines
from zhanggui.orders.importing.sales import Sale
from zhanggui.orders.models import (
    CreditNote,
    CreditNoteLine,
    ImportedOrder,
    Order,
    OrderLine,
)
from zhanggui.orders.services.tallies import counted, tally
from zhanggui.orders.types import (
    CloseReason,
    DisplayStatus,
    HistoryState,
    OrderStatus,
    Source,
)

_ATTEMPTS = 3
_LONGEST_NOTE = 500
_SAME_ORDER = timedelta(days=2)  # of an unpaid one some files tell the day only
_STATUS = {
    HistoryState.COMPLETED: OrderStatus.COMPLETED,
    HistoryState.CLOSED: OrderStatus.CLOSED,
    HistoryState.REFUNDED: OrderStatus.CLOSED,
}
_RANK = {
    DisplayStatus.TO_PAY: 0,
    DisplayStatus.TO_SHIP: 1,
    DisplayStatus.PART_SHIPPED: 2,
    DisplayStatus.TO_RECEIVE: 3,
    DisplayStatus.COMPLETED: 4,
    DisplayStatus.CLOSED: 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Where orders come from and when they are taken over."""

    format_name: str
    file_hash: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """A batch against what the shop has."""

    new: list[Sale]
    moved: list[tuple[Order, Sale, int]]  # and how much more was given back
    known: list[Sale]
    conflicts: list[tuple[Sale, str]]  # not to be taken over, and why


def sort_out(sales: Sequence[Sale], *, format_name: str) -> Sorted:
    """Return which orders are new, which went on since they were taken over, which are as known."""
    refs = {_ref(format_name, one) for one in sales}
    rows = Order.objects.filter(source=Source.IMPORT, external_ref__in=refs)
    there = {one.external_ref: one for one in rows}
    native: Collection[str] = ()
    if format_name == "zhanggui":  # what we exported and still have ourselves
        numbers = [one.ref for one in sales]
        native = set(Order.objects.filter(number__in=numbers).values_list("number", flat=True))
    found = Sorted(new=[], moved=[], known=[], conflicts=[])
    for sale in sales:
        order = there.get(_ref(format_name, sale))
        if order is None:
            (found.known if sale.ref in native else found.new).append(sale)
        elif why := _conflict(order, sale):
            found.conflicts.append((sale, why))
        elif _goes_on(order, sale):
            found.moved.append((order, sale, sale.refunded_minor - order.refunded_minor))
        else:
            found.known.append(sale)
    return found


def write_batch(sales: Sequence[Sale], *, source: From) -> Sorted:
    """Take a batch over in one transaction; what is known already stays as it is.

    Tried again when another run added one of them, or an order number was taken.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return in_transaction(lambda: _written(sales, source))
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def matched_codes(sales: Sequence[Sale]) -> Mapping[str, int]:
    """Return code → SKU id, and "barcode:…" → SKU id, of what the shop sells by exactly these."""
    items = [one for sale in sales for one in sale.items]
    codes = {code for one in items for code in one.codes}
    barcodes = codes | {one.barcode for one in items if one.barcode}
    return catalog.sku_ids_by_text(codes=codes, barcodes=barcodes)


def sku_of(codes: Sequence[str], barcode: str, ids: Mapping[str, int]) -> tuple[int | None, str]:
    """Return the SKU of a line and the code that stands for it: never by what it is called."""
    for code in codes:
        if code in ids:
            return ids[code], code
    for code in (*codes, barcode):
        if code and f"barcode:{code}" in ids:
            return ids[f"barcode:{code}"], code
    return None, next(iter(codes), barcode)


def _written(sales: Sequence[Sale], source: From) -> Sorted:
    found = sort_out(sales, format_name=source.format_name)
    for order, sale, more in found.moved:
        _move_on(order, sale, more, source)
    if found.new:
        _add(found.new, source)
    return found


def _add(sales: Sequence[Sale], source: From) -> None:
    buyers = {one.buyer: _buyer(source.format_name, one.buyer) for one in sales}
    refs = [ref for ref in buyers.values() if ref]
    ids = customers.customer_for_import(source=source.format_name, refs=refs, now=source.now)
    skus = matched_codes(sales)
    settled = [settled_lines(one) for one in sales]
    orders = [
        _order(sale, lines, source, ids.get(buyers[sale.buyer]))
        for sale, lines in zip(sales, settled, strict=True)
    ]
    Order.objects.bulk_create(orders)
    tally(after=map(counted, orders))
    OrderLine.objects.bulk_create(
        _line(order, place, line, skus)
        for order, lines in zip(orders, settled, strict=True)
        for place, line in enumerate(lines, start=1)
    )
    ImportedOrder.objects.bulk_create(
        ImportedOrder(
            order=order,
            format=source.format_name,
            number=sale.ref,
            number_form=calc.number_form(sale.ref),
            cells=json.dumps(sale.kept, ensure_ascii=False),
            recipient_masked=sale.is_masked,
            file_hash=source.file_hash,
            imported_at=source.now,
        )
        for order, sale in zip(orders, sales, strict=True)
    )
    _give_back(
        [
            (order, sale.ref, sale.refunded_minor, _latest(sale))
            for order, sale in zip(orders, sales, strict=True)
            if sale.refunded_minor
        ],
        source,
    )


def _order(
    sale: Sale, lines: Sequence[SettledLine], source: From, customer_id: int | None
) -> Order:
    goods = sum(one.item.quantity * one.unit_price_minor for one in lines)
    pieces = sum(one.item.quantity for one in lines if one.is_goods)
    number = f"{sale.placed_at:%y%m%d}{secrets.randbelow(10**10):010d}"
    note = _note(sale.note)
    return Order(
        id=next_id(),
        number=number,
        number_tail=number[-6:],
        token=secrets.token_hex(16),
        source=Source.IMPORT,
        external_ref=_ref(source.format_name, sale),
        currency=sale.currency,
        goods_minor=goods,
        freight_minor=sale.freight_minor,
        discount_minor=goods + sale.freight_minor - sale.payable_minor,
        payable_minor=sale.payable_minor,
        pieces=pieces,
        customer_id=customer_id,
        province=sale.province,
        city=sale.city,
        district=sale.district,
        country=sale.country,
        note=note,
        has_note=bool(note),
        placed_at=sale.placed_at,
        **_standing(sale, pieces),
    )


def _standing(sale: Sale, pieces: int) -> dict[str, object]:
    """Return the fields that tell where an order stands."""
    status = _STATUS.get(sale.state, OrderStatus.OPEN)
    latest = _latest(sale)
    shipped = 0
    if sale.state in (HistoryState.SHIPPED, HistoryState.COMPLETED):
        shipped = pieces
    elif sale.state == HistoryState.PART_SHIPPED:
        shipped = min(1, pieces - 1)  # which ones, no file tells
    money = {
        "payable_minor": sale.payable_minor,
        "paid_minor": sale.paid_minor,
        "refunded_minor": sale.refunded_minor,
    }
    is_refunded = sale.state == HistoryState.REFUNDED
    return {
        "status": status,
        "display_status": calc.display_status(
            status=status,
            payable_minor=sale.payable_minor,
            paid_minor=sale.paid_minor,
            pieces=pieces,
            shipped_pieces=shipped,
        ),
        "payment_state": calc.payment_state(**money),
        "after_sale_state": calc.after_sale_state(**money),
        "close_reason": CloseReason.FULLY_REFUNDED if is_refunded else "",
        "paid_minor": sale.paid_minor,
        "refunded_minor": sale.refunded_minor,
        "shipped_pieces": shipped,
        "paid_at": (sale.paid_at or sale.placed_at) if sale.paid_minor else None,
        "shipped_at": sale.shipped_at if shipped == pieces else None,
        "completed_at": (sale.completed_at or latest) if status == OrderStatus.COMPLETED else None,
        "closed_at": (sale.closed_at or latest) if status == OrderStatus.CLOSED else None,
    }


def _line(order: Order, ordinal: int, line: SettledLine, skus: Mapping[str, int]) -> OrderLine:
    item = line.item
    sku_id, code = sku_of(item.codes, item.barcode, skus)
    is_shipped = order.shipped_pieces == order.pieces
    part = order.shipped_pieces if ordinal == 1 else 0
    return OrderLine(
        order_id=order.pk,
        ordinal=ordinal,
        sku_id=sku_id,
        sku_code=code,
        product_name=item.name,
        options_text=item.options,
        quantity=item.quantity,
        shipped_quantity=item.quantity if is_shipped else min(part, item.quantity),
        unit_price_minor=line.unit_price_minor,
        discount_minor=line.discount_minor,
        freight_minor=line.freight_minor,
        payable_minor=line.payable_minor,
    )


def _give_back(refunds: Sequence[tuple[Order, str, int, datetime]], source: From) -> None:
    """Write credit notes: how much went back of which order; of which goods no file tells."""
    notes = [
        CreditNote(
            id=next_id(),
            source=source.format_name,
            external_ref=ref,
            order=order,
            customer_id=order.customer_id,
            currency=order.currency,
            country=order.country,
            total_minor=minor,
            issued_at=at,
        )
        for order, ref, minor, at in refunds
    ]
    CreditNote.objects.bulk_create(notes)
    CreditNoteLine.objects.bulk_create(
        CreditNoteLine(
            note=note,
            ordinal=1,
            sku_code="",
            product_name=_("退款"),
            quantity=0,
            unit_price_minor=note.total_minor,
            total_minor=note.total_minor,
        )
        for note in notes
    )


def _conflict(order: Order, sale: Sale) -> str:
    """Return why a known order can't be the one of the file."""
    if abs(order.placed_at - sale.placed_at) > _SAME_ORDER:
        return _("店里已有这个单号，但下单时间不同：可能来自另一家店")
    money = (order.payable_minor, order.currency)
    if money != (sale.payable_minor, sale.currency) and _goes_on(order, sale):
        return _("店里已有这个订单，金额不同，没有改动")
    return ""


def _goes_on(order: Order, sale: Sale) -> bool:
    """Tell whether the file knows more of an order than the shop: it never goes back."""
    standing = _standing(sale, order.pieces)
    before, after = _RANK[DisplayStatus(order.display_status)], _RANK[standing["display_status"]]  # type: ignore[index]
    return after > before or (after == before and sale.refunded_minor > order.refunded_minor)


def _move_on(order: Order, sale: Sale, more: int, source: From) -> None:
    before = counted(order)
    changes = _standing(sale, order.pieces)
    if order.status == OrderStatus.COMPLETED:  # given back after all: it stays completed
        keep = ("payment_state", "after_sale_state", "paid_minor", "refunded_minor")
        changes = {name: changes[name] for name in keep}
    same = Order.objects.filter(
        pk=order.pk, status=order.status, refunded_minor=order.refunded_minor
    )
    if not same.update(**changes):
        return
    for name, value in changes.items():
        setattr(order, name, value)
    tally(before=[before], after=[counted(order)])
    if order.shipped_pieces == order.pieces:
        order.lines.update(shipped_quantity=F("quantity"))
    kept = ImportedOrder.objects.filter(order=order).first()
    if kept is not None:  # what is shown of the other shop is what it said last
        kept.cells = json.dumps(sale.kept, ensure_ascii=False)
        kept.file_hash, kept.imported_at = source.file_hash, source.now
        kept.save(update_fields=["cells", "file_hash", "imported_at"])
    if more > 0:
        number = order.credit_notes.count()
        ref = f"{sale.ref}/{number + 1}" if number else sale.ref
        _give_back([(order, ref, more, _latest(sale))], source)


def _latest(sale: Sale) -> datetime:
    """Return the last moment that is known of an order."""
    moments = (sale.placed_at, sale.paid_at, sale.shipped_at, sale.completed_at, sale.closed_at)
    return max(one for one in moments if one is not None)


def _ref(format_name: str, sale: Sale) -> str:
    """All imported orders share one source, so the format stands in the reference."""
    return f"{format_name}:{sale.ref}"


def _buyer(format_name: str, name: str) -> str:
    """Return by what a buyer is known again: never the account name or e-mail itself."""
    form = search_form(name)
    return "" if not form or "*" in form else blind_index("imported buyer", f"{format_name}:{form}")


def _note(text: str) -> str:
    try:
        return clean_text(text.replace("\x00", "")[:_LONGEST_NOTE], max_length=_LONGEST_NOTE)
    except TextRefused:
        return ""
