"""Turning a wish into an order."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from zhanggui.core.text import clean_text
from zhanggui.customers import queries as customers
from zhanggui.customers.types import AddressView
from zhanggui.orders import services as orders
from zhanggui.orders.types import OrderInput, PlacedOrder, Source
from zhanggui.web.storefront.checkout.asked import Asked
from zhanggui.web.storefront.checkout.page import address_fields

_SCOPE = "storefront"


def place(
    *, asked: Asked, book: Sequence[AddressView], user_id: int | None, now: datetime
) -> PlacedOrder:
    """Place the order; the same key and content again return the first one.

    Raises:
        OrderRefused, InvalidAddress, InvalidPhone, TextRefused: nothing was written.
    """
    address = customers.checked_address(**address_fields(asked, book))
    note = clean_text(asked.fields["note"], max_length=200)
    said = {
        "lines": [asdict(line) for line in asked.lines],
        "address": asdict(address),
        "channel": asked.channel,
        "note": note,
    }
    body = json.dumps(said, sort_keys=True, ensure_ascii=False)
    wanted = OrderInput(
        request_id=_sha256(f"{_SCOPE}|{asked.key}"),
        body_hash=_sha256(body),
        lines=asked.lines,
        address=address,
        payment_channel=asked.channel,
        source=Source.STOREFRONT,
        note=note,
        user_id=user_id,
        expected_payable_minor=asked.expected_minor,
    )
    return orders.place_order(wanted=wanted, now=now)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
