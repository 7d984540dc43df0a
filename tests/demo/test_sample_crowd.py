"""Clearing the sample shop while shoppers order: nothing is oversold, lost or left half."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum
from tests.demo.sample import WIPE, loaded, seen, shop, stock_is_right
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, guest, stocked
from tests.factories.threads import at_once

from zhanggui.catalog.models import Product, Sku
from zhanggui.core.types import Refusal
from zhanggui.demo.models import SamplePart
from zhanggui.demo.tasks import wipe_sample
from zhanggui.inventory.models import StockLevel
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import OrderStatus

BUYERS, EACH = 3, 12


@pytest.mark.django_db(transaction=True)
def test_shoppers_who_order_meanwhile_get_whole_orders_or_a_refusal() -> None:
    owner = loaded(transfer_account="示例银行 0000")
    own = SkuFactory(code="OWN-1")
    stocked(own, BUYERS * EACH)
    skus = list(Sku.objects.exclude(pk=own.pk).order_by("code"))
    owner.post(WIPE, {"seen": seen(owner)})

    def buyer(number: int) -> Callable[[], int]:
        def buy() -> int:
            placed = 0
            for turn in range(EACH):
                wanted = basket(
                    (skus[(number + turn * BUYERS) % len(skus)], 1),
                    (own, 1),
                    payment_channel="transfer",
                    address=guest(number * EACH + turn),
                )
                try:
                    orders.place_order(wanted=wanted, now=NOON)
                    placed += 1
                except Refusal:
                    pass
            return placed

        return buy

    results: list[Any] = at_once([wipe_sample.call, *(buyer(one) for one in range(BUYERS))])

    assert Order.objects.filter(status=OrderStatus.OPEN).count() == sum(results[1:])
    assert (shop().state, shop().error) == ("none", "")
    assert SamplePart.objects.count() == 0
    bought = set(OrderLine.objects.exclude(sku=own).values_list("sku__product_id", flat=True))
    left = Product.objects.exclude(pk=own.product_id)
    assert set(left.values_list("pk", flat=True)) == bought
    assert not left.filter(archived_at=None).exists()
    sample = StockLevel.objects.exclude(sku=own)
    held = sample.aggregate(on_hand=Sum("on_hand"), reserved=Sum("reserved"))
    assert held["on_hand"] == held["reserved"] == (sum(results[1:]) or None)
    assert stock_is_right()
