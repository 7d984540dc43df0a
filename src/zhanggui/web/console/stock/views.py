"""Stock by SKU and warehouse, its ledger, and corrections of counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import SkuRow
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.core.types import ActorType, Refusal
from zhanggui.inventory import queries, services
from zhanggui.inventory.queries import StockMovement
from zhanggui.inventory.types import StockRow, WarehouseView
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.console.pages import page
from zhanggui.web.console.stock.forms import CountForm

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A SKU in one warehouse, counters at zero where nothing was ever booked."""

    warehouse: WarehouseView
    row: StockRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StockView:
    """A SKU with its levels in all warehouses."""

    sku: SkuRow
    levels: list[Level]
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A movement with the name of who made it."""

    movement: StockMovement
    actor: str


@allowed("stock", "view")
@require_safe
def stock_list(request: HttpRequest) -> HttpResponse:
    """List SKUs by code with what each warehouse holds of them."""
    q, after = _clean(request, "q"), _clean(request, "after")
    skus = catalog.sku_rows(q=q, after=after, limit=SHOWN + 1)
    more, skus = len(skus) > SHOWN, skus[:SHOWN]
    context = {
        "q": q,
        "after": after,
        "rows": _views(skus),
        "next": skus[-1].code if more else "",
    }
    return page(request, "console/stock/list.html", context, part="list")


@allowed("stock", "view")
@require_safe
def level(request: HttpRequest, warehouse: str, sku: str) -> HttpResponse:
    """Show one level with its ledger and, to who may, the form for a count."""
    context = _level_context(warehouse, sku)
    context["form"] = CountForm()
    return page(request, "console/stock/level.html", context)


@allowed("stock", "edit")
@require_POST
def count(request: HttpRequest, warehouse: str, sku: str) -> HttpResponse:
    """Set the counted pieces; the difference becomes a row of the ledger."""
    form = CountForm(request.POST)
    if form.is_valid():
        try:
            services.set_count(
                sku_code=sku,
                warehouse_code=warehouse,
                on_hand=form.cleaned_data["on_hand"],
                reason=form.cleaned_data["reason"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("数量已更正，差额记入流水"))
            return redirect("console:level", warehouse, sku)
    context = _level_context(warehouse, sku) | {"form": form}
    return page(request, "console/stock/level.html", context, status=422)


def _clean(request: HttpRequest, name: str) -> str:
    try:
        return clean_text(request.GET.get(name, ""), max_length=100)
    except TextRefused:
        return ""


def _views(skus: Sequence[SkuRow]) -> list[StockView]:
    known = {
        (row.sku, row.warehouse): row
        for row in queries.stock_rows(sku_ids=[sku.sku_id for sku in skus])
    }
    houses = queries.warehouses()
    found = []
    for sku in skus:
        levels = [
            Level(
                warehouse=house,
                row=known.get((sku.code, house.code)) or StockRow(sku.code, house.code, 0, 0, 0),
            )
            for house in houses
        ]
        most = max((one.row.available for one in levels), default=0)
        found.append(StockView(sku=sku, levels=levels, available=most))
    return found


def _level_context(warehouse: str, code: str) -> dict[str, Any]:
    try:
        clean_text(warehouse + code, max_length=200)
    except TextRefused as refusal:
        raise Http404 from refusal
    sku = catalog.sku_row(code=code)
    if sku is None:
        raise Http404
    found = [one for one in _views([sku])[0].levels if one.warehouse.code == warehouse]
    if not found:
        raise Http404
    rows = queries.ledger(sku_code=code, warehouse_code=warehouse)
    staff = {row.actor_id for row in rows if row.actor_type == ActorType.STAFF and row.actor_id}
    names = accounts.user_names(user_ids=staff)
    ledger = [LedgerRow(movement=row, actor=names.get(row.actor_id or 0, "")) for row in rows]
    return {"sku": sku, "level": found[0], "ledger": ledger}
