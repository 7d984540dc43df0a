"""A month of orders in all states, made by the services that make real ones."""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhanggui.accounts.types import Role
from zhanggui.catalog import queries as catalog
from zhanggui.core.types import SHOPPER, SYSTEM, Actor
from zhanggui.customers.queries import checked_address
from zhanggui.customers.types import AddressInput
from zhanggui.demo.content import DemoContent, DemoShopper
from zhanggui.fulfilment import services as fulfilment
from zhanggui.inventory import queries as inventory
from zhanggui.orders import services as orders
from zhanggui.orders.types import (
    CloseReason,
    OrderInput,
    OrderRefused,
    PaymentChannel,
    PlacedOrder,
    Source,
    WantedLine,
)
from zhanggui.payments import queries as payment_queries
from zhanggui.payments import services as payments
from zhanggui.payments.providers.base import (
    ChannelPayment,
    ChannelRefund,
    PaymentState,
    RefundState,
)

DAYS = 30
CARRIERS = ("shunfeng", "zhongtong", "yuantong", "jtexpress")


@dataclass(frozen=True, slots=True)
class _Month:
    """What the orders are made from; the dice fall the same way every time."""

    dice: random.Random
    skus: list[str]
    shoppers: tuple[DemoShopper, ...]
    staff: Mapping[Role, Actor]
    now: datetime


def load_month(content: DemoContent, *, staff: Mapping[Role, Actor], now: datetime) -> None:
    """Place, pay, ship and end orders as their age makes likely; the newest still wait."""
    stocked = [sku.code for product in content.products for sku in product.skus]
    facts = catalog.sellable_facts(sku_codes=stocked, now=now)
    available = inventory.available_by_sku(sku_ids=[fact.sku_id for fact in facts.values()])
    month = _Month(
        random.Random(1121),  # noqa: S311 -- no secret: the same demo every time
        [code for code, fact in facts.items() if available[fact.sku_id] > 5],
        content.shoppers,
        staff,
        now,
    )
    for number, at in enumerate(_moments(month)):
        _live(month, number, at)


def _moments(month: _Month) -> Iterator[datetime]:
    """Yield when people bought: more in the evening, more at the weekend, up to minutes ago."""
    for day in range(DAYS, -1, -1):
        count = month.dice.randint(4, 7) + (day % 7 in (0, 1)) * 2
        moments = []
        for _ in range(count):
            hour = month.dice.choice((1, 3, 4, 6, 8, 10, 11, 12, 13, 13, 14))
            minute = timedelta(hours=hour, minutes=month.dice.randint(0, 59))
            start = month.now.replace(hour=0, minute=0, second=0, microsecond=0)
            moments.append(start - timedelta(days=day) + minute)
        yield from sorted(at for at in moments if at < month.now - timedelta(minutes=40))
    for minutes in (26, 17, 9, 4):
        yield month.now - timedelta(minutes=minutes)


def _live(month: _Month, number: int, at: datetime) -> None:
    shopper = month.dice.choice(month.shoppers)
    address = month.dice.choice(shopper.addresses)
    channel = month.dice.choice(
        (*[PaymentChannel.WECHAT_H5] * 6, *[PaymentChannel.WECHAT_NATIVE] * 3, "transfer")
    )
    to = checked_address(
        name=shopper.name,
        phone=shopper.phone,
        province=address.province,
        city=address.city,
        district=address.district,
        detail=address.detail,
    )
    placed = _place(month, number, at, to, channel, shopper.note)
    if placed is None:
        return
    age = month.now - at
    fate = month.dice.random()
    if age < timedelta(minutes=30):
        if number % 2:
            _pay(month, placed, channel, at + timedelta(minutes=2))
    elif fate < 0.07:
        payments.close_overdue(order_id=placed.order_id, now=at + timedelta(days=4))
    elif fate < 0.10:
        _cancel(placed, channel, at, paid_late=fate < 0.085)
    else:
        _pay(month, placed, channel, at + timedelta(minutes=3))
        _ship(month, placed, at, number)


