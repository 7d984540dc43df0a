"""Saving products with their SKUs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.catalog.inputs import COLOURS, NOON, product_input, saved, sku
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory

from zhanggui.catalog.models import Category, Product, SearchTerm, Sku
from zhanggui.catalog.services import (
    archive_product,
    restore_product,
    save_product,
    set_shelf,
)
from zhanggui.catalog.types import CatalogRefused, OptionInput, Shelf
from zhanggui.core.ids import next_id
from zhanggui.core.models import Event
from zhanggui.core.text import TextRefused
from zhanggui.core.types import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def category() -> Category:
    return CategoryFactory(name="茶具")


def live(product: Product) -> dict[str, tuple[str, int]]:
    """Return what the live SKUs of a product are: options → code and price."""
    rows = Sku.objects.filter(product=product, archived_at=None).order_by("position")
    return {row.option_key: (row.code, row.price_minor) for row in rows}


def test_a_new_product_has_its_skus_its_figures_and_an_event(category: Category) -> None:
    product = saved(category)

    product.refresh_from_db()
    assert live(product) == {"黑": ("POT-B", 19_90), "白": ("POT-W", 29_90)}
    assert (product.sku_count, product.min_price_minor, product.max_price_minor) == (
        2,
        19_90,
        29_90,
    )
    assert product.options == [{"name": "颜色", "values": ["黑", "白"]}]
    event = Event.objects.get()
    assert (event.kind, event.subject_id, event.payload) == (
        "product.saved",
        product.pk,
        {"change": "created"},
    )


def test_the_market_price_shown_is_that_of_the_cheapest_sku(category: Category) -> None:
    product = saved(
        category,
        skus=(
            sku("黑", price=20_00, market_price_minor=99_00),
            sku("白", price=10_00, market_price_minor=30_00),
        ),
    )

    assert product.market_price_minor == 30_00


def test_an_edit_changes_rows_adds_rows_and_archives_what_is_missing(category: Category) -> None:
    product = saved(category)
    black = Sku.objects.get(code="POT-B")

    saved(
        category,
        product=product,
        options=(OptionInput(name="颜色", values=("黑", "红")),),
        skus=(sku("黑", code="POT-B", price=18_00), sku("红", code="POT-R", price=40_00)),
    )

    assert live(product) == {"黑": ("POT-B", 18_00), "红": ("POT-R", 40_00)}
    assert Sku.objects.get(code="POT-B").pk == black.pk
    assert Sku.objects.get(code="POT-W").archived_at == NOON
    product.refresh_from_db()
    assert (product.min_price_minor, product.max_price_minor) == (18_00, 40_00)
    prices = Event.objects.get(kind="product.price_changed")
    assert prices.payload == {
        "sku_id": black.pk,
        "old_minor": 19_90,
        "new_minor": 18_00,
        "currency": "CNY",
    }


def test_a_row_that_comes_back_is_the_same_sku_again(category: Category) -> None:
    product = saved(category)
    white = Sku.objects.get(code="POT-W")
    saved(category, product=product, skus=(sku("黑", code="POT-B"),))

    saved(category, product=product)

    white.refresh_from_db()
    assert white.archived_at is None
    assert Sku.objects.filter(product=product).count() == 2


def test_a_second_option_keeps_the_skus_by_their_codes(category: Category) -> None:
    product = saved(category)
    black = Sku.objects.get(code="POT-B")

    saved(
        category,
        product=product,
        options=(COLOURS, OptionInput(name="容量", values=("小", "大"))),
        skus=(sku("黑", "小", code="POT-B"), sku("黑", "大", code="POT-BL")),
    )

    black.refresh_from_db()
    assert (black.options, black.option_key) == (["黑", "小"], "黑 / 小")
    assert live(product) == {"黑 / 小": ("POT-B", 19_90), "黑 / 大": ("POT-BL", 19_90)}


def test_two_skus_may_swap_their_codes(category: Category) -> None:
    product = saved(category)

    saved(category, product=product, skus=(sku("黑", code="POT-W"), sku("白", code="POT-B")))

    assert live(product) == {"黑": ("POT-W", 19_90), "白": ("POT-B", 19_90)}


def test_rows_without_a_code_get_one_after_the_slug_and_keep_it(category: Category) -> None:
    product = saved(category, skus=(sku("黑"), sku("白", code="TEAPOT-01")))
    assert live(product) == {"黑": ("TEAPOT-02", 19_90), "白": ("TEAPOT-01", 19_90)}

    saved(category, product=product, skus=(sku("黑", price=1), sku("白")))

    assert live(product) == {"黑": ("TEAPOT-02", 1), "白": ("TEAPOT-01", 19_90)}


def test_a_slug_is_made_from_the_name_and_never_twice(category: Category) -> None:
    slugs = [saved(category, slug="", skus=(sku("黑"),)).slug for _ in range(2)]

    assert slugs == ["zi-sha-cha-hu", "zi-sha-cha-hu-2"]


def test_a_name_without_letters_still_gets_a_slug(category: Category) -> None:
    slug = saved(category, name="☕", slug="").slug

    assert slug.startswith("p-")
    assert len(slug) == 10


def test_a_product_without_options_has_one_sku(category: Category) -> None:
    product = saved(category, options=(), skus=(sku(code="POT", price=9_00),))

    assert live(product) == {"": ("POT", 9_00)}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("<p onclick='x'>好</p><script>alert(1)</script>", "<p>好</p>"),
        ("<a href='javascript:x'>好</a>", '<a rel="noopener noreferrer">好</a>'),
        ("a < b & c\n3 > 2", "a < b & c\n3 > 2"),
    ],
)
def test_a_description_is_cleaned_when_it_is_html(
    category: Category, typed: str, stored: str
) -> None:
    assert saved(category, description=typed).description == stored


TOO_MANY = OptionInput(name="号", values=tuple(str(n) for n in range(201)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"slug": "Tea Pot"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"category_id": 1}, "category"),
        ({"on_at": NOON, "off_at": NOON}, "off_at"),
        ({"skus": ()}, "skus"),
        ({"skus": (sku("黑", code="A"), sku("黑", code="B"))}, "skus"),
        ({"skus": (sku("黑", code="A"), sku("白", code="A"))}, "skus"),
        ({"skus": (sku("黑", code="TAKEN"),)}, "skus"),
        ({"skus": (sku("蓝", code="A"),)}, "skus"),
        ({"skus": (sku("黑", "大", code="A"),)}, "skus"),
        ({"skus": (sku("黑", price=-1),)}, "skus"),
        ({"skus": (sku("黑", market_price_minor=-1),)}, "skus"),
        ({"skus": (sku("黑", weight_grams=-1),)}, "skus"),
        ({"skus": (sku("黑", price=10**18),)}, "skus"),
        ({"options": (COLOURS, COLOURS)}, "options"),
        ({"options": (OptionInput(name="", values=("黑",)),)}, "options"),
        ({"options": (OptionInput(name="颜色", values=()),)}, "options"),
        ({"options": (OptionInput(name="颜色", values=("黑", " 黑")),)}, "options"),
        ({"options": (COLOURS,) * 4}, "options"),
        ({"options": (TOO_MANY,), "skus": tuple(sku(v) for v in TOO_MANY.values)}, "skus"),
    ],
)
def test_what_must_be_mended_is_named_and_nothing_changes(
    category: Category, changes: dict[str, Any], field: str
) -> None:
    ProductFactory(slug="taken")
    SkuFactory(code="TAKEN")
    product = saved(category)
    before = (
        list(Product.objects.order_by("pk").values()),
        list(Sku.objects.order_by("pk").values()),
        Event.objects.count(),
        SearchTerm.objects.count(),
    )

    with pytest.raises(CatalogRefused) as refusal:
        saved(category, product=product, **changes)

    assert refusal.value.field == field
    assert before == (
        list(Product.objects.order_by("pk").values()),
        list(Sku.objects.order_by("pk").values()),
        Event.objects.count(),
        SearchTerm.objects.count(),
    )


def test_a_code_of_a_stopped_sku_of_the_same_product_is_refused(category: Category) -> None:
    product = saved(category)
    saved(category, product=product, skus=(sku("黑", code="POT-B"),))

    with pytest.raises(CatalogRefused, match="POT-W"):
        saved(category, product=product, skus=(sku("黑", code="POT-W"),))

    assert live(product) == {"黑": ("POT-B", 19_90)}


def test_a_text_that_no_database_takes_is_refused(category: Category) -> None:
    with pytest.raises(TextRefused):
        saved(category, name="茶\x00壶")

    assert not Product.objects.exists()


def test_an_archived_product_is_not_edited(category: Category) -> None:
    product = saved(category)
    archive_product(product_id=product.pk, now=NOON, actor=SYSTEM)

    with pytest.raises(CatalogRefused):
        saved(category, product=product, name="新名字")

    product.refresh_from_db()
    assert product.name == "紫砂茶壶"


def test_the_currency_stays_that_of_the_first_save(category: Category) -> None:
    product = saved(category)

    save_product(
        product_id=product.pk,
        wanted=product_input(category),
        currency="USD",
        now=NOON,
        actor=SYSTEM,
    )

    product.refresh_from_db()
    assert product.currency == "CNY"


def test_shelves_change_together_and_only_what_differs_is_told(category: Category) -> None:
    on, off = SkuFactory().product, SkuFactory(product__shelf=Shelf.OFF).product

    changed = set_shelf(product_ids=[on.pk, off.pk], shelf=Shelf.ON, now=NOON, actor=SYSTEM)

    assert changed == 1
    assert set(Product.objects.values_list("shelf", flat=True)) == {"on"}
    assert list(Event.objects.values_list("subject_id", "payload")) == [(off.pk, {"change": "on"})]


def test_a_product_without_sku_is_not_put_on_the_shelf_nor_are_its_neighbours() -> None:
    empty = ProductFactory(shelf=Shelf.DRAFT)
    ready = SkuFactory(product__shelf=Shelf.OFF).product

    with pytest.raises(CatalogRefused) as refusal:
        set_shelf(product_ids=[ready.pk, empty.pk], shelf=Shelf.ON, now=NOON, actor=SYSTEM)

    assert refusal.value.field == "skus"
    assert set(Product.objects.values_list("shelf", flat=True)) == {"draft", "off"}
    assert not Event.objects.exists()


def test_archiving_and_restoring_twice_is_told_once_and_ends_off_the_shelf() -> None:
    product = SkuFactory().product

    for _ in range(2):
        archive_product(product_id=product.pk, now=NOON, actor=SYSTEM)
    product.refresh_from_db()
    assert product.archived_at == NOON
    for _ in range(2):
        restore_product(product_id=product.pk, now=NOON + timedelta(hours=1), actor=SYSTEM)

    product.refresh_from_db()
    assert (product.archived_at, product.shelf) == (None, "off")
    changes = Event.objects.order_by("pk").values_list("payload__change", flat=True)
    assert list(changes) == ["archived", "restored"]


def test_a_product_of_an_archived_category_is_not_restored() -> None:
    product = SkuFactory(
        product__archived_at=NOON, product__category=CategoryFactory(archived_at=NOON)
    ).product

    with pytest.raises(CatalogRefused) as refusal:
        restore_product(product_id=product.pk, now=NOON, actor=SYSTEM)

    assert refusal.value.field == "category"
    product.refresh_from_db()
    assert product.archived_at == NOON


def product_with(**values: Any) -> None:
    ProductFactory(**values)


def sku_with(**values: Any) -> None:
    row = Sku(product=ProductFactory(), code="X", option_key="", price_minor=1)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)


@pytest.mark.parametrize(
    ("make", "values"),
    [
        (product_with, {"shelf": "gone"}),
        (product_with, {"on_at": NOON, "off_at": NOON}),
        (product_with, {"sku_count": -1}),
        (product_with, {"min_price_minor": 2, "max_price_minor": 1}),
        (product_with, {"min_price_minor": -1}),
        (sku_with, {"price_minor": -1}),
        (sku_with, {"market_price_minor": -1}),
        (sku_with, {"cost_price_minor": -1}),
        (sku_with, {"weight_grams": -1}),
        (sku_with, {"volume_cm3": -1}),
        (sku_with, {"code": "TAKEN"}),
    ],
)
def test_the_database_refuses_what_no_form_should_let_through(
    make: Any, values: dict[str, Any]
) -> None:
    SkuFactory(code="TAKEN")

    with pytest.raises(IntegrityError), transaction.atomic():
        make(**values)


def test_the_database_keeps_options_slugs_and_terms_unique() -> None:
    row = SkuFactory(options=["黑"])
    term = {"product": row.product, "term": "茶"}
    SearchTerm.objects.create(**term, weight=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        SkuFactory(product=row.product, options=["黑"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductFactory(slug=row.product.slug)
    with pytest.raises(IntegrityError), transaction.atomic():
        SearchTerm.objects.create(id=next_id(), **term, weight=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        SearchTerm.objects.create(product=row.product, term="壶", weight=9)
