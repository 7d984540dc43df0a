"""Addresses that belong to no single face."""

from django.urls import URLPattern, URLResolver, path

from zhanggui.web import health
from zhanggui.web.api.app import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
