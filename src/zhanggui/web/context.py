"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zhanggui.accounts import queries as accounts


def shop(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shop`, read at most once and only where a template asks for it."""
    return {"shop": SimpleLazyObject(accounts.shop), "is_debug": settings.DEBUG}
