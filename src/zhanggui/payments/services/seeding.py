"""Payments and refunds as they would be after their life: for measuring, nothing else."""

from collections.abc import Sequence
from typing import NamedTuple

from zhanggui.core.bulk import insert_rows
from zhanggui.payments.models import Payment, Refund


class PaymentSeed(NamedTuple):
    """A row of payments; moments as `core.bulk.stored_moment` writes them."""

    id: int
    order_id: int
    attempt: int
    channel: str
    out_trade_no: str
    amount_minor: int
    currency: str
    refunded_minor: int
    status: str
    channel_ref: str
    started_at: str
    expires_at: str
    succeeded_at: str | None
    ended_at: str | None
    code_url: str = ""
    pay_url: str = ""
    payer_index: str = ""


class RefundSeed(NamedTuple):
    """A row of refunds."""

    id: int
    payment_id: int
    out_refund_no: str
    amount_minor: int
    currency: str
    status: str
    reason: str
    cause_type: str
    cause_id: int
    channel_ref: str
    requested_at: str
    queued_at: str
    succeeded_at: str | None


def seed_payments(*, payments: Sequence[PaymentSeed], refunds: Sequence[RefundSeed]) -> None:
    """Write ended payments and refunds; no channel is asked, no order is told."""
    insert_rows(model=Payment, rows=payments)
    insert_rows(model=Refund, rows=refunds)
