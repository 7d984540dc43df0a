"""R1, a view that returns {} without middleware, and R4, a view that places by one function."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from zhanggui.config.databases import database

settings.configure(
    DEBUG=False,
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    LOGGING_CONFIG=None,
    DATABASES={"default": database(os.environ["DATABASE_URL"])},
)


def empty(_request: HttpRequest) -> JsonResponse:
    """Answer nothing."""
    return JsonResponse({})


def place(request: HttpRequest) -> JsonResponse:
    """Place an order of two lines by one function of the database."""
    first, second = int(request.GET["a"]), int(request.GET["b"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bare.place_order(%s, %s, %s)", [first, second, f"u{first}@example.com"]
        )
        return JsonResponse({"order": cursor.fetchone()[0]})


urlpatterns = [path("empty", empty), path("order", place)]
application = get_wsgi_application()
