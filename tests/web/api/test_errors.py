"""Whatever goes wrong, the API answers {code, detail} in JSON."""

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db

PRODUCTS, ORDERS = "/api/v1/shop/products", "/api/v1/shop/orders"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("get", "/api/v1/nowhere", {}, 404, "not_found"),
        ("get", f"{PRODUCTS}/none", {}, 404, "not_found"),
        ("get", f"{PRODUCTS}/%00", {}, 404, "not_found"),
        ("get", f"{ORDERS}/1", {}, 404, "not_found"),
        ("put", PRODUCTS, {}, 405, "method_not_allowed"),
        ("post", ORDERS, {"data": "{"}, 400, "invalid_request"),
        ("post", ORDERS, {"data": b"\xff\xfe"}, 400, "invalid_request"),
        ("get", "/api/v1/admin/orders", {}, 401, "unauthorized"),
        ("get", PRODUCTS, {"headers": {"Host": "evil.example"}}, 400, "invalid_request"),
    ],
)
def test_a_refused_request_is_told_in_json(
    method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    if "data" in options:
        options = {"content_type": "application/json", **options}

    response = getattr(Client(), method)(path, **options)

    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/json")
    answer = response.json()
    assert answer["code"] == code
    assert isinstance(answer["detail"], str)


def test_a_fault_of_ours_shows_neither_page_nor_trace() -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("secret detail of the server")

    with connection.execute_wrapper(fail):
        response = Client(raise_request_exception=False).get(PRODUCTS)

    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith("application/json")
    assert set(response.json()) >= {"code", "detail"}
    assert b"secret detail" not in response.content


def test_answers_to_programs_carry_the_headers_of_all_answers_and_no_cookie() -> None:
    for response in (Client().get(PRODUCTS), Client().get("/api/v1/nowhere")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["Content-Language"] == "zh-hans"
        assert response.headers["Content-Length"] == str(len(response.content))
        assert not response.cookies


def test_an_answer_over_tls_asks_to_stay_there(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 3600

    response = Client().get("/api/v1/nowhere", secure=True)

    assert response.headers["Strict-Transport-Security"] == "max-age=3600"
