"""Answers to what lower domains ask."""

from collections.abc import Collection

from zhanggui.catalog import hooks
from zhanggui.freight import queries
from zhanggui.freight.types import ChargeBy


@hooks.weighing
def charged_by_weight(product_ids: Collection[int]) -> set[int]:
    """Return the products whose freight is charged by weight."""
    found = queries.templates_of(product_ids=set(product_ids))
    return {pk for pk, template in found.items() if template.charge_by == ChargeBy.WEIGHT}
