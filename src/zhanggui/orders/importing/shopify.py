"""Shopify: one row for each line item, what is said of the order on its first row only."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhanggui.orders.importing.cells import (
    amount_of,
    codes_of,
    currency_of,
    first_moment,
    placed,
    quantity_of,
    state_of,
    text_of,
    words,
)
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.layouts import Layout
from zhanggui.orders.importing.sales import Reading, Row, Sale, SaleLine
from zhanggui.orders.types import HistoryState

_PAID = ("paid", "partially_refunded")
_SENT = {
    "": "to_ship",
    "unfulfilled": "to_ship",
    "partial": "part_shipped",
    "fulfilled": "completed",
}
_STATES = {
    **words(
        unpaid="|".join(
            f"{money} / {sent}".removesuffix(" / ")
            for money in ("pending", "authorized", "partially_paid")
            for sent in ("", "unfulfilled")
        ),
        closed="|".join(
            f"{money} / {sent}".removesuffix(" / ")
            for money in ("voided", "expired")
            for sent in ("", "unfulfilled", "restocked")
        ),
        refunded="|".join(
            f"refunded / {sent}".removesuffix(" / ")
            for sent in ("", "unfulfilled", "partial", "fulfilled", "restocked")
        ),
    ),
    **{
        key: state
        for money in _PAID
        for sent, name in _SENT.items()
        for key, state in words(**{name: f"{money} / {sent}".removesuffix(" / ")}).items()
    },
}


def _read(rows: Sequence[Row], _items: Sequence[Row], reading: Reading) -> Sale:
    row = next((one for one in rows if one.get("total")), rows[0])
    currency = currency_of(row, "currency") or reading.currency
    total = amount_of(row, "total", currency, label="Total")
    if total is None:
        raise RowFault("no_amount", _("订单的第一行没有 Total"), line=rows[0].line)
    items = tuple(_item(one, currency) for one in rows if one.get("name"))
    freight = amount_of(row, "shipping", currency, label="Shipping") or 0
    refunded = amount_of(row, "refunded", currency, label="Refunded Amount") or 0
    owing = amount_of(row, "outstanding", currency, label="Outstanding Balance") or 0
    state = _state(row, reading)
    paid_at = first_moment([row], "paid_at", zone=reading.zone)
    closed_at = first_moment([row], "cancelled_at", zone=reading.zone)
    if state in (HistoryState.COMPLETED, HistoryState.TO_SHIP, HistoryState.PART_SHIPPED):
        if closed_at and refunded == total:
            state = HistoryState.REFUNDED
        elif closed_at:
            state = HistoryState.COMPLETED  # cancelled, and the money kept
    paid = _paid(row, state, total, owing)
    return Sale(
        ref=row.get("ref"),
        line=row.line,
        state=state,
        currency=currency,
        placed_at=placed(first_moment([row], "created", zone=reading.zone) or paid_at, row),
        paid_at=paid_at,
        shipped_at=first_moment([row], "fulfilled_at", zone=reading.zone),
        closed_at=closed_at,
        items=items,
        freight_minor=freight,
        extras=_extras(row, items, freight, total, currency),
        payable_minor=total,
        paid_minor=paid,
        refunded_minor=paid if state == HistoryState.REFUNDED else refunded,
        buyer=row.get("email"),
        province=text_of(row, "province", longest=40),
        city=text_of(row, "city", longest=40),
        country=text_of(row, "country", longest=60),
        note=row.get("note"),
    )


def _state(row: Row, reading: Reading) -> HistoryState:
    money, sent = row.get("financial").casefold(), row.get("fulfillment").casefold()
    word = f"{money} / {sent}" if sent else money
    cancelled = bool(row.get("cancelled_at"))
    if cancelled and money in ("pending", "authorized", "voided", "expired"):
        return HistoryState.CLOSED
    return state_of(row, word, _STATES, reading)


def _paid(row: Row, state: HistoryState, total: int, owing: int) -> int:
    if state == HistoryState.CLOSED:
        return 0
    if state == HistoryState.UNPAID:
        is_part = row.get("financial").casefold() == "partially_paid"
        return max(total - owing, 0) if is_part and owing else 0
    return total


def _item(row: Row, currency: str) -> SaleLine:
    price = amount_of(row, "price", currency, label="Lineitem price")
    if price is None:
        raise RowFault("no_amount", _("没有 Lineitem price"), line=row.line)
    quantity = quantity_of(row, "quantity")
    return SaleLine(
        name=text_of(row, "name"),
        quantity=quantity,
        amount_minor=price * quantity,
        codes=codes_of(row, "code"),
        discount_minor=amount_of(row, "line_discount", currency, label="Lineitem discount") or 0,
    )


def _extras(
    row: Row, items: Sequence[SaleLine], freight: int, total: int, currency: str
) -> tuple[tuple[str, int], ...]:
    """Return taxes and duties that come on top of the prices; often they are in them."""
    taxes = amount_of(row, "taxes", currency, label="Taxes") or 0
    duties = amount_of(row, "duties", currency, label="Duties") or 0
    subtotal = amount_of(row, "subtotal", currency, label="Subtotal")
    off = amount_of(row, "discount", currency, label="Discount Amount") or 0
    goods = sum(one.amount_minor for one in items)
    bases = [goods + freight - off, goods + freight]
    if subtotal is not None:
        bases.insert(0, subtotal + freight)
    both = [(_("税费"), taxes), (_("关税"), duties)]
    for base in bases:
        for kept in (both[:0], both[:1], both[1:], both):
            if base + sum(minor for _name, minor in kept) == total:
                return tuple((name, minor) for name, minor in kept if minor)
    return ()


SHOPIFY = Layout(
    name="shopify",
    label=gettext_lazy("Shopify 订单"),
    fields={
        "ref": "Name",
        "email": "Email",
        "financial": "Financial Status",
        "paid_at": "Paid at",
        "fulfillment": "Fulfillment Status",
        "fulfilled_at": "Fulfilled at",
        "currency": "Currency",
        "subtotal": "Subtotal",
        "shipping": "Shipping",
        "taxes": "Taxes",
        "total": "Total",
        "discount": "Discount Amount",
        "created": "Created at",
        "quantity": "Lineitem quantity",
        "name": "Lineitem name",
        "price": "Lineitem price",
        "code": "Lineitem sku",
        "line_discount": "Lineitem discount",
        "note": "Notes",
        "cancelled_at": "Cancelled at",
        "refunded": "Refunded Amount",
        "outstanding": "Outstanding Balance",
        "duties": "Duties",
        "city": "Shipping City",
        "province": "Shipping Province",
        "country": "Shipping Country",
    },
    needed=("ref", "financial", "total", "created", "quantity", "name", "price"),
    states=_STATES,
    read=_read,
    also="Accepts Marketing|Discount Code|Shipping Method|Payment Method|Payment Reference|Id|Tags",
)
