"""Whether an import stays within what somebody may change by hand."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.types import COST, ImportRefused, Kind, Outcome, Reach, StockMode


def check_begin(*, run: ImportRun, reach: Reach) -> None:
    """Refuse that somebody confirms what was checked with more rights than theirs.

    Raises:
        ImportRefused: it may book stock of other warehouses, or costs.
    """
    within = run.options.get("within")
    counts = run.kind == Kind.STOCK or (
        run.kind == Kind.PRODUCTS and run.options.get("stock") != StockMode.NONE
    )
    if reach.warehouses is not None and counts:
        covered = within is not None and reach.warehouses.issuperset(within)
        if not covered:
            raise ImportRefused(_("这次导入会改你不能改的仓库的库存，请让能改的人来确认。"))
    if not reach.costs and COST in run.columns and run.options.get("costs", True):
        raise ImportRefused(_("这次导入会改成本价，请让能看成本的人来确认。"))


def check_undo(*, run: ImportRun, reach: Reach) -> None:
    """Refuse that somebody sets back what they may not change.

    Raises:
        ImportRefused: it booked stock of other warehouses, or changed costs.
    """
    if reach.warehouses is None and reach.costs:
        return
    for changes in _changes(run):
        houses = {house for _sku, house, _before, _after in changes.get("stock", ())}
        if reach.warehouses is not None and not houses <= reach.warehouses:
            raise ImportRefused(_("这次导入改过你不能改的仓库的库存，请让能改的人来撤销。"))
        skus = changes.get("skus", {}).values()
        if not reach.costs and any("cost_price_minor" in one for one in skus):
            raise ImportRefused(_("这次导入改过成本价，请让能看成本的人来撤销。"))


def _changes(run: ImportRun) -> Iterator[dict[str, Any]]:
    rows = run.rows.filter(outcome__in=[Outcome.CREATED, Outcome.UPDATED])
    return rows.values_list("changes", flat=True).iterator(chunk_size=500)
