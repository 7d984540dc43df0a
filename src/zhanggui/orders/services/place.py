"""Placing orders: many at once, one result each, a constant number of statements."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import ShopView
from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import SkuFacts
from zhanggui.core.clock import shop_day
from zhanggui.core.events import publish
from zhanggui.core.ids import next_id
from zhanggui.core.phones import phone_index, phone_last4_index
from zhanggui.core.transactions import in_transaction
from zhanggui.core.types import SHOPPER
from zhanggui.customers import queries as customer_queries
from zhanggui.customers import services as customers
from zhanggui.freight import calc as freight_calc
from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightItem, FreightTemplateView
from zhanggui.inventory import calc as inventory_calc
from zhanggui.inventory import queries as inventory_queries
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import (
    Cause,
    LockedLevel,
    Move,
    MovementKind,
    StockChangedError,
    WarehouseStock,
    WarehouseView,
)
from zhanggui.orders import calc
from zhanggui.orders.events import OrderPaid, OrderPlaced
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import (
    LineRefusal,
    OrderInput,
    OrderRefused,
    OrderStatus,
    PaymentChannel,
    PaymentState,
    PlacedOrder,
    WantedLine,
)
from zhanggui.regions import queries as regions

MAX_OPEN_UNPAID = 5
_ATTEMPTS = 4

Result = PlacedOrder | OrderRefused


def place_order(*, wanted: OrderInput, now: datetime) -> PlacedOrder:
    """Place one order and reserve its stock, all or nothing.

    A second call with the same `request_id` and `body_hash` returns the first order.

    Raises:
        OrderRefused: see its code; nothing was written.
    """
    result = place_orders(wanted=[wanted], now=now)[0]
    if isinstance(result, OrderRefused):
        raise result
    return result


def place_orders(*, wanted: Sequence[OrderInput], now: datetime) -> list[Result]:
    """Place many orders in one transaction; each gets an order or a refusal, in the order asked.

    A refusal never undoes its neighbours. An unexpected clash replays the batch one by one.
    """
    try:
        return in_transaction(lambda: _place(wanted, now))
    except (StockChangedError, IntegrityError):
        return [_place_alone(one, now) for one in wanted]


def _place_alone(one: OrderInput, now: datetime) -> Result:
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return in_transaction(lambda: _place([one], now))[0]
        except (StockChangedError, IntegrityError):
            continue
    return in_transaction(lambda: _place([one], now))[0]


@dataclass(slots=True)
class _Plan:
    """One order on its way through the batch."""

    wanted: OrderInput
    lines: tuple[WantedLine, ...]
    facts: Mapping[str, SkuFacts]
    order_id: int = field(default_factory=next_id)
    warehouse_id: int = 0
    freight_minor: int = 0
    customer_id: int = 0

    @property
    def pieces(self) -> dict[int, int]:
        return calc.pieces_by_sku(self.lines, self.facts)

    @property
    def goods_minor(self) -> int:
        return sum(self.facts[line.sku].price_minor * line.quantity for line in self.lines)


@dataclass(slots=True)
class _Market:
    """What all orders of the batch are decided on; accepted pieces are taken as we go."""

    levels: Sequence[LockedLevel]
    warehouses: Sequence[WarehouseView]
    templates: Mapping[int, FreightTemplateView]
    stocks: list[WarehouseStock] = field(init=False)

    def __post_init__(self) -> None:
        self.stocks = [
            WarehouseStock(
                house.warehouse_id,
                house.division_code,
                {
                    level.sku_id: level.available
                    for level in self.levels
                    if level.warehouse_id == house.warehouse_id
                },
            )
            for house in self.warehouses
        ]

    def take(self, warehouse_id: int, pieces: Mapping[int, int]) -> None:
        """Pieces promised to an accepted order are gone for those who come after."""
        for stock in self.stocks:
            if stock.warehouse_id == warehouse_id:
                for sku_id, count in pieces.items():
                    stock.available[sku_id] -= count


def _place(batch: Sequence[OrderInput], now: datetime) -> list[Result]:
    results = _answered_before(batch)
    fresh = _first_of_each(batch, results)
    facts = catalog.sellable_facts(
        sku_codes={line.sku for one in fresh for line in one.lines}, now=now
    )
    plans = []
    for one in fresh:
        refusal = _refuse_form(one)
        if refusal is None:
            plans.append(_Plan(one, calc.merged_lines(one.lines), facts))
        else:
            results[one.request_id] = refusal
    market = _market(plans)
    accepted = _refuse_many_open(_decide(plans, market, results), results, now)
    if accepted:
        for one, placed in _write(accepted, market.levels, now):
            results[one.request_id] = placed
    first = {one.request_id: one for one in reversed(batch)}
    return [
        results[one.request_id] if one.body_hash == first[one.request_id].body_hash else _conflict()
        for one in batch
    ]


def _answered_before(batch: Sequence[OrderInput]) -> dict[str, Result]:
    found = Order.objects.filter(request_id__in={one.request_id for one in batch})
    bodies = {one.request_id: one.body_hash for one in batch}
    return {
        str(order.request_id): _placed(order, is_new=False)
        if order.body_hash == bodies[str(order.request_id)]
        else _conflict()
        for order in found
    }


def _conflict() -> OrderRefused:
    return OrderRefused(
        _("这个 Idempotency-Key 已经用于另一张订单，请换一个新的。"),
        code="idempotency_conflict",
        status=422,
    )


def _placed(order: Order, *, is_new: bool) -> PlacedOrder:
    return PlacedOrder(
        order_id=order.pk,
        number=order.number,
        token=order.token,
        display_status=order.display_status,
        payable_minor=order.payable_minor,
        currency=order.currency,
        is_new=is_new,
    )


def _first_of_each(batch: Sequence[OrderInput], done: Mapping[str, Result]) -> list[OrderInput]:
    """Return the inputs still to be placed; a request repeated within the batch counts once."""
    first: dict[str, OrderInput] = {}
    for one in batch:
        if one.request_id not in done:
            first.setdefault(one.request_id, one)
    return list(first.values())


def _refuse_form(one: OrderInput) -> OrderRefused | None:
    if not one.lines:
        return OrderRefused(_("订单里还没有商品。"), code="empty_order", status=422)
    if len(one.lines) > calc.MAX_LINES or any(
        not 1 <= line.quantity <= calc.MAX_QUANTITY for line in one.lines
    ):
        return OrderRefused(
            _("一单最多 %(lines)d 种商品，每种 1 到 %(pieces)d 件。")
            % {"lines": calc.MAX_LINES, "pieces": calc.MAX_QUANTITY},
            code="empty_order",
            status=422,
        )
    if one.payment_channel not in PaymentChannel.values:
        return OrderRefused(
            _("不支持这种付款方式，请换一种。"), code="invalid_payment_channel", status=422
        )
    return None


def _market(plans: Sequence[_Plan]) -> _Market:
    sku_ids = {sku_id for plan in plans for sku_id in plan.pieces}
    if not sku_ids:
        return _Market((), (), {})
    product_ids = {fact.product_id for plan in plans for fact in plan.facts.values()}
    return _Market(
        inventory.locked_levels(sku_ids=sku_ids),
        inventory_queries.warehouses(),
        freight.templates_of(product_ids=product_ids),
    )


def _decide(plans: Sequence[_Plan], market: _Market, results: dict[str, Result]) -> list[_Plan]:
    """Accept or refuse in arrival order."""
    accepted = []
    for plan in plans:
        refusal = _try(plan, market)
        if refusal is None:
            accepted.append(plan)
        else:
            results[plan.wanted.request_id] = refusal
    return accepted


def _try(plan: _Plan, market: _Market) -> OrderRefused | None:
    stocks = market.stocks
    available = {sku: inventory_calc.greatest_available(sku, stocks) for sku in plan.pieces}
    if refusals := calc.line_refusals(plan.lines, plan.facts, available):
        return refuse_lines(refusals)
    code = plan.wanted.address.division_code
    distance = {
        house.warehouse_id: regions.distance_km(code_a=house.division_code, code_b=code)
        for house in market.warehouses
    }
    warehouse_id = inventory_calc.choose_warehouse(plan.pieces, stocks, distance)
    if warehouse_id is None:
        return refuse_lines(_split_refusals(plan, stocks))
    freight_minor = freight_calc.quote(
        freight_items(plan.lines, plan.facts), templates=market.templates, division_code=code
    )
    if freight_minor is None:
        return OrderRefused(
            _("这个地址暂时不配送，请换一个地址，或联系客服。"), code="undeliverable"
        )
    expected = plan.wanted.expected_payable_minor
    if expected is not None and expected != plan.goods_minor + freight_minor:
        return OrderRefused(_("金额有变动，请核对后重新提交。"), code="price_changed")
    plan.warehouse_id, plan.freight_minor = warehouse_id, freight_minor
    market.take(warehouse_id, plan.pieces)
    return None


def freight_items(lines: Sequence[WantedLine], facts: Mapping[str, SkuFacts]) -> list[FreightItem]:
    """Return what the lines add to a freight quote."""
    return [
        FreightItem(
            product_id=facts[line.sku].product_id,
            quantity=line.quantity,
            weight_grams=facts[line.sku].weight_grams,
        )
        for line in lines
    ]


def _split_refusals(plan: _Plan, stocks: Sequence[WarehouseStock]) -> list[LineRefusal]:
    """Each line fits somewhere, but no warehouse has all: name what the best one lacks."""
    best = max(
        stocks,
        key=lambda stock: sum(
            stock.available.get(sku, 0) >= count for sku, count in plan.pieces.items()
        ),
    )
    return [
        LineRefusal(
            sku=line.sku,
            code="out_of_stock",
            available=max(best.available.get(plan.facts[line.sku].sku_id, 0), 0),
        )
        for line in plan.lines
        if best.available.get(plan.facts[line.sku].sku_id, 0)
        < plan.pieces[plan.facts[line.sku].sku_id]
    ]


def refuse_lines(refusals: Collection[LineRefusal]) -> OrderRefused:
    """Return the refusal of an order whose lines can't be had as asked."""
    code = calc.worst_code(refusals)
    texts = {
        "not_for_sale": _("有商品已经不能购买，请移除后再提交。"),
        "out_of_stock": _("有商品库存不够，请减少数量或移除后再提交。"),
        "price_changed": _("有商品价格变了，请核对后重新提交。"),
    }
    return OrderRefused(texts[code], code=code, lines=tuple(refusals))


