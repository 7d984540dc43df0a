"""Reads of payments and refunds, with the names of the rows that they return."""

from collections.abc import Collection
from datetime import datetime, timedelta

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import ShopView
from zhanggui.core import sql
from zhanggui.orders.types import PaymentChannel
from zhanggui.payments.channels import KEYS as KEYS
from zhanggui.payments.channels import WECHATPAY, fixed_keys, is_online
from zhanggui.payments.models import MerchantAccount
from zhanggui.payments.models import Payment as Payment
from zhanggui.payments.models import Refund as Refund
from zhanggui.payments.types import MerchantAccountView, PaymentStatus, RefundStatus

LIVE = (PaymentStatus.CREATED, PaymentStatus.PENDING)
SENDING = timedelta(hours=1)  # a refund that is not sent by then needs staff
# RefundStatus by value; the sent ones and those that succeeded are never read.
_STUCK = """
    FROM payments_refund one JOIN payments_payment paid ON paid.id = one.payment_id
    WHERE one.status IN ({wanted}) AND (
        one.status = 'abnormal'
        OR one.status = 'created' AND one.queued_at <= %s
        OR one.status = 'closed' AND NOT EXISTS (
            SELECT 1 FROM payments_refund again
            WHERE again.cause_type = one.cause_type AND again.cause_id = one.cause_id
            AND again.payment_id = one.payment_id AND again.attempt > one.attempt))
"""


def channels(*, shop: ShopView | None = None) -> list[str]:
    """Return the channels that a buyer can choose now, or with other settings of the shop."""
    known = shop or accounts.shop()
    return [one for one in PaymentChannel.values if known.takes(one) and _is_ready(one, known)]


def _is_ready(channel: str, shop: ShopView) -> bool:
    if channel == PaymentChannel.TRANSFER:
        return bool(shop.transfer_account)
    return is_online(channel)


def merchant_account() -> MerchantAccountView | None:
    """Return what staff may see of WeChat Pay's keys, None where there are none."""
    fixed = fixed_keys()
    row = MerchantAccount.objects.filter(provider=WECHATPAY).first()
    shown = fixed or row
    if shown is None:
        return None
    return MerchantAccountView(
        is_fixed=fixed is not None,
        mchid=shown.mchid,
        appid=shown.appid,
        serial=shown.serial,
        public_key_id=shown.public_key_id,
        public_key_pem=shown.public_key_pem,
        apiv3_ending=shown.apiv3_key[-4:],
        changed_at=None if fixed or not row else row.changed_at,
        changed_by=None if fixed or not row else row.changed_by,
        checked_at=None if fixed or not row else row.checked_at,
        check_code="" if fixed or not row else row.check_code,
    )


def live_payment(*, order_id: int, channel: str) -> Payment | None:
    """Return the attempt that can be paid now at this channel."""
    return Payment.objects.filter(live_key=f"{order_id}:{channel}").first()


def live_attempts(*, channels: Collection[str]) -> int:
    """Return how many attempts of these channels could still be paid."""
    rows = Payment.objects.filter(next_query_at__isnull=False, status__in=LIVE)
    return rows.filter(channel__in=channels).count()


def payments_of(*, order_id: int) -> list[Payment]:
    """Return all attempts of an order, oldest first."""
    return sql.instances(Payment, "WHERE order_id IN ({wanted}) ORDER BY attempt", [order_id])


def refunds_of(*, order_id: int) -> list[Refund]:
    """Return all refunds of an order, oldest first."""
    attempts = "SELECT id FROM payments_payment WHERE order_id IN ({wanted})"
    return sql.instances(Refund, f"WHERE payment_id IN ({attempts}) ORDER BY id", [order_id])


def payments_to_ask(*, now: datetime, limit: int = 100) -> list[int]:
    """Return live attempts whose channel is to be asked again."""
    rows = Payment.objects.filter(next_query_at__lte=now, status__in=LIVE)
    return list(rows.order_by("next_query_at").values_list("pk", flat=True)[:limit])


def orders_of_refunds(*, refund_ids: Collection[int]) -> dict[int, int]:
    """Return refund id → order id."""
    rows = Refund.objects.filter(pk__in=refund_ids)
    return dict(rows.values_list("pk", "payment__order_id"))


def refunds_to_ask(*, now: datetime, limit: int = 100) -> list[int]:
    """Return refunds whose channel is to be asked again."""
    rows = Refund.objects.filter(next_query_at__lte=now, status=RefundStatus.PROCESSING)
    return list(rows.order_by("next_query_at").values_list("pk", flat=True)[:limit])


def refunds_needing_staff(*, now: datetime) -> int:
    """Return how many refunds did not get through."""
    return len(_stuck(now, "one.id"))


def orders_needing_staff(*, now: datetime) -> list[int]:
    """Return the orders of which a refund did not get through."""
    return sorted({order_id for (order_id,) in _stuck(now, "paid.order_id")})


def stuck_refunds_of(*, order_id: int, now: datetime) -> set[int]:
    """Return the refunds of an order that did not get through."""
    found = _stuck(now, "one.id", order_id=order_id)
    return {refund_id for (refund_id,) in found}


def may_retry(*, refund: Refund, now: datetime) -> bool:
    """Tell whether a refund can be asked for again: given up, never accepted, or never sent."""
    if refund.status == RefundStatus.CREATED:
        return refund.queued_at <= now - SENDING
    was_refused = refund.status == RefundStatus.ABNORMAL and bool(refund.refusal_code)
    return was_refused or refund.status == RefundStatus.CLOSED


def may_settle_by_hand(*, refund: Refund) -> bool:
    """Tell whether staff may pay it back another way: only where the channel surely does not."""
    return refund.status == RefundStatus.ABNORMAL


def _stuck(now: datetime, column: str, *, order_id: int | None = None) -> list[sql.Row]:
    """Return those not paid out, not sent, or given up by the channel and not asked for again."""
    narrow = "" if order_id is None else f" AND paid.order_id = {int(order_id)}"
    unfinished = ("abnormal", "created", "closed")
    return sql.rows(f"SELECT {column} {_STUCK}{narrow}", unfinished, now - SENDING)


def orders_with_live_attempts(*, order_ids: Collection[int]) -> list[int]:
    """Return which of these orders have an attempt that could still be paid."""
    rows = Payment.objects.filter(order_id__in=order_ids, status__in=LIVE).order_by("order_id")
    return list(rows.values_list("order_id", flat=True).distinct())
