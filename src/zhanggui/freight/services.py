"""Writes of freight templates, and of products together with theirs."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import queries as catalog_queries
from zhanggui.catalog import services as catalog
from zhanggui.catalog.services import ProductWish
from zhanggui.catalog.types import ProductInput, Shelf
from zhanggui.core import audit, versions
from zhanggui.core.text import clean_text
from zhanggui.core.transactions import in_transaction, retried
from zhanggui.core.types import Actor, By, Refusal
from zhanggui.freight import queries
from zhanggui.freight.models import FreightRule, FreightTemplate, ProductFreight
from zhanggui.freight.types import (
    ChargeBy,
    FreightRefused,
    FreightRuleView,
    SavedProduct,
    WeightMissing,
)
from zhanggui.inventory import services as inventory
from zhanggui.regions import queries as regions

_MOST_UNITS, _MOST_MINOR = 1_000_000_000, 100_000_000


@retried
def save_template(
    *,
    name: str,
    charge_by: str,
    currency: str,
    rules: Sequence[FreightRuleView],
    is_default: bool,
    template_id: int | None = None,
    by: By | None = None,
) -> FreightTemplate:
    """Make a template or replace its name and rules. A new default takes over from the old one.

    Raises:
        FreightRefused: there is no rule, an area is unknown or stands in two rules, a price or unit
            is out of range, the name is taken, or there is no such template.
        TextRefused: as core.text says.
        WeightMissing: it charges by weight, and a product on the shelf that uses it has none.
    """
    name = clean_text(name, max_length=60)
    template = FreightTemplate.objects.filter(pk=template_id or 0).first()
    if template_id is not None and template is None:
        raise FreightRefused(_("没有这个运费模板，请刷新后再试。"))
    _check(name, rules, template_id)
    _check_charges(charge_by, currency, rules)
    if is_default:
        FreightTemplate.objects.filter(default_key=1).exclude(pk=template_id or 0).update(
            default_key=None
        )
    template = template or FreightTemplate()
    template.name, template.charge_by, template.currency = name, charge_by, currency
    template.default_key = 1 if is_default else template.default_key
    template.save()
    _write_rules(template, rules)
    versions.bump(queries.FREIGHT)
    _check_weights(None, used=template.pk)
    audit.record_by(
        by,
        kind="freight.saved",
        subject_type="freight",
        subject_id=template.pk,
        label=template.name,
        details={"change": "edited" if template_id else "created"},
    )
    return template


def _write_rules(template: FreightTemplate, rules: Sequence[FreightRuleView]) -> None:
    template.rules.all().delete()
    FreightRule.objects.bulk_create(
        FreightRule(
            template=template,
            position=position,
            areas=list(rule.areas),
            first_units=rule.first_units,
            first_minor=rule.first_minor,
            extra_units=rule.extra_units,
            extra_minor=rule.extra_minor,
        )
        for position, rule in enumerate(rules)
    )


def _check(name: str, rules: Sequence[FreightRuleView], template_id: int | None) -> None:
    refusal: Refusal | None = None
    areas = [area for rule in rules for area in rule.areas]
    if not name:
        refusal = FreightRefused(_("请填写模板名称。"))
    elif FreightTemplate.objects.filter(name=name).exclude(pk=template_id or 0).exists():
        refusal = FreightRefused(_("已经有同名的运费模板，请换个名称。"))
    elif not rules or not all(rule.areas for rule in rules):
        refusal = FreightRefused(_("每条规则至少要选一个地区。"))
    elif len(areas) != len(set(areas)):
        refusal = FreightRefused(_("同一个地区只能出现在一条规则里。"))
    elif unknown := [area for area in areas if regions.division(code=area) is None]:
        refusal = FreightRefused(_("没有这个地区：%(area)s。") % {"area": unknown[0]})
    if refusal is not None:
        raise refusal


def _check_charges(charge_by: str, currency: str, rules: Sequence[FreightRuleView]) -> None:
    if charge_by not in ChargeBy.values:
        raise FreightRefused(_("请选择按重量还是按件数计费。"))
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise FreightRefused(_("币种要写三个字母的代码，例如 CNY。"))
    for rule in rules:
        if not (1 <= rule.first_units <= _MOST_UNITS and 1 <= rule.extra_units <= _MOST_UNITS):
            raise FreightRefused(_("首重（首件）和续重（续件）至少是 1。"))
        if not (0 <= rule.first_minor <= _MOST_MINOR and 0 <= rule.extra_minor <= _MOST_MINOR):
            raise FreightRefused(_("运费不能小于 0，也不能超过一百万元。"))


@transaction.atomic
def set_product_template(*, product_id: int, template_id: int | None) -> None:
    """Give a product its own template, or None to let it use the default.

    Raises:
        WeightMissing: the product is on the shelf and has SKUs without the weight that counts now.
    """
    if template_id is None:
        ProductFreight.objects.filter(product_id=product_id).delete()
    else:
        ProductFreight.objects.update_or_create(
            product_id=product_id, defaults={"template_id": template_id}
        )
    versions.bump(queries.FREIGHT)
    _check_weights([product_id])


def save_product(
    *,
    product_id: int | None,
    wanted: ProductInput,
    template_id: int | None,
    currency: str,
    now: datetime,
    actor: Actor,
    revision: int | None = None,
) -> SavedProduct:
    """Make or change a product together with its freight template; None uses the default.

    Raises:
        CatalogRefused, TextRefused: as `catalog.services.save_product` says.
        WeightMissing: it is on the shelf and has SKUs without the weight that its template counts.
    """

    def save() -> SavedProduct:
        saved = catalog.save_product(
            product_id=product_id,
            wanted=wanted,
            currency=currency,
            now=now,
            actor=actor,
            revision=revision,
        )
        set_product_template(product_id=saved.pk, template_id=template_id)
        if saved.leaves_when_sold_out or saved.is_sold_out:
            inventory.refresh_sold_out(product_ids=[saved.pk], now=now)
        return SavedProduct(product_id=saved.pk, slug=saved.slug, name=saved.name)

    catalog.get_ready()
    return in_transaction(save)  # the freight version is written after the audit log's head


@transaction.atomic
def save_products(
    *,
    wishes: Sequence[ProductWish],
    templates: Sequence[int | None],
    now: datetime,
    actor: Actor,
) -> list[SavedProduct | Refusal]:
    """Make or change many products with their templates, each whole or not at all, in order.

    Raises:
        WeightMissing: one on the shelf has SKUs without the weight that its template counts;
            nothing is written.
    """
    results = catalog.save_products(wishes=wishes, now=now, actor=actor)
    wanted = {
        one.pk: template_id
        for one, template_id in zip(results, templates, strict=True)
        if not isinstance(one, Refusal)
    }
    own = dict(
        ProductFreight.objects.filter(product_id__in=wanted).values_list("product_id", "template")
    )
    moved = {pk: one for pk, one in wanted.items() if own.get(pk) != one}
    if moved:
        ProductFreight.objects.filter(product_id__in=moved).delete()
        ProductFreight.objects.bulk_create(
            ProductFreight(product_id=pk, template_id=one) for pk, one in moved.items() if one
        )
        versions.bump(queries.FREIGHT)
    _check_weights(wanted)
    saved = [one for one in results if not isinstance(one, Refusal)]
    leaving = [one.pk for one in saved if one.leaves_when_sold_out or one.is_sold_out]
    if leaving:
        inventory.refresh_sold_out(product_ids=leaving, now=now)
    return [
        one
        if isinstance(one, Refusal)
        else SavedProduct(product_id=one.pk, slug=one.slug, name=one.name)
        for one in results
    ]


@transaction.atomic
def copy_product(*, product_id: int, now: datetime, actor: Actor) -> SavedProduct:
    """Make a draft like this product, with its freight template.

    Raises:
        CatalogRefused: as `catalog.services.copy_product` says.
    """
    made = catalog.copy_product(product_id=product_id, now=now, actor=actor)
    own = queries.own_template(product_id=product_id)
    if own is not None:
        set_product_template(product_id=made.pk, template_id=own.template_id)
    return SavedProduct(product_id=made.pk, slug=made.slug, name=made.name)


@transaction.atomic
def remove_products(*, product_ids: Collection[int], now: datetime, actor: Actor) -> None:
    """Delete products for good, with which template they use; see `catalog.services`."""
    if ProductFreight.objects.filter(product_id__in=product_ids).delete()[0]:
        versions.bump(queries.FREIGHT)
    catalog.remove_products(product_ids=product_ids, now=now, actor=actor)


@transaction.atomic
def remove_template(*, template_id: int) -> None:
    """Delete a template with its rules; if it was the default, there is none then.

    Raises:
        ProtectedError, IntegrityError: a product uses it.
    """
    FreightTemplate.objects.filter(pk=template_id).delete()
    versions.bump(queries.FREIGHT)


@transaction.atomic
def set_shelf(*, product_ids: Iterable[int], shelf: Shelf, now: datetime, actor: Actor) -> int:
    """Put products on or off the shelf, all or none; return how many changed.

    Raises:
        CatalogRefused: one is archived, or is to be sold and has no SKU.
        WeightMissing: one is to be sold and has SKUs without the weight that its template counts.
    """
    wanted = sorted(set(product_ids))
    changed = catalog.set_shelf(product_ids=wanted, shelf=shelf, now=now, actor=actor)
    _check_weights(wanted)
    return changed


def _check_weights(product_ids: Collection[int] | None, *, used: int | None = None) -> None:
    """Refuse what was just written where weight is charged and not known.

    Asks for these products, or for all that use the template `used`.
    """
    light = catalog_queries.weightless_skus(product_ids=product_ids)
    templates = queries.templates_of(product_ids={product for product, _name, _row in light})
    for product, name, _first in light:
        template = templates.get(product)
        if template is None or template.charge_by != ChargeBy.WEIGHT:
            continue
        if used in (None, template.template_id):
            rows = tuple(row for other, _same, row in light if other == product)
            raise WeightMissing(product=name, template=template.name, rows=rows)