def _refuse_many_open(
    plans: Sequence[_Plan], results: dict[str, Result], now: datetime
) -> list[_Plan]:
    """Link the buyers and hold each phone to its open unpaid orders.

    Buyers are made before the count: whoever makes the same one at the same time waits for us.
    """
    if not plans:
        return []
    indexes = {plan.order_id: phone_index(plan.wanted.address.phone) for plan in plans}
    ids = customers.customers_for(addresses=[plan.wanted.address for plan in plans], now=now)
    rows = (
        Order.objects.filter(
            phone_index__in=set(indexes.values()),
            status=OrderStatus.OPEN,
            payment_state=PaymentState.UNPAID,
        )
        .values("phone_index")
        .annotate(orders=Count("pk"))
        .values_list("phone_index", "orders")
    )
    open_orders = dict(rows)
    accepted = []
    for plan in plans:
        index = indexes[plan.order_id]
        plan.customer_id = ids[index]
        open_orders[index] = open_orders.get(index, 0) + 1
        if open_orders[index] > MAX_OPEN_UNPAID:
            results[plan.wanted.request_id] = OrderRefused(
                _("这个手机号有 %(most)d 张订单还没付款，请先付款或取消再下单。")
                % {"most": MAX_OPEN_UNPAID},
                code="too_many_open_orders",
            )
        else:
            accepted.append(plan)
    return accepted


