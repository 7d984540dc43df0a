"""Addresses that the base templates link to, so that they can be rendered by themselves."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Stand at an address of the test."""
    return HttpResponse()


def _named(*names: str) -> list[object]:
    return [path(f"{name}/", nothing, name=name) for name in names]


console = (_named("home", "orders", "login", "logout", "account"), "console")
store = (_named("home", "categories", "search", "cart", "me", "language"), "store")
urlpatterns = [path("console/", include(console)), path("", include(store))]
