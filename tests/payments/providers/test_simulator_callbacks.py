"""Notifications of the simulator: repeated, delayed, lost, forged; sent to this machine only."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.payments.providers.conftest import Shop, attempt, until

from zhanggui.payments.providers.base import CallbackRefused, PaymentState
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.providers.simulator.notices import RETRIES_S
from zhanggui.payments.providers.wechatpay import WechatConfig, WechatPay

NUMBER = "2611210000000001P1"


@pytest.fixture
def paid(channel: WechatPay, simulator: SimulatorServer, shop: Shop) -> SimulatorServer:
    """A simulator with an attempt that can be paid; the shop is told."""
    channel.start(attempt(notify_url=shop.notify_url))
    return simulator


def settled(simulator: SimulatorServer) -> list[str]:
    rows = simulator.deliveries()
    return (
        [row["state"] for row in rows]
        if all(row["state"] in ("taken", "given_up") for row in rows)
        else []
    )


def test_a_refused_notification_comes_again_with_the_same_id(
    paid: SimulatorServer, shop: Shop
) -> None:
    shop.answers = [500, 503, 302, 200]
    paid.pay(out_trade_no=NUMBER)
    until(lambda: settled(paid) == ["taken"])
    assert len(shop.accepted) == 4
    assert len({callback.event_id for callback in shop.accepted}) == 1
    assert [row["tries"] for row in paid.deliveries()] == [4]


def test_the_simulator_gives_up_after_the_last_pause(shop: Shop, paid: SimulatorServer) -> None:
    assert len(RETRIES_S) == 15
    shop.answers = [500] * 99
    paid.faults.change(callback_delay_s=60)
    paid.pay(out_trade_no=NUMBER)
    with paid.sim.books() as books:  # all pauses of the table are over
        books.execute("UPDATE deliveries SET tries = 15, due_at = 0")
    paid.sim.wake.set()
    until(lambda: settled(paid) == ["given_up"])
    assert len(shop.accepted) == 1
    assert paid.deliveries()[0]["tries"] == 16


def test_pauses_follow_the_table(paid: SimulatorServer, shop: Shop) -> None:
    shop.answers = [500] * 99
    before = time.time()
    paid.pay(out_trade_no=NUMBER)
    until(lambda: len(shop.accepted) >= 3)  # at 0, 15 and 30 thousandths
    assert time.time() - before >= 0.03


def test_copies_carry_the_same_event(paid: SimulatorServer, shop: Shop) -> None:
    paid.faults.change(callback_repeat=3)
    paid.pay(out_trade_no=NUMBER)
    until(lambda: settled(paid) == ["taken"] * 4)
    assert len(shop.accepted) == 4
    assert len({callback.event_id for callback in shop.accepted}) == 1


def test_paying_twice_pays_and_tells_once(paid: SimulatorServer, shop: Shop) -> None:
    assert [paid.pay(out_trade_no=NUMBER) for _ in range(2)] == ["SUCCESS", "SUCCESS"]
    until(lambda: settled(paid) == ["taken"])
    assert len(shop.accepted) == 1


def test_eight_windows_paying_at_once_pay_once(paid: SimulatorServer, shop: Shop) -> None:
    with ThreadPoolExecutor(8) as threads:
        states = list(threads.map(lambda _: paid.pay(out_trade_no=NUMBER), range(8)))
    assert states == ["SUCCESS"] * 8
    until(lambda: settled(paid) == ["taken"])
    assert len(shop.accepted) == 1


def test_a_lost_notification_is_found_by_asking(
    paid: SimulatorServer, shop: Shop, channel: WechatPay
) -> None:
    paid.faults.change(callback_lose=1)
    paid.pay(out_trade_no=NUMBER)
    assert paid.deliveries() == []
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.PAID
    assert paid.faults.now.callback_lose == 0


def test_a_delayed_notification_comes_later(paid: SimulatorServer, shop: Shop) -> None:
    paid.faults.change(callback_delay_s=0.4)
    before = time.monotonic()
    paid.pay(out_trade_no=NUMBER)
    until(lambda: shop.accepted)
    assert time.monotonic() - before >= 0.4


@pytest.mark.parametrize(
    ("forgery", "code"),
    [
        ("signature", "bad_signature"),
        ("stale", "stale"),
        ("serial", "unknown_key"),
        ("probe", "signature_probe"),
        ("merchant", "merchant_mismatch"),
    ],
)
def test_a_forged_notification_is_refused_and_the_true_one_taken(
    paid: SimulatorServer, shop: Shop, forgery: str, code: str
) -> None:
    paid.faults.change(callback_forge=[forgery])
    paid.pay(out_trade_no=NUMBER)
    until(lambda: settled(paid) == ["given_up", "taken"])
    assert shop.refused == [code]
    assert CallbackRefused(code).is_probe == (forgery == "probe")
    assert [callback.payment.amount_minor for callback in shop.accepted] == [1999]


def test_a_wrong_amount_is_told_as_it_is_for_the_shop_to_compare(
    paid: SimulatorServer, shop: Shop
) -> None:
    paid.faults.change(callback_forge=["amount"], callback_lose=1)
    paid.pay(out_trade_no=NUMBER)
    wrong = until(lambda: shop.accepted)[0]
    assert (wrong.payment.out_trade_no, wrong.payment.amount_minor) == (NUMBER, 2000)
    assert wrong.event_id.endswith("-forged")


def test_a_payment_can_come_after_the_close(
    paid: SimulatorServer, shop: Shop, channel: WechatPay
) -> None:
    channel.close(out_trade_no=NUMBER)
    assert paid.pay(out_trade_no=NUMBER, even_if_closed=True) == "SUCCESS"
    late = until(lambda: shop.accepted)[0]
    assert late.payment == channel.query(out_trade_no=NUMBER)
    assert late.payment.state == PaymentState.PAID


def test_notifications_may_be_signed_by_the_old_certificate(
    paid: SimulatorServer, shop: Shop
) -> None:
    paid.faults.change(sign_with="certificate")
    paid.pay(out_trade_no=NUMBER)
    until(lambda: shop.accepted)
    assert shop.refused == []


@pytest.mark.parametrize(
    "address",
    ["https://shop.example/notify", "http://192.0.2.1/notify", "http://127.0.0.1.example/n"],
)
def test_nothing_is_sent_to_another_machine(
    channel: WechatPay, simulator: SimulatorServer, address: str
) -> None:
    channel.start(attempt(notify_url=address))
    simulator.pay(out_trade_no=NUMBER)
    until(lambda: settled(simulator) == ["given_up"])
    assert simulator.deliveries()[0]["answer"] == "NotLocal"


def test_a_foreign_notify_base_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        SimulatorServer(folder, notify_base="https://shop.example")


def test_the_public_address_of_a_shop_is_reached_through_its_local_one(
    folder: Path, shop: Shop, config: WechatConfig
) -> None:
    origin = shop.notify_url.removesuffix("/pay/wechat/notify")
    with SimulatorServer(folder, notify_base=origin) as simulator:
        channel = WechatPay(replace(config, base=simulator.base))
        channel.start(attempt(notify_url="https://shop.example/pay/wechat/notify"))
        simulator.pay(out_trade_no=NUMBER)
        assert until(lambda: shop.accepted)[0].payment.out_trade_no == NUMBER
