"""The product list tells the next price of each product that changes by itself."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.factories.shop import NOON

from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.queries import admin_products
from zhanggui.catalog.services.skus import FIGURES, summarise
from zhanggui.catalog.types import ComingPrice
from zhanggui.core import versions

pytestmark = pytest.mark.usefixtures("shop", "noon")
TOMORROW, LATER = NOON + timedelta(days=1), NOON + timedelta(days=2)


def product(slug: str, *prices: tuple[int, int | None], **times: object) -> Product:
    """Make a product whose SKUs cost so much, and so much in the time given."""
    made: Product = ProductFactory(
        slug=slug, options=[{"name": "规格", "values": [f"{n}" for n in range(len(prices))]}]
    )
    for number, (price, then) in enumerate(prices):
        timed = {"timed_price_minor": then, **times} if then is not None else {}
        SkuFactory(product=made, options=[f"{number}"], price_minor=price, **timed)
    summarise(made, now=NOON)
    Product.objects.bulk_update([made], FIGURES)
    versions.bump("catalog", "shelves")
    return made


def coming(slug: str) -> ComingPrice | None:
    return next(row.coming for row in admin_products(now=NOON).items if row.card.slug == slug)


def told(client: Client, slug: str) -> str:
    """Return the words of the coming price in the table's row, "" where there are none."""
    html = client.get("/console/products/").content.decode()
    row = re.search(rf'<tr id="row-{slug}">.*?</tr>', html, re.DOTALL)
    assert row is not None
    found = re.search(r'<span class="sub block">(<time.*?)</td>', row[0], re.DOTALL)
    return "".join(re.sub(r"<[^>]*>", "", found[1]).split()) if found else ""


def test_a_price_that_begins_or_ends_is_told_with_its_moment(owner: Client) -> None:
    product("begins", (19_90, 15_00), timed_from=TOMORROW, timed_until=LATER)
    product("ends", (19_90, 15_00), timed_until=TOMORROW)
    product("plain", (19_90, None))
    product("over", (19_90, 15_00), timed_until=NOON)

    assert told(owner, "begins") == "明天12:00→改为¥15.00"
    assert told(owner, "ends") == "明天12:00→改为¥19.90"
    assert told(owner, "plain") == told(owner, "over") == ""


def test_of_several_skus_the_least_and_the_most_are_told(owner: Client) -> None:
    product("both", (10_00, 8_00), (20_00, 18_00), timed_from=TOMORROW)
    product("middle", (10_00, None), (15_00, 14_00), (20_00, None), timed_from=TOMORROW)

    assert told(owner, "both") == "明天12:00→改为¥8.00–¥18.00"
    assert told(owner, "middle") == "明天12:00部分规格改价"


def test_a_change_to_the_same_price_is_none(owner: Client) -> None:
    product("same", (10_00, 10_00), timed_from=TOMORROW)
    product("later", (10_00, 10_00), (20_00, None), timed_from=TOMORROW)
    Sku.objects.filter(product__slug="later", options=["1"]).update(
        timed_price_minor=18_00, timed_from=LATER
    )

    assert coming("same") is None
    assert coming("later") == ComingPrice(at=LATER, min_minor=10_00, max_minor=18_00)


def test_archived_skus_tell_nothing(owner: Client) -> None:
    product("gone", (10_00, 8_00), timed_from=TOMORROW)
    Sku.objects.update(archived_at=NOON)

    assert coming("gone") is None


def test_coming_prices_ask_nothing_more(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(3):
        product(f"p{number}", (10_00, 8_00), timed_from=TOMORROW)

    with django_assert_num_queries(3):
        assert all(row.coming for row in admin_products(now=NOON).items)
