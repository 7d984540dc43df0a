"""All rows of some orders and their lives, collected and then written in one transaction."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction

from zhanggui.catalog.types import SkuFacts
from zhanggui.core.bulk import stored_moment
from zhanggui.core.clock import shop_day
from zhanggui.core.events import NewEvent, record_past
from zhanggui.core.types import ActorType
from zhanggui.customers import services as customers
from zhanggui.customers.services import NewGuest
from zhanggui.demo.seeding.lives import CONFIRM, Life
from zhanggui.demo.seeding.people import Person
from zhanggui.demo.seeding.shelf import Change, Shelf
from zhanggui.demo.seeding.words import shuffled
from zhanggui.fulfilment import services as fulfilment
from zhanggui.fulfilment.services import ParcelSeed, TaskLineSeed, TaskSeed
from zhanggui.fulfilment.types import FulfilmentStatus, TrackingState
from zhanggui.inventory.types import MovementKind
from zhanggui.orders import calc
from zhanggui.orders import services as orders
from zhanggui.orders.services import NewLine, NewOrder
from zhanggui.orders.types import OrderStatus, PaymentChannel, Source
from zhanggui.payments import services as payments
from zhanggui.payments.services import PaymentSeed, RefundSeed
from zhanggui.payments.types import PaymentStatus, RefundStatus

_CARRIERS = (
    ("shunfeng", "SF", 13),
    ("zhongtong", "78", 12),
    ("yuantong", "YT", 13),
    ("jtexpress", "JT", 13),
)
_PROMISE = timedelta(hours=48)
_REFUND_REASONS = ("商品破损，部分退款", "少发配件，补差价", "质量问题退款", "七天无理由退款")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What one order is made of; `number` counts all seeded orders of the shop."""

    number: int
    customer_id: int
    buyer: Person
    note: str
    warehouse_id: int
    skus: Sequence[tuple[SkuFacts, int, int | None]]  # facts, quantity, cost of one piece
    freight_minor: int
    life: Life


@dataclass(slots=True)
class Batch:
    """Rows by table."""

    dice: random.Random
    ids: Iterator[int]
    guests: list[NewGuest] = field(default_factory=list)
    orders: list[NewOrder] = field(default_factory=list)
    lines: list[NewLine] = field(default_factory=list)
    payments: list[PaymentSeed] = field(default_factory=list)
    refunds: list[RefundSeed] = field(default_factory=list)
    tasks: list[TaskSeed] = field(default_factory=list)
    task_lines: list[TaskLineSeed] = field(default_factory=list)
    parcels: list[ParcelSeed] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)

    def add(self, bought: Bought) -> None:
        """Put one order with all that belongs to it into the batch."""
        _OrderRows(self, bought).add()

    @transaction.atomic
    def write(self, shelf: Shelf) -> None:
        """Write all of it, or nothing."""
        customers.seed_guests(guests=self.guests)
        orders.insert_orders(orders=self.orders, lines=self.lines)
        shelf.write(self.changes)
        payments.seed_payments(payments=self.payments, refunds=self.refunds)
        fulfilment.seed_fulfilment(tasks=self.tasks, lines=self.task_lines, parcels=self.parcels)
        record_past(events=self.events)


def _text(at: datetime | None) -> str | None:
    return None if at is None else stored_moment(at)


