"""Who may open what."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from zhanggui.accounts.models import User
from zhanggui.core.types import Actor, ActorType
from zhanggui.web.access import allowed, open_to_all, staff_actor

pytestmark = pytest.mark.django_db


@allowed("stock", "edit")
def shelf(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the shelf asked for."""
    return HttpResponse(code)


def opened_by(user: Any, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/console/shelf/?page=2", headers=headers)
    request.user, request.session = user, {}
    return shelf(request, "A-7")


@pytest.mark.parametrize("role", ["owner", "warehouse"])
def test_staff_with_the_right_open_the_view(role: str) -> None:
    assert opened_by(User(id=1, role=role)).content == b"A-7"


def test_staff_without_the_right_are_refused() -> None:
    with pytest.raises(PermissionDenied):
        opened_by(User(id=1, role="service"))


@pytest.mark.parametrize(
    "user",
    [AnonymousUser(), User(id=1, role=""), User(id=1, role="owner", is_active=False)],
    ids=["nobody", "a shopper", "who left"],
)
def test_all_others_are_led_to_the_login_and_back(user: Any) -> None:
    response = opened_by(user)

    assert response.status_code == 302
    assert response.headers["Location"].endswith("?next=/console/shelf/%3Fpage%3D2")
    partial = opened_by(user, HX_Request="true")
    assert (partial.status_code, partial.content) == (401, b"")
    assert partial.headers["HX-Redirect"] == response.headers["Location"].partition("?")[0]


@pytest.mark.parametrize("right", [("stock", "eat"), ("moon", "view")])
def test_a_right_that_does_not_exist_is_no_right(right: tuple[str, str]) -> None:
    decorate = allowed(*right)

    with pytest.raises(ValueError, match="no right"):
        decorate(shelf)


def test_every_view_tells_what_it_asks_for() -> None:
    assert shelf.declared_right == ("stock", "edit")  # type: ignore[attr-defined]
    assert open_to_all(lambda request: HttpResponse()).declared_right is None  # type: ignore[attr-defined]


def test_who_acts_is_the_signed_in_member_of_staff() -> None:
    request = RequestFactory().get("/")
    request.user = User(id=7, role="owner")

    assert staff_actor(request) == Actor(ActorType.STAFF, 7)
