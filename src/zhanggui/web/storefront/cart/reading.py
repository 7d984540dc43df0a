"""What the basket's page shows: today's prices, and on each line what stands in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhanggui.orders import queries as orders
from zhanggui.orders.calc import MAX_QUANTITY
from zhanggui.orders.types import LineRefusal, Quote, QuoteLine, WantedLine
from zhanggui.web.formats import money_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line with what to say about it; `is_off` lines do not count and can't be bought."""

    line: QuoteLine
    seen_minor: int | None  # the price when it was put in, or shown last
    problem: str | Promise
    is_off: bool
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCart:
    """The whole basket."""

    lines: tuple[ShownLine, ...]
    quote: Quote
    pieces: int  # of the lines that count

    @property
    def can_be_bought(self) -> bool:
        return self.pieces > 0


def cart_wanted(*, cart_id: int | None) -> list[WantedLine]:
    """Return what a basket holds; an unknown one holds nothing."""
    return orders.cart_lines(cart_id=cart_id) if cart_id else []


def shown_cart(*, wanted: Sequence[WantedLine], now: datetime) -> ShownCart:
    """Price a basket without an address."""
    quote = orders.quote(lines=wanted, division_code=None, now=now)
    seen = {line.sku: line.unit_price_minor for line in wanted}
    lines = tuple(
        shown_line(line, seen=seen[line.sku], refusal=line.refusal, currency=quote.currency)
        for line in quote.lines
    )
    pieces = sum(shown.line.quantity for shown in lines if not shown.is_off)
    return ShownCart(lines=lines, quote=quote, pieces=pieces)


def shown_line(
    line: QuoteLine, *, seen: int | None, refusal: LineRefusal | None, currency: str
) -> ShownLine:
    """Put the refusal of a line into words."""
    return ShownLine(
        line=line,
        seen_minor=seen,
        problem=_words(line, seen, refusal, currency) if refusal else "",
        is_off=refusal is not None and refusal.code != "price_changed",
        most=min(max(line.available, 1), MAX_QUANTITY),
    )


def _words(line: QuoteLine, seen: int | None, refusal: LineRefusal, currency: str) -> str:
    if refusal.code == "price_changed":
        return _("价格变了：今天 %(now)s，之前 %(then)s。") % {
            "now": money_parts(line.unit_price_minor, currency),
            "then": money_parts(seen or 0, currency),
        }
    if refusal.code == "out_of_stock" and refusal.available:
        n = refusal.available
        return ngettext("只剩 %(n)d 件，请减少数量。", "只剩 %(n)d 件，请减少数量。", n) % {"n": n}
    if refusal.code == "out_of_stock":
        return _("已售罄，不计入合计。")
    return _("已下架，不计入合计。")
