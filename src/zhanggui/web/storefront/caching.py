"""What browsers and proxies may keep: impersonal pages, asked for again; personal ones never."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from zhanggui.web.kept import mark_impersonal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def impersonal(view: View[P]) -> View[P]:
    """Mark a page that is the same for everybody who reads this language; see web.pages."""

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return mark_impersonal(view(request, *args, **kwargs))

    kept.is_impersonal = True  # type: ignore[attr-defined]
    return kept


def personal(view: View[P]) -> View[P]:
    """Mark a page that belongs to one person: nobody keeps it."""

    @wraps(view)
    def unkept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return unkept
