"""The API keeps to its own document, whatever is sent to it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.factories.catalog import SkuFactory
from tests.factories.shop import NOON, basket, open_shop, stocked

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import Role
from zhanggui.config.wsgi import application
from zhanggui.orders import services as orders

EXAMPLES = 150 if os.environ.get("ZHANGGUI_FULL") == "1" else 12
DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture
def _kept_connection() -> Iterator[None]:
    """Let a request leave the test's connection open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def document(db: None, _kept_connection: None) -> Any:
    """The API's document, over a shop with something to sell and an order."""
    open_shop()
    sku = SkuFactory(code="TEA-1", product__slug="tea")
    stocked(sku, 10_000)
    orders.place_order(wanted=basket((sku, 1), payment_channel="transfer"), now=NOON)
    return schemathesis.openapi.from_wsgi(DOCUMENT, application)


CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_nothing_that_is_sent_breaks_the_api(document: Any, staff_key: str) -> None:
    operations = [one.ok() for one in document.get_all_operations()]
    assert len(operations) == 21
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy())
        def send(case: Case) -> None:
            case.headers["Accept-Encoding"] = "identity"  # its transport for WSGI decodes nothing
            if "/admin/" in case.path:
                case.headers["Authorization"] = f"Bearer {staff_key}"
            case.validate_response(case.call(), checks=CHECKS)

        send()


@pytest.fixture
def staff_key(db: None) -> str:
    """The token of an owner's key."""
    return accounts.create_api_key(name="fuzz", role=Role.OWNER, now=NOON).token


def test_the_document_is_openapi_3_1(client: Any) -> None:
    document = client.get(DOCUMENT).json()
    assert document["openapi"].startswith("3.1")
    assert {
        "/api/v1/shop/products",
        "/api/v1/shop/products/{slug}",
        "/api/v1/shop/orders",
        "/api/v1/shop/orders/{number}",
        "/api/v1/admin/orders",
        "/api/v1/admin/orders/{number}",
        "/api/v1/admin/orders/{number}/ship",
        "/api/v1/admin/stock",
    } <= document["paths"].keys()


def test_the_docs_page_loads_nothing_from_elsewhere(client: Any) -> None:
    page = client.get("/api/v1/docs").content.decode()
    assert "swagger-ui" in page
    assert "://" not in page.replace("http://www.w3.org", "")
