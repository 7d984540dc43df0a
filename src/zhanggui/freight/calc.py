"""What freight costs: pure arithmetic in minor units."""

from collections.abc import Mapping, Sequence

from zhanggui.freight.types import (
    ChargeBy,
    FreightItem,
    FreightRuleView,
    FreightTemplateView,
)


def rule_for(template: FreightTemplateView, division_code: str) -> FreightRuleView | None:
    """Return the rule of the smallest area that holds the division: district, city, province."""
    wider = (division_code, f"{division_code[:4]}00", f"{division_code[:2]}0000")
    for code in wider:
        for rule in template.rules:
            if code in rule.areas:
                return rule
    return None


def charge(rule: FreightRuleView, units: int) -> int:
    """Return first price plus one extra price for each further unit begun; nothing for nothing."""
    if units <= 0:
        return 0
    extra = max(units - rule.first_units, 0)
    return rule.first_minor + -(-extra // rule.extra_units) * rule.extra_minor


def quote(
    items: Sequence[FreightItem],
    *,
    templates: Mapping[int, FreightTemplateView],
    division_code: str,
) -> int | None:
    """Return the freight of a cart, each template's goods charged together.

    `templates` gives the template of each product id. None means: one of the goods is not
    delivered there, because it has no template or its template no rule for the area.
    """
    groups: dict[int, tuple[FreightTemplateView, int]] = {}
    for item in items:
        template = templates.get(item.product_id)
        if template is None:
            return None
        by_weight = template.charge_by == ChargeBy.WEIGHT
        units = item.quantity * (item.weight_grams if by_weight else 1)
        so_far = groups.get(template.template_id, (template, 0))[1]
        groups[template.template_id] = (template, so_far + units)
    total = 0
    for template, units in groups.values():
        rule = rule_for(template, division_code)
        if rule is None:
            return None
        total += charge(rule, units)
    return total
