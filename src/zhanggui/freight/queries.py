"""Reads of freight templates."""

from collections.abc import Collection, Mapping

from zhanggui.core import versions
from zhanggui.freight import calc
from zhanggui.freight.models import FreightRule, FreightTemplate, ProductFreight
from zhanggui.freight.types import ChargeBy, FreightRuleView, FreightTemplateView

FREIGHT = versions.declare("freight")


@versions.versioned(FREIGHT)
def templates() -> Mapping[int, FreightTemplateView]:
    """Return all templates in use with their rules, by id."""
    rules: dict[int, list[FreightRuleView]] = {}
    for rule in FreightRule.objects.order_by("position", "id"):
        view = FreightRuleView(
            areas=tuple(rule.areas),
            first_units=rule.first_units,
            first_minor=rule.first_minor,
            extra_units=rule.extra_units,
            extra_minor=rule.extra_minor,
        )
        rules.setdefault(rule.template_id, []).append(view)
    return {
        row.pk: FreightTemplateView(
            template_id=row.pk,
            name=row.name,
            charge_by=row.charge_by,
            currency=row.currency,
            rules=tuple(rules.get(row.pk, ())),
            is_default=row.default_key == 1,
        )
        for row in FreightTemplate.objects.filter(archived_at=None).order_by("name")
    }


def templates_of(*, product_ids: Collection[int]) -> dict[int, FreightTemplateView]:
    """Return the template that each product uses: its own, else the default, else none."""
    known, own = templates(), _own_templates()
    default = next((one for one in known.values() if one.is_default), None)
    found = {product: known.get(own.get(product, 0), default) for product in product_ids}
    return {product: template for product, template in found.items() if template is not None}


def own_template(*, product_id: int) -> FreightTemplateView | None:
    """Return the template chosen for a product, None where it uses the default."""
    return templates().get(_own_templates().get(product_id, 0))


def is_chosen(*, template_id: int) -> bool:
    """Tell whether a product uses this template as its own, not as the default."""
    return template_id in _own_templates().values()


@versions.versioned(FREIGHT)
def _own_templates() -> Mapping[int, int]:
    """Return product id → template id of the few products that do not use the default."""
    return dict(ProductFreight.objects.values_list("product_id", "template_id"))


def freight_range(*, product_id: int, weight_grams: int) -> tuple[int, int] | None:
    """Return the lowest and the highest freight of one piece over all areas.

    None means that it is delivered nowhere.
    """
    template = templates_of(product_ids=[product_id]).get(product_id)
    if template is None or not template.rules:
        return None
    units = weight_grams if template.charge_by == ChargeBy.WEIGHT else 1
    charges = [calc.charge(rule, units) for rule in template.rules]
    return min(charges), max(charges)
