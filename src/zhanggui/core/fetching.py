"""Fetching files that other people's data name: from public addresses only, never too much.

The name is resolved once and the connection goes to that very address, so that a name which
resolves differently a moment later leads nowhere. Each redirect is checked anew.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from zhanggui.core.types import Refusal

_REDIRECTS = 4
_SECONDS = 10.0  # for each answer to begin
_SECONDS_IN_ALL = 40.0
_CHUNK = 1 << 16
_PORTS = {"http": 80, "https": 443}
_NAME = "Zhanggui/1.0 (picture import)"


class FetchRefused(Refusal):
    """The file could not be had."""

    code = "fetch_failed"
    status = 422


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    content: bytes
    kind: str  # media type


def fetch(url: str, *, most_bytes: int, kinds: Sequence[str]) -> Fetched:
    """Return the file at an address whose media type begins with one of `kinds`.

    Raises:
        FetchRefused: no public http(s) address, no such file, of another kind, too large or slow.
    """
    deadline = time.monotonic() + _SECONDS_IN_ALL
    for _hop in range(_REDIRECTS):
        try:
            with _Answer(_checked(url), deadline) as answer:
                if answer.location:
                    url = urljoin(url, answer.location)
                    continue
                return answer.read(most_bytes, kinds)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error)[:80] or type(error).__name__
            raise FetchRefused(_("下载失败（%(why)s）") % {"why": why}) from error
    raise FetchRefused(_("下载失败（跳转太多次）"))


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or len(url) > 2000:
        raise FetchRefused(_("只能从 http 或 https 地址下载"))
    return parts


def _public_address(host: str, port: int) -> tuple[int, str]:
    """Return family and address of a host, all of whose addresses are public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for _family, _type, _proto, _canon, address in found:
        if not settings.FETCH_LOCAL and not _is_public(str(address[0])):
            raise FetchRefused(_("不能从内网地址下载"))
    return int(found[0][0]), str(found[0][4][0])


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return _is_public(str(inner))
    return address.is_global and not address.is_multicast


class _Answer:
    """One request to one checked address."""

    def __init__(self, parts: SplitResult, deadline: float) -> None:
        self._parts, self._deadline = parts, deadline
        self._connection: http.client.HTTPConnection | None = None
        self._response: http.client.HTTPResponse | None = None

    def __enter__(self) -> "_Answer":
        host, port = self._parts.hostname or "", self._parts.port or _PORTS[self._parts.scheme]
        _family, address = _public_address(host, port)
        plain = socket.create_connection((address, port), timeout=_SECONDS)
        connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        self._connection = connection
        connection.sock = plain
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        path = quote(self._parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(self._parts.query, safe="=&%:@!$'()*+,;/?~-._")
        headers = {"Host": self._parts.netloc.rpartition("@")[2], "User-Agent": _NAME}
        headers |= {"Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}
        connection.request("GET", f"{path}?{query}" if query else path, headers=headers)
        self._response = connection.getresponse()
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    @property
    def location(self) -> str:
        """Where the answer sends us, "" where it does not."""
        response = self._response
        if response is None or response.status not in (301, 302, 303, 307, 308):
            return ""
        return response.getheader("Location") or ""

    def read(self, most_bytes: int, kinds: Sequence[str]) -> Fetched:
        """Return the body, which ends before it gets too large."""
        response = self._response
        if response is None or response.status != 200:
            status = response.status if response else 0
            raise FetchRefused(_("下载失败（HTTP %(status)d）") % {"status": status})
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if kind and not kind.startswith((*kinds, "application/octet-stream")):
            raise FetchRefused(_("不是图片（%(kind)s）") % {"kind": kind[:40]})
        content = bytearray()
        while chunk := response.read(_CHUNK):
            content += chunk
            if len(content) > most_bytes:
                raise FetchRefused(_("文件超过 %(most)d MB") % {"most": most_bytes >> 20})
            if time.monotonic() > self._deadline:
                raise FetchRefused(_("下载太慢，已放弃"))
        return Fetched(bytes(content), kind)