class _OrderRows:
    """One order on its way into the rows of a batch."""

    def __init__(self, batch: Batch, bought: Bought) -> None:
        self.batch, self.bought, self.life = batch, bought, bought.life
        self.order_id = next(self.batch.ids)
        self.placed = stored_moment(self.life.placed_at)
        self.paid_at = _text(self.life.paid_at)
        self.shipped_at = _text(self.life.shipped_at)
        self.completed_at = _text(self.life.completed_at)
        self.closed_at = _text(self.life.closed_at)
        day = f"{shop_day(self.life.placed_at):%y%m%d}"
        self.number = day + shuffled(bought.number, digits=10)
        self.goods = sum(fact.price_minor * count for fact, count, _cost in bought.skus)
        self.payable = self.goods + bought.freight_minor
        self.pieces = sum(count for _fact, count, _cost in bought.skus)
        self.line_ids: list[int] = []
        closed_paid = self.life.closed_at is not None and self.life.refund_ppm
        self.paid = self.payable if self.life.paid_at or closed_paid else 0
        self.to_refund = self.paid * self.life.refund_ppm // 1_000_000
        self.refunded = 0 if self.life.is_stuck else self.to_refund

    def add(self) -> None:
        self._lines()
        self._order()
        self._move(MovementKind.RESERVE, self.placed, ("order", self.order_id), "shopper")
        facts = {"warehouse_id": self.bought.warehouse_id, "payable_minor": self.payable}
        self._tell("order.placed", self.placed, "shopper", currency="CNY", **facts)
        if self.closed_at is not None:
            self._close(self.closed_at)
        elif self.paid_at is not None:
            self._pay(self.paid_at)

    def _lines(self) -> None:
        skus = self.bought.skus
        weights = [fact.weight_grams * count for fact, count, _cost in skus]
        shares = (
            calc.freight_shares(self.bought.freight_minor, weights, "CNY")
            if len(skus) > 1 and self.bought.freight_minor
            else [self.bought.freight_minor, *[0] * (len(skus) - 1)]
        )
        is_shipped = self.life.shipped_at is not None
        for ordinal, (fact, count, cost) in enumerate(skus, start=1):
            line_id = next(self.batch.ids)
            self.line_ids.append(line_id)
            share = shares[ordinal - 1]
            self.batch.lines.append(
                NewLine(
                    line_id,
                    self.order_id,
                    ordinal,
                    fact.sku_id,
                    fact.code,
                    fact.product_name,
                    fact.product_slug,
                    fact.options_text,
                    fact.picture,
                    count,
                    fact.price_minor,
                    share,
                    fact.price_minor * count + share,
                    cost * count if is_shipped and cost is not None else None,
                    fact.weight_grams,
                    count if is_shipped else 0,
                )
            )

    def _order(self) -> None:
        life, buyer, bits = self.life, self.bought.buyer, self.batch.dice.getrandbits
        self.batch.orders.append(
            NewOrder(
                id=self.order_id,
                number=self.number,
                number_tail=self.number[-6:],
                token=f"{bits(128):032x}",
                source=Source.API.value if bits(4) == 0 else Source.STOREFRONT.value,
                request_id=f"{bits(256):064x}",
                body_hash=f"{bits(256):064x}",
                close_reason=life.close_reason,
                currency="CNY",
                goods_minor=self.goods,
                freight_minor=self.bought.freight_minor,
                payable_minor=self.payable,
                paid_minor=self.paid,
                refunded_minor=self.refunded,
                payment_channel=life.channel,
                pieces=self.pieces,
                customer_id=self.bought.customer_id,
                name=buyer.name,
                phone=buyer.phone,
                detail=buyer.detail,
                name_index=buyer.name_index,
                phone_index=buyer.phone_index,
                phone_last4_index=buyer.last4_index,
                province=buyer.place.province,
                city=buyer.place.city,
                district=buyer.place.district,
                division_code=buyer.place.code,
                note=self.bought.note,
                has_note=bool(self.bought.note),
                warehouse_id=self.bought.warehouse_id,
                placed_at=self.placed,
                **self._states(),
                **self._moments(),
            )
        )

    def _states(self) -> dict[str, Any]:
        status = OrderStatus.OPEN
        if self.life.closed_at is not None:
            status = OrderStatus.CLOSED
        elif self.life.completed_at is not None:
            status = OrderStatus.COMPLETED
        money = {"payable_minor": self.payable, "paid_minor": self.paid}
        shipped = self.pieces if self.life.shipped_at else 0
        display = calc.display_status(
            status=status, pieces=self.pieces, shipped_pieces=shipped, **money
        )
        return {
            "status": status.value,
            "display_status": display.value,
            "payment_state": calc.payment_state(refunded_minor=self.refunded, **money).value,
            "after_sale_state": calc.after_sale_state(refunded_minor=self.refunded, **money).value,
            "shipped_pieces": shipped,
        }

    def _moments(self) -> dict[str, Any]:
        life = self.life
        is_under_way = life.shipped_at is not None and life.completed_at is None
        return {
            "pay_by_at": None if life.paid_at or life.closed_at else _text(life.pay_by_at),
            "paid_at": self.paid_at,
            "shipped_at": self.shipped_at,
            "confirm_by_at": _text(life.shipped_at + CONFIRM)
            if is_under_way and life.shipped_at
            else None,
            "completed_at": self.completed_at,
            "closed_at": self.closed_at,
        }

    def _close(self, at: str) -> None:
        self._move(MovementKind.RELEASE, at, ("order", self.order_id), "shopper")
        self._tell("order.closed", at, "shopper", reason=self.life.close_reason)
        if self.paid:
            payment_id = self._payment(at, is_paid=True)
            self._refund(payment_id, reason="订单已取消后到账")
        elif self.life.channel != PaymentChannel.TRANSFER:
            self._payment(at, is_paid=False)

    def _pay(self, at: str) -> None:
        payment_id = self._payment(at, is_paid=True)
        self._tell("order.paid", at, "channel", paid_minor=self.paid, currency="CNY")
        self._ship(at)
        if self.to_refund:
            self._refund(payment_id, reason=self.batch.dice.choice(_REFUND_REASONS))

    def _payment(self, at: str, *, is_paid: bool) -> int:
        payment_id = next(self.batch.ids)
        is_transfer = self.life.channel == PaymentChannel.TRANSFER
        reference = f"HK{self.number[-8:]}" if is_transfer else f"42000{self.number}P1"
        self.batch.payments.append(
            PaymentSeed(
                id=payment_id,
                order_id=self.order_id,
                attempt=1,
                channel=self.life.channel,
                out_trade_no=f"{self.number}P1",
                amount_minor=self.payable,
                currency="CNY",
                refunded_minor=self.to_refund,
                status=(PaymentStatus.SUCCEEDED if is_paid else PaymentStatus.CLOSED).value,
                channel_ref=reference if is_paid else "",
                started_at=self.placed,
                expires_at=stored_moment(self.life.pay_by_at),
                succeeded_at=at if is_paid else None,
                ended_at=None if is_paid else at,
            )
        )
        if is_paid:
            who = ActorType.STAFF if is_transfer else ActorType.CHANNEL
            self._tell_money("payment.succeeded", at, who, self.payable, payment_id=payment_id)
        return payment_id

    def _refund(self, payment_id: int, *, reason: str) -> None:
        at = self.life.closed_at or self.life.completed_at or self.life.placed_at
        refund_id, asked = next(self.batch.ids), stored_moment(at)
        arrived = stored_moment(at + timedelta(minutes=3))
        is_stuck = self.life.is_stuck
        self.batch.refunds.append(
            RefundSeed(
                id=refund_id,
                payment_id=payment_id,
                out_refund_no=f"{self.number}R1",
                amount_minor=self.to_refund,
                currency="CNY",
                status=(RefundStatus.ABNORMAL if is_stuck else RefundStatus.SUCCEEDED).value,
                reason=reason,
                cause_type="payment",
                cause_id=payment_id,
                channel_ref="" if is_stuck else f"50300{self.number}",
                requested_at=asked,
                queued_at=asked,
                succeeded_at=None if is_stuck else arrived,
            )
        )
        facts: dict[str, Any] = {"refund_id": refund_id}
        self._tell_money(
            "refund.requested", asked, "system", self.to_refund, reason=reason, **facts
        )
        if is_stuck:
            self._tell_money(
                "refund.needs_staff", arrived, "system", self.to_refund, state="abnormal", **facts
            )
            return
        self._tell_money("refund.succeeded", arrived, "channel", self.to_refund, **facts)
        self._tell(
            "order.refunded", arrived, "channel", refunded_minor=self.to_refund, currency="CNY"
        )

    def _ship(self, paid_at: str) -> None:
        life, task_id = self.life, next(self.batch.ids)
        promised = (life.paid_at or life.placed_at) + _PROMISE
        status = FulfilmentStatus.ALLOCATED
        if life.shipped_at is not None:
            status = FulfilmentStatus.DELIVERED if life.completed_at else FulfilmentStatus.SHIPPED
        self.batch.tasks.append(
            TaskSeed(
                task_id,
                self.order_id,
                self.bought.warehouse_id,
                status.value,
                paid_at,
                stored_moment(promised),
                self.shipped_at,
                self.completed_at,
            )
        )
        for line_id, (_fact, count, _cost) in zip(self.line_ids, self.bought.skus, strict=True):
            self.batch.task_lines.append(
                TaskLineSeed(next(self.batch.ids), task_id, line_id, count)
            )
        if self.shipped_at is None:
            return
        self._parcel(task_id, self.shipped_at)
        if self.completed_at is not None:
            actor = "system" if life.by_timer else "shopper"
            self._tell("order.completed", self.completed_at, actor)

    def _parcel(self, task_id: int, at: str) -> None:
        parcel_id = next(self.batch.ids)
        carrier, start, digits = self.batch.dice.choice(_CARRIERS)
        tracking = start + shuffled(self.bought.number, digits=digits)
        state = TrackingState.DELIVERED if self.life.completed_at else TrackingState.CREATED
        self.batch.parcels.append(
            ParcelSeed(parcel_id, task_id, carrier, tracking, state.value, at)
        )
        self._move(MovementKind.SHIP, at, ("parcel", parcel_id), "staff")
        facts = {"carrier": carrier, "tracking_no": tracking, "pieces": self.pieces}
        self._tell("order.shipped", at, "staff", **facts)

    def _move(self, kind: MovementKind, at: str, cause: tuple[str, int], actor: str) -> None:
        house = self.bought.warehouse_id
        for fact, count, _cost in self.bought.skus:
            self.batch.changes.append(
                Change(at, kind.value, fact.sku_id, house, count, *cause, actor)
            )

    def _tell(self, kind: str, at: str, actor: str, **payload: Any) -> None:
        text = orjson.dumps(payload).decode() if payload else "{}"
        self.batch.events.append(
            NewEvent(next(self.batch.ids), kind, "order", self.order_id, actor, None, text, at)
        )

    def _tell_money(
        self, kind: str, at: str, actor: str, amount_minor: int, **more: int | str
    ) -> None:
        facts = {"channel": self.life.channel, "amount_minor": amount_minor, "currency": "CNY"}
        self._tell(kind, at, actor, **facts, **more)
