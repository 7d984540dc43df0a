"""Answers of the console: whole pages, the fragments that htmx asks for, and what changed."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a fragment; coming back in history asks for the page."""
    return request.headers.get("HX-Request") == "true"


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page, or the named part of it for htmx. Nobody else may keep it."""
    name = f"{template}#{part}" if part and is_htmx(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def changed(text: str, *, tone: str = "success", event: str = "orderChanged") -> HttpResponse:
    """Tell htmx that an act is done: close the sheet, say so, let lists fetch themselves anew."""
    trigger = {event: True, "sheetClose": True, "toast": {"text": text, "tone": tone}}
    return HttpResponse(headers={"HX-Trigger": json.dumps(trigger)})


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to another page, from htmx or from a plain form."""
    if is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponse(status=302, headers={"Location": url})