def _write(
    plans: Sequence[_Plan], levels: Sequence[LockedLevel], now: datetime
) -> list[tuple[OrderInput, PlacedOrder]]:
    shop = accounts.shop()
    own = customer_queries.ids_of_users(
        user_ids={plan.wanted.user_id for plan in plans if plan.wanted.user_id}
    )
    orders = [_order_row(plan, shop, own, now) for plan in plans]
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create([line for plan in plans for line in _line_rows(plan)])
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
        levels=levels,
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
    return [
        (plan.wanted, _placed(order, is_new=True))
        for plan, order in zip(plans, orders, strict=True)
    ]


def _order_row(plan: _Plan, shop: ShopView, own: Mapping[int, int], now: datetime) -> Order:
    wanted, address = plan.wanted, plan.wanted.address
    payable = plan.goods_minor + plan.freight_minor
    pieces = sum(line.quantity for line in plan.lines)
    wait = (
        timedelta(days=shop.transfer_days)
        if wanted.payment_channel == PaymentChannel.TRANSFER
        else timedelta(minutes=shop.unpaid_minutes)
    )
    number = f"{shop_day(now):%y%m%d}{secrets.randbelow(10**10):010d}"
    return Order(
        id=plan.order_id,
        number=number,
        number_tail=number[-6:],
        token=secrets.token_hex(16),
        source=wanted.source,
        request_id=wanted.request_id,
        body_hash=wanted.body_hash,
        status=OrderStatus.OPEN,
        display_status=calc.display_status(
            status=OrderStatus.OPEN,
            payable_minor=payable,
            paid_minor=0,
            pieces=pieces,
            shipped_pieces=0,
        ),
        payment_state=calc.payment_state(payable_minor=payable, paid_minor=0, refunded_minor=0),
        currency=shop.currency,
        goods_minor=plan.goods_minor,
        freight_minor=plan.freight_minor,
        payable_minor=payable,
        payment_channel=wanted.payment_channel,
        pieces=pieces,
        customer_id=own.get(wanted.user_id or 0, plan.customer_id),
        name=address.name,
        phone=address.phone,
        detail=address.detail,
        name_index=customer_queries.name_index(address.name),
        phone_index=phone_index(address.phone),
        phone_last4_index=phone_last4_index(address.phone[-4:]),
        province=address.province,
        city=address.city,
        district=address.district,
        division_code=address.division_code,
        postcode=address.postcode,
        note=wanted.note,
        warehouse_id=plan.warehouse_id,
        placed_at=now,
        pay_by_at=now + wait if payable else None,
        paid_at=None if payable else now,
    )


def _line_rows(plan: _Plan) -> list[OrderLine]:
    facts = [plan.facts[line.sku] for line in plan.lines]
    currency = facts[0].currency
    weights = [
        fact.weight_grams * line.quantity for fact, line in zip(facts, plan.lines, strict=True)
    ]
    shares = calc.freight_shares(plan.freight_minor, weights, currency)
    return [
        OrderLine(
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
            weight_grams=fact.weight_grams,
        )
        for ordinal, (line, fact, share) in enumerate(
            zip(plan.lines, facts, shares, strict=True), start=1
        )
    ]


def _tell(orders: Sequence[Order], now: datetime) -> None:
    placed = [
        OrderPlaced(
            subject_id=order.pk,
            at=now,
            actor=SHOPPER,
            warehouse_id=order.warehouse_id,
            payable_minor=order.payable_minor,
            currency=order.currency,
        )
        for order in orders
    ]
    paid = [
        OrderPaid(subject_id=order.pk, at=now, paid_minor=0, currency=order.currency)
        for order in orders
        if not order.payable_minor
    ]
    publish(*placed, *paid)
