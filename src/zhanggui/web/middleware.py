"""Middleware of all faces: language by the person's choice, CSRF by origin or token."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import HttpHeaders
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import translation

from zhanggui.core import versions
from zhanggui.core.transactions import Busy

GetResponse = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = 1  # after which it makes sense to ask again


def language_middleware(get_response: GetResponse) -> GetResponse:
    """Speak the language that the person chose (a cookie), else the shop's.

    The browser's wish is not asked, so that a page is the same for all who chose nothing.
    """
    known = {code for code, _ in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    return middleware


def versions_middleware(get_response: GetResponse) -> GetResponse:
    """Read the versions of what is kept in memory at most once per request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with versions.held():
            return get_response(request)

    return middleware


def from_own_origin(headers: HttpHeaders, host: str, scheme: str) -> bool:
    """Tell whether the browser itself says that the request comes from a page of this site."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("Origin")
    if origin is None:
        return site == "same-origin"
    return origin == f"{scheme}://{host}"


class CsrfMiddleware(CsrfViewMiddleware):
    """Accepts posts that the browser marks as coming from this site, else asks for the token.

    So cached pages need no token in their forms; browsers that send neither Origin nor
    Sec-Fetch-Site are checked by token as ever.
    """

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., Any],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> Any:
        """Skip the token where the origin is proved."""
        if from_own_origin(request.headers, request.get_host(), request.scheme or "http"):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class BusyMiddleware:
    """Answers 503 with Retry-After where a page finds the database too busy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say so in the words of the refusal; nothing was changed."""
        if not isinstance(error, Busy):
            return None
        response = render(request, "503.html", {"refusal": error}, status=error.status)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response


def api_middleware(get_response: GetResponse) -> GetResponse:
    """Answer every error below /api/ as {code, detail}, also those the API never sees."""
    words = {400: "invalid_request", 403: "not_allowed", 404: "not_found"}
    words |= {405: "method_not_allowed", 413: "too_large"}

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        kind = response.headers.get("Content-Type", "")
        if (
            not request.path.startswith("/api/")
            or response.status_code < 400
            or kind.startswith("application/json")
        ):
            return response
        code = words.get(response.status_code, "internal")
        detail = "There is nothing at this address, or not with this method."
        answer = JsonResponse({"code": code, "detail": detail}, status=response.status_code)
        if allow := response.headers.get("Allow"):
            answer["Allow"] = allow
        return answer

    return middleware
