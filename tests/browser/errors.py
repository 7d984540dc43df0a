"""The shop's addresses, and one for each page that tells what went wrong."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from zhanggui.config import urls
from zhanggui.core.transactions import Busy
from zhanggui.web.errors import server_error

View = Callable[..., HttpResponse]


def _broken(request: HttpRequest) -> HttpResponse:
    request.resolver_match = None  # type: ignore[assignment]
    return HttpResponse(server_error(request).content)  # 200: a browser complains of 500


def _told(template: str) -> View:
    def page(request: HttpRequest) -> HttpResponse:
        request.resolver_match = None  # type: ignore[assignment]  # no face's: the path tells it
        return render(request, template, {"refusal": Busy()})

    return page


PAGES: dict[str, View] = {
    "400": _told("400.html"),
    "403": _told("403.html"),
    "409": _told("409.html"),
    "403-csrf": _told("403_csrf.html"),
    "500": _broken,
    "503": _told("503.html"),
}
urlpatterns = [
    *(
        path(f"{face}error-{name}/", page)
        for face in ("", "console/")
        for name, page in PAGES.items()
    ),
    *urls.urlpatterns,
]
handler500 = urls.handler500
