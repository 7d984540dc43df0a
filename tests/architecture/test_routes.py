"""Every address declares who may open it, and the console keeps to it for every role."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern
from tests.factories.shop import NOON
from tests.factories.staff import ShopperUserFactory, StaffFactory
from tests.routes import filled, patterns
from tests.unchanged import nothing_changes

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import RIGHTS, ROLE_RIGHTS, Role
from zhanggui.web.access import STAFF
from zhanggui.web.api.app import api
from zhanggui.web.api.auth import KeyWith
from zhanggui.web.console.people import words

BACKEND = "django.contrib.auth.backends.ModelBackend"
ACCOUNT = "/console/account/"
# Views that are not ours: uploaded files, and those of Ninja, whose operations are asked below.
FOREIGN = ("django.views.static", "ninja.")


def is_foreign(view: Any) -> bool:
    """Tell whether a library made the view."""
    return str(getattr(view, "func", view).__module__).startswith(FOREIGN)


def right_of(pattern: URLPattern) -> tuple[str, str] | None:
    """Return the declared right; fails where there is none."""
    declared: tuple[str, str] | None = pattern.callback.declared_right
    return declared


def console() -> list[tuple[str, tuple[str, str]]]:
    """Return address and right of every console page that needs one."""
    found = []
    for route, pattern in patterns():
        right = getattr(pattern.callback, "declared_right", None)
        if route.startswith("console/") and right is not None:
            found.append((filled(route), right))
    return found


def ask(client: Client, url: str) -> HttpResponse:
    """Ask for a page, by POST where it takes no GET."""
    answer = client.get(url)
    return client.post(url) if answer.status_code == 405 else answer


def test_every_address_declares_its_right() -> None:
    undeclared = [
        route
        for route, pattern in patterns()
        if not hasattr(pattern.callback, "declared_right") and not is_foreign(pattern.callback)
    ]

    assert undeclared == []


def test_every_declared_right_exists() -> None:
    rights = {right for _route, right in console()} - {STAFF}

    assert rights
    assert all(action in RIGHTS[resource] for resource, action in rights)


def test_of_the_console_signing_in_joining_and_installing_alone_are_open_to_all() -> None:
    open_routes = {
        route
        for route, pattern in patterns()
        if route.startswith("console/") and right_of(pattern) is None
    }

    signing = {
        *("console/login/", "console/login/second/", "console/logout/"),
        *("console/login/passkey/", "console/login/passkey/options/"),
        "console/join/<str:token>/",
    }
    installing = {"console/manifest.webmanifest", "console/offline/", "console/sw.js"}
    assert open_routes == signing | installing


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_each_role_is_refused_exactly_where_it_lacks_the_right(role: str) -> None:
    client = Client()
    client.force_login(StaffFactory(role=role), BACKEND)

    wrong: list[Any] = []
    for url, (resource, action) in console():
        is_own = (resource, action) == STAFF
        has_right = is_own or action in ROLE_RIGHTS[role].get(resource, ())
        status = ask(client, url).status_code
        if (status == 403) == has_right or status >= 500:
            wrong.append((url, resource, action, status))

    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", ["nobody", "shopper", "former staff"])
def test_who_is_not_staff_is_sent_to_the_login(visitor: str) -> None:
    client = Client()
    if visitor == "shopper":
        client.force_login(ShopperUserFactory(), BACKEND)
    elif visitor == "former staff":
        client.force_login(StaffFactory(is_active=False), BACKEND)

    for url, _right in console():
        answer = ask(client, url)
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/console/login/?next=/console/"), url


@pytest.mark.django_db
def test_a_shop_that_asks_for_a_second_factor_opens_its_set_up_alone() -> None:
    client = Client()
    client.force_login(StaffFactory(), BACKEND)
    accounts.require_second_factor(is_required=True, now=NOON)

    opened = []
    with nothing_changes():
        for url in (url for url, right in console() if right != STAFF):
            taken = [one for one in (client.get(url), client.post(url)) if one.status_code != 405]
            if {one.headers.get("Location") for one in taken} != {ACCOUNT}:
                opened.append(url)

    assert opened == []


@pytest.mark.django_db
def test_htmx_is_told_to_go_to_the_login() -> None:
    answer = Client().get("/console/orders/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/console/login/")


def operations() -> Iterator[tuple[str, Any]]:
    """Walk the operations of the API."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"{'/'.join(operation.methods)} {prefix}{path}", operation


def test_every_operation_for_programs_of_the_shop_asks_for_one_right() -> None:
    wrong = [
        name
        for name, operation in operations()
        if "/admin" in name and [type(guard) for guard in operation.auth_callbacks] != [KeyWith]
    ]

    assert wrong == []


def test_only_operations_for_shoppers_ask_for_no_key() -> None:
    open_to_all = {
        name.split()[1].split("/")[1] for name, o in operations() if not o.auth_callbacks
    }

    assert open_to_all == {"shop"}


def test_every_right_has_its_words() -> None:
    wordless = [
        (resource, action)
        for resource, actions in RIGHTS.items()
        for action in actions
        if resource not in words.RESOURCES
        or not ((resource, action) in words.RIGHTS_BY_NAME or action in words.ACTIONS)
    ]

    assert wordless == []
