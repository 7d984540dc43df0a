"""Refunds that did not get through: sent again, or paid back by hand; never both, never twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from tests.factories.payments import PAYABLE, paid, placed, told, told_refund
from tests.factories.shop import NOON, open_shop
from tests.unchanged import nothing_changes

from zhanggui.core.models import Event
from zhanggui.core.text import TextRefused
from zhanggui.core.types import Actor, ActorType
from zhanggui.payments import queries, services
from zhanggui.payments.models import Payment, Refund
from zhanggui.payments.providers.base import RefundState
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.types import RefundRefused

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorType.STAFF, 7)
HOUR = timedelta(hours=1)
LATER = NOON + HOUR


def asked(payment: Payment, *, now: datetime = NOON) -> Refund:
    return services.request_refund(
        payment_id=payment.pk, amount_minor=PAYABLE, reason="退货", cause=("case", 1), now=now
    )


def jobs() -> list[list[Any]]:
    rows = DBTaskResult.objects.filter(task_path__endswith=".submit_refund")
    return [given["args"] for given in rows.values_list("args_kwargs", flat=True)]


def abnormal(**values: Any) -> Refund:
    open_shop()
    refund = asked(paid(placed()))
    services.apply_refund(told=told_refund(refund, RefundState.ABNORMAL), now=NOON)
    if values:
        Refund.objects.filter(pk=refund.pk).update(**values)
    refund.refresh_from_db()
    return refund


def settle(refund: Refund, reference: str = "工行 0921", *, now: datetime = LATER) -> Refund:
    return services.settle_refund_by_hand(
        refund_id=refund.pk, reference=reference, actor=STAFF, now=now
    )


def retry(refund: Refund, *, now: datetime = LATER) -> Refund:
    return services.retry_refund(refund_id=refund.pk, actor=STAFF, now=now)


def test_what_the_channel_never_accepted_is_sent_again_with_the_same_number(
    wechat: SimulatorServer,
) -> None:
    open_shop()
    now = datetime.now(UTC)
    order = placed(now=now)
    payment = services.start_payment(
        order_id=order.pk,
        channel="wechat_native",
        client_ip="14.23.150.211",
        notify_url="https://shop.example/pay/wechat/notify",
        return_url="https://shop.example/",
        description="青瓷茶杯",
        now=now,
    )
    services.settle(told=told(payment), now=now)  # the channel does not know that it is paid
    refund = asked(payment, now=now)

    assert services.submit_refund(refund_id=refund.pk, now=now) == "abnormal"
    refund.refresh_from_db()
    code = refund.refusal_code
    assert code.isupper()
    assert queries.orders_needing_staff(now=now) == [order.pk]
    wechat.pay(out_trade_no=payment.out_trade_no)
    again = retry(refund, now=now)

    assert (again.pk, again.out_refund_no, again.status) == (
        refund.pk,
        refund.out_refund_no,
        "created",
    )
    assert (again.refusal_code, queries.orders_needing_staff(now=now)) == ("", [])
    assert jobs() == [[refund.pk], [refund.pk]]
    with nothing_changes():
        assert retry(refund, now=now) == again  # a double click
    assert services.submit_refund(refund_id=refund.pk, now=now) == "processing"
    payment.refresh_from_db()
    assert payment.refunded_minor == PAYABLE
    event = Event.objects.get(kind="refund.retried")
    assert (event.actor_type, event.actor_id, event.payload["refund_id"]) == (
        "staff",
        7,
        refund.pk,
    )


def test_a_refund_of_a_channel_that_is_off_can_be_sent_when_it_is_on_again() -> None:
    open_shop()
    refund = asked(paid(placed()))

    assert services.submit_refund(refund_id=refund.pk, now=NOON) == "abnormal"

    refund.refresh_from_db()
    assert (refund.status, refund.refusal_code) == ("abnormal", "CHANNEL_OFF")
    assert retry(refund).status == "created"


def test_what_the_channel_calls_abnormal_is_not_sent_again() -> None:
    refund = abnormal()

    with nothing_changes(), pytest.raises(RefundRefused):
        retry(refund)


def test_a_refund_that_was_never_sent_needs_staff_after_an_hour() -> None:
    open_shop()
    order = placed()
    refund = asked(paid(order))

    assert queries.orders_needing_staff(now=LATER - timedelta(seconds=1)) == []
    assert queries.orders_needing_staff(now=LATER) == [order.pk]
    assert queries.refunds_needing_staff(now=LATER) == 1
    with nothing_changes():
        retry(refund, now=LATER - timedelta(seconds=1))
    with nothing_changes(), pytest.raises(RefundRefused):
        settle(refund)  # it may have arrived: the channel must be asked first

    retry(refund)

    assert queries.orders_needing_staff(now=LATER) == []
    assert jobs() == [[refund.pk], [refund.pk]]
    with nothing_changes():
        retry(refund)
    refund.refresh_from_db()
    assert (refund.requested_at, refund.queued_at) == (NOON, LATER)
    assert queries.orders_needing_staff(now=LATER + HOUR) == [order.pk]


def test_a_refund_that_the_channel_does_not_know_is_sent_again_when_it_is_asked(
    wechat: SimulatorServer,
) -> None:
    wechat.faults.change(refund_after_s=0.0)
    open_shop()
    now = datetime.now(UTC)
    order = placed(now=now)
    payment = services.start_payment(
        order_id=order.pk,
        channel="wechat_native",
        client_ip="14.23.150.211",
        notify_url="https://shop.example/pay/wechat/notify",
        return_url="https://shop.example/",
        description="青瓷茶杯",
        now=now,
    )
    wechat.pay(out_trade_no=payment.out_trade_no)
    services.ask_channel(payment_id=payment.pk, now=now)
    refund = asked(payment, now=now)
    services.apply_refund(told=told_refund(refund, RefundState.PROCESSING), now=now)

    services.ask_refund(refund_id=refund.pk, now=now)  # unknown: submitted
    # The channel binds a number to its values: a repeat with others is refused, yet accepted once.
    again = "https://shop.example/another/notify"
    assert services.submit_refund(refund_id=refund.pk, now=now, notify_url=again) in (
        "repeat",
        "succeeded",
    )
    refund.refresh_from_db()
    assert (refund.status in ("processing", "succeeded"), refund.refusal_code) == (True, "")
    services.ask_refund(refund_id=refund.pk, now=now)

    order.refresh_from_db()
    assert (order.refunded_minor, order.payment_state) == (PAYABLE, "refunded")


def test_an_abnormal_refund_is_settled_by_hand_once() -> None:
    refund = abnormal()
    order = refund.payment.order

    settle(refund)

    refund.refresh_from_db()
    order.refresh_from_db()
    assert (refund.status, refund.channel_ref, refund.succeeded_at) == (
        "succeeded",
        "工行 0921",
        LATER,
    )
    assert (order.refunded_minor, order.payment_state) == (PAYABLE, "refunded")
    assert queries.orders_needing_staff(now=LATER) == []
    events = Event.objects.filter(kind__in=["refund.succeeded", "order.refunded"])
    assert {(one.actor_type, one.actor_id) for one in events} == {("staff", 7)}
    assert events.get(kind="refund.succeeded").payload["by_hand"] is True
    with nothing_changes():
        settle(refund)  # a double click
        assert services.apply_refund(told=told_refund(refund), now=LATER) == "repeat"
    with nothing_changes(), pytest.raises(RefundRefused):
        settle(refund, "另一笔")
    with nothing_changes(), pytest.raises(RefundRefused):
        retry(refund)


@pytest.mark.parametrize("status", ["created", "processing", "closed"])
def test_what_the_channel_may_still_pay_is_not_settled_by_hand(status: str) -> None:
    refund = abnormal(status=status)

    with nothing_changes(), pytest.raises(RefundRefused):
        settle(refund)


@pytest.mark.parametrize(("reference", "refusal"), [("  ", RefundRefused), ("x" * 65, TextRefused)])
def test_settling_by_hand_takes_a_reference(reference: str, refusal: type[Exception]) -> None:
    refund = abnormal()

    with nothing_changes(), pytest.raises(refusal):
        settle(refund, reference)


def test_a_refund_of_a_transfer_is_settled_by_hand_not_sent() -> None:
    open_shop()
    order = placed(payment_channel="transfer")
    payment = services.confirm_transfer(
        order_id=order.pk, amount_minor=PAYABLE, reference="A1", actor=STAFF, now=NOON
    )
    refund = asked(payment)
    services.submit_refund(refund_id=refund.pk, now=NOON)

    with nothing_changes(), pytest.raises(RefundRefused):
        retry(refund)
    settle(refund)

    order.refresh_from_db()
    assert (order.refunded_minor, order.payment_state) == (PAYABLE, "refunded")
