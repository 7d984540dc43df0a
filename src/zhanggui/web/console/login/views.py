"""Signing in and out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """Answer somebody who failed too often."""
    return render(request, "console/login/locked.html", status=429)
