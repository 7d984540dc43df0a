"""Arithmetic of orders: pure functions over facts that others read."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from zhanggui.catalog.types import SkuFacts
from zhanggui.core.money import Money
from zhanggui.orders.types import (
    AfterSaleState,
    DisplayStatus,
    LineRefusal,
    OrderStatus,
    PaymentState,
    WantedLine,
)

MAX_QUANTITY = 999
MAX_LINES = 50
SHORT_NUMBER = 6  # signs: up to here a number may as well be the end of another
# What stands before a number where people copy it: 订单编号：, taobao:, Order no., a quote of Excel
_LABEL = re.compile(
    r"^[\s'`\"]*(?:[^:]{1,30}:|[^\W\d_a-z]{0,8}号|order(?:\s+(?:id|no\.?|number))?)?[\s'`\"]*"
)
_NUMBER = re.compile(r"[#0-9a-z][0-9a-z#_./\s-]{0,59}")


def display_status(
    *, status: str, payable_minor: int, paid_minor: int, pieces: int, shipped_pieces: int
) -> DisplayStatus:
    """Return what buyers and staff read (domain.md §3). The only rule for it."""
    if status == OrderStatus.CLOSED:
        return DisplayStatus.CLOSED
    if status == OrderStatus.COMPLETED:
        return DisplayStatus.COMPLETED
    if paid_minor < payable_minor:
        return DisplayStatus.TO_PAY
    if shipped_pieces == 0:
        return DisplayStatus.TO_SHIP
    if shipped_pieces < pieces:
        return DisplayStatus.PART_SHIPPED
    return DisplayStatus.TO_RECEIVE


def status_when_placed(payable_minor: int) -> DisplayStatus:
    """Return the label of a fresh order, also for the answer to its repeated request."""
    return DisplayStatus.TO_PAY if payable_minor else DisplayStatus.TO_SHIP


def payment_state(*, payable_minor: int, paid_minor: int, refunded_minor: int) -> PaymentState:
    """Return the state that the sums of payments and refunds make (domain.md §6)."""
    kept = paid_minor - refunded_minor
    if refunded_minor and kept == 0:
        return PaymentState.REFUNDED
    if kept > payable_minor:
        return PaymentState.OVERPAID
    if kept == payable_minor:
        return PaymentState.PAID
    if refunded_minor:
        return PaymentState.PARTLY_REFUNDED
    return PaymentState.PARTLY_PAID if paid_minor else PaymentState.UNPAID


def after_sale_state(*, payable_minor: int, paid_minor: int, refunded_minor: int) -> AfterSaleState:
    """Return the overlay that refunds leave on an order without an after-sale case."""
    kept = paid_minor - refunded_minor
    if not refunded_minor or kept >= payable_minor:
        return AfterSaleState.NONE
    return AfterSaleState.PART_REFUNDED if kept else AfterSaleState.REFUNDED


def merged_lines(lines: Sequence[WantedLine]) -> tuple[WantedLine, ...]:
    """Return one line per SKU and seen price, in the order of their first mention."""
    merged: dict[tuple[str, int | None], int] = {}
    for line in lines:
        key = (line.sku, line.unit_price_minor)
        merged[key] = merged.get(key, 0) + line.quantity
    return tuple(
        WantedLine(sku=sku, quantity=quantity, unit_price_minor=price)
        for (sku, price), quantity in merged.items()
    )


def pieces_by_sku(lines: Sequence[WantedLine], facts: Mapping[str, SkuFacts]) -> dict[int, int]:
    """Return SKU id → wanted pieces, summed over lines; unknown SKUs are left out."""
    pieces: dict[int, int] = {}
    for line in lines:
        if line.sku in facts:
            sku_id = facts[line.sku].sku_id
            pieces[sku_id] = pieces.get(sku_id, 0) + line.quantity
    return pieces


def line_refusals(
    lines: Sequence[WantedLine],
    facts: Mapping[str, SkuFacts],
    available: Mapping[int, int],
    *,
    currency: str,
) -> list[LineRefusal]:
    """Return why lines can't be had as asked, one refusal per line at most.

    `available` gives for each SKU id the most pieces that one warehouse can sell. What has no price
    in the shop's `currency` is not for sale.
    """
    pieces = pieces_by_sku(lines, facts)
    refusals = []
    for line in lines:
        fact = facts.get(line.sku)
        if fact is None or fact.not_sold is not None or fact.currency != currency:
            reason = str(fact.not_sold) if fact is not None and fact.not_sold is not None else ""
            refusals.append(LineRefusal(sku=line.sku, code="not_for_sale", reason=reason))
        elif pieces[fact.sku_id] > available.get(fact.sku_id, 0):
            refusals.append(
                LineRefusal(
                    sku=line.sku, code="out_of_stock", available=available.get(fact.sku_id, 0)
                )
            )
        elif line.unit_price_minor not in (None, fact.price_minor):
            refusals.append(
                LineRefusal(
                    sku=line.sku,
                    code="price_changed",
                    available=available.get(fact.sku_id, 0),
                    price_minor=fact.price_minor,
                )
            )
    return refusals


_WORST_FIRST = ("not_for_sale", "out_of_stock", "price_changed")


def worst_code(refusals: Collection[LineRefusal]) -> str:
    """Return the code that speaks for the whole order."""
    return min((one.code for one in refusals), key=_WORST_FIRST.index)


def freight_shares(freight_minor: int, weights: Sequence[int], currency: str) -> list[int]:
    """Split the freight over the lines by weight with nothing lost."""
    return [share.minor for share in Money(freight_minor, currency).allocate(weights)]


def hour_of(at: datetime) -> int:
    """Return the hour of a moment, counted since 1970: the grain in which sales are kept."""
    return int(at.timestamp()) // _HOUR


def hour_start(hour: int) -> datetime:
    """Return the first moment of an hour."""
    return datetime.fromtimestamp(hour * _HOUR, UTC)


def whole_hours(start: datetime, end: datetime) -> range:
    """Return the hours that lie whole within a period."""
    first = hour_of(start) + (hour_start(hour_of(start)) != start)
    return range(first, max(first, hour_of(end)))


_HOUR = 3_600


def pasted_number(text: str) -> str:
    """Return what was pasted without the label before it, wide signs made narrow, small letters."""
    return _LABEL.sub("", unicodedata.normalize("NFKC", text).casefold(), count=1).strip()


def number_form(text: str) -> str:
    """Return an order number of another shop as numbers are compared, "" for what can be none.

    Letters' case and the signs between do not count: #EN-1001 and en1001 are the same.
    """
    number = pasted_number(text)
    form = "".join(sign for sign in number if sign.isalnum())
    has_digit = any(sign.isdigit() for sign in form)
    return form if has_digit and len(form) <= 40 and _NUMBER.fullmatch(number) else ""
