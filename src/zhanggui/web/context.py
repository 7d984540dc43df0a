"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zhanggui.accounts import queries as accounts

THEMES = ("light", "dark")


def shop(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shop`, read at most once and only where a template asks for it.

    `theme` is what the person chose, "" where the browser's system decides: see theme.js.
    """
    chosen = request.COOKIES.get("theme", "")
    return {
        "shop": SimpleLazyObject(accounts.shop),
        "theme": chosen if chosen in THEMES else "",
        "is_debug": settings.DEBUG,
    }
