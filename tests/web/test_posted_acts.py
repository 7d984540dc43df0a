"""Every act by POST: refused without its right and in other warehouses, and nothing changes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from tests.factories.shop import NOON, WarehouseFactory
from tests.factories.staff import StaffFactory
from tests.routes import filled, patterns
from tests.unchanged import nothing_changes
from tests.web.posted import POSTED, Post, fields_of
from tests.web.test_permission_matrix import COST, PRICE, Right, Somebody, text_of, told
from tests.web.test_query_counts import BACKEND, World, build

from zhanggui.accounts import services as accounts
from zhanggui.accounts.models import ApiKey, Invite, SettingChange
from zhanggui.accounts.types import Role
from zhanggui.catalog import queries as catalog_queries
from zhanggui.catalog import services as catalog
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.types import BulkAct, BulkWish
from zhanggui.core.jobs import rows
from zhanggui.core.types import SYSTEM
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockDifference
from zhanggui.orders.models import Order
from zhanggui.payments.models import Refund
from zhanggui.web.access import STAFF
from zhanggui.web.api.app import api
from zhanggui.web.console.login.entering import CONFIRMED

pytestmark = pytest.mark.django_db
_WRITE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) ["`](?!django_session|django_cache)')


@pytest.fixture
def world() -> Iterator[World]:
    """Make a shop with one of everything that can be acted on, and names for it."""
    with time_machine.travel(NOON, tick=False):
        made = build(1, price_minor=PRICE)
        named = made.names
        draft = inventory.create_transfer(
            source="HOUSE0", target="FAR", note="", request_id="", actor=SYSTEM, now=NOON
        )
        inventory.set_transfer_line(
            transfer_id=draft.pk, sku_code=named["sku"], quantity=1, actor=SYSTEM, now=NOON
        )
        product = Product.objects.get(slug="item-0")
        edit = catalog_queries.product_for_edit(slug=product.slug, now=NOON)
        assert edit is not None
        changes = catalog_queries.product_history(product_id=product.pk, with_costs=True, limit=99)
        leaf = catalog.save_category(
            category_id=None, name="空", slug="leaf", parent_id=None, position=9, now=NOON
        )
        wish = BulkWish(act=BulkAct.WEIGHT, weight_grams=77)
        named |= {
            "draft": draft.number,
            "leaf": leaf.slug,
            "job": str(DBTaskResult.objects.filter(status=rows.FAILED).latest("pk").pk),
            "refund": str(Refund.objects.latest("pk").pk),
            "device": str(
                UserSession.objects.filter(user__username=named["staff"]).latest("pk").pk
            ),
            "invite_id": str(Invite.objects.latest("pk").pk),
            "key": ApiKey.objects.latest("pk").prefix,
            "change": str(SettingChange.objects.latest("pk").pk),
            "difference": str(StockDifference.objects.latest("pk").pk),
            "picture": edit.pictures[0].key,
            "due": str(Order.objects.get(number=named["unpaid"]).payable_minor),
            "changed_at": next(c.at for c in changes if c.field == "weight_grams").isoformat(),
            "planned": catalog.preview_bulk_edit(
                product_ids=[product.pk], wish=wish, now=NOON, actor=SYSTEM
            ),
            "free_role": accounts.save_role(
                code="",
                name="没人",
                home=Role.SERVICE,
                rights={"home": ["view"]},
                warehouse_ids=None,
                now=NOON,
            ),
        }
        yield made


def operations() -> Iterator[tuple[str, Right]]:
    """Walk what programs of the shop may change, each with the right that it needs."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            route = re.sub(r"\{(?:\w+:)?(\w+)\}", r"<\1>", f"api/v1{prefix}{path}")
            for operation in view.operations:
                for guard in operation.auth_callbacks if operation.methods != ["GET"] else ():
                    yield route, guard.right


