"""The addresses of the console."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "console"

urlpatterns: list[URLPattern | URLResolver] = [
    path("products/", include("zhanggui.web.console.products.urls")),
]
