"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zhanggui.accounts import queries as accounts

THEMES = ("light", "dark")


def theme(request: HttpRequest) -> str:
    """Return the theme that the person chose, "" where the browser's system decides."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def shop(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shop`, read at most once and only where a template asks for it."""
    return {
        "shop": SimpleLazyObject(accounts.shop),
        "theme": theme(request),
        "is_debug": settings.DEBUG,
    }
