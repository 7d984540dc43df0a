"""Writes of payments and refunds. No network call happens inside a transaction."""

from zhanggui.payments.services.close import close_attempts, close_overdue
from zhanggui.payments.services.keys import (
    check_keys,
    save_channels,
    save_keys,
    undo_channels,
)
from zhanggui.payments.services.refund import (
    apply_refund,
    ask_refund,
    request_refund,
    submit_refund,
)
from zhanggui.payments.services.seeding import PaymentSeed, RefundSeed, seed_payments
from zhanggui.payments.services.settle import ask_channel, settle, take_callback
from zhanggui.payments.services.start import open_attempt, start_payment
from zhanggui.payments.services.stuck import retry_refund, settle_refund_by_hand
from zhanggui.payments.services.transfer import confirm_transfer

__all__ = [
    "PaymentSeed",
    "RefundSeed",
    "apply_refund",
    "ask_channel",
    "ask_refund",
    "check_keys",
    "close_attempts",
    "close_overdue",
    "confirm_transfer",
    "open_attempt",
    "request_refund",
    "retry_refund",
    "save_channels",
    "save_keys",
    "seed_payments",
    "settle",
    "settle_refund_by_hand",
    "start_payment",
    "submit_refund",
    "take_callback",
    "undo_channels",
]
