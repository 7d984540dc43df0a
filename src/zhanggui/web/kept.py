"""A finished impersonal answer: its bytes once per encoding, its headers, its ETags."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

BROTLI_QUALITY = 5  # 0.7 ms for 16 KB; 9 would take ten times as long for 1 % less
GZIP_LEVEL = 6
_MARK = "zhanggui_is_impersonal"
_MADE_OF = "zhanggui_is_made_of"
_BEFORE = "zhanggui_page_before"
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
    made_of: object = None  # all that makes its bytes, where its view says it
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return about how many bytes it takes, all encodings made."""
        return len(self.content) * 2 + 2000

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


def offer(request: HttpRequest, before: KeptPage | None) -> None:
    """Tell the view which page stood at its address until something changed."""
    setattr(request, _BEFORE, before)


def drawn(
    request: HttpRequest, *, made_of: object, draw: Callable[[], HttpResponse]
) -> HttpResponse:
    """Draw a page, unless the one that stood here before was made of equal values.

    `made_of` must hold all that makes its bytes beside its address, the language and the code.
    """
    before: KeptPage | None = getattr(request, _BEFORE, None)
    is_same = before is not None and before.made_of is not None and before.made_of == made_of
    response = HttpResponse(before.content) if before is not None and is_same else draw()
    setattr(response, _MADE_OF, made_of)
    return response


def kept_page(response: HttpResponse, *, before: KeptPage | None = None) -> KeptPage | None:
    """Return a finished answer as it can be kept; None where it is somebody's own, or no page.

    A page that came out as the one before is that one: it need not be packed anew.
    """
    if not getattr(response, _MARK, False) or response.cookies or response.streaming:
        return None
    content = bytes(response.content)
    headers = {name: value for name, value in response.items() if name not in _MADE_ANEW}
    made_of = getattr(response, _MADE_OF, None)
    if before is not None and (before.content, before.headers) == (content, headers):
        before.made_of = made_of
        return before
    return KeptPage(content, headers, hashlib.sha256(content).hexdigest()[:32], made_of)


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
