"""Money of orders from files: it adds up to the last fen, or the order is refused."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from zhanggui.core.money import Money, digits_of
from zhanggui.orders.importing.faults import RowFault
from zhanggui.orders.importing.sales import Sale, SaleLine

_MOST_LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """A line as an order holds it: the unit price rounded up, the rest is discount."""

    item: SaleLine
    unit_price_minor: int
    discount_minor: int
    freight_minor: int
    payable_minor: int
    is_goods: bool


def check_money(sale: Sale) -> None:
    """Refuse what can't be.

    Raises:
        RowFault: no goods, owed more than goods and fees are worth, or refunded more than paid.
    """
    if not sale.items:
        raise RowFault("no_goods", _("没有商品"), line=sale.line)
    if len(sale.items) > _MOST_LINES:
        raise RowFault("too_many_lines", _("一个订单的商品行太多"), line=sale.line)
    over = sale.payable_minor - sale.gross_minor
    if over > 0:
        why = _("金额对不上：应付 %(payable)s，商品加运费只有 %(gross)s，多 %(over)s")
        raise RowFault(
            "amounts_differ",
            why
            % {
                "payable": shown(sale.payable_minor, sale.currency),
                "gross": shown(sale.gross_minor, sale.currency),
                "over": shown(over, sale.currency),
            },
            line=sale.line,
        )
    if sale.refunded_minor > sale.paid_minor:
        why = _("退款 %(refund)s 比实付 %(paid)s 多")
        raise RowFault(
            "amounts_differ",
            why
            % {
                "refund": shown(sale.refunded_minor, sale.currency),
                "paid": shown(sale.paid_minor, sale.currency),
            },
            line=sale.line,
        )


def adjusted_minor(sale: Sale) -> int:
    """Return by how much the discount differs from what the file gives as discount."""
    if sale.told_discount_minor is None:
        return 0
    return sale.gross_minor - sale.payable_minor - sale.told_discount_minor


def settled_lines(sale: Sale) -> list[SettledLine]:
    """Return the lines with their shares of discount and freight; nothing is lost.

    Fees and taxes are lines of their own behind the goods.
    """
    fees = [SaleLine(name=name, quantity=1, amount_minor=minor) for name, minor in sale.extras]
    items = [*sale.items, *fees]
    own = [min(one.discount_minor, one.amount_minor) for one in items]
    off = sale.gross_minor - sale.payable_minor
    if sum(own) > off:
        own = [0] * len(items)
    weights = [one.amount_minor - less for one, less in zip(items, own, strict=True)]
    shared = Money(off - sum(own), sale.currency).allocate(weights)
    freight = Money(sale.freight_minor, sale.currency).allocate([one.amount_minor for one in items])
    lines = []
    for place, item in enumerate(items):
        unit = -(-item.amount_minor // item.quantity)
        less = own[place] + shared[place].minor
        lines.append(
            SettledLine(
                item=item,
                unit_price_minor=unit,
                discount_minor=unit * item.quantity - item.amount_minor + less,
                freight_minor=freight[place].minor,
                payable_minor=item.amount_minor - less + freight[place].minor,
                is_goods=place < len(sale.items),
            )
        )
    return lines


def shown(minor: int, currency: str) -> str:
    """Return an amount as people read it."""
    digits = digits_of(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {currency}"