def _place(
    month: _Month, number: int, at: datetime, to: AddressInput, channel: str, note: str
) -> PlacedOrder | None:
    picked = month.dice.sample(month.skus, month.dice.choice((1, 1, 1, 2, 2, 3)))
    lines = tuple(WantedLine(sku=sku, quantity=month.dice.choice((1, 1, 1, 2))) for sku in picked)
    request = hashlib.sha256(f"demo order {number}".encode()).hexdigest()
    try:
        return orders.place_order(
            wanted=OrderInput(
                request_id=request,
                body_hash=request,
                lines=lines,
                address=to,
                payment_channel=channel,
                source=Source.STOREFRONT,
                note=note if month.dice.random() < 0.3 else "",
            ),
            now=at,
        )
    except OrderRefused:  # sold out by now, or bulky goods to where they are not delivered
        return None


def _pay(month: _Month, placed: PlacedOrder, channel: str, at: datetime) -> None:
    if channel == PaymentChannel.TRANSFER:
        payments.confirm_transfer(
            order_id=placed.order_id,
            amount_minor=placed.payable_minor,
            reference=f"HK{placed.number[-8:]}",
            actor=month.staff[Role.SERVICE],
            now=at,
        )
        return
    attempt = payments.open_attempt(order_id=placed.order_id, channel=channel, now=at)
    _settle(attempt.out_trade_no, placed.payable_minor, at)


def _settle(out_trade_no: str, amount: int, at: datetime) -> None:
    payments.settle(
        told=ChannelPayment(
            out_trade_no=out_trade_no,
            state=PaymentState.PAID,
            merchant="",
            app="",
            amount_minor=amount,
            currency="CNY",
            channel_ref=f"42000{out_trade_no[:16]}",
            paid_at=at,
        ),
        now=at,
    )


def _cancel(placed: PlacedOrder, channel: str, at: datetime, *, paid_late: bool) -> None:
    """The buyer cancels; some pay in the same moment and get their money back by themselves."""
    late = paid_late and channel != PaymentChannel.TRANSFER
    attempt = (
        payments.open_attempt(order_id=placed.order_id, channel=channel, now=at) if late else None
    )
    orders.cancel_order(
        order_id=placed.order_id,
        reason=CloseReason.BUYER,
        actor=SHOPPER,
        now=at + timedelta(minutes=6),
    )
    if attempt is None:
        return
    _settle(attempt.out_trade_no, placed.payable_minor, at + timedelta(minutes=7))
    for refund in payment_queries.refunds_of(order_id=placed.order_id):
        payments.apply_refund(
            told=ChannelRefund(
                out_refund_no=refund.out_refund_no,
                state=RefundState.SUCCEEDED,
                refund_minor=refund.amount_minor,
                channel_ref=f"50300{placed.number}",
            ),
            now=at + timedelta(minutes=9),
        )


def _ship(month: _Month, placed: PlacedOrder, at: datetime, number: int) -> None:
    """Most is shipped within a day; what is younger than that waits, and two are late."""
    shipped_at = at + timedelta(hours=month.dice.randint(5, 22))
    is_late = number % 61 == 60 and month.now - at < timedelta(days=6)
    if shipped_at > month.now or is_late:
        return
    carrier = month.dice.choice(CARRIERS)
    digits = f"{month.dice.randrange(10**13):013d}"
    tracking = {
        "shunfeng": f"SF{digits}",
        "zhongtong": f"78{digits[:12]}",
        "yuantong": f"YT{digits}",
        "jtexpress": f"JT{digits}",
    }[carrier]
    fulfilment.ship_order(
        order_id=placed.order_id,
        carrier=carrier,
        tracking_no=tracking,
        actor=month.staff[Role.WAREHOUSE],
        now=shipped_at,
    )
    received_at = shipped_at + timedelta(days=month.dice.randint(2, 6), hours=3)
    if received_at < month.now:
        by = SHOPPER if month.dice.random() < 0.5 else SYSTEM
        fulfilment.confirm_receipt(order_id=placed.order_id, actor=by, now=received_at)
