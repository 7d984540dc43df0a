"""Middleware of all faces: language, policy, CSRF by origin or token; the short way of the API."""

import logging
from collections.abc import Callable
from typing import Any, cast

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.http.request import HttpHeaders
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from zhanggui.core import versions
from zhanggui.core.transactions import Busy
from zhanggui.core.types import Refusal

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = 1  # after which it makes sense to ask again
_PROBLEMS = {400: "invalid_request", 403: "not_allowed", 404: "not_found"}
_PROBLEMS |= {405: "method_not_allowed", 413: "too_large"}


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
    """Answers a refusal that no view did: 503 with Retry-After where the database is too busy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say so in the words of the refusal; nothing was changed."""
        if isinstance(error, Refusal) and not isinstance(error, Busy):
            return _refused(request, error)
        if not isinstance(error, Busy):
            return None
        response = render(request, "503.html", {"refusal": error}, status=error.status)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say in words what no form could: mostly that somebody else was faster."""
    logger.warning("%s: %s", request.path, refusal.code)
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    context = {"refusal": refusal, "again_url": came_from if is_ours else ""}
    return render(request, "409.html", context, status=refusal.status)


def policy_middleware(get_response: GetResponse) -> GetResponse:
    """Send one content security policy with every answer; its text is made once.

    django-csp builds it anew for each answer, which took a tenth of a small request.
    """
    policy = build_policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in (404, 500)):  # Django's pages for us
            response.headers.setdefault(HEADER, policy)
        return response

    return middleware


def api_middleware(get_response: GetResponse) -> GetResponse:
    """Answer what stands below /api/, without what only people's browsers need.

    Programs have keys: no session, no CSRF token, no messages. Every error is {code, detail}, also
    those that the API never sees.
    """
    fixed: dict[str, ResolverMatch] = {}  # addresses without a variable part

    def find(path: str) -> ResolverMatch:
        match = fixed.get(path)
        if match is None:
            match = resolve(path)
            if not match.kwargs and not match.args:
                fixed[path] = match
        return match

    def view(request: HttpRequest) -> HttpResponse:
        request.get_host()  # refuses names that are not ours
        try:
            request.resolver_match = match = find(request.path_info)
        except Resolver404:  # else a page would be made to say so
            return HttpResponseNotFound()
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    answer = cast(GetResponse, convert_exception_to_response(view))

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        response = _as_problem(answer(request))
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _as_problem(response: HttpResponse) -> HttpResponse:
    """Return an error that is not the API's own as the API would tell it; others as they are."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code < 400 or kind.startswith("application/json"):
        return response
    code = _PROBLEMS.get(response.status_code, "internal")
    detail = "There is nothing at this address, or not with this method."
    problem = JsonResponse({"code": code, "detail": detail}, status=response.status_code)
    if allow := response.headers.get("Allow"):
        problem["Allow"] = allow
    return problem
