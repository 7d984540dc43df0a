"""WeChat Pay as tests need it: the simulator's settings, and its callbacks without the network."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zhanggui.payments.providers.simulator import SimulatorServer, environment
from zhanggui.payments.providers.simulator.notices import message


def wechat_settings(folder: Path, *, base: str) -> dict[str, str]:
    """Return the value of settings.WECHATPAY for the simulator of this folder."""
    found = environment(folder, base=base)
    return {
        "base": found["WECHATPAY_BASE"],
        "mchid": found["WECHATPAY_MCHID"],
        "appid": found["WECHATPAY_APPID"],
        "serial": found["WECHATPAY_SERIAL"],
        "private_key": found["WECHATPAY_PRIVATE_KEY_FILE"],
        "apiv3_key": found["WECHATPAY_APIV3_KEY"],
        "public_key": found["WECHATPAY_PUBLIC_KEY_FILE"],
        "public_key_id": found["WECHATPAY_PUBLIC_KEY_ID"],
        "client_ip": found["WECHATPAY_CLIENT_IP"],
    }


def service_account(folder: Path, *, base: str) -> dict[str, str]:
    """Return the value of settings.WECHAT for the simulator of this folder."""
    found = environment(folder, base=base)
    names = ("app_id", "app_secret", "open_base", "api_base")
    return {name: found[f"WECHAT_{name.upper()}"] for name in names} | {"verify": ""}


@contextmanager
def running_simulator(keys: Path, folder: Path) -> Iterator[tuple[SimulatorServer, dict[str, str]]]:
    """Run WeChat Pay with ready keys and empty books; yields it with the shop's settings."""
    shutil.copytree(keys / "keys", folder / "keys")
    with SimulatorServer(folder, retry_scale=0.001) as server:
        yield server, wechat_settings(folder, base=server.base)


def newest_callback(server: SimulatorServer, *, forgery: str = "") -> tuple[bytes, dict[str, str]]:
    """Return body and headers of the newest notification, true or forged, signed now."""
    with server.sim.books() as books:
        row = books.execute("SELECT event FROM deliveries ORDER BY id DESC LIMIT 1").fetchone()
    event: dict[str, Any] = json.loads(row["event"])
    return message(server.sim, event=event, forgery=forgery)
