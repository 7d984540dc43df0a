"""Where a page goes after an act: htmx lists refresh themselves, plain forms come back."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def back(
    request: HttpRequest, home: str, *, text: str = "", error: str = "", **named: Any
) -> HttpResponse:
    """Tell how the act ended and return to the page that it was done on."""
    if request.headers.get("HX-Request"):
        toast = {"text": error or text, "tone": "error" if error else "success"}
        triggers = json.dumps({"toast": toast, "refresh": True})
        return HttpResponse(status=204, headers={"HX-Trigger": triggers})
    if error:
        messages.error(request, error)
    else:
        messages.success(request, text)
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect(resolve_url(home, **named))
