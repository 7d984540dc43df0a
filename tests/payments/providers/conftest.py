"""A running simulator with books of its own, the real adapter, and a shop that takes callbacks."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from zhanggui.payments.providers.base import (
    Callback,
    CallbackRefused,
    RefundRequest,
    Scene,
    StartRequest,
)
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.providers.wechatpay import WechatConfig, WechatPay

PUBLIC_IP = "14.23.150.211"


class Shop:
    """The shop's notification endpoint: verifies with the real adapter, notes what came."""

    def __init__(self) -> None:
        self.channel: WechatPay | None = None
        self.accepted: list[Callback] = []
        self.refused: list[str] = []
        self.answers: list[int] = []  # what to answer the next true ones, then 204
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(shop.take(dict(self.headers), body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.notify_url = f"http://127.0.0.1:{self.server.server_port}/pay/wechat/notify"

    def take(self, headers: dict[str, str], body: bytes) -> int:
        assert self.channel is not None
        try:
            callback = self.channel.verify_callback(
                headers=headers, body=body, now=datetime.now(UTC)
            )
        except CallbackRefused as refusal:
            self.refused.append(refusal.code)
            return 401
        self.accepted.append(callback)
        return self.answers.pop(0) if self.answers else 204


@pytest.fixture
def config(simulator: SimulatorServer) -> WechatConfig:
    return WechatConfig(
        base=simulator.base, client_ip_override=PUBLIC_IP, **asdict(simulator.credentials)
    )


@pytest.fixture
def channel(config: WechatConfig) -> WechatPay:
    return WechatPay(config)


@pytest.fixture
def shop(channel: WechatPay) -> Iterator[Shop]:
    shop = Shop()
    shop.channel = channel
    thread = Thread(target=shop.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()
    thread.join()


def attempt(number: str = "2611210000000001P1", **changes: Any) -> StartRequest:
    """An attempt over 19.99 yuan that nobody is told about."""
    usual: dict[str, Any] = {
        "out_trade_no": number,
        "amount_minor": 1999,
        "currency": "CNY",
        "description": "掌柜演示店 青瓷茶杯",
        "notify_url": "https://shop.example/pay/wechat/notify",
        "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
        "scene": Scene.NATIVE,
    }
    return StartRequest(**(usual | changes))


def money_back(number: str = "R1", *, of: str = "2611210000000001P1", **changes: Any) -> Any:
    """A refund of 9.99 of the 19.99 yuan."""
    usual: dict[str, Any] = {
        "out_trade_no": of,
        "out_refund_no": number,
        "refund_minor": 999,
        "total_minor": 1999,
        "currency": "CNY",
        "reason": "退款",
    }
    return RefundRequest(**(usual | changes))


def until(found: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Wait for what another thread will do, and return it."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return value


def soon(**parts: float) -> datetime:
    return datetime.now(UTC) + timedelta(**parts)
