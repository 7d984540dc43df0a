"""The simulator as a process of its own: starts, stops cleanly, remembers."""

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.payments.providers.conftest import attempt, until

from zhanggui.payments.providers.base import PaymentState
from zhanggui.payments.providers.simulator import SimulatorServer, credentials, environment
from zhanggui.payments.providers.wechatpay import WechatConfig, WechatPay

NUMBER = "2611210000000001P1"
NO_DJANGO = """
import sys, zhanggui.payments.providers.simulator
sys.exit(any(name.partition(".")[0] == "django" for name in sys.modules))
"""
PROGRAM = [sys.executable, "-m", "zhanggui.payments.providers.simulator"]


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [*PROGRAM, "--dir", str(folder), *options],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[3] / "src"), "PATH": ""},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("WeChat Pay simulator: http://127.0.0.1:")
        yield process, line.rpartition(" ")[2].strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(folder: Path, number: signal.Signals) -> None:
    with running(folder) as (process, _):
        process.send_signal(number)
        assert process.wait(timeout=60) == 0


def test_it_remembers_payments_and_messages_after_a_kill(folder: Path) -> None:
    with running(folder) as (process, base):
        channel = WechatPay(WechatConfig(base=base, **asdict(credentials(folder))))
        channel.start(attempt())
        process.kill()
        process.wait(timeout=60)
    with running(folder, "--port", "0", "--retry-scale", "0.01") as (_, base):
        again = WechatPay(WechatConfig(base=base, **asdict(credentials(folder))))
        assert again.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID


def test_messages_under_way_are_sent_after_a_restart(folder: Path) -> None:
    with SimulatorServer(folder) as first:
        channel = WechatPay(WechatConfig(base=first.base, **asdict(first.credentials)))
        first.faults.change(callback_delay_s=60)
        channel.start(attempt(notify_url="http://127.0.0.1:9/notify"))
        first.pay(out_trade_no=NUMBER)
        with first.sim.books() as books:  # stopped in the middle of sending
            books.execute("UPDATE deliveries SET state = 'sending', due_at = 0")
    with SimulatorServer(folder) as second:
        until(lambda: second.deliveries()[0]["tries"] == 1)
        assert second.deliveries()[0]["answer"] == "ConnectionRefusedError"


def test_keys_are_for_the_owner_only(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "fresh"
    shop = credentials(made)
    for path in (made / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((made / "keys").stat().st_mode) == 0o700
    assert credentials(made) == shop
    assert credentials(folder) != shop
    with SimulatorServer(folder):
        assert stat.S_IMODE((folder / "ledger.sqlite3").stat().st_mode) == 0o600


def test_two_first_starts_end_with_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: credentials(tmp_path / "new"), range(4)))
    assert all(shop == made[0] for shop in made)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["keys"]


def test_the_environment_points_a_shop_at_the_simulator(folder: Path) -> None:
    with SimulatorServer(folder) as server:
        values = environment(folder, base=server.base)
        config = WechatConfig(
            base=values["WECHATPAY_BASE"],
            mchid=values["WECHATPAY_MCHID"],
            appid=values["WECHATPAY_APPID"],
            serial=values["WECHATPAY_SERIAL"],
            private_key_pem=Path(values["WECHATPAY_PRIVATE_KEY_FILE"]).read_text(),
            apiv3_key=values["WECHATPAY_APIV3_KEY"],
            public_key_pem=Path(values["WECHATPAY_PUBLIC_KEY_FILE"]).read_text(),
            public_key_id=values["WECHATPAY_PUBLIC_KEY_ID"],
            client_ip_override=values["WECHATPAY_CLIENT_IP"],
        )
        assert WechatPay(config).start(attempt(scene="h5")).pay_url


def test_the_simulator_needs_no_django() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            NO_DJANGO,
        ],
        env={"PYTHONPATH": str(Path(__file__).parents[3] / "src")},
        check=False,
    )
    assert done.returncode == 0
