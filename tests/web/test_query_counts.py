"""No page asks the database more often because there are more rows: every GET route is opened."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import StringIO
from itertools import product
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from tests.factories.catalog import CategoryFactory, PictureFactory, ProductFactory, SkuFactory
from tests.factories.files import make_imports, make_order_of_elsewhere
from tests.factories.passkeys import protect
from tests.factories.shop import HANGZHOU, NOON, WarehouseFactory, basket, open_shop, stocked
from tests.factories.staff import StaffFactory
from tests.routes import filled, patterns
from tests.web.goods import STOCK_ASKED, attributed, edited, sampled
from tests.web.settings import SETTINGS_ASKED, change_settings

from zhanggui.accounts import services as accounts
from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Sku
from zhanggui.catalog.services import rebuild_search
from zhanggui.core import versions
from zhanggui.core.jobs import rows
from zhanggui.core.models import WorkerBeat
from zhanggui.core.types import SYSTEM, Actor, ActorType
from zhanggui.customers import services as customers
from zhanggui.customers.models import Customer
from zhanggui.freight import services as freight
from zhanggui.freight.types import FreightRuleView
from zhanggui.fulfilment import services as fulfilment
from zhanggui.fulfilment.models import FulfilmentOrder, Parcel
from zhanggui.inventory import services as inventory
from zhanggui.inventory.models import StockLevel
from zhanggui.notifications.models import Message
from zhanggui.orders import services as orders
from zhanggui.orders.models import Order
from zhanggui.orders.types import CloseReason
from zhanggui.payments import services as payments
from zhanggui.payments.models import Payment
from zhanggui.payments.tasks import close_attempts
from zhanggui.web.console.login.entering import CONFIRMED

FEW, MANY = 1, 3
PLACED = NOON - timedelta(days=4)  # long ago: paid ones are late, transfers still awaited
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Route → what is opened of it. Names in braces are of the world; see `World.names`.
ASKED: dict[str, tuple[str, ...]] = {
    **SETTINGS_ASKED,
    **STOCK_ASKED,
    "console/": ("/console/", "/console/?period=month"),
    "console/all/": ("/console/all/",),
    "console/audit/": ("/console/audit/", "/console/audit/?q=商品&kind=product.saved"),
    "console/find/": ("/console/find/?q={paid}", "/console/find/?q={sku}", "/console/find/?q=1234"),
    "console/freight/": ("/console/freight/",),
    "console/freight/new/": ("/console/freight/new/",),
    "console/freight/template/<path:name>/": ("/console/freight/template/{template}/",),
    "console/exports/": ("/console/exports/", "/console/exports/?kind=products&q=商品"),
    "console/imports/": ("/console/imports/",),
    "console/imports/new/": ("/console/imports/new/",),
    "console/imports/<int:run_id>/": (
        "/console/imports/{import_uploaded}/",
        "/console/imports/{import_checked}/",
        "/console/imports/{import_done}/",
        "/console/imports/{import_undone}/",
    ),
    "console/imports/template/<slug:kind>/<slug:ending>/": (
        "/console/imports/template/products/csv/",
    ),
    "console/jobs/": ("/console/jobs/",),
    "console/account/": ("/console/account/",),
    "console/account/password/": ("/console/account/password/",),
    "console/account/confirm/": ("/console/account/confirm/",),
    "console/account/codes/": ("/console/account/codes/",),
    "console/account/passkeys/": ("/console/account/passkeys/",),
    "console/account/passkeys/options/": ("/console/account/passkeys/options/",),
    "console/login/": ("/console/login/",),
    "console/manifest.webmanifest": ("/console/manifest.webmanifest",),
    "console/offline/": ("/console/offline/",),
    "console/login/second/": ("/console/login/second/",),
    "console/login/passkey/options/": ("/console/login/passkey/options/",),
    "console/orders/": (
        "/console/orders/",
        "/console/orders/?status=to_ship",
        "/console/orders/?q=商品",
        "/console/orders/?q={tracking}",
        "/console/orders/?q=1234",
        "/console/orders/?paid=today",
        "/console/orders/?flag=late",
        "/console/orders/?refund=1",
        "/console/orders/?warehouse={warehouse}",
    ),
    "console/orders/carrier/": ("/console/orders/carrier/?tracking_no=SF1234567890123",),
    "console/orders/<str:number>/": (
        "/console/orders/{unpaid}/",
        "/console/orders/{paid}/",
        "/console/orders/{shipped}/",
        "/console/orders/{closed}/",
        "/console/orders/{elsewhere}/",
    ),
    "console/orders/<str:number>/slip/": ("/console/orders/{shipped}/slip/",),
    "console/orders/<str:number>/ship/": ("/console/orders/{paid}/ship/",),
    "console/orders/<str:number>/cancel/": ("/console/orders/{unpaid}/cancel/",),
    "console/orders/<str:number>/transfer/": ("/console/orders/{unpaid}/transfer/",),
    "console/orders/<str:number>/reveal/": ("/console/orders/{shipped}/reveal/",),
    "console/pulse/": ("/console/pulse/",),
    "console/sw.js": ("/console/sw.js",),
    "console/products/": ("/console/products/", "/console/products/?q=商品&category={category}"),
    "console/products/bulk/": (
        "/console/products/bulk/",
        "/console/products/bulk/?all=1&q=商品",
        "/console/products/bulk/?slug={product}",
    ),
    "console/products/bulk/<str:token>/": ("/console/products/bulk/{bulk_edit}/",),
    "console/products/item/<slug:slug>/history/": ("/console/products/item/{product}/history/",),
    "console/products/new/": ("/console/products/new/",),
    "console/products/categories/": ("/console/products/categories/",),
    "console/products/categories/<slug:slug>/": ("/console/products/categories/{category}/",),
    "console/products/categories/<slug:slug>/attributes/": (
        "/console/products/categories/{category}/attributes/",
    ),
    "console/products/item/<slug:slug>/": ("/console/products/item/{product}/",),
    "console/products/item/<slug:slug>/save/": ("/console/products/item/{product}/save/",),
    "console/staff/": ("/console/staff/",),
    "console/staff/invite/": ("/console/staff/invite/",),
    "console/staff/<str:username>/edit/": ("/console/staff/{staff}/edit/",),
    "console/join/<str:token>/": ("/console/join/{invite}/",),
    "console/roles/": ("/console/roles/",),
    "console/roles/new/": ("/console/roles/new/",),
    "console/roles/<str:code>/": ("/console/roles/{role}/",),
    "console/api-keys/": ("/console/api-keys/",),
    "console/api-keys/new/": ("/console/api-keys/new/",),
    "api/v1/openapi.json": ("/api/v1/openapi.json",),
    "api/v1/docs": ("/api/v1/docs",),
    "api/v1/shop/info": ("/api/v1/shop/info",),
    "api/v1/shop/products": ("/api/v1/shop/products", "/api/v1/shop/products?q=商品"),
    "api/v1/shop/products/<slug>": ("/api/v1/shop/products/{product}",),
    "api/v1/shop/orders/<number>": ("/api/v1/shop/orders/{shipped}",),
    "api/v1/admin/orders": ("/api/v1/admin/orders", "/api/v1/admin/orders?q={tracking}"),
    "api/v1/admin/orders/<number>": ("/api/v1/admin/orders/{shipped}",),
    "api/v1/admin/audit": ("/api/v1/admin/audit",),
    "livez": ("/livez",),
    "readyz": ("/readyz",),
    "": ("/",),
    "categories/": ("/categories/",),
    "c/<slug:slug>/": ("/c/{category}/", "/c/{category}/?sort=price", "/c/{category}/?f=a-0:x0"),
    "search/": ("/search/?q=商品", "/search/"),
    "p/<slug:slug>/": ("/p/{product}/",),
    "cart/": ("/cart/",),
    "checkout/": ("/checkout/", "/checkout/?sku={sku}&quantity=1"),
    "pay/<token:token>/": ("/pay/{unpaid_token}/",),
    "pay/<token:token>/state/": ("/pay/{unpaid_token}/state/", "/pay/{shipped_token}/state/"),
    "pay/<token:token>/result/": ("/pay/{unpaid_token}/result/", "/pay/{shipped_token}/result/"),
    "o/<token:token>/": ("/o/{unpaid_token}/", "/o/{shipped_token}/", "/o/{closed_token}/"),
    "me/": ("/me/", "/me/?tab=to_pay"),
    "demo/messages/": ("/demo/messages/",),
    "manifest.webmanifest": ("/manifest.webmanifest",),
    "offline/": ("/offline/",),
    "sw.js": ("/sw.js",),
    "robots.txt": ("/robots.txt",),
    "favicon.ico": ("/favicon.ico",),
}
EXEMPT = {
    "console/imports/<int:run_id>/errors/": "A file of the private storage, handed out.",
    "console/exports/<int:run_id>/file/": "A file of the private storage, handed out.",
    "MP_verify_<slug:code>.txt": "A text of the settings, which asks nothing.",
    "me/wechat/return/": "What WeChat sends back, good once: test_wechat_sign_in.",
    "pay/wechat/": "What WeChat sends back, good once: test_inside_wechat.",
    "api/v1/": "Ninja's name for the root of the API, which answers 404 and asks nothing.",
}
# Who opens a page that is not for the visitors of its face; see `visitors`.
FACES = {
    "console/": "homes",
    **dict.fromkeys(("console/login/", "console/login/second/", "console/join/<str:token>/"), ""),
    "console/login/passkey/options/": "",
}
# Pages that send on to another one.
SENDS_ON = {
    *(f"/console/find/?q={q}" for q in ("{paid}", "{sku}", "1234")),
    "/console/login/second/",
    "/console/products/item/{product}/save/",
    "/favicon.ico",
}


@dataclass(slots=True)
class World:
    """A shop with so many rows of each kind, and names that its addresses hold."""

    size: int
    sku: dict[str, Any] = field(default_factory=dict)  # what all SKUs are made with
    names: dict[str, str] = field(default_factory=dict)
    skus: list[Sku] = field(default_factory=list)


def build(size: int, **sku: Any) -> World:
    """Make a shop that has `size` of everything, and `size` of everything within one."""
    world = World(size, sku)
    open_shop(is_demo=True)
    _catalog(world)
    _orders(world)
    _people(world)
    change_settings(size)
    _transfers(world)
    world.names |= make_imports(size) | {"elsewhere": make_order_of_elsewhere(size)}
    sampled(size)
    for number in range(size):
        Message.objects.create(
            kind="sign_in_code", phone=HANGZHOU.phone, text="1", status="waiting", created_at=NOON
        )
        WorkerBeat.objects.create(name=f"worker {number}", at=NOON)
        job = DBTaskResult.objects.get(pk=close_attempts.enqueue(number).id)
        job.status, job.finished_at = rows.FAILED, NOON
        job.exception_class_path, job.traceback = "builtins.ValueError", "ValueError: x"
        job.save()
    return world


def _people(world: World) -> None:
    """Make so many roles, members of staff, open invitations and keys."""
    for number in range(world.size):
        code = accounts.save_role(
            code="",
            name=f"角色 {number}",
            home=Role.SERVICE,
            rights={"home": ["view"]},
            warehouse_ids=[1],
            now=NOON,
        )
        person = StaffFactory(role=code)
        invite = accounts.invite_staff(
            name=f"新人 {number}", role=code, access_until=None, invited_by=person.pk, now=NOON
        )
        accounts.create_api_key(name=f"ERP {number}", role=Role.OWNER, now=NOON)
        protect(person.pk, world.size)
        world.names |= {"role": code, "staff": person.username, "invite": invite.token}


def _catalog(world: World) -> None:
    """Make categories below and beside one, products, SKUs, pictures, stock and freight."""
    houses = [WarehouseFactory(code=f"HOUSE{n}") for n in range(world.size)]
    top = CategoryFactory(slug="top")
    for number in range(world.size):
        item = ProductFactory(
            category=CategoryFactory(parent=top),
            slug=f"item-{number}",
            options=[{"name": "颜色", "values": [f"色 {n}" for n in range(world.size)]}],
        )
        for colour in range(world.size):
            sku = SkuFactory(product=item, options=[f"色 {colour}"], weight_grams=10, **world.sku)
            PictureFactory(product=item, position=colour)
            for house in houses:
                stocked(sku, 50, house)
                stocked(sku, 50, house)
            world.skus.append(sku)
        freight.save_template(
            name=f"模板 {number}",
            charge_by="weight",
            currency="CNY",
            is_default=False,
            rules=[_rule(area) for area in ("330000", "310000", "320000", "440000")[: world.size]],
        )
    rebuild_search()
    world.names["bulk_edit"] = edited(world.size)
    attributed(world.size, top)
    world.names |= {"warehouse": "HOUSE0", "category": "top", "product": "item-0"}
    world.names |= {"sku": world.skus[0].code, "template": "模板 0"}


def _rule(area: str) -> FreightRuleView:
    return FreightRuleView(
        areas=(area,), first_units=1000, first_minor=800, extra_units=1000, extra_minor=200
    )


def _orders(world: World) -> None:
    """Make so many orders in each state, of so many lines, and remember one of each state."""
    for number in range(world.size):
        paid, shipped, closed = (_placed(world) for _ in range(3))
        _pay(paid)
        _pay(shipped)
        _ship(world, shipped, f"SF{number:013d}")
        _refund(world, shipped)
        orders.cancel_order(order_id=closed.pk, reason=CloseReason.MERCHANT, actor=SYSTEM, now=NOON)
        _look_at(world, shipped)
        states = {"unpaid": _placed(world), "paid": paid, "shipped": shipped, "closed": closed}
        world.names |= {name: one.number for name, one in states.items()}
        world.names |= {f"{name}_token": one.token for name, one in states.items()}
        world.names["tracking"] = f"SF{number:013d}"


def _placed(world: World) -> Order:
    wanted = basket(*((sku, 1) for sku in world.skus), payment_channel="transfer")
    placed = orders.place_order(wanted=replace(wanted, note="请放门口"), now=PLACED)
    return Order.objects.get(pk=placed.order_id)


def _pay(order: Order) -> None:
    payments.confirm_transfer(
        order_id=order.pk,
        amount_minor=order.payable_minor,
        reference="A1",
        actor=SYSTEM,
        now=PLACED + timedelta(minutes=1),
    )


def _ship(world: World, order: Order, tracking_no: str) -> None:
    fulfilment.ship_order(
        order_id=order.pk, carrier="shunfeng", tracking_no=tracking_no, actor=SYSTEM, now=NOON
    )
    task = FulfilmentOrder.objects.get(order=order)
    for number in range(1, world.size):
        Parcel.objects.create(
            fulfilment_order=task,
            carrier="shunfeng",
            tracking_no=f"{tracking_no}{number}",
            shipped_at=NOON,
        )


def _refund(world: World, order: Order) -> None:
    """Ask for parts back, which staff must pay by hand as it was a transfer."""
    payment = Payment.objects.get(order=order)
    for number in range(world.size):
        refund = payments.request_refund(
            payment_id=payment.pk,
            amount_minor=100,
            reason="退货",
            cause=("case", number),
            now=PLACED,
        )
        payments.submit_refund(refund_id=refund.pk, now=PLACED)


def _look_at(world: World, order: Order) -> None:
    for _ in range(world.size):
        orders.show_personal_data(
            order_id=order.pk,
            reason="核对",
            with_money=True,
            actor=Actor(ActorType.STAFF, StaffFactory().pk),
            now=NOON,
        )


def _transfers(world: World) -> None:
    """Send so many transfers of so many lines, and find so many wrong counters."""
    WarehouseFactory(code="FAR")
    clerk = Actor(ActorType.STAFF, StaffFactory().pk)
    for _ in range(world.size):
        made = inventory.create_transfer(
            source="HOUSE0", target="FAR", note="", request_id="", actor=clerk, now=NOON
        )
        for sku in world.skus[: world.size]:
            inventory.set_transfer_line(
                transfer_id=made.pk, sku_code=sku.code, quantity=1, actor=clerk, now=NOON
            )
        inventory.send_transfer(transfer_id=made.pk, actor=clerk, now=NOON)
        world.names["transfer"] = made.number
    for sku in world.skus[: world.size]:
        StockLevel.objects.filter(sku=sku, warehouse__code="HOUSE0").update(unavailable=1)
    inventory.check_stock(now=NOON)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks for pages."""

    name: str
    client: Client
    headers: dict[str, str] = field(default_factory=dict)


