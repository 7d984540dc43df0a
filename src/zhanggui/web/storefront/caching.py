"""What browsers and proxies may keep: impersonal pages with an ETag, personal ones never."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def impersonal(view: View[P]) -> View[P]:
    """Mark a page that is the same for everybody who reads this language.

    It may be kept, but is asked for again each time, so that prices and stock are today's: the
    answer is 304 while nothing changed.
    """

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ("Cookie", "HX-Request"))
        if response.status_code != 200:
            return response
        response.headers["Cache-Control"] = "public, no-cache"
        etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        response.headers["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response

    return kept


def personal(view: View[P]) -> View[P]:
    """Mark a page that belongs to one person: nobody keeps it."""

    @wraps(view)
    def unkept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return unkept
