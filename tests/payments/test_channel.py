"""The shop and WeChat Pay over the wire: the real adapter, the simulator, signed callbacks."""

import http.client
import re
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories.payments import PAYABLE, placed
from tests.factories.shop import books_balance, open_shop
from tests.payments.conftest import Inbox
from tests.payments.providers.conftest import until
from tests.unchanged import nothing_changes

from zhanggui.core.models import Event
from zhanggui.core.types import SHOPPER
from zhanggui.fulfilment.models import FulfilmentOrder
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import CloseReason, OrderNotReady
from zhanggui.payments import queries, services, tasks
from zhanggui.payments.models import Callback, Payment, Refund
from zhanggui.payments.providers.base import CallbackRefused
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.types import ChannelDown, PaymentRefused

pytestmark = pytest.mark.django_db
HALF_HOUR = timedelta(minutes=30)


def now() -> datetime:
    """The channel judges ages by the real clock, so these tests live in the present."""
    return datetime.now(UTC)


def order_now(**values: Any) -> Order:
    open_shop()
    return placed(now=now(), **values)


def start(order: Order, *, channel: str = "wechat_native", **values: Any) -> Payment:
    usual: dict[str, Any] = {
        "order_id": order.pk,
        "channel": channel,
        "client_ip": "14.23.150.211",
        "notify_url": "https://shop.example/pay/wechat/notify",
        "return_url": "https://shop.example/pay/x/",
        "description": "青瓷茶杯",
        "now": now(),
    }
    return services.start_payment(**(usual | values))


def post(url: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Open an address as the buyer's browser does: status, where it leads, page."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request(
        "GET" if fields is None else "POST",
        f"{parts.path}?{parts.query}" if parts.query else parts.path,
        body=None if fields is None else urllib.parse.urlencode(fields),
        headers={} if fields is None else {"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Location", ""), answer.read().decode()
    connection.close()
    return found


def pay_at_cashier(base: str, payment: Payment) -> None:
    code = urllib.parse.quote(payment.code_url)
    _, where, _ = post(f"{base}/scan?content={code}")
    _, _, page = post(base + where)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    status, _, done = post(f"{base}/cashier/pay", form)
    assert (status, "支付成功" in done) == (200, True)


def close_late(order: Order) -> None:
    """Let the time to pay pass for us, but not for the channel."""
    assert orders.close_unpaid(order_id=order.pk, now=now() + HALF_HOUR)


def test_a_buyer_pays_at_the_cashier_and_the_callback_pays_the_order(
    wechat: SimulatorServer, inbox: Inbox
) -> None:
    order = order_now()
    payment = start(order, notify_url=inbox.url)
    assert (payment.status, payment.code_url[:26]) == ("pending", "weixin://wxpay/bizpayurl?p")

    pay_at_cashier(wechat.base, payment)
    headers, body = until(lambda: inbox.received)[0]

    take = {"channel": "wechat_native", "headers": headers, "body": body, "now": now()}
    assert services.take_callback(**take) == "paid"
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.display_status, order.paid_minor, payment.status) == (
        "to_ship",
        PAYABLE,
        "succeeded",
    )
    assert payment.channel_ref.startswith("4200")
    assert FulfilmentOrder.objects.get().order_id == order.pk
    row = Callback.objects.get()
    assert (row.kind, row.outcome) == ("payment", "paid")
    with nothing_changes():
        assert services.take_callback(**take) == "repeat"
    with nothing_changes():
        assert services.ask_channel(payment_id=payment.pk, now=now()) == "repeat"


def test_the_channel_is_asked_when_no_callback_comes(wechat: SimulatorServer) -> None:
    order = order_now()
    payment = start(order, channel="wechat_h5")
    assert "/h5?prepay_id=" in payment.pay_url
    assert services.ask_channel(payment_id=payment.pk, now=now()) == "waiting"
    assert queries.payments_to_ask(now=now()) == []
    assert queries.payments_to_ask(now=now() + timedelta(seconds=6)) == [payment.pk]

    wechat.pay(out_trade_no=payment.out_trade_no)

    assert services.ask_channel(payment_id=payment.pk, now=now()) == "paid"
    order.refresh_from_db()
    assert order.display_status == "to_ship"


@pytest.mark.parametrize("forgery", ["signature", "stale", "serial", "probe", "merchant", "amount"])
def test_a_forged_callback_leaves_no_trace(
    wechat: SimulatorServer, inbox: Inbox, forgery: str
) -> None:
    payment = start(order_now(), notify_url=inbox.url)
    wechat.faults.change(callback_forge=[forgery])
    wechat.pay(out_trade_no=payment.out_trade_no)
    callbacks = until(lambda: len(inbox.received) == 2 and inbox.received)  # in any order

    outcomes = []
    for headers, body in callbacks:
        take = {"channel": "wechat_native", "headers": headers, "body": body, "now": now()}
        known = Callback.objects.count()
        try:
            outcomes.append(services.take_callback(**take))
        except CallbackRefused:
            outcomes.append("refused")
            with nothing_changes(), pytest.raises(CallbackRefused):
                services.take_callback(**take)
            assert Callback.objects.count() == known
    assert sorted(outcomes) == ["paid", "refused"]


