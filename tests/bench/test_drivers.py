"""The drivers keep connections, count answers and come again when they are told to."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from bench.drivers import Outcome, drive_here, request


def drive(*given: Any, **named: Any) -> Outcome:
    """Drive in another thread: in this one Playwright's loop may run."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(drive_here, *given, **named).result()


class Desk(BaseHTTPRequestHandler):
    """Sends the first visitor of /busy away once, refuses /none, else answers with the body."""

    protocol_version = "HTTP/1.1"
    seen: Counter[str] = Counter()
    connections: set[tuple[str, int]] = set()

    def do_POST(self) -> None:
        self.connections.add(self.client_address)
        self.seen[self.path] += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/busy" and self.seen["/busy"] == 1:
            self.answer(503, b'{"code":"busy"}', **{"Retry-After": "0.01"})
        elif self.path == "/none":
            self.answer(409, b'{"code":"out_of_stock"}')
        elif self.path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n0\r\n\r\n")
        else:
            self.answer(201, body)

    do_GET = do_POST  # noqa: N815 -- the name is theirs

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """A tiny server."""
    Desk.seen, Desk.connections = Counter(), set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_wish_is_sent_once_over_few_connections(port: int) -> None:
    wishes = [request("POST", "/a", body=json.dumps({"n": n}).encode()) for n in range(20)]

    outcome = drive(port, wishes, 4)

    assert outcome.statuses == {"201": 20}
    assert Desk.seen == {"/a": 20}
    assert len(Desk.connections) <= 4
    assert outcome.percentile(0.5) <= outcome.percentile(0.95)


def test_refusals_are_counted_by_their_code(port: int) -> None:
    outcome = drive(port, [request("POST", "/none"), request("GET", "/chunks")], 1)

    assert outcome.statuses == {"409 out_of_stock": 1, "200": 1}


def test_a_patient_buyer_comes_again(port: int) -> None:
    outcome = drive(port, [request("POST", "/busy")], 1, patient=True)

    assert (outcome.statuses, outcome.retried) == ({"201": 1}, 1)
    assert Desk.seen["/busy"] == 2


def test_others_take_the_first_answer(port: int) -> None:
    outcome = drive(port, [request("POST", "/busy")], 1)

    assert (outcome.statuses, outcome.retried) == ({"503 busy": 1}, 0)


def test_driving_for_some_time_ends(port: int) -> None:
    outcome = drive(port, [request("GET", "/a")], 2, seconds=0.2)

    assert outcome.statuses["201"] > 2
    assert outcome.seconds < 5