def visitors(world: World) -> dict[str, list[Visitor]]:
    """Return who visits which face: the first part of an address, "" for the storefront."""
    shopper, guest = Client(), Client()
    staff = [Visitor(role, _staff(role, world.size)) for role in Role.values]
    _sign_in(world, shopper)
    for client in (shopper, guest):
        for sku in world.skus:
            client.post("/cart/add/", {"sku": sku.code, "quantity": 1})
    out = StringIO()
    call_command("api_key", "create", "--role", "owner", "--json", stdout=out)
    headers = {
        "Authorization": f"Bearer {json.loads(out.getvalue())['token']}",
        "X-Order-Token": world.names["shipped_token"],
    }
    return {
        "console": [one for one in staff if one.name == Role.OWNER],
        "homes": staff,
        "api": [Visitor("program", Client(), headers)],
        "": [Visitor("guest", guest), Visitor("shopper", shopper)],
    }


def _staff(role: str, size: int = 0) -> Client:
    """Return somebody who proved just now who they are."""
    client, user = Client(), StaffFactory(role=role)
    client.force_login(user, BACKEND)
    session = client.session
    session[CONFIRMED] = NOON.timestamp()
    session.save()
    protect(user.pk, size)
    return client


def _sign_in(world: World, client: Client) -> None:
    """Sign the buyer of all orders in, with a full address book."""
    client.post("/me/code/", {"phone": HANGZHOU.phone})
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    client.post("/me/sign-in/", {"phone": HANGZHOU.phone, "code": found[0]})
    buyer = Customer.objects.get(user__isnull=False)
    book = [(buyer.pk, replace(HANGZHOU, detail=f"{n} 号")) for n in range(world.size)]
    customers.remember_addresses(addresses=book, now=NOON)


