"""A running simulator with books of its own, and the shop's payments set up to use it."""

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pytest_django import Settings

from zhanggui.payments.providers.simulator import SimulatorServer, credentials, environment


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulator-keys")
    credentials(folder)
    return folder


@pytest.fixture
def folder(keys_folder: Path, tmp_path: Path) -> Path:
    """A simulator's folder with ready keys and no books yet."""
    shutil.copytree(keys_folder / "keys", tmp_path / "simulator" / "keys")
    return tmp_path / "simulator"


@pytest.fixture
def simulator(folder: Path) -> Iterator[SimulatorServer]:
    with SimulatorServer(folder, retry_scale=0.001) as server:
        yield server


@pytest.fixture
def wechat(simulator: SimulatorServer, folder: Path, settings: Settings) -> SimulatorServer:
    """The shop takes WeChat Pay, at this simulator."""
    named = environment(folder, base=simulator.base)
    settings.WECHATPAY = {
        name.removeprefix("WECHATPAY_").removesuffix("_FILE").lower(): value
        for name, value in named.items()
        if name.startswith("WECHATPAY_")
    }
    return simulator


class Inbox:
    """The shop's notification endpoint, which only keeps what came."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.received.append((dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pay/wechat/notify"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    thread = Thread(target=inbox.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield inbox
    inbox.server.shutdown()
    inbox.server.server_close()
    thread.join()
