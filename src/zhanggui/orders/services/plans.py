"""Deciding on wanted orders, in arrival order, on what was read under lock. Writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import ShopView
from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import SkuFacts
from zhanggui.core.ids import next_id
from zhanggui.core.phones import phone_index
from zhanggui.customers import services as customers
from zhanggui.freight import calc as freight_calc
from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightItem, FreightTemplateView
from zhanggui.inventory import calc as inventory_calc
from zhanggui.inventory import queries as inventory_queries
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import LockedLevel, WarehouseStock, WarehouseView
from zhanggui.orders import calc, sql
from zhanggui.orders.types import (
    LineRefusal,
    OrderInput,
    OrderRefused,
    PaymentChannel,
    WantedLine,
)
from zhanggui.regions import queries as regions

MAX_OPEN_UNPAID = 5


@dataclass(slots=True)
class Plan:
    """One order on its way through the batch."""

    wanted: OrderInput
    lines: tuple[WantedLine, ...]
    facts: Mapping[str, SkuFacts]
    order_id: int = field(default_factory=next_id)
    warehouse_id: int = 0
    freight_minor: int = 0
    pieces: dict[int, int] = field(init=False)  # SKU id → pieces
    phone_index: str = field(init=False)  # names the phone that the order is for

    def __post_init__(self) -> None:
        """Say once what every step of the batch asks for."""
        self.pieces = calc.pieces_by_sku(self.lines, self.facts)
        self.phone_index = phone_index(self.wanted.address.phone)

    @property
    def goods_minor(self) -> int:
        """What the goods cost today."""
        return sum(self.facts[line.sku].price_minor * line.quantity for line in self.lines)

    @property
    def payable_minor(self) -> int:
        """What the buyer has to pay."""
        return self.goods_minor + self.freight_minor


@dataclass(slots=True)
class Market:
    """What all orders of the batch are decided on; accepted ones take from it as we go."""

    shop: ShopView
    levels: Sequence[LockedLevel] = ()
    warehouses: Sequence[WarehouseView] = ()
    templates: Mapping[int, FreightTemplateView] = field(default_factory=dict)
    buyers: Mapping[str, int] = field(default_factory=dict)  # phone index → known customer
    open_orders: dict[str, int] = field(default_factory=dict)  # phone index → unpaid orders
    stocks: list[WarehouseStock] = field(init=False)

    def __post_init__(self) -> None:
        self.stocks = inventory_calc.warehouse_stocks(self.warehouses, self.levels)

    def take(self, plan: Plan) -> None:
        """What was promised to an accepted order is gone for those who come after."""
        if plan.payable_minor:
            index = plan.phone_index
            self.open_orders[index] = self.open_orders.get(index, 0) + 1
        for stock in self.stocks:
            if stock.warehouse_id == plan.warehouse_id:
                for sku_id, count in plan.pieces.items():
                    stock.available[sku_id] -= count


def read_plans(
    batch: Sequence[OrderInput], now: datetime
) -> tuple[list[Plan], dict[str, OrderRefused]]:
    """Return the well-formed orders with the facts of their goods, and refusals by request id."""
    facts = catalog.sellable_facts(
        sku_codes={line.sku for one in batch for line in one.lines}, now=now
    )
    plans, refusals, shop = [], {}, accounts.shop()
    for one in batch:
        refusal = _refuse_form(one, shop)
        if refusal is None:
            plans.append(Plan(one, calc.merged_lines(one.lines), facts))
        else:
            refusals[one.request_id] = refusal
    return plans, refusals


def _refuse_form(one: OrderInput, shop: ShopView) -> OrderRefused | None:
    if not one.lines:
        return OrderRefused(_("订单里还没有商品。"), code="empty_order", status=422)
    merged = calc.merged_lines(one.lines)
    if (
        len(merged) > calc.MAX_LINES
        or any(line.quantity < 1 for line in one.lines)
        or any(line.quantity > calc.MAX_QUANTITY for line in merged)
    ):
        return OrderRefused(
            _("一单最多 %(lines)d 种商品，每种 1 到 %(pieces)d 件。")
            % {"lines": calc.MAX_LINES, "pieces": calc.MAX_QUANTITY},
            code="empty_order",
            status=422,
        )
    if one.payment_channel not in PaymentChannel.values or not shop.takes(one.payment_channel):
        return OrderRefused(
            _("不支持这种付款方式，请换一种。"), code="invalid_payment_channel", status=422
        )
    return None


def locked_market(plans: Sequence[Plan]) -> Market:
    """Read what the plans are decided on; stock levels and known buyers are locked, in this order.

    Whoever wants the same goods or orders for the same phone waits here until we are done.
    """
    shop = accounts.shop()
    sku_ids = {sku_id for plan in plans for sku_id in plan.pieces}
    if not sku_ids:
        return Market(shop)
    product_ids = {
        plan.facts[line.sku].product_id
        for plan in plans
        for line in plan.lines
        if line.sku in plan.facts
    }
    levels = inventory.locked_levels(sku_ids=sku_ids)
    indexes = {plan.phone_index for plan in plans}
    return Market(
        shop,
        levels,
        inventory_queries.warehouses(),
        freight.templates_of(product_ids=product_ids),
        customers.locked_customers(phone_indexes=indexes),
        # Counted after the buyers are locked: who orders for the same phone now waits for us.
        sql.open_unpaid(indexes),
    )


def decide(plans: Sequence[Plan], market: Market) -> tuple[list[Plan], dict[str, OrderRefused]]:
    """Accept or refuse in arrival order; return the accepted, and refusals by request id."""
    accepted, refusals = [], {}
    for plan in plans:
        refusal = _refuse(plan, market)
        if refusal is None:
            market.take(plan)
            accepted.append(plan)
        else:
            refusals[plan.wanted.request_id] = refusal
    return accepted, refusals


def _refuse(plan: Plan, market: Market) -> OrderRefused | None:
    """Find warehouse and freight of an order, or say why it can't be had."""
    stocks = market.stocks
    available = {sku: inventory_calc.greatest_available(sku, stocks) for sku in plan.pieces}
    if refusals := calc.line_refusals(
        plan.lines, plan.facts, available, currency=market.shop.currency
    ):
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
        _freight_items(plan), templates=market.templates, division_code=code
    )
    if freight_minor is None:
        return OrderRefused(
            _("这个地址暂时不配送，请换一个地址，或联系客服。"), code="undeliverable"
        )
    plan.warehouse_id, plan.freight_minor = warehouse_id, freight_minor
    if plan.wanted.expected_payable_minor not in (None, plan.payable_minor):
        return OrderRefused(_("金额有变动，请核对后重新提交。"), code="price_changed")
    open_orders = market.open_orders.get(plan.phone_index, 0)
    if plan.payable_minor and open_orders >= MAX_OPEN_UNPAID:
        return OrderRefused(
            _("这个手机号有 %(most)d 张订单还没付款，请先付款或取消再下单。")
            % {"most": MAX_OPEN_UNPAID},
            code="too_many_open_orders",
        )
    return None


def _freight_items(plan: Plan) -> list[FreightItem]:
    return [
        FreightItem(
            product_id=plan.facts[line.sku].product_id,
            quantity=line.quantity,
            weight_grams=plan.facts[line.sku].weight_grams,
        )
        for line in plan.lines
    ]


def _split_refusals(plan: Plan, stocks: Sequence[WarehouseStock]) -> list[LineRefusal]:
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
    """Return the refusal of an order some of whose lines can't be had."""
    code = calc.worst_code(refusals)
    texts = {
        "not_for_sale": _("有商品已经不能购买，请移除后再提交。"),
        "out_of_stock": _("有商品库存不够，请减少数量或移除后再提交。"),
        "price_changed": _("有商品价格变了，请核对后重新提交。"),
    }
    return OrderRefused(texts[code], code=code, lines=tuple(refusals))
