"""What the browser sent to checkout, read without trusting any of it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, QueryDict

from zhanggui.core.text import is_storable
from zhanggui.orders import queries as orders
from zhanggui.orders.calc import MAX_LINES, MAX_QUANTITY
from zhanggui.orders.types import WantedLine
from zhanggui.payments import queries as payments
from zhanggui.web.storefront import scenes
from zhanggui.web.storefront.cart import cookies
from zhanggui.web.storefront.cart.reading import cart_wanted, shown_cart
from zhanggui.web.storefront.checkout.forms import FIELDS
from zhanggui.web.storefront.parsing import whole_number

NEW_ADDRESS = "new"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_MOST_MINOR = 10**11
_SENT = (
    *("key", "action", "from", "sku", "quantity", "seen", "address", *FIELDS, "note"),
    *("address_text", "channel", "expected"),
)
_MOST, _MOST_TEXT = MAX_LINES + 1, 2000  # of what an attacker may have us send back


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One wish to buy. `lines` carry the prices that the page showed."""

    lines: tuple[WantedLine, ...]
    is_cart: bool  # else one thing straight from its page
    key: str
    channel: str
    address: str  # id in the shopper's address book, or "new"
    fields: Mapping[str, str]  # name to detail, note and pasted text, as typed
    expected_minor: int | None  # what the button said, None while freight was not known


def new_key() -> str:
    """Return a fresh key by which a double tap is recognised."""
    return secrets.token_urlsafe(16)


def offered_channels(request: HttpRequest) -> list[str]:
    """Return the ways to pay for this device: WeChat Pay once, in the scene that fits."""
    channels = payments.channels()
    hidden = scenes.WECHAT - {scenes.fitting(request, channels)}
    return [str(one) for one in channels if one not in hidden]


def first_asked(request: HttpRequest, *, now: datetime) -> Asked:
    """Return what a person wants who just came: ?sku=&quantity=, else the basket."""
    code = request.GET.get("sku", "")
    if code:
        quantity = whole_number(request.GET.get("quantity", ""), least=1, most=MAX_QUANTITY)
        lines = [WantedLine(sku=code[:60].replace("\x00", ""), quantity=quantity)]
    else:
        wanted = cart_wanted(cart_id=cookies.cart_id(request))
        shown = shown_cart(wanted=wanted, now=now).lines
        lines = [
            WantedLine(sku=one.line.sku, quantity=one.line.quantity)
            for one in shown
            if not one.is_off
        ]
    return Asked(
        lines=with_prices(lines, now=now),
        is_cart=not code,
        key=new_key(),
        channel=next(iter(offered_channels(request)), ""),
        address="",
        fields=dict.fromkeys((*FIELDS, "note", "address_text"), ""),
        expected_minor=None,
    )


def with_prices(lines: list[WantedLine], *, now: datetime) -> tuple[WantedLine, ...]:
    """Return the lines with today's prices as those that the page is about to show."""
    quote = orders.quote(lines=lines, division_code=None, now=now)
    return tuple(
        WantedLine(sku=one.sku, quantity=one.quantity, unit_price_minor=one.unit_price_minor)
        for one in quote.lines
    )


def posted(request: HttpRequest) -> Asked:
    """Return what the form says."""
    data = request.POST
    key = data.get("key", "")
    offered = offered_channels(request)
    channel = data.get("channel", "")
    expected = data.get("expected", "")
    return Asked(
        lines=_lines(data),
        is_cart=data.get("from") == "cart",
        key=key if _KEY.fullmatch(key) else new_key(),
        channel=channel if channel in payments.channels() else next(iter(offered), ""),
        address=data.get("address", NEW_ADDRESS),
        fields={name: data.get(name, "") for name in (*FIELDS, "note", "address_text")},
        expected_minor=whole_number(expected, least=0, most=_MOST_MINOR) if expected else None,
    )


def sent_again(request: HttpRequest, asked: Asked) -> list[tuple[str, str]]:
    """Return the fields of a form that sends the same wish again, under the same key."""
    data = request.POST.copy()
    data["key"], data["action"] = asked.key, "pay"
    return [(name, value[:_MOST_TEXT]) for name in _SENT for value in data.getlist(name)[:_MOST]]


def _lines(data: QueryDict) -> tuple[WantedLine, ...]:
    rows = zip(data.getlist("sku"), data.getlist("quantity"), data.getlist("seen"), strict=False)
    return tuple(
        WantedLine(
            sku=sku,
            quantity=whole_number(quantity, least=1, most=MAX_QUANTITY),
            unit_price_minor=whole_number(seen, least=0, most=_MOST_MINOR),
        )
        for sku, quantity, seen in list(rows)[: MAX_LINES + 1]
        if sku != data.get("remove") and is_storable(sku) and len(sku) <= 60
    )


def filled(asked: Asked, **fields: str) -> Asked:
    """Return the same wish with some fields changed."""
    return replace(asked, fields={**asked.fields, **fields})
