"""The page that shows the API to people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI, Swagger


class ApiDocs(Swagger):
    """Ninja's viewer on a page of ours: where Ninja is no app, it would load it from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page; its settings tell the viewer where the description is."""
        told = {**self.settings, "url": self.get_openapi_url(api, kwargs)}
        return render(request, "api/docs.html", {"told": told, "title": api.title})
