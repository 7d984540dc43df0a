"""The REST API, version 1: one place for its errors, its encoding and its document."""

import logging
from typing import Any

import orjson
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer

from zhanggui.core.types import Refusal
from zhanggui.orders.types import OrderRefused
from zhanggui.web.api import admin, shop, stock
from zhanggui.web.api.auth import Forbidden
from zhanggui.web.api.docs import ApiDocs
from zhanggui.web.middleware import RETRY_SECONDS

log = logging.getLogger(__name__)


class OrjsonRenderer(BaseRenderer):
    """Encodes answers with orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the body of an answer."""
        return orjson.dumps(data)


api = NinjaAPI(
    title="Zhanggui API",
    version="1.0.0",
    description=(
        "Amounts are integers in minor units of the currency beside them; times are RFC 3339. "
        "Every error is {code, detail}. Lists are {items, next}: pass `next` as `cursor`."
    ),
    urls_namespace="api",
    docs=ApiDocs(settings={"persistAuthorization": False}),
    renderer=OrjsonRenderer(),
)
api.add_router("/shop", shop.router, tags=["shop"])
api.add_router("/admin", admin.router, tags=["admin"])
api.add_router("/admin", stock.router, tags=["stock"])


def problem(code: str, detail: str, *, status: int, **more: Any) -> HttpResponse:
    """Return an error as the API answers it."""
    body = orjson.dumps({"code": code, "detail": detail, **more})
    response = HttpResponse(body, status=status, content_type="application/json")
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


@api.exception_handler(Refusal)
def on_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """An expected "no"."""
    return problem(refusal.code, str(refusal), status=refusal.status)


@api.exception_handler(OrderRefused)
def on_order_refused(request: HttpRequest, refusal: OrderRefused) -> HttpResponse:
    """An order that was not placed, with the lines that stood in its way."""
    lines = [
        {"sku": line.sku, "code": line.code, "available": line.available}
        | ({"price_minor": line.price_minor} if line.price_minor is not None else {})
        for line in refusal.lines
    ]
    return problem(refusal.code, str(refusal), status=refusal.status, lines=lines)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A request that is not of the documented form."""
    parts = [
        f"{'.'.join(str(part) for part in one['loc'] if part not in ('body', 'payload'))}: "
        f"{one['msg']}"
        for one in error.errors[:5]
    ]
    detail = "; ".join(parts).encode("utf-8", "replace").decode()
    return problem("invalid_request", detail, status=422)


@api.exception_handler(AuthenticationError)
def on_unauthorised(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No key, or one that does not work."""
    response = problem(
        "unauthorized", "Send a valid key: Authorization: Bearer <token>.", status=401
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Forbidden)
def on_forbidden(request: HttpRequest, error: Forbidden) -> HttpResponse:
    """A key without the right."""
    return problem("not_allowed", "This key's role does not have the right.", status=403)


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Nothing there, or nothing that may be known."""
    return problem("not_found", str(error) or "There is no such thing here.", status=404)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses, for example a body that is no JSON."""
    return problem("invalid_request", error.message, status=error.status_code)


@api.exception_handler(Exception)
def on_bug(request: HttpRequest, error: Exception) -> HttpResponse:
    """A bug: logged with its trace, answered without."""
    if isinstance(error, DisallowedHost):
        return problem("invalid_request", "Unknown host name.", status=400)
    log.error("API error at %s %s", request.method, request.path, exc_info=error)
    return problem("internal", "Something went wrong here; it was logged.", status=500)
