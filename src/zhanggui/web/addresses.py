"""Addresses that belong to no single face."""

from django.urls import URLPattern, URLResolver, path

from zhanggui.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
