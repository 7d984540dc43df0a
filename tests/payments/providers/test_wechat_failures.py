"""When the channel is slow, wrong, dishonest or down, and when we ask for nonsense."""

import gzip
import logging
import socket
import time
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from tests.payments.providers.conftest import attempt, money_back

from zhanggui.payments.providers.base import PaymentState, ProviderError, Scene
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.providers.wechatpay import WechatConfig, WechatPay
from zhanggui.payments.providers.wechatpay import channel as channel_module
from zhanggui.payments.providers.wechatpay import gateway as gateway_module
from zhanggui.payments.providers.wechatpay.answers import failure, payment_of, refund_of
from zhanggui.payments.providers.wechatpay.gateway import Answer

NUMBER = "2611210000000001P1"


def judged(problem: ProviderError) -> tuple[str, bool, bool]:
    return problem.code, problem.permanent, problem.query_first


def start_fails(channel: WechatPay, **changes: Any) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        channel.start(attempt(**changes))
    return refused.value


def test_an_error_after_success_means_ask_first(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    simulator.faults.change(api_next=["500_after_success"])
    assert judged(start_fails(channel)) == ("SYSTEM_ERROR", False, True)
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID
    assert channel.start(attempt()).code_url


def test_a_lost_refund_answer_is_repeated_with_the_same_number(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    channel.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    simulator.faults.change(api_next=["500_after_success"])
    with pytest.raises(ProviderError, match="SYSTEM_ERROR"):
        channel.refund(money_back())
    assert channel.refund(money_back()).refund_minor == 999
    assert simulator.sim.database.execute("SELECT COUNT(*) FROM refunds").fetchone()[0] == 1


def test_a_limit_is_waited_out(channel: WechatPay, simulator: SimulatorServer) -> None:
    simulator.faults.change(api_next=["429", "500"])
    assert judged(start_fails(channel)) == ("FREQUENCY_LIMITED", False, False)
    assert judged(start_fails(channel)) == ("SYSTEM_ERROR", False, True)
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.UNKNOWN_NUMBER


def test_a_short_balance_is_waited_out(channel: WechatPay, simulator: SimulatorServer) -> None:
    channel.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    simulator.faults.change(balance_is_short=True)
    with pytest.raises(ProviderError) as refused:
        channel.refund(money_back())
    assert judged(refused.value) == ("NOT_ENOUGH", False, False)
    simulator.faults.reset()
    assert channel.refund(money_back()).refund_minor == 999


def test_silence_ends_in_a_timeout(
    channel: WechatPay, simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "TIMEOUT", (1, 0.3))
    simulator.faults.change(api_next=["timeout"], timeout_hold_s=1)
    begun = time.monotonic()
    assert judged(start_fails(channel)) == ("timeout", False, True)
    assert time.monotonic() - begun < 0.9
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID


def test_every_call_has_the_timeouts_of_the_house(
    channel: WechatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = gateway_module.requests.request

    def note(*arguments: Any, **options: Any) -> Any:
        seen.append((options["timeout"], options["allow_redirects"]))
        return real(*arguments, **options)

    monkeypatch.setattr(gateway_module.requests, "request", note)
    channel.start(attempt())
    channel.query(out_trade_no=NUMBER)
    channel.close(out_trade_no=NUMBER)
    channel.query_refund(out_refund_no="R1")
    assert seen == [((5, 15), False)] * 4


def test_a_cut_connection_means_ask_first(channel: WechatPay, simulator: SimulatorServer) -> None:
    simulator.faults.change(api_next=["timeout"], timeout_hold_s=0)
    assert judged(start_fails(channel)) == ("unreachable", False, True)


def test_nobody_there_means_ask_first(config: WechatConfig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        channel = WechatPay(replace(config, base=base))
        assert judged(start_fails(channel)) == ("unreachable", False, True)


def test_an_answer_signed_by_somebody_else_is_not_believed(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    channel.start(attempt())
    simulator.faults.change(api_next=["bad_signature"])
    with pytest.raises(ProviderError) as refused:
        channel.query(out_trade_no=NUMBER)
    assert judged(refused.value) == ("untrusted_answer", False, True)
    assert refused.value.message == "bad_signature"


def test_an_old_answer_is_not_believed(config: WechatConfig) -> None:
    late = WechatPay(config, clock=lambda: time.time() + 301)
    refused = start_fails(late)
    assert (refused.code, refused.message) == ("untrusted_answer", "stale")


def test_answers_signed_by_the_old_certificate_need_that_certificate(
    config: WechatConfig, channel: WechatPay, simulator: SimulatorServer
) -> None:
    simulator.faults.change(sign_with="certificate")
    assert channel.start(attempt()).code_url
    without = WechatPay(replace(config, platform_certificate_pem=""))
    assert start_fails(without).message == "unknown_key"


def test_a_wrong_merchant_key_is_a_permanent_failure(config: WechatConfig) -> None:
    channel = WechatPay(replace(config, serial="0" * 40))
    assert judged(start_fails(channel)) == ("SIGN_ERROR", True, False)


def test_a_wrong_app_is_refused_by_the_channel(config: WechatConfig) -> None:
    channel = WechatPay(replace(config, appid="wx0000000000000000"))
    assert judged(start_fails(channel)) == ("APPID_MCHID_NOT_MATCH", True, False)


def test_an_answer_about_another_app_is_not_ours(config: WechatConfig, channel: WechatPay) -> None:
    channel.start(attempt())
    other = WechatPay(replace(config, appid="wx0000000000000000"))
    with pytest.raises(ProviderError) as refused:
        other.query(out_trade_no=NUMBER)
    assert judged(refused.value) == ("merchant_mismatch", True, False)


def test_an_answer_about_another_refund_is_not_ours(
    channel: WechatPay, simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    channel.refund(money_back("R1"))
    real = channel._sdk.query_refund
    monkeypatch.setattr(channel._sdk, "query_refund", lambda out_refund_no: real("R1"))
    with pytest.raises(ProviderError) as refused:
        channel.query_refund(out_refund_no="R2")
    assert judged(refused.value) == ("merchant_mismatch", True, False)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "short",
        "x" * 33,
        "../../v3/certificates",
        "abcdef?mchid=1",
        "abc def",
        "abcdef|1",
        "订单号订单号",
    ],
)
def test_a_number_that_does_not_fit_never_reaches_the_channel(
    channel: WechatPay, simulator: SimulatorServer, number: str
) -> None:
    calls = [
        lambda: channel.start(attempt(number)),
        lambda: channel.query(out_trade_no=number),
        lambda: channel.close(out_trade_no=number),
        lambda: channel.refund(money_back(of=number)),
    ]
    for call in calls:
        with pytest.raises(ProviderError) as refused:
            call()
        assert judged(refused.value) == ("invalid_number", True, False)
    assert simulator.sim.database.execute("SELECT COUNT(*) FROM nonces").fetchone()[0] == 0


@pytest.mark.parametrize("number", ["", "x" * 65, "R1/../R2", "R 1", "R@1"])
def test_a_refund_number_that_does_not_fit_never_reaches_the_channel(
    channel: WechatPay, number: str
) -> None:
    with pytest.raises(ProviderError, match="invalid_number"):
        channel.query_refund(out_refund_no=number)
    with pytest.raises(ProviderError, match="invalid_number"):
        channel.refund(money_back(number))


@pytest.mark.parametrize("address", ["", "127.0.0.1", "10.0.0.8", "203.0.113.9", "::1", "nonsense"])
def test_h5_needs_a_public_address_of_the_shopper(config: WechatConfig, address: str) -> None:
    channel = WechatPay(replace(config, client_ip_override=""))
    refused = start_fails(channel, scene=Scene.H5, client_ip=address)
    assert judged(refused) == ("client_ip_not_public", True, False)


def test_h5_passes_the_shoppers_own_address(config: WechatConfig) -> None:
    channel = WechatPay(replace(config, client_ip_override=""))
    assert channel.start(attempt(scene=Scene.H5, client_ip="2400:3200::1")).pay_url


def test_a_long_description_is_cut_to_the_channels_length(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    channel.start(attempt(description=" " + "茶" * 300))
    kept = simulator.sim.database.execute("SELECT description FROM payments").fetchone()[0]
    assert kept == "茶" * 127


def test_nothing_personal_or_secret_is_logged(
    channel: WechatPay, simulator: SimulatorServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        channel.start(attempt())
        simulator.pay(out_trade_no=NUMBER)
        channel.query(out_trade_no=NUMBER)
        channel.close(out_trade_no=NUMBER)
    openid, code = (
        simulator.sim.database.execute(f"SELECT {what}").fetchone()[0]
        for what in ("openid FROM payments", "code FROM codes")
    )
    ours = [r for r in caplog.records if r.name == gateway_module.__name__]
    assert [record.levelname for record in ours] == ["INFO", "INFO", "WARNING"]
    assert ours[2].getMessage().endswith("-268449538")  # WeChat's own error number
    for secret in (openid, code, simulator.credentials.apiv3_key, "signature="):
        assert secret not in caplog.text


def test_a_damaged_bill_is_not_believed(
    channel: WechatPay, simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    today = simulator_day(simulator)
    simulator.faults.change(time_shift_s=2 * 86_400)
    real = channel._sdk.download_bill
    damages = [
        (lambda file: gzip.compress(gzip.decompress(file).replace(b"19.99", b"91.99")), "hash"),
        (lambda file: file[: len(file) // 2], "unreadable_bill"),
        (lambda file: b"\xff" + file, "unreadable_bill"),
    ]
    for damage, code in damages:
        monkeypatch.setattr(
            channel._sdk, "download_bill", lambda url, damage=damage: (200, damage(real(url)[1]))
        )
        with pytest.raises(ProviderError, match=code):
            channel.fetch_bill(day=today)


def simulator_day(simulator: SimulatorServer) -> date:
    stamp = channel_module.datetime.fromtimestamp(simulator.sim.moment(), channel_module.CHINA)
    return stamp.date()


def test_a_bill_is_only_fetched_from_the_channel_itself(
    channel: WechatPay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("http://169.254.169.254/", f"{channel._config.base}@evil.example/x", ""):
        ticket = f'{{"hash_type":"SHA1","hash_value":"x","download_url":"{url}"}}'
        monkeypatch.setattr(channel._sdk, "trade_bill", lambda ticket=ticket, **_: (200, ticket))
        with pytest.raises(ProviderError, match=r"foreign_address|unreadable_answer"):
            channel.fetch_bill(day=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, b'{"code":"PARAM_ERROR","message":"m"}', ("PARAM_ERROR", True, False)),
        (400, b'{"code":"ORDER_PAID"}', ("ORDER_PAID", True, True)),
        (400, b"[]", ("HTTP_400", True, False)),
        (403, b'{"code":7}', ("HTTP_403", True, False)),
        (429, b"", ("HTTP_429", False, False)),
        (400, b'{"code":"STATEMENT_CREATING"}', ("STATEMENT_CREATING", False, False)),
        (502, b"<html>", ("HTTP_502", False, True)),
        (302, b"", ("HTTP_302", True, True)),
    ],
)
def test_error_answers_are_judged(
    status: int, body: bytes, expected: tuple[str, bool, bool]
) -> None:
    assert judged(failure(Answer(status, body))) == expected


PAID: dict[str, Any] = {
    "mchid": "1900000001",
    "appid": "wx1",
    "out_trade_no": NUMBER,
    "transaction_id": "4200",
    "trade_state": "SUCCESS",
    "success_time": "2026-11-21T10:00:04+08:00",
    "amount": {"total": 1, "currency": "CNY"},
}
REFUNDED: dict[str, Any] = {
    "out_trade_no": NUMBER,
    "out_refund_no": "R1",
    "refund_id": "5030",
    "refund_status": "SUCCESS",
    "amount": {"total": 2, "refund": 1},
}


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"total": "1", "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": 1.0, "currency": "CNY"}},
        {"amount": {"total": 1}},
        {"amount": None},
        {"amount": []},
        {"trade_state": "PAID"},
        {"success_time": "2026-11-21T10:00:04"},
        {"success_time": None},
        {"transaction_id": ""},
        {"out_trade_no": 7},
        {"mchid": None},
    ],
)
def test_a_paid_answer_with_holes_is_not_read_as_paid(change: dict[str, Any]) -> None:
    assert payment_of(PAID).state == PaymentState.PAID
    with pytest.raises(ProviderError, match="unreadable_answer"):
        payment_of(PAID | change)


@pytest.mark.parametrize(
    "change",
    [{"amount": {"total": 2}}, {"refund_status": "DONE"}, {"refund_id": ""}, {"amount": 3}],
)
def test_a_refund_answer_with_holes_is_not_read(change: dict[str, Any]) -> None:
    assert refund_of(REFUNDED).refund_minor == 1
    with pytest.raises(ProviderError, match="unreadable_answer"):
        refund_of(REFUNDED | change)


def test_a_redirect_is_not_followed(config: WechatConfig) -> None:
    paths = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/stolen")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        channel = WechatPay(replace(config, base=f"http://127.0.0.1:{server.server_port}"))
        with pytest.raises(ProviderError, match="HTTP_302"):
            channel.query(out_trade_no=NUMBER)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert [path.partition("?")[0] for path in paths] == [
        f"/v3/pay/transactions/out-trade-no/{NUMBER}"
    ]
