"""The page of a SKU's stock: how much there is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhanggui.inventory import queries
from zhanggui.inventory.types import KindSum, MovementKind
from zhanggui.web.access import allowed
from zhanggui.web.console.pages import page
from zhanggui.web.console.periods import Span, bounds
from zhanggui.web.console.stock.causes import ledger_rows
from zhanggui.web.console.stock.levels import (
    Level,
    house_code,
    houses_of,
    key_of,
    stock_views,
    wanted_sku,
)

SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What the ledger adds up to beside what the counters say."""

    kinds: list[KindSum]  # those that changed what is on hand
    ledger: tuple[int, int, int]  # on hand, reserved, unavailable
    counters: tuple[int, int, int]

    @property
    def is_right(self) -> bool:
        """Tell whether ledger and counters agree."""
        return self.ledger == self.counters


@allowed("stock", "view")
@require_safe
def sku_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a SKU's levels, why they are what they are, and its ledger."""
    (view,) = stock_views([wanted_sku(code)], houses=houses_of(request))
    house, span = house_code(request), request.GET.get("period", "")
    shown = [one for one in view.levels if house in ("", one.warehouse.code)]
    ids = {one.warehouse.warehouse_id for one in shown}
    levels = queries.level_ids(sku_id=view.sku.sku_id)
    wanted = [level_id for level_id, place in levels.items() if place in ids]
    kind = request.GET.get("kind", "")
    since, until = bounds(span, now=timezone.now()) if span in Span.values else (None, None)
    found = queries.movements(
        level_ids=wanted,
        kind=kind if kind in MovementKind.values else "",
        since=since,
        until=until,
        before=key_of(request.GET.get("before", "")),
        limit=SHOWN + 1,
    )
    context = {
        "sku": view.sku,
        "levels": view.levels,
        "sum": _sum(queries.kind_sums(level_ids=wanted), shown),
        "ledger": ledger_rows(found[:SHOWN]),
        "next": found[SHOWN - 1].pk if len(found) > SHOWN else "",
        "before": request.GET.get("before", ""),
        "house": house,
        "kind": kind,
        "period": span,
        "kinds": MovementKind.choices,
        "spans": Span.choices,
    }
    return page(request, "console/stock/sku.html", context, part="ledger")


def _sum(sums: Sequence[KindSum], levels: Sequence[Level]) -> Sum:
    rows = [one.row for one in levels]
    return Sum(
        kinds=[one for one in sums if one.on_hand],
        ledger=(
            sum(one.on_hand for one in sums),
            sum(one.reserved for one in sums),
            sum(one.unavailable for one in sums),
        ),
        counters=(
            sum(row.on_hand for row in rows),
            sum(row.reserved for row in rows),
            sum(row.unavailable for row in rows),
        ),
    )
