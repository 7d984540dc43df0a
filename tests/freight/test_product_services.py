"""Products together with their freight template, and the weight that a template counts."""

import pytest
from tests.catalog.inputs import COLOURS, product_input, sku
from tests.factories.catalog import CategoryFactory, SkuFactory
from tests.factories.shop import MAINLAND, NOON, open_shop
from tests.unchanged import nothing_changes

from zhanggui.catalog.models import Product
from zhanggui.catalog.types import ProductChanged, Shelf
from zhanggui.core.types import SYSTEM
from zhanggui.freight import queries, services
from zhanggui.freight.types import FreightRuleView, WeightMissing

pytestmark = pytest.mark.django_db

RULES = [
    FreightRuleView(areas=MAINLAND, first_units=1, first_minor=0, extra_units=1, extra_minor=0)
]


def save_template(name: str, charge_by: str, template_id: int | None = None) -> int:
    saved = services.save_template(
        name=name,
        charge_by=charge_by,
        currency="CNY",
        rules=RULES,
        is_default=False,
        template_id=template_id,
    )
    return saved.pk


def test_a_refused_weight_leaves_neither_product_nor_template() -> None:
    open_shop()
    wanted = product_input(
        CategoryFactory(),
        options=(COLOURS,),
        skus=(sku("黑", code="B", weight_grams=5), sku("白", code="W")),
    )

    with nothing_changes(), pytest.raises(WeightMissing) as refusal:
        services.save_product(
            product_id=None,
            wanted=wanted,
            template_id=None,
            currency="CNY",
            now=NOON,
            actor=SYSTEM,
        )

    assert (refusal.value.rows, refusal.value.field) == ((1,), "freight")


def test_an_old_revision_is_refused_whatever_the_template() -> None:
    open_shop()
    product = SkuFactory().product
    Product.objects.filter(pk=product.pk).update(revision=3)

    with nothing_changes(), pytest.raises(ProductChanged):
        services.save_product(
            product_id=product.pk,
            wanted=product_input(product.category),
            template_id=default_template(),
            currency="CNY",
            now=NOON,
            actor=SYSTEM,
            revision=2,
        )


def default_template() -> int | None:
    default = next(one for one in queries.templates().values() if one.is_default)
    return default.template_id


def test_a_template_turns_to_weight_only_when_all_its_products_have_one() -> None:
    open_shop()
    by_piece = save_template("按件", "piece")
    light = SkuFactory(weight_grams=0, product__name="壶")
    services.set_product_template(product_id=light.product_id, template_id=by_piece)

    with nothing_changes(), pytest.raises(WeightMissing, match="「壶」的运费模板「按件」"):
        save_template("按件", "weight", by_piece)

    type(light).objects.update(weight_grams=1)
    assert save_template("按件", "weight", by_piece) == by_piece
    assert queries.templates()[by_piece].charge_by == "weight"


def test_a_product_on_the_shelf_can_not_take_a_template_that_counts_what_it_lacks() -> None:
    open_shop()
    light = SkuFactory(weight_grams=0)
    by_weight = save_template("按重", "weight")

    with nothing_changes(), pytest.raises(WeightMissing):
        services.set_product_template(product_id=light.product_id, template_id=by_weight)


def test_shelving_is_all_or_none_and_drafts_need_no_weight() -> None:
    open_shop()
    heavy = SkuFactory(product__shelf="off")
    light = SkuFactory(product__shelf="off", weight_grams=0)
    both = [heavy.product_id, light.product_id]

    with nothing_changes(), pytest.raises(WeightMissing):
        services.set_shelf(product_ids=both, shelf=Shelf.ON, now=NOON, actor=SYSTEM)

    assert services.set_shelf(product_ids=both, shelf=Shelf.DRAFT, now=NOON, actor=SYSTEM) == 2
    assert services.set_shelf(product_ids=both[:1], shelf=Shelf.ON, now=NOON, actor=SYSTEM) == 1
