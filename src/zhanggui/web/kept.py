"""A finished impersonal answer: its bytes once per encoding, its headers, its ETags."""

import gzip
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

BROTLI_QUALITY = 5  # 0.7 ms for 16 KB; 9 would take ten times as long for 1 % less
GZIP_LEVEL = 6
_MARK = "zhanggui_is_impersonal"
_MADE_ANEW = {"Content-Length", "ETag", "Content-Encoding"}
_LEFT_OUT_OF_304 = {"Content-Type", "Content-Language"}


def mark_impersonal(response: HttpResponse) -> HttpResponse:
    """Say that this answer is the same for everybody who asks in this language.

    It may be kept, but is asked for again each time, so that prices and stock are today's.
    """
    patch_vary_headers(response, ("Accept-Encoding", "Cookie", "HX-Request"))
    if response.status_code == 200:
        response.headers["Cache-Control"] = "public, no-cache"
        setattr(response, _MARK, True)
    return response


@dataclass(slots=True)
class KeptPage:
    """What is sent to everybody who asks."""

    content: bytes
    headers: dict[str, str]
    digest: str
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return about how many bytes it takes, all encodings made."""
        return len(self.content) * 3 // 2 + 2000

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the page in an encoding that the browser takes, or 304 where it has it."""
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{self.digest}{"-" if encoding else ""}{encoding}"'
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        if known and _matches(known, etag):
            response = HttpResponse(status=304)
            del response.headers["Content-Type"]
        else:
            body = self._in(encoding)
            response = HttpResponse(body)
            response.headers["Content-Length"] = str(len(body))
        for name, value in self.headers.items():
            if response.status_code == 200 or name not in _LEFT_OUT_OF_304:
                response.headers[name] = value
        response.headers["ETag"] = etag
        if encoding and response.status_code == 200:
            response.headers["Content-Encoding"] = encoding
        return response

    def _in(self, encoding: str) -> bytes:
        """Return the bytes in an encoding, made when it is first asked for."""
        if not encoding:
            return self.content
        made = self.encoded.get(encoding)
        if made is None:
            made = self.encoded[encoding] = (
                brotli.compress(self.content, quality=BROTLI_QUALITY)
                if encoding == "br"
                else gzip.compress(self.content, GZIP_LEVEL, mtime=0)
            )
        return made


def kept_page(response: HttpResponse) -> KeptPage | None:
    """Return a finished answer as it can be kept; None where it is somebody's own, or no page."""
    if not getattr(response, _MARK, False) or response.cookies or response.streaming:
        return None
    content = bytes(response.content)
    headers = {name: value for name, value in response.items() if name not in _MADE_ANEW}
    return KeptPage(content, headers, hashlib.sha256(content).hexdigest()[:32])


@lru_cache(maxsize=256)
def best_encoding(accepted: str) -> str:
    """Return "br", "gzip" or "" by an Accept-Encoding header."""
    names = set()
    for part in accepted.lower().split(","):
        name, _semicolon, quality = part.partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            names.add(name.strip())
    return next((name for name in ("br", "gzip") if name in names), "")


def _matches(known: str, etag: str) -> bool:
    """Compare weakly: proxies that encode anew turn strong ETags into weak ones."""
    tags = parse_etags(known)
    return tags == ["*"] or etag in [tag.removeprefix("W/") for tag in tags]
