"""Fetching what other people's files name: public addresses only, and never too much."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from zhanggui.core import fetching
from zhanggui.core.fetching import FetchRefused, fetch


class Site(BaseHTTPRequestHandler):
    """A picture, a large one, a page, a way elsewhere, and a circle."""

    def do_GET(self) -> None:
        where = {"/away": "/picture", "/circle": "/circle", "/file": "file:///etc/passwd"}
        if self.path in where:
            self.send_response(302)
            self.send_header("Location", where[self.path])
            self.end_headers()
            return
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "image/png")
        self.end_headers()
        self.wfile.write(b"x" * (5000 if self.path == "/large" else 50))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def got(url: str) -> bytes:
    return fetch(url, most_bytes=1000, kinds=("image/",)).content


@pytest.mark.parametrize("path", ["/picture", "/away"])
def test_a_picture_is_fetched_where_local_addresses_are_allowed(
    site: str, path: str, settings: Any
) -> None:
    settings.FETCH_LOCAL = True

    assert got(f"{site}{path}") == b"x" * 50


@pytest.mark.parametrize("path", ["/none", "/large", "/page", "/circle", "/file"])
def test_what_is_no_picture_or_too_much_is_refused(site: str, path: str, settings: Any) -> None:
    settings.FETCH_LOCAL = True

    with pytest.raises(FetchRefused):
        got(f"{site}{path}")


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:{port}/picture", "http://localhost:{port}/picture"),
        *("http://[::1]:{port}/", "http://10.0.0.1/", "http://192.168.1.1/x.png"),
        *("http://169.254.169.254/latest/meta-data/", "http://0.0.0.0:{port}/"),
        *("http://[::ffff:127.0.0.1]:{port}/", "http://100.64.0.1/", "http://2130706433:{port}/"),
        *("file:///etc/passwd", "ftp://example.com/a.png", "gopher://example.com", "//example.com"),
        *("http://user:word@example.com/a.png", "http://", "http://[::1", "http://a b/"),
    ],
)
def test_addresses_within_and_other_schemes_are_refused(site: str, url: str) -> None:
    port = site.rpartition(":")[2]

    with pytest.raises(FetchRefused):
        got(url.replace("{port}", port))


def test_the_connection_goes_to_the_address_that_was_checked(
    site: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FETCH_LOCAL = True
    port = int(site.rpartition(":")[2])
    asked = []

    def once(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", once)

    assert got(f"http://pictures.example:{port}/picture") == b"x" * 50
    assert asked[0] == "pictures.example"
    assert set(asked) <= {"pictures.example", "127.0.0.1"}
