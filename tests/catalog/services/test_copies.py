"""Products made after others."""

import pytest
from tests.catalog.inputs import NOON
from tests.factories.catalog import CategoryFactory, PictureFactory, ProductFactory, SkuFactory
from tests.factories.shop import open_shop
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Picture, Product, ProductChange, Sku
from zhanggui.catalog.queries import listing
from zhanggui.catalog.services import rebuild_search
from zhanggui.catalog.types import CatalogRefused
from zhanggui.core.types import SYSTEM
from zhanggui.freight import queries as freight_queries
from zhanggui.freight import services as freight
from zhanggui.freight.types import FreightRuleView

pytestmark = pytest.mark.django_db
FREE = FreightRuleView(
    areas=("330000",), first_units=1, first_minor=0, extra_units=1, extra_minor=0
)


def copied(product: Product) -> Product:
    made = freight.copy_product(product_id=product.pk, now=NOON, actor=SYSTEM)
    return Product.objects.get(pk=made.product_id)


def _pot() -> tuple[Product, Picture]:
    """Return a pot in two colours, one with a picture of its own, and a third that is gone."""
    source = ProductFactory(
        name="紫砂壶",
        slug="pot",
        subtitle="手工",
        description="<p>宜兴</p>",
        options=[{"name": "颜色", "values": ["黑", "白"]}],
        leaves_when_sold_out=True,
        on_at=NOON,
    )
    picture = PictureFactory(product=source, alt="壶")
    for n, (code, colour) in enumerate((("P-B", "黑"), ("P-W", "白"))):
        SkuFactory(
            product=source,
            code=code,
            options=[colour],
            position=n,
            cost_price_minor=5_00,
            barcode="690",
            picture=picture if n else None,
        )
    SkuFactory(product=source, options=["红"], archived_at=NOON)
    return source, picture


def test_a_copy_is_a_draft_with_everything_but_what_belongs_to_the_one() -> None:
    open_shop()
    template = freight.save_template(
        name="包邮", charge_by="piece", currency="CNY", is_default=False, rules=[FREE]
    )
    source, picture = _pot()
    SkuFactory(code="P-W-2")
    freight.set_product_template(product_id=source.pk, template_id=template.pk)

    made = copied(source)

    same = ("subtitle", "description", "options", "category_id", "currency", "sku_count")
    assert [getattr(made, name) for name in same] == [
        getattr(Product.objects.get(pk=source.pk), name) for name in same
    ]
    assert (made.name, made.slug, made.shelf, made.on_at, made.leaves_when_sold_out) == (
        "紫砂壶（副本）",
        "zi-sha-hu-fu-ben",
        "draft",
        None,
        True,
    )
    rows = Sku.objects.filter(product=made).order_by("position")
    assert [(r.code, r.option_key, r.price_minor, r.cost_price_minor, r.barcode) for r in rows] == [
        ("P-B-3", "黑", 19_90, 5_00, ""),
        ("P-W-3", "白", 19_90, 5_00, ""),
    ]
    shared = Picture.objects.get(product=made)
    assert (shared.small, shared.alt, rows[1].picture_id) == (picture.small, "壶", shared.pk)
    own = freight_queries.own_template(product_id=made.pk)
    assert own is not None
    assert own.template_id == template.pk
    assert ProductChange.objects.get(product=made).field == "created"
    rebuild_search()
    assert "zi-sha-hu-fu-ben" not in [card.slug for card in listing(now=NOON).items]


def test_long_names_and_codes_are_cut_and_a_second_copy_gets_other_ones() -> None:
    source = ProductFactory(name="长" * 120)
    SkuFactory(product=source, code="c" * 60)

    made = [copied(source) for _ in range(2)]

    assert [len(one.name) for one in made] == [120, 120]
    codes = Sku.objects.exclude(product=source).order_by("code").values_list("code", flat=True)
    assert list(codes) == [f"{'c' * 58}-2", f"{'c' * 58}-3"]
    assert len({one.slug for one in made}) == 2


def test_a_product_of_an_archived_category_is_not_copied() -> None:
    source = SkuFactory(product__category=CategoryFactory(archived_at=NOON)).product

    with pytest.raises(CatalogRefused), nothing_changes():
        copied(source)
