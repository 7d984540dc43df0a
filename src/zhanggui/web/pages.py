"""Impersonal pages kept in memory: the same bytes for everybody who reads a language.

A page is kept under the versions of all that it may show, read before it was made, so the first
request after a change was committed reads all of it anew, in every process, and draws it anew where
what was read is not what it was. What depends on the clock alone lasts until the next scheduled
change, at most LIFETIME. A page is made from its address, the language and HX-Request only: cookies
and credentials are taken away before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone

from zhanggui.accounts.queries import SHOP
from zhanggui.catalog import queries as catalog
from zhanggui.core import versions
from zhanggui.freight.queries import FREIGHT
from zhanggui.inventory.queries import STOCK, WAREHOUSES
from zhanggui.web.kept import KeptPage, kept_page, offer

TOPICS = (SHOP, catalog.CATALOG, FREIGHT, STOCK, WAREHOUSES)
LIFETIME = timedelta(seconds=30)
MOST_BYTES = 5 * 1024 * 1024
LONGEST_ADDRESS = 1000
# What each page reads of its query; all else neither misses nor fills the memory
READS: dict[str, tuple[str, ...]] = {
    "store:home": (),
    "store:categories": (),
    "store:category": ("sort", "cursor", "f"),
    "store:search": ("q", "sort", "cursor"),
    "store:about": (),
    "store:product": ("o0", "o1", "o2", "why"),
    "api:products": ("q", "category", "f", "sort", "cursor", "limit"),
    "api:info": (),
}
_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
GetResponse = Callable[[HttpRequest], HttpResponse]

_pages: versions.Kept[tuple[str, ...], tuple[datetime, KeptPage]] = versions.Kept(most=MOST_BYTES)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for an impersonal page: only what its bytes may depend on."""

    query: QueryDict
    language: str  # a known one, or ""
    name: tuple[str, ...]


def pages_middleware(get_response: GetResponse) -> GetResponse:
    """Answer impersonal pages from memory; make and keep them where they are not there."""
    if settings.DEBUG:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = _asked(request)
        numbers = _numbers() if asked else None
        if asked is None or numbers is None:
            return get_response(request)
        now = timezone.now()
        found = _pages.get(asked.name, numbers)
        if found is not None and now < found[0]:
            return found[1].answer(request)
        _make_impersonal(request, asked)
        last = _pages.last(asked.name)
        before = last[1] if last is not None else None
        offer(request, before)
        response = get_response(request)
        page = kept_page(response, before=before)
        if page is None:
            return response
        end = min(now + LIFETIME, catalog.next_change(now=now))
        if page.size <= MOST_BYTES // 50:
            _pages.put(asked.name, numbers, (end, page), size=page.size)
        return page.answer(request)

    return middleware


def _numbers() -> versions.Key | None:
    try:
        return versions.key(*TOPICS)
    except DatabaseError:  # the page will say so, in its own words
        return None


def _asked(request: HttpRequest) -> Asked | None:
    """Return what is asked for, None where it is no page of READS or its answer is no page."""
    path, query = request.path_info, request.META.get("QUERY_STRING", "")
    if request.method not in ("GET", "HEAD") or len(path) + len(query) > LONGEST_ADDRESS:
        return None
    if path.startswith("/console/"):  # all personal; looking the address up is 3 % of a page
        return None
    try:
        reads = READS.get(resolve(path).view_name)
        host = request.get_host()
    except (Resolver404, DisallowedHost):
        return None
    if reads is None:
        return None
    kept = QueryDict(mutable=True)
    if query:
        kept.update({name: request.GET[name] for name in reads if name in request.GET})
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = language if language in _LANGUAGES else ""
    part = "part" if request.headers.get("HX-Request") == "true" else ""
    name = (request.scheme or "", host, path, kept.urlencode(), language, part)
    return Asked(query=kept, language=language, name=name)


def _make_impersonal(request: HttpRequest, asked: Asked) -> None:
    """Take from a request what would make its answer somebody's own."""
    for name in ("HTTP_COOKIE", "HTTP_AUTHORIZATION"):
        request.META.pop(name, None)
    request.META["QUERY_STRING"] = asked.query.urlencode()
    request.GET = asked.query  # type: ignore[assignment]  # a cached property of Django
    request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: asked.language} if asked.language else {}
