"""WeChat Pay's words turned into ours: payments, refunds, failures."""

import json
from datetime import datetime
from typing import Any

from zhanggui.payments.providers.base import (
    CallbackRefused,
    ChannelPayment,
    ChannelRefund,
    PaymentState,
    ProviderError,
    RefundState,
)
from zhanggui.payments.providers.wechatpay.gateway import Answer

PAYMENT_STATES = {
    "NOTPAY": PaymentState.NOT_PAID,
    "USERPAYING": PaymentState.PAYING,
    "SUCCESS": PaymentState.PAID,
    "REFUND": PaymentState.REFUNDING,
    "CLOSED": PaymentState.CLOSED,
    "REVOKED": PaymentState.CLOSED,
    "PAYERROR": PaymentState.FAILED,
}
REFUND_STATES = {
    "PROCESSING": RefundState.PROCESSING,
    "SUCCESS": RefundState.SUCCEEDED,
    "ABNORMAL": RefundState.ABNORMAL,
    "CLOSED": RefundState.CLOSED,
}
# Refusals that pass: limits, statements in the making, a balance that is topped up.
PASSING = {
    "FREQUENCY_LIMITED",
    "FREQUENCY_LIMIT_EXCEED",
    "RATELIMIT_EXCEEDED",
    "STATEMENT_CREATING",
    "NOT_ENOUGH",
}
# Refusals that tell us that our picture of the payment is old.
SURPRISING = {"ORDER_PAID", "ORDERPAID", "ORDER_CLOSED", "ORDERCLOSED", "TRADE_ERROR"}


def payment_of(fields: dict[str, Any]) -> ChannelPayment:
    """Read a payment from an answer or a notification.

    Raises:
        ProviderError: `unreadable_answer`; a paid one without its amount, number and moment too.
    """
    try:
        state = PAYMENT_STATES[fields["trade_state"]]
        amount = fields.get("amount") or {}
        payment = ChannelPayment(
            out_trade_no=_str(fields["out_trade_no"]),
            state=state,
            merchant=_str(fields["mchid"]),
            app=_str(fields["appid"]),
            amount_minor=_fen(amount.get("total")),
            currency=amount.get("currency"),
            channel_ref=fields.get("transaction_id") or None,
            paid_at=_moment(fields.get("success_time")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _unreadable() from problem
    paid = (payment.amount_minor, payment.currency, payment.channel_ref, payment.paid_at)
    if state in (PaymentState.PAID, PaymentState.REFUNDING) and None in paid:
        raise _unreadable()
    return payment


def refund_of(fields: dict[str, Any]) -> ChannelRefund:
    """Read a refund; answers call its state `status`, notifications `refund_status`.

    Raises:
        ProviderError: `unreadable_answer`.
    """
    try:
        amount = fields["amount"]
        return ChannelRefund(
            out_refund_no=_str(fields["out_refund_no"]),
            state=REFUND_STATES[fields.get("status") or fields["refund_status"]],
            out_trade_no=_str(fields["out_trade_no"]),
            refund_minor=_fen(amount["refund"]),
            total_minor=_fen(amount["total"]),
            currency=amount.get("currency"),
            channel_ref=_str(fields["refund_id"]),
            succeeded_at=_moment(fields.get("success_time")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _unreadable() from problem


def failure(answer: Answer) -> ProviderError:
    """Judge an error answer. Its body is not signed: a hint, never a proof."""
    fields = answer.fields()
    code = fields.get("code")
    if not isinstance(code, str) or not code:
        code = f"HTTP_{answer.status}"
    message = fields.get("message")
    return ProviderError(
        permanent=answer.status < 500 and answer.status != 429 and code not in PASSING,
        code=code[:64],
        message=message[:200] if isinstance(message, str) else "",
        query_first=answer.status >= 500 or answer.status < 400 or code in SURPRISING,
    )


def read_json(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a notification, or refuse it."""
    try:
        parsed = json.loads(body)
    except ValueError:
        raise CallbackRefused("malformed") from None
    if not isinstance(parsed, dict):
        raise CallbackRefused("malformed")
    return parsed


def _unreadable() -> ProviderError:
    return ProviderError(permanent=False, code="unreadable_answer", query_first=True)


def _str(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text was expected")
    return value


def _fen(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("an amount in fen was expected")
    return value


def _moment(value: object) -> datetime | None:
    if not value:
        return None
    moment = datetime.fromisoformat(_str(value))
    if moment.tzinfo is None:
        raise ValueError("a moment with an offset was expected")
    return moment