def test_a_callback_for_a_number_that_is_not_ours_leaves_no_trace(
    wechat: SimulatorServer, inbox: Inbox
) -> None:
    payment = start(order_now(), notify_url=inbox.url)
    wechat.pay(out_trade_no=payment.out_trade_no)
    headers, body = until(lambda: inbox.received)[0]
    Payment.objects.update(out_trade_no="2611210000000000P9")

    with nothing_changes(), pytest.raises(CallbackRefused) as refusal:
        services.take_callback(channel="wechat_native", headers=headers, body=body, now=now())
    assert refusal.value.code == "unknown_number"


def test_callbacks_of_a_channel_that_is_off_are_refused() -> None:
    with nothing_changes(), pytest.raises(CallbackRefused) as refusal:
        services.take_callback(channel="wechat_native", headers={}, body=b"{}", now=now())
    assert refusal.value.code == "channel_off"


def test_a_disagreement_over_the_amount_is_told_once_and_closes_nothing(
    wechat: SimulatorServer,
) -> None:
    order = order_now()
    payment = start(order)
    wechat.pay(out_trade_no=payment.out_trade_no)
    Payment.objects.filter(pk=payment.pk).update(amount_minor=PAYABLE + 1)

    for _ in range(3):
        assert services.ask_channel(payment_id=payment.pk, now=now()) == "mismatch"
    assert services.close_overdue(order_id=order.pk, now=now() + HALF_HOUR) is False

    event = Event.objects.get(kind="payment.mismatch")
    assert (event.subject_id, event.payload["amount_minor"], event.payload["told_minor"]) == (
        order.pk,
        PAYABLE + 1,
        PAYABLE,
    )
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, order.paid_minor, payment.status) == ("open", 0, "pending")
    assert queries.payments_to_ask(now=now() + HALF_HOUR) == []


def test_one_attempt_lives_per_channel_and_its_code_is_renewed(wechat: SimulatorServer) -> None:
    order = order_now()
    first = start(order)

    assert start(order) == first
    assert start(order).code_url == first.code_url
    Payment.objects.update(url_expires_at=now())
    renewed = start(order)
    assert (renewed.pk, renewed.attempt) == (first.pk, 1)
    assert renewed.code_url != first.code_url
    other = start(order, channel="wechat_h5")
    assert (other.attempt, other.out_trade_no) == (2, f"{order.number}P2")


def test_a_fresh_code_with_other_values_is_a_new_attempt(wechat: SimulatorServer) -> None:
    order = order_now()
    first = start(order, channel="wechat_h5")
    Payment.objects.update(url_expires_at=now())

    second = start(order, channel="wechat_h5", client_ip="14.23.150.212", description="Cup")

    first.refresh_from_db()
    assert (first.status, second.status, second.attempt) == ("closed", "pending", 2)
    assert wechat.pay(out_trade_no=first.out_trade_no) == "CLOSED"
    assert wechat.pay(out_trade_no=second.out_trade_no) == "SUCCESS"


def test_a_payment_that_can_not_start_changes_nothing(wechat: SimulatorServer) -> None:
    order = order_now()
    with nothing_changes(), pytest.raises(PaymentRefused):
        start(order, channel="transfer")
    with nothing_changes(), pytest.raises(OrderNotReady):
        start(order, now=now() + HALF_HOUR)
    orders.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=now())
    with nothing_changes(), pytest.raises(OrderNotReady):
        start(order)


def test_what_the_channel_refuses_for_good_ends_the_attempt(wechat: SimulatorServer) -> None:
    order = order_now()

    with pytest.raises(PaymentRefused):
        start(order, notify_url="not an address")

    payment = Payment.objects.get()
    assert (payment.status, payment.live_key, payment.next_query_at) == ("failed", None, None)
    assert start(order).attempt == 2


@pytest.mark.parametrize("fault", ["500", "429", "bad_signature"])
def test_a_channel_that_is_down_loses_nothing(wechat: SimulatorServer, fault: str) -> None:
    order = order_now()
    wechat.faults.change(api_next=[fault, fault])

    with pytest.raises(ChannelDown):
        start(order)

    wechat.faults.reset()
    payment = start(order)
    assert (payment.attempt, payment.status) == (1, "pending")


def test_an_order_stays_open_while_the_channel_is_down(wechat: SimulatorServer) -> None:
    order = order_now()
    payment = start(order)
    for broken in ({"api_next": ["500"]}, {"api_next": ["ok", "500"]}):
        wechat.faults.change(**broken)
        with pytest.raises(ChannelDown):
            services.close_overdue(order_id=order.pk, now=now() + HALF_HOUR)
        order.refresh_from_db()
        payment.refresh_from_db()
        assert (order.status, payment.status) == ("open", "pending")

    wechat.faults.reset()
    assert services.close_overdue(order_id=order.pk, now=now() + HALF_HOUR)

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, order.close_reason, payment.status) == ("closed", "pay_timeout", "closed")
    assert wechat.pay(out_trade_no=payment.out_trade_no) == "CLOSED"
    with nothing_changes():
        assert services.close_overdue(order_id=order.pk, now=now() + HALF_HOUR) is False
    books_balance()


