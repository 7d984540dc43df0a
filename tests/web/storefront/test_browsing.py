"""Looking around: what pages show, how much they ask, and that they are the same for everybody."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.factories.catalog import CategoryFactory, PictureFactory, ProductFactory, SkuFactory
from tests.factories.shop import basket, open_shop, stocked

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.services import rebuild_search
from zhanggui.catalog.types import Shelf
from zhanggui.core import versions
from zhanggui.core.types import SYSTEM
from zhanggui.orders import services as orders
from zhanggui.payments import services as payments

pytestmark = pytest.mark.django_db

BROWSING = ["/", "/categories/", "/search/", "/c/tea/", "/p/longjing/"]


def sell(count: int, *, now: datetime) -> list[Sku]:
    """Stock products with pictures in a category below another, and sell one of each."""
    open_shop()
    top = CategoryFactory(name="茶", slug="tea")
    green = CategoryFactory(name="绿茶", slug="green", parent=top)
    skus = []
    for number in range(count):
        slug = "longjing" if number == 0 else f"tea-{number}"
        product = ProductFactory(name=f"明前龙井 {number}", slug=slug, category=green)
        PictureFactory(product=product)
        sku = SkuFactory(product=product, price_minor=12_800, market_price_minor=16_800)
        stocked(sku, 5)
        wanted = basket((sku, 1), payment_channel="transfer")
        placed = orders.place_order(wanted=wanted, now=now)
        payments.confirm_transfer(
            order_id=placed.order_id,
            amount_minor=placed.payable_minor,
            reference="",
            actor=SYSTEM,
            now=now,
        )
        skus.append(sku)
    rebuild_search()
    return skus


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [  # always: versions; where products are shown: products with covers, stock
        ("/", 4),  # and the best sellers
        ("/categories/", 1),
        ("/c/tea/", 3),
        ("/search/?q=龙井", 4),  # and the matches
        ("/search/?q=zzzz", 4),  # nothing, best sellers, stock
        ("/p/longjing/", 4),  # and the SKUs
    ],
)
def test_a_page_is_made_anew_with_few_statements_after_a_price_was_changed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int,
    count: int,
) -> None:  # fmt: skip
    sell(count, now=timezone.now())
    for other in ("/", "/categories/", "/c/tea/"):
        client.get(other)
    versions.bump(catalog.CATALOG)

    with django_assert_num_queries(queries):
        response = client.get(path)

    assert response.status_code == 200


@pytest.mark.parametrize("path", BROWSING)
def test_browsing_sets_no_cookie_and_is_asked_for_again_with_an_etag(
    client: Client, path: str
) -> None:
    sell(1, now=timezone.now())

    first = client.get(path)
    second = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert first.status_code == 200
    assert first["Cache-Control"] == "public, no-cache"
    assert {"Accept-Encoding", "Cookie", "HX-Request"} <= {
        one.strip() for one in first["Vary"].split(",")
    }
    assert not first.cookies
    assert "csrfmiddlewaretoken" not in first.content.decode()
    assert (second.status_code, second.content) == (304, b"")


def test_a_page_that_changed_is_sent_again(client: Client) -> None:
    (sku,) = sell(1, now=timezone.now())
    first = client.get("/p/longjing/")

    Sku.objects.filter(pk=sku.pk).update(price_minor=9_900)
    versions.bump(catalog.CATALOG)
    second = client.get("/p/longjing/", headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 200
    assert "99" in second.content.decode()


def test_the_front_page_shows_categories_best_sellers_and_what_is_new(client: Client) -> None:
    sell(2, now=timezone.now())

    html = client.get("/").content.decode()

    assert html.count('class="pcard"') == 2
    assert 'href="/c/green/"' in html
    assert 'id="hot"' in html
    assert "拾光生活" in html


def test_an_empty_shop_says_so(client: Client) -> None:
    assert "店铺还在上货" in client.get("/").content.decode()
    assert "店铺还在上货" in client.get("/categories/").content.decode()


def test_a_category_shows_what_lies_below_it_page_by_page(client: Client) -> None:
    open_shop()
    category = CategoryFactory(slug="tea")
    for number in range(26):
        SkuFactory(product=ProductFactory(category=category), price_minor=100 + number)

    first = client.get("/c/tea/?sort=price").content.decode()
    more = re.search(r'rel="next" href="\?([^"]+)"', first)
    assert more is not None
    rest = client.get("/c/tea/?" + more[1].replace("&amp;", "&"))
    part = client.get("/c/tea/?" + more[1].replace("&amp;", "&"), headers={"HX-Request": "true"})

    assert first.count('class="pcard pcard-off"') == 24
    assert rest.content.decode().count('class="pcard pcard-off"') == 2
    assert part.content.decode().count('class="pcard pcard-off"') == 2
    assert "<html" not in part.content.decode()
    assert first.index("¥</small>1<small>.00") < first.index("¥</small>1<small>.10")


@pytest.mark.parametrize("path", ["/c/nothing/", "/p/nothing/", "/c/__/"])
def test_unknown_pages_are_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_search_finds_and_else_suggests(client: Client) -> None:
    sell(1, now=timezone.now())

    assert 'href="/p/longjing/"' in client.get("/search/?q=龙井").content.decode()
    nothing = client.get("/search/?q=飞机").content.decode()
    assert "没有找到“飞机”" in nothing
    assert "大家在买" in nothing


@pytest.mark.parametrize(
    ("pieces", "text"), [(11, "有货"), (10, "库存 10 件"), (1, "库存 1 件"), (0, "暂时缺货")]
)
def test_the_product_page_is_honest_about_stock(client: Client, pieces: int, text: str) -> None:
    open_shop()
    sku = SkuFactory(product=ProductFactory(slug="tea"))
    if pieces:
        stocked(sku, pieces)

    html = client.get("/p/tea/").content.decode()

    shown = re.sub(r'data-\w+="[^"]*"', "", html)
    assert text in shown
    assert ("立即购买" in html) == (pieces > 0)


def test_the_product_page_tells_price_market_price_and_freight(client: Client) -> None:
    sell(1, now=timezone.now())

    html = client.get("/p/longjing/").content.decode()

    assert "<small>¥</small>128<small>.00</small>" in html
    assert "¥168.00</del>" in html
    assert "运费 ¥8.00 起" in html


def test_chosen_options_name_the_sku_without_script(client: Client) -> None:
    open_shop()
    product = ProductFactory(
        slug="tee",
        options=[{"name": "颜色", "values": ["红", "蓝"]}, {"name": "尺码", "values": ["S", "L"]}],
    )
    red = SkuFactory(product=product, options=["红", "S"], price_minor=1_000)
    blue = SkuFactory(product=product, options=["蓝", "L"], price_minor=2_000)
    stocked(red, 3)
    stocked(blue, 3)

    html = client.get("/p/tee/?o0=蓝&o1=L").content.decode()
    none = client.get("/p/tee/?o0=蓝&o1=S&why=choose").content.decode()

    assert f'name="sku" value="{blue.code}"' in html
    assert 'value="蓝" checked' in html
    assert "没有这种规格组合" in none


def test_a_product_off_the_shelf_keeps_its_page_and_says_so(client: Client) -> None:
    sell(1, now=timezone.now())
    Product.objects.update(shelf=Shelf.OFF)

    html = client.get("/p/longjing/").content.decode()

    assert "这件商品已下架" in html
    assert "立即购买" not in html


def test_a_product_that_is_not_out_yet_does_not_exist(client: Client) -> None:
    sell(1, now=timezone.now())
    Product.objects.update(on_at=timezone.now() + timedelta(days=1))

    assert client.get("/p/longjing/").status_code == 404


def test_the_language_is_what_the_person_chose(client: Client) -> None:
    sell(1, now=timezone.now())

    response = client.post("/language/", {"lang": "en", "next": "/p/longjing/?o0=x"})

    assert (response.status_code, response["Location"]) == (302, "/p/longjing/?o0=x")
    assert 'lang="en"' in client.get("/").content.decode()
    client.post("/language/", {"lang": "zh-hans", "next": "/"})
    assert 'lang="zh-Hans"' in client.get("/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_the_language_switch_leads_nowhere_else(client: Client, target: str) -> None:
    response = client.post("/language/", {"lang": "xx", "next": target})

    assert response["Location"] == "/"
    assert not response.cookies


def test_robots_stay_out_of_what_is_personal(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert {"Disallow: /console/", "Disallow: /pay/", "Disallow: /o/"} <= set(lines)
