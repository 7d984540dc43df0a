"""Every promise of the tables of payments, broken once: the database refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories.payments import PAYABLE, attempt, paid, placed
from tests.factories.shop import NOON, open_shop
from tests.unchanged import nothing_changes

from zhanggui.core.ids import next_id
from zhanggui.payments import services
from zhanggui.payments.models import Callback, Payment, Refund

pytestmark = pytest.mark.django_db


def refused(write: Any) -> None:
    with nothing_changes(), pytest.raises(IntegrityError), transaction.atomic():
        write()


BROKEN_PAYMENTS: dict[str, dict[str, Any]] = {
    "payment_is_positive": {"amount_minor": 0},
    "payment_refunds_within_amount": {"refunded_minor": PAYABLE + 1},
    "payment_refunds_within_amount negative": {"refunded_minor": -1},
    "payment_status_with_its_time live": {"ended_at": NOON},
    "payment_status_with_its_time paid": {"status": "succeeded", "live_key": None},
    "payment_status_with_its_time paid alive": {"status": "succeeded", "succeeded_at": NOON},
    "payment_status_with_its_time closed": {"status": "closed", "live_key": None},
    "payment_status_with_its_time failed alive": {"status": "failed", "ended_at": NOON},
    "payment_status_with_its_time unknown": {"status": "lost"},
}


@pytest.mark.parametrize("values", BROKEN_PAYMENTS.values(), ids=BROKEN_PAYMENTS)
def test_an_attempt_keeps_its_promises(values: dict[str, Any]) -> None:
    open_shop()
    attempt(placed())

    refused(lambda: Payment.objects.update(**values))


@pytest.mark.parametrize("name", ["out_trade_no", "live_key", "attempt"])
def test_no_two_attempts_share(name: str) -> None:
    open_shop()
    order = placed()
    first, second = attempt(order), attempt(order, channel="wechat_native")

    refused(lambda: Payment.objects.filter(pk=second.pk).update(**{name: getattr(first, name)}))


def a_refund() -> Refund:
    open_shop()
    return services.request_refund(
        payment_id=paid(placed()).pk, amount_minor=10, reason="退", cause=("case", 1), now=NOON
    )


BROKEN_REFUNDS: dict[str, dict[str, Any]] = {
    "refund_is_positive": {"amount_minor": 0},
    "refund_status_with_its_time done": {"status": "succeeded"},
    "refund_status_with_its_time open": {"succeeded_at": NOON},
    "refund_status_with_its_time unknown": {"status": "lost"},
}


@pytest.mark.parametrize("values", BROKEN_REFUNDS.values(), ids=BROKEN_REFUNDS)
def test_a_refund_keeps_its_promises(values: dict[str, Any]) -> None:
    a_refund()

    refused(lambda: Refund.objects.update(**values))


@pytest.mark.parametrize("other", [{"cause_id": 2}, {"out_refund_no": "X"}])
def test_no_two_refunds_share(other: dict[str, Any]) -> None:
    refund = a_refund()
    refund.pk = next_id()
    for name, value in other.items():  # only the other promise is broken
        setattr(refund, name, value)

    refused(lambda: refund.save(force_insert=True))


def test_a_callback_is_taken_in_once() -> None:
    row = {"channel": "wechat_h5", "event_id": "E1", "kind": "payment", "received_at": NOON}
    Callback.objects.create(**row)

    refused(lambda: Callback.objects.create(**row))
