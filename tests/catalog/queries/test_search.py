"""The one search box."""

import unicodedata
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.catalog.inputs import NOON, saved, sku
from tests.factories.catalog import CREATED, CategoryFactory, ProductFactory, SkuFactory
from tests.naughty import LISTS, naughty_strings

from zhanggui.catalog.calc import query_terms
from zhanggui.catalog.models import Product, ProductChange, SearchTerm, Sku
from zhanggui.catalog.queries import listing, matching_product_ids, search
from zhanggui.catalog.services import rebuild_search
from zhanggui.catalog.types import CatalogRefused, Sort
from zhanggui.core.text import TextRefused

pytestmark = pytest.mark.django_db


def found(query: str) -> set[str]:
    """Return the slugs that the search box finds."""
    ids = matching_product_ids(query=query)
    return set(Product.objects.filter(pk__in=ids).values_list("slug", flat=True))


@pytest.fixture
def tea() -> Product:
    return saved(
        CategoryFactory(name="绿茶"),
        name="明前龙井 Premium",
        slug="longjing",
        subtitle="狮峰山核心产区",
        description="<p>清明前采摘，<b>Hand</b> picked</p>",
        options=(),
        skus=(sku(code="TEA-001-50G", barcode="6901234567892"),),
    )


@pytest.mark.parametrize(
    "query",
    [
        "茶",
        "龙井",
        "明前龙井",
        "龙井 明前",
        "mqlj",
        "lj",
        "MQ",
        "premium",
        "Prem",
        "ｐｒｅｍ",
        "狮峰山",
        "采摘",
        "hand",
        "绿茶",
        "tea-001-50g",
        "TEA-001",
        "tea 50g",
        "001",
        "6901234567892",
        "69012345",
        "龙井 tea-001 lj",
    ],
)
def test_one_box_finds_words_initials_codes_and_barcodes(tea: Product, query: str) -> None:
    saved(CategoryFactory(name="茶具"), slug="teapot")
    assert "longjing" in found(query)


@pytest.mark.parametrize(
    "query",
    ["", " ", "红茶", "井龙", "龙井 红", "jl", "remium", "901234", "script", "🎉", "%", "_", "'"],
)
def test_what_is_not_there_is_not_found(tea: Product, query: str) -> None:
    assert found(query) == set()


def test_an_edit_changes_what_is_found(tea: Product) -> None:
    saved(
        tea.category,
        product=tea,
        name="碧螺春",
        slug="longjing",
        subtitle="",
        options=(),
        skus=(sku(code="NEW"),),
        description="",
    )

    assert (found("龙井"), found("tea-001"), found("6901234567892")) == (set(), set(), set())
    assert found("blc") == found("碧螺春") == found("new") == {"longjing"}


def test_an_edit_of_the_price_alone_leaves_the_index_as_it_is(tea: Product) -> None:
    before = list(SearchTerm.objects.order_by("pk").values_list("pk", flat=True))

    saved(
        tea.category,
        product=tea,
        name=tea.name,
        slug=tea.slug,
        subtitle=tea.subtitle,
        description=tea.description,
        options=(),
        skus=(sku(code="TEA-001-50G", barcode="6901234567892", price=1),),
    )

    assert list(SearchTerm.objects.order_by("pk").values_list("pk", flat=True)) == before


def indexed(slug: str, *, days: int = 0, code: str = "", **values: str) -> Product:
    """Return an indexed product made some days after the first."""
    product = ProductFactory(slug=slug, created_at=CREATED + timedelta(days=days), **values)
    SkuFactory(product=product, code=code or f"{slug}-code")
    return product


def test_codes_come_first_then_names_then_texts_and_the_newest_of_each() -> None:
    indexed("text-new", days=5, name="茶杯", subtitle="配 P100 茶壶")
    indexed("name-old", days=1, name="P100 茶壶")
    indexed("name-new", days=2, name="P100 茶盘")
    indexed("exact", days=0, name="茶叶罐", code="P100")
    assert rebuild_search() == 4

    page = listing(query="p100", now=NOON)
    assert [card.slug for card in page.items] == ["exact", "name-new", "name-old", "text-new"]

    seen, cursor = [], ""
    for _ in range(4):
        page = listing(query="p100", cursor=cursor, limit=1, now=NOON)
        seen += [card.slug for card in page.items]
        cursor = page.next
    assert (seen, cursor) == (["exact", "name-new", "name-old", "text-new"], "")

    by_price = listing(query="p100 茶", now=NOON, sort=Sort.CHEAPEST)
    assert [card.slug for card in by_price.items] == ["exact", "name-new", "name-old", "text-new"]