def somebody(**values: Any) -> Somebody:
    """Return a person and a program; the person proved just now who they are."""
    made = Somebody(**{"without": set(), **values})
    session = made.browser.session
    session[CONFIRMED] = NOON.timestamp()
    session.save()
    return made


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be done to the world, with the right that it needs."""

    post: Post
    right: Right
    url: str
    body: dict[str, Any]

    def done(self, who: Somebody) -> Any:
        """Let somebody do it."""
        if self.post.is_api:
            send = who.program.patch if self.url.endswith("/stock") else who.program.post
            return send(self.url, self.body, content_type="application/json")
        return who.browser.post(self.url, self.body)


def named(value: Any, names: Mapping[str, str]) -> Any:
    """Return a body with the names of the world in all its texts."""
    if isinstance(value, Mapping):
        return {named(key, names): named(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [named(one, names) for one in value]
    return value.format(**names) if isinstance(value, str) else value


def acts(world: World) -> list[Act]:
    """Return all acts, with the fields of their forms as the owner sees them."""
    declared = {
        route: getattr(pattern.callback, "declared_right", None) for route, pattern in patterns()
    }
    declared |= dict(operations())
    owner, names, found = somebody(), world.names, []
    for route, posts in POSTED.items():
        for one in posts:
            body: dict[str, Any] = {}
            if one.form:
                body |= fields_of(owner.browser.get(one.form.format(**names)).content.decode())
            body |= named(one.body, names)
            if "amount_minor" in one.body:
                body["amount_minor"] = int(body["amount_minor"])
            found.append(Act(one, one.right or declared[route], one.url.format(**names), body))
    return found


def test_without_its_right_no_act_is_done(world: World) -> None:
    todo = acts(world)
    lacking = {right: somebody(without={right}) for right in {one.right for one in todo}}

    with nothing_changes():
        allowed = [
            (one.right, one.url, status)
            for one in todo
            if (status := one.done(lacking[one.right]).status_code) != 403
        ]

    assert allowed == []


def test_nothing_is_done_to_orders_and_stock_of_other_warehouses(world: World) -> None:
    todo = [one for one in acts(world) if one.post.of_house]
    stranger = somebody(warehouse_ids=[WarehouseFactory(code="EMPTY").pk])

    with nothing_changes():
        answers = {one.url: one.done(stranger).status_code for one in todo}

    chosen = "/console/stock/transfers/new/"  # where the warehouse is a choice of the form
    assert answers.pop(chosen) == 422
    assert {url: status for url, status in answers.items() if status != 404} == {}


def test_with_the_right_each_act_is_done_and_tells_no_hidden_figure(world: World) -> None:
    """Else their refusal above would prove nothing."""
    Sku.objects.update(cost_price_minor=COST)
    blind = somebody(without={("orders", "see_money"), ("products", "see_cost")})

    idle, leaks = [], []
    for one in acts(world):
        before = transaction.savepoint()
        with CaptureQueriesContext(connection) as asked:
            answer = one.done(blind)
        transaction.savepoint_rollback(before)
        is_done = answer.status_code in (200, 201, 302) and any(
            _WRITE.match(query["sql"]) for query in asked
        )
        if is_done != one.post.writes or answer.status_code in (403, 500):
            idle.append((one.url, answer.status_code))
        shown, is_price = text_of(answer), one.right[0] == "products"
        if told(COST).search(shown) or (told(PRICE).search(shown) and not is_price):
            leaks.append(one.url)

    assert idle == []
    assert leaks == []


def test_every_post_route_is_walked() -> None:
    owner = Client()
    owner.force_login(StaffFactory(), BACKEND)
    taking = {route for route, _right in operations()}
    for route, pattern in patterns():
        right = getattr(pattern.callback, "declared_right", None)
        is_shops = route.startswith("console/") and right not in (None, STAFF)
        if is_shops and owner.post(filled(route)).status_code != 405:
            taking.add(route)

    assert taking == set(POSTED)
