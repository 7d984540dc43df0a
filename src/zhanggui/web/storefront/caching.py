"""What browsers and proxies may keep: impersonal pages, asked for again; personal ones never."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhanggui.accounts import queries as accounts
from zhanggui.core.clock import shop_day
from zhanggui.web.kept import drawn, mark_impersonal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def impersonal(view: View[P]) -> View[P]:
    """Mark a page that is the same for everybody who reads this language; see web.pages."""

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return mark_impersonal(view(request, *args, **kwargs))

    kept.is_impersonal = True  # type: ignore[attr-defined]
    return kept


def page(request: HttpRequest, template: str, values: dict[str, object]) -> HttpResponse:
    """Render an impersonal page of values that are equal only where they show the same.

    So no rows of models, which are equal by their id. The footer tells of holidays to come.
    """
    return drawn(
        request,
        made_of=(template, values, accounts.shop(), shop_day(timezone.now())),
        draw=lambda: render(request, template, values),
    )


def personal(view: View[P]) -> View[P]:
    """Mark a page that belongs to one person: nobody keeps it."""

    @wraps(view)
    def unkept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return unkept
