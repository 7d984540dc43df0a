"""Paying: the attempt, the result without a callback, and callbacks true, repeated and forged."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.factories.catalog import SkuFactory
from tests.factories.shop import basket, open_shop, stocked
from tests.factories.wechat import newest_callback

from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import PaymentChannel
from zhanggui.payments import services as payments
from zhanggui.payments.models import Callback, Payment, Refund
from zhanggui.payments.providers.simulator import SimulatorServer

pytestmark = pytest.mark.django_db

NOTIFY = "/pay/notify/wechatpay/"


def ordered(channel: str = PaymentChannel.WECHAT_NATIVE, **shop: Any) -> Order:
    """Place an order over 19.90 and 8.00 freight, now."""
    open_shop(**shop)
    sku = SkuFactory(price_minor=1_990)
    stocked(sku, 5)
    wanted = basket((sku, 1), payment_channel=channel)
    placed = orders.place_order(wanted=wanted, now=timezone.now())
    return Order.objects.get(pk=placed.order_id)


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def notify(client: Client, body: bytes, headers: dict[str, str]) -> Any:
    return client.post(NOTIFY, body, content_type="application/json", headers=headers)


def test_the_pay_page_opens_the_attempt_and_draws_its_code(
    client: Client, simulator: SimulatorServer
) -> None:
    order = ordered()

    response = client.get(f"/pay/{order.token}/")
    html = response.content.decode()
    client.get(f"/pay/{order.token}/")

    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.status) == (2_790, "pending")
    assert payment.out_trade_no == f"{order.number}P1"
    assert '<div class="qr" role="img"' in html
    assert "<svg" in html
    assert "style=" not in html
    assert "模拟收银台" not in html
    assert (response["Cache-Control"], response["Referrer-Policy"]) == (
        "private, no-store",
        "strict-origin",
    )


def test_only_the_demo_links_to_the_simulated_cashier(
    client: Client, simulator: SimulatorServer
) -> None:
    order = ordered(is_demo=True)

    html = text(client, f"/pay/{order.token}/")

    assert f'href="{simulator.base}/cashier?pr=' in html


def test_a_phone_is_led_to_the_app_and_back(client: Client, simulator: SimulatorServer) -> None:
    order = ordered(PaymentChannel.WECHAT_H5)

    html = text(client, f"/pay/{order.token}/")

    back = quote(f"http://127.0.0.1:8000/pay/{order.token}/result/", safe="")
    assert f'href="{simulator.base}/h5?prepay_id=' in html
    assert f"redirect_url={back}" in html
    assert 'href="?channel=wechat_native"' in html


def test_a_transfer_shows_account_and_amount(client: Client, simulator: SimulatorServer) -> None:
    order = ordered(PaymentChannel.TRANSFER, transfer_account="示例银行 6222 0000")

    html = text(client, f"/pay/{order.token}/")

    assert 'data-copy="示例银行 6222 0000"' in html
    assert 'data-copy="27.90"' in html
    assert not Payment.objects.exists()


def test_a_channel_that_is_down_loses_nothing(client: Client, simulator: SimulatorServer) -> None:
    order = ordered()
    simulator.faults.change(api_next=["500"] * 6)

    response = client.get(f"/pay/{order.token}/")

    assert response.status_code == 503
    assert "再试一次" in response.content.decode()
    order.refresh_from_db()
    assert order.display_status == "to_pay"
    simulator.faults.reset()
    assert client.get(f"/pay/{order.token}/").status_code == 200


def test_waiting_pages_learn_of_the_payment_without_a_callback(
    client: Client, simulator: SimulatorServer
) -> None:
    order = ordered()
    client.get(f"/pay/{order.token}/")
    assert client.get(f"/pay/{order.token}/state/").json() == {"state": "waiting"}
    simulator.pay(out_trade_no=f"{order.number}P1")
    planned = Payment.objects.get().next_query_at

    early = client.get(f"/pay/{order.token}/state/").json()
    assert (early, Payment.objects.get().next_query_at) == ({"state": "waiting"}, planned)
    cache.clear()  # two seconds later
    late = client.get(f"/pay/{order.token}/state/").json()

    assert late == {"state": "done", "url": f"/pay/{order.token}/result/"}
    assert "付款成功" in text(client, f"/pay/{order.token}/result/")
    assert client.get(f"/pay/{order.token}/")["Location"] == f"/pay/{order.token}/result/"


def test_the_result_page_asks_the_channel_itself(
    client: Client, simulator: SimulatorServer
) -> None:
    order = ordered()
    client.get(f"/pay/{order.token}/")
    assert "还没收到付款" in text(client, f"/pay/{order.token}/result/")

    simulator.pay(out_trade_no=f"{order.number}P1")
    cache.clear()

    assert "付款成功" in text(client, f"/pay/{order.token}/result/")


def test_a_callback_pays_the_order_once_however_often_it_comes(
    client: Client, simulator: SimulatorServer
) -> None:
    order = ordered()
    client.get(f"/pay/{order.token}/")
    simulator.pay(out_trade_no=f"{order.number}P1")

    answers = [notify(client, *newest_callback(simulator)) for _ in range(3)]

    assert [(one.status_code, one.content) for one in answers] == [(204, b"")] * 3
    assert not answers[0].cookies
    order.refresh_from_db()
    assert (order.display_status, order.paid_minor) == ("to_ship", 2_790)
    assert (Callback.objects.count(), Refund.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("forgery", "status", "message"),
    [
        ("signature", 401, "bad_signature"),
        ("probe", 401, "signature_probe"),
        ("stale", 401, "stale"),
        ("serial", 401, "unknown_key"),
        ("merchant", 400, "merchant_mismatch"),
        ("amount", 400, "mismatch"),
    ],
)
def test_forged_callbacks_change_nothing(
    client: Client, simulator: SimulatorServer, forgery: str, status: int, message: str
) -> None:
    order = ordered()
    client.get(f"/pay/{order.token}/")
    simulator.pay(out_trade_no=f"{order.number}P1")

    answer = notify(client, *newest_callback(simulator, forgery=forgery))

    assert (answer.status_code, answer.json()) == (status, {"code": "FAIL", "message": message})
    order.refresh_from_db()
    assert (order.display_status, order.paid_minor) == ("to_pay", 0)
    assert not Callback.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 401), (b"{}", 401), (b"\xff\x00", 401), (b"x" * (64 * 1024 + 1), 413)],
    ids=["empty", "no signature", "no text", "too large"],
)
def test_other_posts_are_refused(
    client: Client, simulator: SimulatorServer, body: bytes, status: int
) -> None:
    answer = notify(client, body, {})

    assert (answer.status_code, answer.json()["code"]) == (status, "FAIL")


def test_callbacks_need_no_token_of_ours(simulator: SimulatorServer) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert notify(strict, b"{}", {"Origin": "https://elsewhere.example"}).status_code == 401
    assert strict.get(NOTIFY).status_code == 405


def test_money_for_a_closed_order_is_said_to_go_back(
    client: Client, simulator: SimulatorServer
) -> None:
    order = ordered()
    client.get(f"/pay/{order.token}/")
    client.post(f"/o/{order.token}/cancel/")
    simulator.pay(out_trade_no=f"{order.number}P1", even_if_closed=True)
    notify(client, *newest_callback(simulator))

    html = text(client, f"/pay/{order.token}/result/")

    assert "订单已关闭" in html
    assert "你付的 ¥27.90 正在原路退回" in html


def test_a_late_order_says_so_instead_of_a_code(client: Client, simulator: SimulatorServer) -> None:
    order = ordered()
    Order.objects.filter(pk=order.pk).update(pay_by_at=timezone.now() - timedelta(seconds=1))

    html = text(client, f"/pay/{order.token}/")

    assert "付款时间已过" in html
    assert "data-countdown" not in html
    payments.close_overdue(order_id=order.pk, now=timezone.now())
    assert "没有扣款" in text(client, f"/pay/{order.token}/result/")


@pytest.mark.parametrize("path", ["/pay/{}/", "/pay/{}/state/", "/pay/{}/result/", "/o/{}/"])
@pytest.mark.parametrize("token", ["0" * 32, "f" * 31, "F" * 32, "../../etc", "x" * 32])
def test_foreign_tokens_are_not_found(client: Client, path: str, token: str) -> None:
    ordered(PaymentChannel.TRANSFER)

    assert client.get(path.format(token)).status_code == 404
