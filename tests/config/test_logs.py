"""Logs without paths and queries."""

import logging
from typing import Any

from django.conf import settings
from django.test import RequestFactory
from django.urls import resolve

from zhanggui.config.logs import WithoutPaths


def written(name: str, text: str, *arguments: Any, **extra: Any) -> str:
    record = logging.LogRecord(name, logging.WARNING, "", 0, text, arguments, None)
    vars(record).update(extra)
    assert WithoutPaths().filter(record) is True
    return record.getMessage()


def test_a_page_is_named_by_its_route() -> None:
    request = RequestFactory().get("/livez?code=123456")
    request.resolver_match = resolve("/livez")

    text = written("django.request", "%s: %s", "Not Found", request.path, request=request)

    assert text == "Not Found: /livez"


def test_a_path_that_leads_nowhere_is_not_written() -> None:
    request = RequestFactory().get("/orders/secret-token/")

    text = written("django.request", "%s: %s", "Not Found", request.path, request=request)

    assert text == "Not Found: (no page of ours)"


def test_the_developers_server_writes_no_queries() -> None:
    text = written("django.server", '"%s" %s %s', "GET /login?next=/x HTTP/1.1", "200", "15")

    assert text == '"GET /login HTTP/1.1" 200 15'


def test_every_handler_hides_paths() -> None:
    assert all("without_paths" in h["filters"] for h in settings.LOGGING["handlers"].values())
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django.server").handlers == []