def statements(visitor: Visitor, url: str) -> tuple[int, list[str]]:
    """Return a page's status and what it asks the database while nothing is kept."""
    versions.forget()
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = visitor.client.get(url, headers=visitor.headers)
    return answer.status_code, [one["sql"] for one in asked.captured_queries]


def visits(world: World) -> Iterator[tuple[str, list[str]]]:
    """Open every address as everybody whom it is for."""
    faces, wrong = visitors(world), []
    for route, urls in ASKED.items():
        face = FACES.get(route, route.partition("/")[0])
        for visitor, url in product(faces.get(face, faces[""]), urls):
            status, asked = statements(visitor, url.format(**world.names))
            if status != (302 if url in SENDS_ON else 200):
                wrong.append((visitor.name, url, status))
            yield f"{visitor.name} {url}", asked
    assert wrong == []


def asked_of(size: int) -> dict[str, list[str]]:
    """Return page → its statements in a world of this size, which is gone afterwards."""
    before = transaction.savepoint()  # no atomic block: signing in must not be within one
    found = dict(visits(build(size)))
    transaction.savepoint_rollback(before)
    return found


def added(few: list[str], many: list[str]) -> str:
    """Return the form of the statement that was added most often, for the failure's words."""
    forms = [Counter(re.sub(r"\d+", "0", sql) for sql in one) for one in (few, many)]
    return str((forms[1] - forms[0]).most_common(1))[-200:]


@pytest.fixture
def _quiet_place(settings: Any) -> Iterator[None]:
    """Stop the clock, and keep what is cached out of the database."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("_quiet_place")
def test_no_page_asks_more_often_because_there_are_more_rows() -> None:
    Client().get("/readyz")  # which looks for migrations once in a process
    few, many = asked_of(FEW), asked_of(MANY)

    assert [
        f"{page}: {len(few[page])} → {len(many[page])}, {added(few[page], many[page])}"
        for page in few
        if len(few[page]) < len(many[page])
    ] == []


@pytest.mark.django_db
def test_every_get_route_is_opened_or_exempt() -> None:
    owner = _staff(Role.OWNER)
    known = {route for route, _pattern in patterns()}
    taking = {route for route in known if owner.get(filled(route)).status_code != 405}

    assert taking - set(ASKED) - set(EXEMPT) == set()
    assert (set(ASKED) | set(EXEMPT)) - taking == set()
    assert set(ASKED) & set(EXEMPT) == set()
