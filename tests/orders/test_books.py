"""Whatever happens to orders in whatever sequence: the stock's books balance (domain.md §7.2)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.factories.catalog import SkuFactory
from tests.factories.payments import told
from tests.factories.shop import NOON, WarehouseFactory, basket, books_balance, guest, open_shop
from tests.factories.shop import stocked as stock

from zhanggui.core.types import SYSTEM, Refusal
from zhanggui.fulfilment import services as fulfilment
from zhanggui.inventory import services as inventory
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import CloseReason, OrderRefused
from zhanggui.payments import services as payments
from zhanggui.payments.models import Payment, Refund

ANY = st.integers(min_value=0, max_value=30)
FEW = st.integers(min_value=1, max_value=3)


class SmallShop(RuleBasedStateMachine):
    """Two goods in two warehouses, and everything that may happen to their orders."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now: datetime = NOON
        open_shop()
        self.houses = [WarehouseFactory(), WarehouseFactory(division_code="310115")]
        self.skus = [SkuFactory(), SkuFactory()]
        for sku in self.skus:
            for house in self.houses:
                stock(sku, 4, house)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def pick(self, number: int) -> Order | None:
        found = list(Order.objects.order_by("id"))
        return found[number % len(found)] if found else None

    @rule(first=FEW, second=st.integers(min_value=0, max_value=3), buyer=ANY)
    def place(self, first: int, second: int, buyer: int) -> None:
        lines = [(self.skus[0], first)] + [(self.skus[1], second)] * bool(second)
        wanted = basket(*lines, address=guest(buyer % 4))
        (placed,) = orders.place_orders(wanted=[wanted], now=self.now)
        if isinstance(placed, OrderRefused):
            assert placed.code in ("out_of_stock", "too_many_open_orders")
            return
        for channel in ("wechat_h5", "wechat_native"):
            payments.open_attempt(order_id=placed.order_id, channel=channel, now=self.now)

    @rule(number=ANY)
    def pay(self, number: int) -> None:
        found = list(Payment.objects.order_by("id"))
        if found:
            payments.settle(told=told(found[number % len(found)]), now=self.now)

    @rule(number=ANY)
    def cancel(self, number: int) -> None:
        if order := self.pick(number):
            self.tolerate(
                lambda: orders.cancel_order(
                    order_id=order.pk, reason=CloseReason.BUYER, actor=SYSTEM, now=self.now
                )
            )

    @rule(number=ANY)
    def run_out_of_time(self, number: int) -> None:
        if order := self.pick(number):
            orders.close_unpaid(order_id=order.pk, now=self.now + timedelta(hours=1))

    @rule(number=ANY)
    def ship(self, number: int) -> None:
        if order := self.pick(number):
            self.tolerate(
                lambda: fulfilment.ship_order(
                    order_id=order.pk,
                    carrier="shunfeng",
                    tracking_no=f"SF{order.number}",
                    actor=SYSTEM,
                    now=self.now,
                )
            )

    @rule(number=ANY)
    def receive(self, number: int) -> None:
        if order := self.pick(number):
            self.tolerate(
                lambda: fulfilment.confirm_receipt(order_id=order.pk, actor=SYSTEM, now=self.now)
            )

    @rule(sku=st.integers(0, 1), house=st.integers(0, 1), pieces=st.integers(0, 8))
    def count(self, sku: int, house: int, pieces: int) -> None:
        self.tolerate(
            lambda: inventory.set_count(
                sku_code=self.skus[sku].code,
                warehouse_code=self.houses[house].code,
                on_hand=pieces,
                reason="盘点",
                actor=SYSTEM,
                now=self.now,
            )
        )

    def tolerate(self, act: Callable[[], object]) -> None:
        """Refusals are right or wrong elsewhere; here only the books count."""
        with suppress(Refusal), transaction.atomic():
            act()

    @invariant()
    def stock_is_right(self) -> None:
        books_balance()

    @invariant()
    def money_is_right(self) -> None:
        for order in Order.objects.all():
            lines = OrderLine.objects.filter(order=order)
            assert sum(line.payable_minor for line in lines) == order.payable_minor
            back = sum(
                Refund.objects.filter(payment__order=order).values_list("amount_minor", flat=True)
            )
            kept = order.paid_minor - back
            assert kept == (0 if order.paid_at is None else order.payable_minor)
            assert order.shipped_pieces == sum(line.shipped_quantity for line in lines)


@pytest.mark.django_db
def test_the_books_balance_after_whatever_happened() -> None:
    run_state_machine_as_test(
        SmallShop,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
