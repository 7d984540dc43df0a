"""Lists of cards and product pages."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from tests.catalog.inputs import COLOURS, NOON, saved, sku
from tests.factories.catalog import (
    CREATED,
    CategoryFactory,
    PictureFactory,
    ProductFactory,
    SkuFactory,
)

from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.queries import (
    admin_products,
    category_tree,
    listing,
    product_page,
    shelf_counts,
)
from zhanggui.catalog.services import rebuild_search, set_sku_picture
from zhanggui.catalog.types import OptionInput, Sort
from zhanggui.core.versions import held

pytestmark = pytest.mark.django_db


def shown(slug: str, *, price: int = 10_00, days: int = 0, **values: Any) -> Product:
    """Return a product that shoppers see, made some days after the first."""
    product = ProductFactory(slug=slug, created_at=CREATED + timedelta(days=days), **values)
    return SkuFactory(product=product, price_minor=price).product


def slugs(**wanted: Any) -> list[str]:
    """Return the slugs of all pages, read two at a time."""
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        page = listing(cursor=cursor, limit=2, now=NOON, **wanted)
        seen += [card.slug for card in page.items]
        cursor = page.next
        if not cursor:
            return seen
    raise AssertionError("the list never ends")


def test_lists_page_through_all_products_in_every_order() -> None:
    shown("b-old", price=30_00)
    shown("a-old", price=10_00)
    shown("new", price=10_00, days=1)
    shown("newest", price=20_00, days=2)
    ProductFactory(slug="no-sku")
    shown("hidden", shelf="off")

    assert slugs() == ["newest", "new", "b-old", "a-old"]
    assert slugs(sort=Sort.CHEAPEST) == ["a-old", "new", "newest", "b-old"]
    assert slugs(sort=Sort.DEAREST) == ["b-old", "newest", "new", "a-old"]


def test_a_category_lists_all_below_it() -> None:
    top, other = CategoryFactory(slug="tea"), CategoryFactory(slug="pots")
    below = CategoryFactory(slug="green", parent=top)
    shown("in-top", category=top, name="茶")
    shown("in-below", category=below, name="茶")
    shown("elsewhere", category=other, name="茶")
    rebuild_search()

    assert slugs(category_slug="tea") == ["in-top", "in-below"]
    assert slugs(category_slug="green") == ["in-below"]
    assert slugs(category_slug="unknown") == []
    assert slugs(category_slug="tea", query="茶") == ["in-below", "in-top"]
    assert slugs(category_slug="tea", query="茶", sort=Sort.CHEAPEST) == ["in-below", "in-top"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "%%%", "茶", "e30", "bnVsbA", "WzEsMl0", "W1siYSJdLCJhIl0", "\x00", "a" * 9999, "MTI"],
)
@pytest.mark.parametrize("sort", Sort)
def test_a_cursor_that_is_not_ours_starts_the_list_anew(cursor: str, sort: Sort) -> None:
    shown("one")

    assert [card.slug for card in listing(cursor=cursor, now=NOON, sort=sort).items] == ["one"]


def test_a_cursor_of_another_order_starts_the_list_anew_and_holds_no_id() -> None:
    rows = [shown(f"p{n}") for n in range(3)]
    rebuild_search()

    for sort in Sort:
        cursor = listing(limit=1, now=NOON, sort=sort).next
        plain = base64.urlsafe_b64decode(cursor + "==").decode()
        assert not any(str(row.pk) in plain for row in rows)
        assert listing(cursor=cursor, query="商品", now=NOON).items[0].slug == "p2"
    assert (
        listing(cursor=listing(limit=1, now=NOON).next, now=NOON, sort=Sort.CHEAPEST).items[0].slug
        == "p0"
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_need_the_same_statements_for_any_number_of_rows(
    rows: int, django_assert_num_queries: Any
) -> None:
    category = CategoryFactory()
    for n in range(rows):
        PictureFactory(product=shown(f"p{n}", category=category))
    rebuild_search()
    category_tree(now=NOON)
    listing(now=NOON, sort=Sort.DEAREST)

    with held(), django_assert_num_queries(2):  # versions, products with their covers
        page = listing(now=NOON, category_slug=category.slug)
    assert len(page.items) == rows
    with django_assert_num_queries(1):
        page = listing(now=NOON)
    assert len(page.items) == rows
    with django_assert_num_queries(2):  # matches, products
        assert len(listing(now=NOON, query="商品").items) == rows
    with (
        held(),
        django_assert_num_queries(4),
    ):  # versions, commonness, products, pictures
        assert len(listing(now=NOON, query="商品", sort=Sort.DEAREST).items) == rows
    with django_assert_num_queries(3):
        assert len(admin_products(q="商品", now=NOON).items) == rows


def test_a_card_shows_the_first_picture_and_the_span_of_prices() -> None:
    product = shown("pot", price=20_00, subtitle="手工")
    SkuFactory(product=product, options=["大"], price_minor=10_00, market_price_minor=50_00)
    PictureFactory(product=product, position=2)
    first = PictureFactory(product=product, position=1, alt="茶壶")

    (card,) = listing(now=NOON).items

    assert (card.slug, card.subtitle, card.currency, card.sku_count) == ("pot", "手工", "CNY", 2)
    assert (card.price_minor, card.max_price_minor, card.market_price_minor) == (
        10_00,
        20_00,
        50_00,
    )
    assert card.picture is not None
    assert (card.picture.medium, card.picture.width, card.picture.alt) == (
        first.medium,
        1280,
        "茶壶",
    )


def test_a_product_page_has_skus_options_in_use_and_pictures(
    django_assert_num_queries: Any,
) -> None:
    category = CategoryFactory(slug="pots", name="茶具")
    product = saved(
        category,
        description="两行\n文字 <3",
        options=(COLOURS, OptionInput(name="容量", values=("大", "小"))),
        skus=(sku("黑", "小", code="A", weight_grams=300), sku("黑", "大", code="B", price=1)),
    )
    cover, other = (PictureFactory(product=product, position=n) for n in range(2))
    set_sku_picture(sku_id=Sku.objects.get(code="B").pk, picture_id=other.pk)

    with django_assert_num_queries(2):
        page = product_page(slug="teapot", now=NOON)

    assert page is not None
    assert page.options == (
        OptionInput(name="颜色", values=("黑",)),
        OptionInput(name="容量", values=("大", "小")),
    )
    assert [(s.code, s.options, s.price_minor, s.weight_grams) for s in page.skus] == [
        ("A", ("黑", "小"), 19_90, 300),
        ("B", ("黑", "大"), 1, 0),
    ]
    assert [s.picture and s.picture.small for s in page.skus] == [None, other.small]
    assert [p.small for p in page.pictures] == [cover.small, other.small]
    assert page.description_html == "<p>两行<br>文字 &lt;3</p>"
    assert (page.category_slug, page.category_name, page.not_sold) == ("pots", "茶具", None)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"shelf": "draft"}, "unknown"),
        ({"archived_at": NOON}, "unknown"),
        ({"on_at": NOON + timedelta(1)}, "unknown"),
        ({"shelf": "off"}, "off"),
        ({"off_at": NOON}, "over"),
    ],
)
def test_what_was_sold_keeps_its_page_and_what_was_not_has_none(
    values: dict[str, Any], reason: str
) -> None:
    shown("pot", **values)

    page = product_page(slug="pot", now=NOON)

    assert (page.not_sold if page else "unknown") == reason
    assert product_page(slug="none", now=NOON) is None


def test_staff_see_all_with_reasons_codes_and_counts() -> None:
    tea = CategoryFactory(slug="tea", name="茶")
    shown("on", days=5, category=tea)
    shown("late", days=4, on_at=NOON + timedelta(1))
    shown("off", days=3, shelf="off")
    ProductFactory(slug="empty", created_at=CREATED + timedelta(days=2))
    ProductFactory(slug="draft", created_at=CREATED + timedelta(days=1), shelf="draft")
    shown("gone", archived_at=NOON)
    rebuild_search()

    page = admin_products(now=NOON, limit=3)
    assert [(row.card.slug, row.not_sold) for row in page.items] == [
        ("on", None),
        ("late", "not_yet"),
        ("off", "off"),
    ]
    assert page.items[0].codes == (Sku.objects.get(product__slug="on").code,)
    rest = admin_products(now=NOON, limit=3, cursor=page.next)
    assert [(row.card.slug, row.not_sold) for row in rest.items] == [
        ("empty", "no_sku"),
        ("draft", "draft"),
    ]
    assert rest.next == ""
    assert shelf_counts() == {"": 5, "draft": 1, "on": 3, "off": 1, "archived": 1}
    assert shelf_counts(category="tea") == {"": 1, "draft": 0, "on": 1, "off": 0, "archived": 0}
    assert [r.card.slug for r in admin_products(shelf="archived", now=NOON).items] == ["gone"]
    assert [r.card.slug for r in admin_products(shelf="off", now=NOON).items] == ["off"]
    assert [r.card.slug for r in admin_products(category="tea", now=NOON).items] == ["on"]
    code = Sku.objects.get(product__slug="gone").code
    assert admin_products(q=code, now=NOON).items == ()
    assert [r.card.slug for r in admin_products(q=code, shelf="archived", now=NOON).items] == [
        "gone"
    ]
