"""One running simulator: a threaded HTTP server on this machine, and the sender of callbacks."""

import logging
import socket
import socketserver
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from zhanggui.payments.providers.simulator import (
    api,
    bridge,
    control,
    oauth,
    pages,
    payments,
    refunds,
)
from zhanggui.payments.providers.simulator.api import Call, Reply
from zhanggui.payments.providers.simulator.faults import FaultBoard
from zhanggui.payments.providers.simulator.keys import Credentials
from zhanggui.payments.providers.simulator.ledger import Simulation, open_simulation
from zhanggui.payments.providers.simulator.notices import Dispatcher, is_loopback

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
MOST_BODY = 64 * 1024
LOCAL_NAMES = {"127.0.0.1", "localhost", "[::1]"}


class SimulatorServer:
    """A simulator in threads of this process; a context manager.

    `port` 0 takes a free one; `base` is then the address for WechatConfig. `notify_base` is the
    shop's local origin when its own address is not local. `retry_scale` shortens the pauses
    between tries of a callback.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        merchant_name: str = "掌柜演示店",
        notify_base: str = "",
        retry_scale: float = 1.0,
    ) -> None:
        if notify_base and not is_loopback(urlsplit(notify_base).hostname or ""):
            raise ValueError("The simulator sends callbacks to this machine only.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sim = open_simulation(
            folder, merchant_name=merchant_name, notify_base=notify_base, retry_scale=retry_scale
        )
        self._server = _Server((HOST, port), _Handler)
        self._server.set_app(_application(self.sim))
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.05,), name="simulator", daemon=True
        )
        self._dispatcher = Dispatcher(self.sim, tick=lambda: refunds.settle_due(self.sim))

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def credentials(self) -> Credentials:
        return self.sim.ring.shop

    @property
    def faults(self) -> FaultBoard:
        return self.sim.faults

    def pay(self, *, out_trade_no: str, even_if_closed: bool = False) -> str:
        """Play the shopper who pays, and return the trade state."""
        return payments.pay(self.sim, number=out_trade_no, even_if_closed=even_if_closed)

    def openid(self, *, user: str) -> str:
        """Return the openid of a WeChat user, known to the account from then on."""
        return oauth.openid_of(self.sim, user=user)

    def invoke(self, params: dict[str, str], *, pays: bool = True) -> dict[str, str]:
        """Play WeChat's app, which a page's script asks for the payment."""
        return bridge.invoke(self.sim, params=params, pays=pays)

    def deliveries(self) -> list[dict[str, Any]]:
        """Return all notifications with how far they came."""
        return control.deliveries(self.sim)

    def start(self) -> None:
        self._thread.start()
        self._dispatcher.start()

    def stop(self) -> None:
        """Stop listening and sending; the books stay."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._dispatcher.stop()
        with self.sim.lock:
            self.sim.database.close()

    def __enter__(self) -> "SimulatorServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def server_bind(self) -> None:
        """Bind without asking a name server for our own name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = 30  # seconds of silence before a connection is given up

    def get_environ(self) -> dict[str, Any]:
        """Add what the signature covers: path and query exactly as sent."""
        return super().get_environ() | {
            "simulator.path": self.path,
            "simulator.peer": self.connection,
        }

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base's name
        """Log no query strings: they hold codes."""
        logger.debug("%s %s", self.command, self.path.partition("?")[0])


def _application(sim: Simulation) -> Callable[..., Iterable[bytes]]:
    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reply = _reply(sim, environ)
        if reply.is_dropped:
            environ["simulator.peer"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError  # wsgiref then writes nothing
        status = f"{reply.status} {HTTPStatus(reply.status).phrase}"
        start_response(status, [*reply.headers.items(), ("Content-Length", str(len(reply.body)))])
        return [reply.body]

    return run


def _reply(sim: Simulation, environ: dict[str, Any]) -> Reply:
    host = environ.get("HTTP_HOST", "")
    if host.rpartition(":")[0] not in LOCAL_NAMES:  # a name that was bent to this machine
        return Reply(status=421, headers={"Content-Type": "text/plain"})
    size = environ.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > MOST_BODY:
        return Reply(status=413, headers={"Content-Type": "text/plain"})
    call = Call(
        method=environ["REQUEST_METHOD"],
        path=environ["simulator.path"],
        headers=_headers(environ),
        body=environ["wsgi.input"].read(int(size)),
        base=f"http://{host}",
    )
    if call.path.startswith("/v3/"):
        return api.answer(sim, call)
    if call.path.startswith("/_control/"):
        return control.answer(sim, call)
    if call.path.startswith(("/connect/", "/sns/")):
        return oauth.answer(sim, call)
    return pages.answer(sim, call)


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    named = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return named | {"content-type": environ.get("CONTENT_TYPE", "")}
