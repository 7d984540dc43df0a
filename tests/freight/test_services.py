"""Freight templates: saved whole, one default, refused where they could not charge."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories.catalog import ProductFactory
from tests.factories.shop import NOON

from zhanggui.core import versions
from zhanggui.core.text import TextRefused
from zhanggui.freight import queries, services
from zhanggui.freight.models import FreightRule, FreightTemplate, ProductFreight
from zhanggui.freight.types import FreightRefused, FreightRuleView

pytestmark = pytest.mark.django_db

NEAR = FreightRuleView(
    areas=("330000", "310000"),
    first_units=1000,
    first_minor=800,
    extra_units=1000,
    extra_minor=200,
)
FAR = replace(NEAR, areas=("650000",), first_minor=2500)


def save(**values: Any) -> FreightTemplate:
    known: dict[str, Any] = {
        "name": "标准快递",
        "charge_by": "weight",
        "currency": "CNY",
        "rules": [NEAR, FAR],
        "is_default": False,
    }
    return services.save_template(**{**known, **values})


def test_a_template_is_read_as_it_was_saved() -> None:
    saved = save(name=" 标准快递 ", is_default=True)

    (found,) = queries.templates().values()

    assert (found.template_id, found.name, found.charge_by) == (saved.pk, "标准快递", "weight")
    assert (found.currency, found.is_default, found.rules) == ("CNY", True, (NEAR, FAR))


def test_saving_again_replaces_name_and_rules() -> None:
    first = save()

    again = save(template_id=first.pk, name="特快", charge_by="piece", rules=[FAR])

    assert again.pk == first.pk
    (found,) = queries.templates().values()
    assert (found.name, found.charge_by, found.rules) == ("特快", "piece", (FAR,))
    assert FreightRule.objects.count() == 1


def test_a_new_default_takes_over_from_the_old_one() -> None:
    old = save(name="旧", is_default=True)
    new = save(name="新", is_default=True)

    assert {key: one.is_default for key, one in queries.templates().items()} == {
        old.pk: False,
        new.pk: True,
    }
    save(name="旧", template_id=old.pk, is_default=True)
    assert FreightTemplate.objects.get(default_key=1) == old


def test_the_default_stays_until_another_takes_over() -> None:
    old = save(is_default=True)

    save(template_id=old.pk, is_default=False)

    assert FreightTemplate.objects.get(default_key=1) == old


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "请填写模板名称"),
        ({"name": "标准快递"}, "已经有同名"),
        ({"rules": []}, "至少要选一个地区"),
        ({"rules": [replace(NEAR, areas=())]}, "至少要选一个地区"),
        ({"rules": [NEAR, replace(FAR, areas=("330000",))]}, "只能出现在一条规则"),
        ({"rules": [replace(NEAR, areas=("330000", "330000"))]}, "只能出现在一条规则"),
        ({"rules": [replace(NEAR, areas=("999999",))]}, "没有这个地区：999999"),
        ({"rules": [replace(NEAR, first_units=0)]}, "至少是 1"),
        ({"rules": [replace(NEAR, extra_units=0)]}, "至少是 1"),
        ({"rules": [replace(NEAR, extra_units=2**31)]}, "至少是 1"),
        ({"rules": [replace(NEAR, first_minor=-1)]}, "不能小于 0"),
        ({"rules": [replace(NEAR, extra_minor=2**63)]}, "不能小于 0"),
        ({"charge_by": "moon"}, "按重量还是按件数"),
        ({"currency": "yuan"}, "三个字母"),
        ({"template_id": 1}, "没有这个运费模板"),
    ],
    ids=str,
)
def test_a_template_that_could_not_charge_is_refused_and_changes_nothing(
    values: dict[str, Any], said: str
) -> None:
    save(is_default=True)

    with pytest.raises(FreightRefused, match=said) as refusal:
        save(**{"name": "另一个", "is_default": True, **values})

    assert (refusal.value.code, refusal.value.status) == ("invalid_freight", 422)
    (kept,) = queries.templates().values()
    assert (kept.name, kept.is_default, kept.rules) == ("标准快递", True, (NEAR, FAR))


@pytest.mark.parametrize("name", ["快递\x00", "快" * 61])
def test_a_name_that_cannot_be_kept_is_refused(name: str) -> None:
    with pytest.raises(TextRefused):
        save(name=name)

    assert not FreightTemplate.objects.exists()


def test_a_product_uses_its_own_template_else_the_default_else_none() -> None:
    own, other = ProductFactory(), ProductFactory()
    special = save(name="大件")
    services.set_product_template(product_id=own.pk, template_id=special.pk)
    ids = [own.pk, other.pk]

    assert {key: one.name for key, one in queries.templates_of(product_ids=ids).items()} == {
        own.pk: "大件"
    }
    save(is_default=True)
    assert {key: one.name for key, one in queries.templates_of(product_ids=ids).items()} == {
        own.pk: "大件",
        other.pk: "标准快递",
    }


def test_a_product_can_change_its_template_and_go_back_to_the_default() -> None:
    product = ProductFactory()
    first, second = save(name="甲", is_default=True), save(name="乙")

    services.set_product_template(product_id=product.pk, template_id=second.pk)
    services.set_product_template(product_id=product.pk, template_id=first.pk)
    assert ProductFreight.objects.get().template_id == first.pk
    services.set_product_template(product_id=product.pk, template_id=None)

    assert not ProductFreight.objects.exists()
    assert queries.templates_of(product_ids=[product.pk])[product.pk].name == "甲"


def test_an_archived_template_gives_way_to_the_default() -> None:
    product = ProductFactory()
    old = save(name="旧")
    save(is_default=True)
    services.set_product_template(product_id=product.pk, template_id=old.pk)
    FreightTemplate.objects.filter(pk=old.pk).update(archived_at=NOON)
    versions.bump(queries.FREIGHT)

    assert queries.templates_of(product_ids=[product.pk])[product.pk].name == "标准快递"


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_products_takes_the_same_statements_and_none_again(count: int) -> None:
    save(is_default=True)
    products = [ProductFactory().pk for _ in range(count)]

    versions.forget()
    with versions.held(), CaptureQueriesContext(connection) as asked:
        found = queries.templates_of(product_ids=products)
    with CaptureQueriesContext(connection) as again, versions.held():
        assert queries.templates_of(product_ids=products) == found

    assert (len(found), len(asked), len(again)) == (count, 4, 1)


@pytest.mark.parametrize(
    "values",
    [{"charge_by": "moon"}, {"default_key": 2}, {"name": "另一个"}, {"default_key": 1}],
    ids=str,
)
def test_the_database_itself_refuses_impossible_templates(values: dict[str, Any]) -> None:
    save(name="另一个", is_default=True)
    template = save()

    with pytest.raises(IntegrityError), transaction.atomic():
        FreightTemplate.objects.filter(pk=template.pk).update(**values)

    template.refresh_from_db()
    assert (template.name, template.charge_by, template.default_key) == ("标准快递", "weight", None)


@pytest.mark.parametrize(
    "values",
    [{"first_units": 0}, {"extra_units": 0}, {"first_minor": -1}, {"extra_minor": -1}],
    ids=str,
)
def test_the_database_itself_refuses_impossible_rules(values: dict[str, int]) -> None:
    save(rules=[NEAR])

    with pytest.raises(IntegrityError), transaction.atomic():
        FreightRule.objects.update(**values)

    (kept,) = queries.templates().values()
    assert kept.rules == (NEAR,)


def test_a_product_has_one_template_of_its_own() -> None:
    product, template = ProductFactory(), save()
    services.set_product_template(product_id=product.pk, template_id=template.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProductFreight.objects.create(product=product, template=template)

    assert str(ProductFreight.objects.get()) == f"{product.pk} → {template.pk}"
