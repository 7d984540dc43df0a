"""Placing orders: many at once, one result each, a constant number of statements."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts.types import ShopView
from zhanggui.core import versions
from zhanggui.core.bulk import stored_moment
from zhanggui.core.clock import shop_day
from zhanggui.core.events import publish
from zhanggui.core.ids import next_id
from zhanggui.core.phones import phone_last4_index
from zhanggui.core.transactions import Busy, in_transaction
from zhanggui.core.types import SHOPPER, Refusal
from zhanggui.customers import queries as customer_queries
from zhanggui.customers import services as customers
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import (
    Cause,
    Move,
    MovementKind,
    StockChangedError,
)
from zhanggui.orders import calc, sql
from zhanggui.orders.events import OrderPaid, OrderPlaced
from zhanggui.orders.models import Order
from zhanggui.orders.services import sold_out
from zhanggui.orders.services.new_rows import NewLine, NewOrder, insert_orders
from zhanggui.orders.services.plans import Market, Plan, decide, locked_market, read_plans
from zhanggui.orders.types import (
    AfterSaleState,
    OrderInput,
    OrderRefused,
    OrderStatus,
    PaymentChannel,
    PlacedOrder,
)

_ATTEMPTS = 4

Result = PlacedOrder | Refusal


def place_orders(*, wanted: Sequence[OrderInput], now: datetime) -> list[Result]:
    """Place many orders in one transaction; each gets an order or a refusal, in the order asked.

    A refusal (`OrderRefused`, `Busy`) never undoes its neighbours. An unexpected clash replays the
    batch one by one.
    """
    try:
        with versions.held():
            seen = sold_out.version()
            results = in_transaction(lambda: _place(wanted, now))
    except (StockChangedError, IntegrityError):
        return [_place_alone(one, now) for one in wanted]
    sold_out.remember(results, seen)
    return results


def _place_alone(one: OrderInput, now: datetime) -> Result:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return in_transaction(lambda: _place([one], now))[0]
        except Busy as refusal:
            return refusal
        except StockChangedError:
            continue
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    return Busy()


def _place(batch: Sequence[OrderInput], now: datetime) -> list[Result]:
    first: dict[str, OrderInput] = {}
    for one in batch:
        first.setdefault(one.request_id, one)
    plans, refusals = read_plans(list(first.values()), now)
    market = locked_market(plans)
    # Only now: a twin of this request, for which the locks made us wait, is seen.
    again = sql.known_requests(first)
    known = {
        order.request_id: order
        for order in (Order.objects.filter(request_id__in=again) if again else ())
    }
    accepted, refused = decide(
        [plan for plan in plans if plan.wanted.request_id not in known], market
    )
    refusals |= refused
    new = {order.request_id: order for order in _write(accepted, market, now)} if accepted else {}
    untold = set(new)
    results: list[Result] = []
    for one in batch:
        order = known.get(one.request_id) or new.get(one.request_id)
        said = order.body_hash if order else first[one.request_id].body_hash
        if one.body_hash != said:
            results.append(_conflict())
        elif order is None:
            results.append(refusals[one.request_id])
        else:
            results.append(_placed(order, is_new=one.request_id in untold))
            untold.discard(one.request_id)
    return results


def _conflict() -> OrderRefused:
    return OrderRefused(
        _("这个 Idempotency-Key 已经用于另一张订单，请换一个新的。"),
        code="idempotency_conflict",
        status=422,
    )


def _placed(order: Order | NewOrder, *, is_new: bool) -> PlacedOrder:
    return PlacedOrder(
        order_id=order.id,
        number=order.number,
        token=order.token,
        display_status=calc.status_when_placed(order.payable_minor),
        payable_minor=order.payable_minor,
        currency=order.currency,
        is_new=is_new,
    )


def _write(plans: Sequence[Plan], market: Market, now: datetime) -> list[NewOrder]:
    buyers = dict(market.buyers)
    buyers |= customers.make_guests(
        addresses=[plan.wanted.address for plan in plans if plan.phone_index not in buyers],
        now=now,
    )
    own = customer_queries.ids_of_users(
        user_ids={plan.wanted.user_id for plan in plans if plan.wanted.user_id}
    )
    orders = [
        _order_row(
            plan,
            market.shop,
            own.get(plan.wanted.user_id or 0, buyers[plan.phone_index]),
            now,
        )
        for plan in plans
    ]
    insert_orders(orders=orders, lines=[line for plan in plans for line in _line_rows(plan)])
    inventory.move(
        moves=[
            Move(
                kind=MovementKind.RESERVE,
                cause=Cause("order", plan.order_id),
                sku_id=sku_id,
                warehouse_id=plan.warehouse_id,
                quantity=count,
            )
            for plan in plans
            for sku_id, count in plan.pieces.items()
        ],
        actor=SHOPPER,
        now=now,
        levels=market.levels,
        causes_are_new=True,
    )
    customers.remember_addresses(
        addresses=[
            (own[plan.wanted.user_id], plan.wanted.address)
            for plan in plans
            if plan.wanted.user_id in own
        ],
        now=now,
    )
    _tell(orders, now)
    return orders


def _order_row(plan: Plan, shop: ShopView, customer_id: int, now: datetime) -> NewOrder:
    wanted, address = plan.wanted, plan.wanted.address
    payable = plan.payable_minor
    pieces = sum(line.quantity for line in plan.lines)
    number = f"{shop_day(now):%y%m%d}{secrets.randbelow(10**10):010d}"
    at = stored_moment(now)
    return NewOrder(
        id=plan.order_id,
        number=number,
        number_tail=number[-6:],
        token=secrets.token_hex(16),
        source=wanted.source,
        request_id=wanted.request_id,
        body_hash=wanted.body_hash,
        status=OrderStatus.OPEN,
        display_status=calc.status_when_placed(payable),
        payment_state=calc.payment_state(payable_minor=payable, paid_minor=0, refunded_minor=0),
        after_sale_state=AfterSaleState.NONE,
        close_reason="",
        currency=shop.currency,
        goods_minor=plan.goods_minor,
        freight_minor=plan.freight_minor,
        payable_minor=payable,
        paid_minor=0,
        refunded_minor=0,
        payment_channel=wanted.payment_channel,
        pieces=pieces,
        shipped_pieces=0,
        customer_id=customer_id,
        name=address.name,
        phone=address.phone,
        detail=address.detail,
        name_index=customer_queries.name_index(address.name),
        phone_index=plan.phone_index,
        phone_last4_index=phone_last4_index(address.phone[-4:]),
        province=address.province,
        city=address.city,
        district=address.district,
        division_code=address.division_code,
        postcode=address.postcode,
        note=wanted.note,
        has_note=bool(wanted.note),
        warehouse_id=plan.warehouse_id,
        placed_at=at,
        pay_by_at=stored_moment(now + _time_to_pay(shop, wanted.payment_channel))
        if payable
        else None,
        paid_at=None if payable else at,
    )


def _time_to_pay(shop: ShopView, channel: str) -> timedelta:
    if channel == PaymentChannel.TRANSFER:
        return timedelta(days=shop.transfer_days)
    return timedelta(minutes=shop.unpaid_minutes)


def _line_rows(plan: Plan) -> list[NewLine]:
    facts = [plan.facts[line.sku] for line in plan.lines]
    currency = facts[0].currency
    weights = [
        fact.weight_grams * line.quantity for fact, line in zip(facts, plan.lines, strict=True)
    ]
    shares = calc.freight_shares(plan.freight_minor, weights, currency)
    return [
        NewLine(
            id=next_id(),
            order_id=plan.order_id,
            ordinal=ordinal,
            sku_id=fact.sku_id,
            sku_code=fact.code,
            product_name=fact.product_name,
            product_slug=fact.product_slug,
            options_text=fact.options_text,
            picture=fact.picture,
            quantity=line.quantity,
            unit_price_minor=fact.price_minor,
            freight_minor=share,
            payable_minor=fact.price_minor * line.quantity + share,
            cost_minor=None,
            weight_grams=fact.weight_grams,
            shipped_quantity=0,
        )
        for ordinal, (line, fact, share) in enumerate(
            zip(plan.lines, facts, shares, strict=True), start=1
        )
    ]


def _tell(orders: Sequence[NewOrder], now: datetime) -> None:
    placed = [
        OrderPlaced(
            subject_id=order.id,
            at=now,
            actor=SHOPPER,
            warehouse_id=order.warehouse_id,
            payable_minor=order.payable_minor,
            currency=order.currency,
        )
        for order in orders
    ]
    paid = [
        OrderPaid(subject_id=order.id, at=now, paid_minor=0, currency=order.currency)
        for order in orders
        if not order.payable_minor
    ]
    publish(*placed, *paid)
