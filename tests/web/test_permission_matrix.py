"""Every route for every right, warehouse scope and field: denied alike through pages and the API.

The world and its addresses are those of the query counts, where each GET route must be named, so a
new page is walked here, too.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from tests.factories.shop import HANGZHOU, NOON, WarehouseFactory
from tests.factories.staff import StaffFactory
from tests.routes import patterns
from tests.web.test_query_counts import ASKED, BACKEND, SENDS_ON, World, build

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import FIELD_RIGHTS, RIGHTS, Role
from zhanggui.catalog.models import Sku
from zhanggui.web.access import STAFF
from zhanggui.web.api.app import api

Right = tuple[str, str]
ALL: list[Right] = [(one, act) for one, acts in RIGHTS.items() for act in sorted(acts)]
PRICE, COST = 4_321_09, 3_210_98  # figures that nothing else on a page shows

# Rights are arithmetic of the shop; the statements of these pages run on every database with the
# query counts, which open the same addresses.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world() -> Iterator[World]:
    """Make a shop with one of everything, of which every page shows something."""
    with time_machine.travel(NOON, tick=False):
        made = build(1, price_minor=PRICE)
        Sku.objects.update(cost_price_minor=COST)
        yield made


class Somebody:
    """A person and a program with the same role."""

    def __init__(self, *, without: set[Right], warehouse_ids: list[int] | None = None) -> None:
        self.rights = {
            one: {act for act in acts if (one, act) not in without} for one, acts in RIGHTS.items()
        }
        for resource, acts in self.rights.items():
            if (resource, "view") in without:
                acts.clear()  # who may act on a thing may see it
        code = accounts.save_role(
            code="",
            name="某人",
            home=Role.OWNER,
            rights=self.rights,
            warehouse_ids=warehouse_ids,
            now=NOON,
        )
        self.browser = Client()
        self.browser.force_login(StaffFactory(role=code), BACKEND)
        key = accounts.create_api_key(name="某程序", role=code, now=NOON)
        self.program = Client(headers={"Authorization": f"Bearer {key.token}"})

    def may(self, right: Right | None) -> bool:
        return right is None or right[1] in self.rights[right[0]]

    def ask(self, url: str) -> HttpResponse:
        return (self.program if url.startswith("/api/") else self.browser).get(url)


def text_of(answer: Any) -> str:
    """Return all that an answer says; spreadsheets are zipped and say nothing."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode(errors="replace"))


def asked(world: World) -> Iterator[tuple[str, Right | None]]:
    """Walk the addresses for staff and their programs, each with the right that it declares."""
    declared = {
        route: getattr(pattern.callback, "declared_right", None) for route, pattern in patterns()
    }
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                guards = operation.auth_callbacks
                route = re.sub(r"\{(?:\w+:)?(\w+)\}", r"<\1>", f"api/v1{prefix}{path}")
                if guards and "GET" in operation.methods:
                    declared[route] = guards[0].right
    for route, urls in ASKED.items():
        if route.startswith(("console/", "api/v1/admin")):
            for url in urls:
                yield url.format(**world.names), declared[route]


def test_the_walk_meets_rights_of_pages_and_of_the_api(world: World) -> None:
    met = list(asked(world))

    assert {right[0] for _url, right in met if right} >= {"orders", "products", "stock", "staff"}
    assert {right for url, right in met if url.startswith("/api/")} >= {
        ("orders", "view"),
        ("stock", "view"),
    }


def guarded(world: World) -> dict[str, tuple[str, Right]]:
    """Return each route that asks for a right, once: an address of it, and the right."""
    return {
        url.partition("?")[0]: (url, needed)
        for url, needed in asked(world)
        if needed is not None and needed != STAFF
    }


def answers_wrongly(world: World, somebody: Somebody, url: str, needed: Right) -> bool:
    """Tell whether a route does not open to who may see it, or opens to who may not."""
    sent_on = {one.format(**world.names) for one in SENDS_ON}
    expected = (302 if url in sent_on else 200) if somebody.may(needed) else 403
    return somebody.ask(url).status_code != expected