def test_rebuilding_makes_the_index_whole_again(tea: Product) -> None:
    before = set(SearchTerm.objects.values_list("term", "weight"))
    SearchTerm.objects.filter(term__in=["龙", "lj"]).delete()
    SearchTerm.objects.filter(term="井").update(weight=1)

    assert rebuild_search(product_ids=[tea.pk, 1]) == 1

    assert set(SearchTerm.objects.values_list("term", "weight")) == before


def test_a_search_is_one_statement_of_equal_terms(tea: Product) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert found("龙井 tea-001") == {"longjing"}

    assert len(queries) == 1
    assert "LIKE" not in queries[0]["sql"].upper()


@pytest.mark.parametrize("texts", LISTS)
def test_any_text_can_be_a_name_and_be_searched_for(texts: list[str]) -> None:
    category, kept = CategoryFactory(), 0
    for text in texts:
        try:
            product = saved(category, name=text, slug="naughty", subtitle=text, description=text)
        except (CatalogRefused, TextRefused):
            assert not Product.objects.exists()
            found(text)
            continue
        product.refresh_from_db()
        assert product.name == unicodedata.normalize("NFC", text).strip()
        if query_terms(text):
            assert found(text) == {"naughty"}, text
        assert listing(query=text, now=NOON).next == ""
        ProductChange.objects.all().delete()
        Sku.objects.all().delete()
        SearchTerm.objects.all().delete()
        product.delete()
        kept += 1
    assert kept > 10


@pytest.mark.full
def test_every_naughty_text_can_be_searched_for(tea: Product) -> None:
    for text in naughty_strings():
        assert listing(query=text, now=NOON).next == ""


def seen_page_by_page(query: str, *, limit: int) -> list[str]:
    """Return the slugs of all pages of a search."""
    slugs, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = listing(query=query, cursor=cursor, limit=limit, now=NOON)
        slugs += [card.slug for card in page.items]
        cursor, pages = page.next, pages + 1
    return slugs


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_a_code_of_several_parts_comes_first_on_pages_of_any_length(limit: int) -> None:
    indexed("coded", name="茶壶", code="TEA-1")
    indexed("twin", name="茶杯", code="TEA-1-X")
    indexed("text", name="盖碗", subtitle="tea 1")
    indexed("name", name="Tea 1 号")
    rebuild_search()

    assert seen_page_by_page("tea-1", limit=limit) == ["coded", "name", "twin", "text"]
    assert seen_page_by_page("茶", limit=limit) == ["twin", "coded"]


def test_codes_shared_by_many_products_are_all_shown() -> None:
    for number in range(4):
        product = indexed(f"p{number}", name="茶", code=f"T-{number}")
        Sku.objects.filter(product=product).update(barcode="69 01")
    rebuild_search()

    assert seen_page_by_page("69 01", limit=2) == ["p3", "p2", "p1", "p0"]
    assert seen_page_by_page("69 01", limit=1) == ["p3", "p2", "p1", "p0"]


@pytest.mark.parametrize("many", [1, 1000])
@pytest.mark.parametrize("sort", [Sort.CHEAPEST, Sort.DEAREST])
def test_common_and_rare_words_are_sorted_by_price_alike(
    monkeypatch: pytest.MonkeyPatch, many: int, sort: Sort
) -> None:
    monkeypatch.setattr(search, "MANY_OF_SEVERAL", many)
    for number in (2, 0, 1):
        product = ProductFactory(slug=f"p{number}", name="龙井 茶")
        SkuFactory(product=product, price_minor=100 * number)
    SkuFactory(product=ProductFactory(slug="cup", name="茶杯"), price_minor=1)
    rebuild_search()

    slugs = [card.slug for card in listing(query="茶 龙井", now=NOON, sort=sort).items]

    assert slugs == sorted(["p0", "p1", "p2"], reverse=sort == Sort.DEAREST)