def test_an_overdue_order_that_was_paid_is_not_closed(wechat: SimulatorServer) -> None:
    order = order_now()
    payment = start(order)
    wechat.pay(out_trade_no=payment.out_trade_no)

    assert services.close_overdue(order_id=order.pk, now=now() + HALF_HOUR) is False

    order.refresh_from_db()
    assert (order.status, order.display_status) == ("open", "to_ship")


def test_an_order_in_its_time_is_not_closed(wechat: SimulatorServer) -> None:
    order = order_now()

    with nothing_changes():
        assert services.close_overdue(order_id=order.pk, now=now()) is False


def test_a_cancelled_order_can_not_be_paid_any_more(wechat: SimulatorServer) -> None:
    order = order_now()
    payment = start(order)
    orders.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=now())

    tasks.close_attempts.func(order.pk)

    payment.refresh_from_db()
    assert (payment.status, wechat.pay(out_trade_no=payment.out_trade_no)) == ("closed", "CLOSED")


def test_the_other_attempts_of_a_paid_order_are_closed(wechat: SimulatorServer) -> None:
    order = order_now()
    first, second = start(order), start(order, channel="wechat_h5")
    wechat.pay(out_trade_no=first.out_trade_no)
    services.ask_channel(payment_id=first.pk, now=now())

    tasks.close_attempts.func(order.pk)

    second.refresh_from_db()
    assert (second.status, wechat.pay(out_trade_no=second.out_trade_no)) == ("closed", "CLOSED")
    assert Refund.objects.count() == 0


def test_money_for_a_cancelled_order_is_paid_back_at_the_channel(
    wechat: SimulatorServer,
) -> None:
    wechat.faults.change(refund_after_s=0.0)
    order = order_now()
    payment = start(order)
    orders.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=now())
    wechat.pay(out_trade_no=payment.out_trade_no)
    tasks.close_attempts.func(order.pk)  # asks first: it was paid
    refund = Refund.objects.get()
    assert (refund.status, refund.amount_minor) == ("created", PAYABLE)

    tasks.submit_refund.func(refund.pk)
    refund.refresh_from_db()
    assert refund.status == "processing"
    services.ask_refund(refund_id=refund.pk, now=now())

    refund.refresh_from_db()
    order.refresh_from_db()
    assert refund.status == "succeeded"
    assert (order.status, order.payment_state, order.after_sale_state) == (
        "closed",
        "refunded",
        "refunded",
    )
    assert services.ask_refund(refund_id=refund.pk, now=now()) == "repeat"
    assert tasks.submit_refund.func(refund.pk) is None


@pytest.mark.parametrize("end", ["ABNORMAL", "CLOSED"])
def test_a_refund_that_the_channel_can_not_make_is_for_staff(
    wechat: SimulatorServer, end: str
) -> None:
    wechat.faults.change(refund_after_s=0.0, refund_end=end)
    order = order_now()
    payment = start(order)
    orders.cancel_order(order_id=order.pk, reason=CloseReason.BUYER, actor=SHOPPER, now=now())
    wechat.pay(out_trade_no=payment.out_trade_no)
    services.ask_channel(payment_id=payment.pk, now=now())
    refund = Refund.objects.get()

    tasks.submit_refund.func(refund.pk)
    services.ask_refund(refund_id=refund.pk, now=now())

    refund.refresh_from_db()
    assert refund.status == end.lower()
    assert queries.orders_needing_staff(now=now()) == [order.pk]


def test_a_refund_waits_for_a_channel_that_is_down(wechat: SimulatorServer) -> None:
    order = order_now()
    payment = start(order)
    wechat.pay(out_trade_no=payment.out_trade_no)
    services.ask_channel(payment_id=payment.pk, now=now())
    refund = services.request_refund(
        payment_id=payment.pk, amount_minor=100, reason="退货", cause=("case", 1), now=now()
    )

    for broken in ({"api_next": ["500"]}, {"balance_is_short": True}):
        wechat.faults.change(**broken)
        with nothing_changes(), pytest.raises(ChannelDown):
            tasks.submit_refund.func(refund.pk)
        wechat.faults.reset()
    wechat.faults.change(api_next=["500_after_success"])
    with pytest.raises(ChannelDown):
        tasks.submit_refund.func(refund.pk)

    tasks.submit_refund.func(refund.pk)  # the same number: the same refund

    refund.refresh_from_db()
    assert refund.status == "processing"


def test_a_late_payment_reopens_over_the_wire(wechat: SimulatorServer) -> None:
    order = order_now()
    payment = start(order)
    close_late(order)
    wechat.pay(out_trade_no=payment.out_trade_no)

    tasks.ask_channels.func()
    Payment.objects.update(next_query_at=now())
    tasks.ask_channels.func()

    order.refresh_from_db()
    assert (order.status, order.display_status) == ("open", "to_ship")
    books_balance()
