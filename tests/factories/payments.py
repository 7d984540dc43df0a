"""Orders on their way to be paid, and what a channel may say of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.factories.catalog import SkuFactory
from tests.factories.shop import HANGZHOU, NOON, basket, stocked

from zhanggui.catalog.models import Sku
from zhanggui.core.ids import next_id
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import PaymentChannel
from zhanggui.payments import services as payments
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.providers.base import (
    ChannelPayment,
    ChannelRefund,
    PaymentState,
    RefundState,
)

PAYABLE = 1990 + 800  # of placed()


def placed(*, pieces: int = 5, now: datetime = NOON, sku: Sku | None = None, **more: Any) -> Order:
    """Place an order of one piece for 27.90, of a new SKU with so many pieces, for a new phone."""
    if sku is None:
        sku = SkuFactory(price_minor=1990, weight_grams=500)
        stocked(sku, pieces)
    phone = f"+86138{next_id() % 10**8:08d}"
    more.setdefault("address", replace(HANGZHOU, phone=phone))
    done = orders.place_order(wanted=basket((sku, 1), **more), now=now)
    return Order.objects.get(pk=done.order_id)


def attempt(order: Order, *, now: datetime = NOON, channel: str = "") -> Payment:
    """Open an attempt to pay, which the channel does not know of."""
    return payments.open_attempt(
        order_id=order.pk, channel=channel or PaymentChannel.WECHAT_H5, now=now
    )


def told(payment: Payment, state: PaymentState = PaymentState.PAID, **said: Any) -> ChannelPayment:
    """Return what a channel verifiably says of an attempt."""
    usual: dict[str, Any] = {
        "out_trade_no": payment.out_trade_no,
        "merchant": "1900000001",
        "app": "wx0000000000000001",
    }
    if state in (PaymentState.PAID, PaymentState.REFUNDING):
        usual |= {
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "channel_ref": f"4200{payment.pk}",
            "paid_at": NOON,
        }
    return ChannelPayment(state=state, **(usual | said))


def told_refund(
    refund: Refund, state: RefundState = RefundState.SUCCEEDED, **said: Any
) -> ChannelRefund:
    """Return what a channel verifiably says of a refund."""
    usual: dict[str, Any] = {
        "out_refund_no": refund.out_refund_no,
        "out_trade_no": refund.payment.out_trade_no,
        "refund_minor": refund.amount_minor,
        "total_minor": refund.payment.amount_minor,
        "channel_ref": f"5030{refund.pk}",
    }
    return ChannelRefund(state=state, **(usual | said))


def paid(order: Order, *, now: datetime = NOON) -> Payment:
    """Pay an order, and return the attempt that did it."""
    payment = attempt(order, now=now)
    assert payments.settle(told=told(payment), now=now) == "paid"
    payment.refresh_from_db()
    order.refresh_from_db()
    return payment
