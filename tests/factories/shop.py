"""A small shop that can sell: a warehouse with stock, a freight template, an address, a basket."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import factory
from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from factory.django import DjangoModelFactory

from zhanggui.accounts.models import Shop
from zhanggui.accounts.services import save_shop
from zhanggui.catalog.models import Sku
from zhanggui.core import versions
from zhanggui.core.ids import next_id
from zhanggui.core.types import SYSTEM
from zhanggui.customers.types import AddressInput
from zhanggui.freight import services as freight
from zhanggui.freight.types import FreightRuleView
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockLevel, Warehouse
from zhanggui.inventory.queries import WAREHOUSES
from zhanggui.inventory.types import Cause, Move, MovementKind
from zhanggui.orders.models import OrderLine
from zhanggui.orders.types import OrderInput, OrderStatus, PaymentChannel, Source, WantedLine

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
HANGZHOU = AddressInput(
    name="陈晓琳",
    phone="+8613800001234",
    province="浙江省",
    city="杭州市",
    district="西湖区",
    detail="示例路 88 号 3 幢 502 室",
    division_code="330106",
)
MAINLAND = ("330000", "310000", "320000", "440000", "510000", "110000", "650000")


class WarehouseFactory(DjangoModelFactory[Warehouse]):
    """A warehouse in Hangzhou."""

    class Meta:
        model = Warehouse

    code = factory.Sequence(lambda n: f"WH{n}")
    name = factory.Sequence(lambda n: f"仓库 {n}")
    division_code = "330106"

    @classmethod
    def _create(cls, model_class: type[Warehouse], *args: Any, **kwargs: Any) -> Warehouse:
        warehouse: Warehouse = super()._create(model_class, *args, **kwargs)
        versions.bump(WAREHOUSES)
        return warehouse


def stocked(sku: Sku, pieces: int, warehouse: Warehouse | None = None) -> StockLevel:
    """Book pieces of a SKU in, through the ledger, and return the level."""
    house = warehouse or Warehouse.objects.order_by("id").first() or WarehouseFactory()
    arrival = Move(
        kind=MovementKind.RECEIVE,
        cause=Cause("test", next_id()),
        sku_id=sku.pk,
        warehouse_id=house.pk,
        quantity=pieces,
    )
    with transaction.atomic():
        inventory.move(moves=[arrival], actor=SYSTEM, now=NOON)
    return StockLevel.objects.get(sku=sku, warehouse=house)


def open_shop(**values: Any) -> Shop:
    """Make the shop with a default freight template: 1 kg for 8.00, each further for 2.00."""
    save_shop(**{"name": "拾光生活", "transfer_account": "示例银行 0000", **values})
    freight.save_template(
        name="标准快递",
        charge_by="weight",
        currency="CNY",
        is_default=True,
        rules=[
            FreightRuleView(
                areas=MAINLAND,
                first_units=1000,
                first_minor=800,
                extra_units=1000,
                extra_minor=200,
            )
        ],
    )
    return Shop.objects.get()


def basket(*lines: tuple[Sku, int], request: str = "", **values: Any) -> OrderInput:
    """Return an order as a guest in Hangzhou would send it, each with a request id of its own."""
    wanted = tuple(WantedLine(sku=sku.code, quantity=quantity) for sku, quantity in lines)
    name = request or f"request {next_id()}"
    defaults: dict[str, Any] = {
        "request_id": hashlib.sha256(name.encode()).hexdigest(),
        "body_hash": hashlib.sha256(repr(wanted).encode()).hexdigest(),
        "lines": wanted,
        "address": HANGZHOU,
        "payment_channel": PaymentChannel.WECHAT_H5,
        "source": Source.STOREFRONT,
    }
    return OrderInput(**{**defaults, **values})


def guest(number: int, **values: Any) -> AddressInput:
    """Return the address of another buyer in Hangzhou, each number with a phone of its own."""
    return replace(HANGZHOU, phone=f"+861380000{number:04d}", **values)


def books_balance() -> None:
    """Every counter is the sum of its ledger, and reserved is what open orders wait for (§7.2)."""
    for level in StockLevel.objects.annotate(
        on_hand_sum=Coalesce(Sum("movements__on_hand_delta"), 0),
        reserved_sum=Coalesce(Sum("movements__reserved_delta"), 0),
        unavailable_sum=Coalesce(Sum("movements__unavailable_delta"), 0),
    ):
        waiting = OrderLine.objects.filter(
            sku_id=level.sku_id,
            order__warehouse_id=level.warehouse_id,
            order__status=OrderStatus.OPEN,
        ).aggregate(n=Coalesce(Sum(F("quantity") - F("shipped_quantity")), 0))["n"]
        assert (level.on_hand, level.reserved, level.unavailable) == (
            level.on_hand_sum,
            level.reserved_sum,
            level.unavailable_sum,
        )
        assert level.reserved == waiting
        assert 0 <= level.reserved <= level.on_hand