def test_a_route_needs_its_right_and_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Closed with all rights but its own, open with its own alone: no other one matters."""
    caplog.set_level(logging.CRITICAL, "django.request")  # refusals, as they should be
    wrong = []
    routes = guarded(world)
    for right in sorted({needed for _url, needed in routes.values()}):
        lacking, alone = (
            Somebody(without={right}),
            Somebody(without={*ALL} - {right, viewing(right)}),
        )
        for url, needed in routes.values():
            if needed == right:
                wrong += [
                    (right, url, somebody is alone)
                    for somebody in (lacking, alone)
                    if answers_wrongly(world, somebody, url, needed)
                ]

    assert wrong == []


def viewing(right: Right) -> Right:
    """Return the right to see what a right is about, without which nobody has it."""
    return right[0], "view"


@pytest.mark.full
def test_without_a_right_exactly_its_routes_are_refused(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "django.request")  # thousands of refusals, as they should be
    wrong = []
    routes = guarded(world)
    for right in ALL:
        somebody = Somebody(without={right})
        wrong += [
            (right, url, needed)
            for url, needed in routes.values()
            if answers_wrongly(world, somebody, url, needed)
        ]

    assert wrong == []


def told(amount: int) -> re.Pattern[str]:
    """Find an amount as pages, forms and programs write it."""
    whole, part = divmod(amount, 100)
    return re.compile(rf"(?<![\d.,])(?:{whole:,}\.{part:02}|{whole}\.{part:02}|{amount})(?!\d)")


@pytest.mark.parametrize(
    ("field", "amount", "elsewhere"),
    [
        # Who may see goods sees their price; what an order is worth is another thing.
        (("orders", "see_money"), PRICE, ("/console/products/", "/console/imports/")),
        (("products", "see_cost"), COST, ()),
    ],
)
def test_a_field_is_nowhere_for_who_may_not_see_it(
    world: World, field: Right, amount: int, elsewhere: tuple[str, ...]
) -> None:
    assert field in FIELD_RIGHTS
    blind, seeing = Somebody(without={field}), Somebody(without=set())
    shown = told(amount)

    leaks, seen = [], 0
    for url, _right in asked(world):
        if not url.startswith(elsewhere or "-"):
            if shown.search(text_of(blind.ask(url))):
                leaks.append(url)
            seen += bool(shown.search(text_of(seeing.ask(url))))

    assert leaks == []
    assert seen, "nobody sees it, so its absence proves nothing"


def test_personal_data_is_masked_for_everybody(world: World) -> None:
    owner = Somebody(without=set())
    secrets = (HANGZHOU.phone, HANGZHOU.phone.removeprefix("+86"), HANGZHOU.name, HANGZHOU.detail)

    leaks = [
        (url, secret)
        for url, _right in asked(world)
        for secret in secrets
        if secret in text_of(owner.ask(url))
    ]

    assert leaks == []


def test_who_may_not_reveal_gets_nothing_by_page_or_program(world: World) -> None:
    blind, seeing = Somebody(without={("orders", "reveal")}), Somebody(without=set())
    page = f"/console/orders/{world.names['shipped']}/reveal/"
    route = f"/api/v1/admin/orders/{world.names['shipped']}/reveal"
    body: dict[str, Any] = {"data": {"reason": "核对"}, "content_type": "application/json"}

    assert blind.browser.post(page, {"why": "call"}).status_code == 403
    assert blind.program.post(route, **body).status_code == 403
    assert HANGZHOU.detail in seeing.browser.post(page, {"why": "call"}).content.decode()
    assert HANGZHOU.detail in seeing.program.post(route, **body).content.decode()


def test_another_warehouse_shows_nothing_of_this_one(world: World) -> None:
    """All orders of the world lie in other warehouses: no page shows one."""
    elsewhere = WarehouseFactory(code="EMPTY")
    somebody, everybody = (
        Somebody(without=set(), warehouse_ids=[elsewhere.pk]),
        Somebody(without=set()),
    )
    numbers = [world.names[one] for one in ("unpaid", "paid", "shipped", "closed")]

    leaks, seen = [], 0
    for url, right in asked(world):
        if right is None or right[0] not in ("orders", "home", "payments", "stock"):
            continue
        answer = somebody.ask(url)
        if any(number in url for number in numbers):
            leads_there = any(f"/{one}/" in answer.headers.get("Location", "") for one in numbers)
            if answer.status_code not in (302, 404) or leads_there:
                leaks.append(url)
            continue
        shown = text_of(answer)
        leaks += [url for number in numbers if f"/{number}/" in shown or f'"{number}"' in shown]
        everything = text_of(everybody.ask(url))
        seen += any(f"/{one}/" in everything or f'"{one}"' in everything for one in numbers)

    assert leaks == []
    assert seen >= 3
