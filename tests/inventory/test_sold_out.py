"""Products that leave the lists when they are sold out, and come back by themselves."""

from typing import Any

import pytest
from django.db import transaction
from tests.catalog.inputs import product_input
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON, WarehouseFactory, basket, guest, open_shop, stocked
from tests.parallel import together

from zhanggui.catalog.models import Product, ProductChange, Sku
from zhanggui.catalog.queries import admin_products, listing, product_page
from zhanggui.catalog.types import NotSold, SkuInput
from zhanggui.core.models import Event
from zhanggui.core.types import SYSTEM
from zhanggui.freight import services as freight
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import services as orders
from zhanggui.orders.types import CloseReason

pytestmark = pytest.mark.django_db


def leaving(slug: str = "tea", **more: Any) -> Sku:
    """Return a SKU of a product that leaves when it is sold out."""
    sku: Sku = SkuFactory(product=ProductFactory(slug=slug, leaves_when_sold_out=True), **more)
    return sku


def counted(sku: Sku, pieces: int) -> None:
    """Count the pieces of a SKU in its one warehouse."""
    house = StockLevel.objects.get(sku=sku).warehouse.code
    inventory.set_count(
        sku_code=sku.code,
        warehouse_code=house,
        on_hand=pieces,
        reason="盘点",
        actor=SYSTEM,
        now=NOON,
    )


def listed() -> list[str]:
    return [card.slug for card in listing(now=NOON).items]


def test_the_last_order_takes_it_off_and_a_cancel_brings_it_back() -> None:
    open_shop()
    sku = leaving()
    stocked(sku, 2)
    orders.place_order(wanted=basket((sku, 1)), now=NOON)
    assert listed() == ["tea"]

    last = orders.place_order(wanted=basket((sku, 1), address=guest(2)), now=NOON)
    assert listed() == []
    (row,) = admin_products(now=NOON).items
    assert row.not_sold == NotSold.SOLD_OUT
    page = product_page(slug="tea", now=NOON)
    assert page is not None  # links keep working, stock says why nothing can be bought
    assert Product.objects.get().shelf == "on"
    orders.cancel_order(order_id=last.order_id, reason=CloseReason.BUYER, actor=SYSTEM, now=NOON)

    assert listed() == ["tea"]
    told = ProductChange.objects.order_by("id").values_list("field", "old", "new")
    assert list(told) == [("is_sold_out", False, True), ("is_sold_out", True, False)]
    changes = Event.objects.filter(kind="product.saved").order_by("id")
    assert [event.payload["change"] for event in changes] == ["sold_out", "in_stock"]


def test_one_sku_or_warehouse_that_has_some_keeps_it_listed() -> None:
    near, far = WarehouseFactory(), WarehouseFactory()
    small = leaving()
    large = SkuFactory(product=small.product, options=["大"])
    stocked(small, 1, near)
    stocked(large, 1, far)

    counted(small, 0)
    assert listed() == ["tea"]
    counted(large, 0)
    assert listed() == []
    counted(small, 1)
    assert listed() == ["tea"]


def test_others_stay_listed_when_they_are_sold_out() -> None:
    sku = SkuFactory(product__slug="cup")
    stocked(sku, 1)

    counted(sku, 0)

    assert listed() == ["cup"]
    assert not ProductChange.objects.exists()


def save(product: Product, sku: Sku, *, leaves: bool) -> None:
    """Save a product as the form does, with or without the switch."""
    wanted = product_input(
        product.category,
        slug=product.slug,
        options=(),
        skus=(SkuInput(code=sku.code, options=(), price_minor=19_90, weight_grams=500),),
        leaves_when_sold_out=leaves,
    )
    freight.save_product(
        product_id=product.pk,
        wanted=wanted,
        template_id=None,
        currency="CNY",
        now=NOON,
        actor=SYSTEM,
    )


def test_the_switch_counts_from_the_moment_it_is_saved() -> None:
    open_shop()
    sku = SkuFactory(product__slug="tea")
    stocked(sku, 1)
    counted(sku, 0)
    assert listed() == ["tea"]

    save(sku.product, sku, leaves=True)
    assert listed() == []
    save(sku.product, sku, leaves=False)
    assert listed() == ["tea"]


@pytest.mark.django_db(transaction=True)
def test_the_last_pieces_sold_in_two_warehouses_at_once_take_it_off() -> None:
    near, far = WarehouseFactory(), WarehouseFactory()
    small = leaving()
    large = SkuFactory(product=small.product, options=["大"])
    stocked(small, 1, near)
    stocked(large, 1, far)

    results = together([lambda: counted(small, 0), lambda: counted(large, 0)])

    assert results == [None, None]
    assert listed() == []
    assert Product.objects.get().is_sold_out


def test_a_refused_move_leaves_the_shelf_alone() -> None:
    sku = leaving()
    stocked(sku, 1)

    with transaction.atomic():
        counted(sku, 0)
        assert Product.objects.get().is_sold_out
        transaction.set_rollback(True)

    assert listed() == ["tea"]
