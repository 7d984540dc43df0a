"""The checkout page: lines, address, freight, total and the one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from zhanggui.customers import queries as customers
from zhanggui.customers.types import AddressView
from zhanggui.orders import queries as orders
from zhanggui.orders.types import LineRefusal, PaymentChannel, Quote, WantedLine
from zhanggui.web.storefront.cart.reading import ShownLine, shown_line
from zhanggui.web.storefront.checkout import places
from zhanggui.web.storefront.checkout.asked import NEW_ADDRESS, Asked
from zhanggui.web.storefront.checkout.forms import FIELDS, CheckoutForm

METHODS: Mapping[str, str | Promise] = {
    PaymentChannel.WECHAT_JSAPI: pgettext_lazy("payment", "微信支付"),
    PaymentChannel.WECHAT_H5: pgettext_lazy("payment", "微信支付"),
    PaymentChannel.WECHAT_NATIVE: pgettext_lazy("payment", "微信支付"),
    PaymentChannel.TRANSFER: pgettext_lazy("payment", "银行转账"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPage:
    """Everything that the template shows."""

    asked: Asked
    form: CheckoutForm
    lines: tuple[ShownLine, ...]
    quote: Quote
    pieces: int
    addresses: Sequence[AddressView]
    channels: list[tuple[str, str | Promise]]
    method: str | Promise

    @property
    def is_new_address(self) -> bool:
        return not self.addresses or self.asked.address == NEW_ADDRESS

    @property
    def knows_freight(self) -> bool:
        return self.quote.freight_minor is not None

    @property
    def can_be_bought(self) -> bool:
        """Whether pressing the button makes sense: something to buy, and a way to pay it."""
        return bool(self.channels) and bool(self.lines) and not any(x.is_off for x in self.lines)


def address_book(user_id: int | None) -> Sequence[AddressView]:
    """Return the addresses of a signed-in shopper, none for guests."""
    return customers.addresses(user_id=user_id) if user_id is not None else []


def with_address(asked: Asked, book: Sequence[AddressView]) -> Asked:
    """Return the wish with an address that exists: the one chosen, else the last one used."""
    known = {str(one.address_id) for one in book}
    if asked.address in known or (asked.address == NEW_ADDRESS and book):
        return asked
    return replace(asked, address=str(book[0].address_id) if book else NEW_ADDRESS)


def address_fields(asked: Asked, book: Sequence[AddressView]) -> dict[str, str]:
    """Return name to detail of the chosen address, or as typed."""
    chosen = next((one for one in book if str(one.address_id) == asked.address), None)
    if chosen is None:
        return {name: asked.fields[name] for name in FIELDS}
    return {name: str(getattr(chosen, name)) for name in FIELDS}


def checkout_page(
    *,
    asked: Asked,
    book: Sequence[AddressView],
    channels: Sequence[str],
    now: datetime,
    is_checked: bool = False,
    refused: Sequence[LineRefusal] = (),
) -> CheckoutPage:
    """Price what is asked for at today's prices and put it on the page.

    `refused` are lines that placing refused for reasons that no quote knows. Prices that are shown
    here are the ones that the next submit will have seen.
    """
    asked = with_address(asked, book)
    asked = replace(asked, fields=places.tidied(asked.fields))
    code = places.division_code(address_fields(asked, book))
    quote = orders.quote(lines=asked.lines, division_code=code, now=now)
    lines = _shown(asked.lines, quote, {one.sku: one for one in refused})
    asked = replace(asked, lines=_seen(quote))
    names = [(name, METHODS[name]) for name in channels]
    return CheckoutPage(
        asked=asked,
        form=CheckoutForm(asked.fields, is_checked=is_checked),
        lines=lines,
        quote=quote,
        pieces=sum(one.line.quantity for one in lines if not one.is_off),
        addresses=book,
        channels=names,
        method=METHODS.get(asked.channel, ""),
    )


def _shown(
    wanted: Sequence[WantedLine], quote: Quote, refused: Mapping[str, LineRefusal]
) -> tuple[ShownLine, ...]:
    seen = {line.sku: line.unit_price_minor for line in wanted}
    return tuple(
        shown_line(
            line,
            seen=seen.get(line.sku),
            refusal=line.refusal or refused.get(line.sku),
            currency=quote.currency,
        )
        for line in quote.lines
    )


def _seen(quote: Quote) -> tuple[WantedLine, ...]:
    return tuple(
        WantedLine(sku=one.sku, quantity=one.quantity, unit_price_minor=one.unit_price_minor)
        for one in quote.lines
    )
