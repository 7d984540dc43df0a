"""Language by the person's choice, and posts only from pages of this site."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory
from django.utils import translation

from zhanggui.web.middleware import CsrfMiddleware, language_middleware

pytestmark = pytest.mark.django_db  # the page of a refusal names the shop

OWN, OTHER = "http://testserver", "http://evil.example"


@pytest.mark.parametrize(
    ("cookie", "wish", "spoken"),
    [
        (None, "en", "zh-hans"),
        ("en", "zh", "en"),
        ("zh-hans", "en", "zh-hans"),
        ("fr", "fr", "zh-hans"),
        ("EN", "", "zh-hans"),
        ("", "", "zh-hans"),
        ("../../etc", "", "zh-hans"),
    ],
)
def test_only_the_persons_own_choice_changes_the_language(
    cookie: str | None, wish: str, spoken: str
) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": wish})
    if cookie is not None:
        request.COOKIES["lang"] = cookie
    heard: list[str | None] = []

    def view(request: HttpRequest) -> HttpResponse:
        heard.append(translation.get_language())
        return HttpResponse()

    with translation.override("de"):
        response = language_middleware(view)(request)
        assert translation.get_language() == "de"

    assert heard == [spoken]
    assert response.headers["Content-Language"] == spoken
    assert spoken == request.LANGUAGE_CODE


def posted(
    headers: dict[str, str], *, token: str = "", method: str = "POST", secure: bool = False
) -> int:
    """Return the status of a post with these headers to a page that answers 200."""
    factory = RequestFactory()
    request = factory.generic(method, "/cart/", secure=secure, headers=headers)
    given = factory.get("/")
    real = get_token(given)
    request.COOKIES["csrftoken"] = given.META["CSRF_COOKIE"]
    if token:
        request.META["HTTP_X_CSRFTOKEN"] = real if token == "right" else "x" * 64

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    middleware = CsrfMiddleware(view)
    middleware.process_request(request)
    refused = middleware.process_view(request, view, (), {})
    return 200 if refused is None else int(refused.status_code)


@pytest.mark.parametrize(
    ("headers", "without_token", "with_token"),
    [
        ({}, 403, 200),
        ({"Origin": OWN}, 200, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200, 200),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, 200, 200),
        ({"Origin": OWN, "Sec-Fetch-Site": "cross-site"}, 403, 200),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-site"}, 403, 200),
        ({"Sec-Fetch-Site": "none"}, 403, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403, 200),
        ({"Sec-Fetch-Site": "Same-Origin"}, 403, 200),
        ({"Origin": OTHER}, 403, 403),
        ({"Origin": OTHER, "Sec-Fetch-Site": "same-origin"}, 403, 403),
        ({"Origin": OTHER, "Sec-Fetch-Site": "cross-site"}, 403, 403),
        ({"Origin": "null"}, 403, 403),
        ({"Origin": ""}, 403, 403),
        ({"Origin": "https://testserver"}, 403, 403),
        ({"Origin": "http://testserver:81"}, 403, 403),
        ({"Origin": "http://testserver.evil.example"}, 403, 403),
        ({"Origin": "http://evil.example@testserver"}, 403, 403),
        ({"Origin": "http://[broken"}, 403, 403),
    ],
    ids=str,
)
def test_a_post_comes_from_this_site_by_origin_or_by_token(
    headers: dict[str, str], without_token: int, with_token: int
) -> None:
    assert posted(headers) == without_token
    assert posted(headers, token="right") == with_token
    assert posted(headers, token="wrong") == without_token


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_neither(method: str) -> None:
    assert posted({"Origin": OTHER, "Sec-Fetch-Site": "cross-site"}, method=method) == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_every_way_of_writing_is_checked(method: str) -> None:
    assert posted({"Origin": OTHER}, method=method) == 403
    assert posted({"Origin": OWN}, method=method) == 200


def test_the_same_host_in_the_clear_is_not_this_site() -> None:
    assert posted({"Origin": "http://testserver"}, secure=True) == 403
    assert posted({"Origin": "https://testserver"}, secure=True) == 200
