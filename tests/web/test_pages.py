"""Impersonal pages come from memory: as they would be made now, and with nobody's own things."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import brotli
import pytest
import time_machine
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import open_shop, stocked
from tests.factories.staff import StaffFactory

from zhanggui.accounts.models import Shop
from zhanggui.accounts.queries import SHOP
from zhanggui.catalog.models import Category, Product, Sku
from zhanggui.catalog.queries import CATALOG
from zhanggui.catalog.queries.facts import SHELVES
from zhanggui.catalog.services import rebuild_search
from zhanggui.core import versions
from zhanggui.web.kept import best_encoding
from zhanggui.web.pages import READS

pytestmark = pytest.mark.django_db

PATHS = ["/", "/categories/", "/c/tea/", "/search/?q=龙井", "/p/longjing/", "/api/v1/shop/products"]
SAFETY = [
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
]


@pytest.fixture
def sku() -> Sku:
    """One tea for 19.90 of which there is plenty."""
    open_shop()
    category = CategoryFactory(name="茶", slug="tea")
    one: Sku = SkuFactory(product=ProductFactory(name="龙井", slug="longjing", category=category))
    stocked(one, 500)
    rebuild_search()
    return one


def set_price(sku: Sku, minor: int) -> None:
    """Change a price as the service does: with its version."""
    Sku.objects.filter(pk=sku.pk).update(price_minor=minor)
    Product.objects.filter(pk=sku.product_id).update(min_price_minor=minor, max_price_minor=minor)
    versions.bump(CATALOG)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_made_once_and_then_costs_one_read_of_the_versions(
    client: Client, sku: Sku, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    first = client.get(path)

    with django_assert_num_queries(1):
        second = client.get(path)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert dict(second.items()) == dict(first.items())


@pytest.mark.parametrize("path", PATHS)
def test_a_kept_page_is_as_safe_as_any_other(client: Client, sku: Sku, path: str) -> None:
    never_kept = client.get("/cart/")
    made = client.get(path)

    kept = client.get(path)
    unchanged = client.get(path, headers={"If-None-Match": kept["ETag"]})

    wanted = {name: never_kept[name] for name in SAFETY}
    assert {name: kept[name] for name in SAFETY} == wanted
    assert {name: made[name] for name in SAFETY} == wanted
    assert {name: unchanged[name] for name in SAFETY} == wanted
    assert kept["Content-Language"] == "zh-hans"
    assert kept["Cache-Control"] == unchanged["Cache-Control"] == "public, no-cache"
    assert "Content-Length" not in unchanged.headers


def test_a_new_price_is_seen_by_the_next_request(client: Client, sku: Sku) -> None:
    old = [client.get(path).content for path in ("/", "/c/tea/", "/p/longjing/")]

    set_price(sku, 77_70)

    new = [client.get(path).content for path in ("/", "/c/tea/", "/p/longjing/")]
    assert [b"77" in one for one in old] == [False] * 3
    assert [b"77" in one for one in new] == [True] * 3


@pytest.mark.parametrize(
    "path", ["/", "/categories/", "/c/tea/", "/search/?q=龙井", "/p/longjing/"]
)
def test_a_page_that_shows_the_same_after_a_change_is_not_drawn_again(
    client: Client, sku: Sku, path: str
) -> None:
    gzipped = {"Accept-Encoding": "gzip"}
    first = client.get(path, headers=gzipped)
    versions.bump(CATALOG)

    second = client.get(path, headers=gzipped)

    assert [bool(one.templates) for one in (first, second)] == [True, False]
    assert second.content == first.content
    assert dict(second.items()) == dict(first.items())


@pytest.mark.parametrize(
    ("path", "model", "values", "shown"),
    [
        ("/c/tea/", Category, {"name": "绿茶"}, "绿茶"),
        ("/categories/", Category, {"name": "绿茶"}, "绿茶"),
        ("/p/longjing/", Category, {"slug": "green"}, "/c/green/"),
        ("/p/longjing/", Product, {"description": "清明前采"}, "清明前采"),
        ("/p/longjing/", Sku, {"market_price_minor": 88_80}, "88.80"),
        ("/c/tea/", Product, {"name": "毛峰"}, "毛峰"),
        ("/c/tea/", Shop, {"name": "茶行"}, "茶行"),
        ("/p/longjing/", Shop, {"ship_hours": 31}, "31"),
    ],
)
def test_whatever_a_page_shows_is_drawn_again_when_it_changed(
    client: Client, sku: Sku, path: str, model: type[Model], values: dict[str, Any], shown: str
) -> None:
    before = client.get(path).content.decode()
    model._default_manager.update(**values)
    versions.bump(CATALOG, SHELVES, SHOP)

    after = client.get(path).content.decode()

    assert [shown in one for one in (before, after)] == [False, True]


def test_a_sold_out_product_says_so_on_the_next_request(client: Client, sku: Sku) -> None:
    few = SkuFactory(product=ProductFactory(slug="few"))
    stocked(few, 3)
    before = client.get("/p/few/").content.decode()

    stocked(few, 7)

    assert "库存 3 件" in before
    assert "库存 10 件" in client.get("/p/few/").content.decode()


def test_what_changes_while_a_page_is_made_is_on_the_next_one(client: Client, sku: Sku) -> None:
    versions.forget()
    changes = [lambda: set_price(sku, 77_70)]

    def change_after_the_sku_was_read(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        found = execute(sql, params, many, context)
        if "FROM inventory_stocklevel" in re.sub('["`]', "", sql) and changes:
            changes.pop()()
        return found

    with connection.execute_wrapper(change_after_the_sku_was_read):
        torn = client.get("/p/longjing/").content

    assert not changes
    assert b"19" in torn
    assert b"77" in client.get("/p/longjing/").content


def test_shoppers_and_staff_get_the_same_bytes_and_no_cookie(client: Client, sku: Sku) -> None:
    client.post("/cart/add/", {"product": "longjing", "sku": sku.code, "quantity": 2})
    session = client.session
    session["anything"] = "mine"
    session.save()
    staff = Client()
    staff.force_login(StaffFactory(username="anna", name="安娜", role="owner"))
    key = {"Authorization": "Bearer my-key"}

    for path in PATHS:
        versions.forget()
        answers = [client.get(path), staff.get(path, headers=key), Client().get(path)]
        versions.forget()
        answers += [Client().get(path), staff.get(path), client.get(path, headers=key)]

        assert len({one.content for one in answers}) == 1
        assert not any(one.cookies for one in answers)
    assert "cart" in " ".join(client.cookies)
    assert client.session["anything"] == "mine"


def test_what_a_page_does_not_read_neither_misses_nor_shows(
    client: Client, sku: Sku, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = client.get("/p/longjing/?utm_source=friend-of-mine&o0=x")

    with django_assert_num_queries(1):
        second = client.get("/p/longjing/?fbclid=12345&o0=x")

    assert second.content == first.content
    assert b"friend-of-mine" not in first.content
    assert 'value="/p/longjing/?o0=x"' in first.content.decode()


def test_languages_parts_and_hosts_are_kept_apart(client: Client, sku: Sku, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    client.get("/c/tea/?cursor=x")
    other = Client()
    other.cookies["lang"] = "en"

    english = other.get("/c/tea/?cursor=x").content.decode()
    part = client.get("/c/tea/?cursor=x", headers={"HX-Request": "true"}).content.decode()

    assert 'lang="en"' in english
    assert "<html" not in part
    assert client.get("/", headers={"Host": "other.example"}).status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br; q=0", "gzip"),
        ("GZIP", "gzip"),
        ("identity", ""),
        ("", ""),
        ("deflate, broken", ""),
    ],
)
def test_a_page_comes_in_an_encoding_that_the_browser_takes(
    client: Client, sku: Sku, accepted: str, encoding: str
) -> None:
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": accepted})
    read = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]

    assert best_encoding(accepted) == encoding
    assert packed.headers.get("Content-Encoding", "") == encoding
    assert read(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert (packed["ETag"] == plain["ETag"]) is (encoding == "")


def test_an_etag_names_one_page_in_one_encoding(client: Client, sku: Sku) -> None:
    gzipped = {"Accept-Encoding": "gzip"}
    etag = client.get("/", headers=gzipped)["ETag"]

    def status(known: str, **headers: str) -> int:
        return client.get("/", headers={**headers, "If-None-Match": known}).status_code

    assert status(etag, **gzipped) == 304
    assert status(f'"x", W/{etag}', **gzipped) == 304
    assert status("*") == 304
    assert status(etag) == 200
    assert status('"x"', **gzipped) == 200
    set_price(sku, 77_70)
    assert status(etag, **gzipped) == 200


def test_head_is_told_what_get_would_send(client: Client, sku: Sku) -> None:
    head, get = client.head("/p/longjing/"), client.get("/p/longjing/")

    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.items()) == dict(get.items())


def test_what_is_not_there_is_not_kept(client: Client, sku: Sku) -> None:
    assert client.get("/p/new/").status_code == 404

    SkuFactory(product=ProductFactory(slug="new"))

    assert client.get("/p/new/").status_code == 200


def test_the_schedule_moves_pages_by_the_second(client: Client, sku: Sku) -> None:
    noon = timezone.now()
    Product.objects.update(on_at=noon + timedelta(seconds=5), off_at=noon + timedelta(seconds=9))
    versions.bump(CATALOG)
    seen = []
    for second in (0, 4, 5, 8, 9):
        with time_machine.travel(noon + timedelta(seconds=second), tick=False):
            seen.append("龙井" in client.get("/").content.decode())

    assert seen == [False, False, True, True, False]


def test_a_page_lasts_half_a_minute(client: Client, sku: Sku) -> None:
    noon = timezone.now()
    seen = []
    for second in (0, 29, 30):
        with time_machine.travel(noon + timedelta(seconds=second), tick=False):
            seen.append("past all services" in client.get("/p/longjing/").content.decode())
        Product.objects.update(name="past all services")

    assert seen == [False, False, True]


def marked_views(found: Any, prefix: str = "") -> set[str]:
    """Return the names of all views that say that they are impersonal."""
    names = set()
    for one in found.url_patterns:
        if isinstance(one, URLResolver):
            space = f"{one.namespace}:" if one.namespace else ""
            names |= marked_views(one, prefix + space)
        elif isinstance(one, URLPattern) and getattr(one.callback, "is_impersonal", False):
            names.add(f"{prefix}{one.name}")
    return names


def test_every_impersonal_page_of_the_storefront_says_what_it_reads() -> None:
    store = {name for name in READS if name.startswith("store:")}

    assert marked_views(get_resolver()) == store
