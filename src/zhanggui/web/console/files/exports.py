"""Exports: of exactly what a list shows, made by a worker, handed to who asked for them."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.types import Holder
from zhanggui.core.tables.writing import FORMATS
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.integrations import queries, services
from zhanggui.integrations.queries import ExportRun
from zhanggui.integrations.services.exporting import stored_filter
from zhanggui.integrations.services.exporting_products import SHOPIFY
from zhanggui.integrations.types import ExportState, Kind
from zhanggui.inventory.types import StockFilter
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.files.imports import handed_out
from zhanggui.web.console.orders.filters import order_filter, read_wish
from zhanggui.web.console.pages import page

RIGHTS = {
    Kind.PRODUCTS: ("products", "view"),
    Kind.PRICES: ("products", "view"),
    Kind.STOCK: ("stock", "view"),
    Kind.ORDERS: ("orders", "view"),
}
_BUSY = (ExportState.QUEUED, ExportState.RUNNING)
_SEARCHED = "q"  # may be a name or a phone number: it is not written down


@allowed("exports", "view")
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """List this person's exports, and ask for a new one where a list sent its filter along."""
    person = staff_user(request)
    runs = queries.exports(actor_id=person.pk)
    kind = _kind(request.GET.get("kind", ""), person)
    filters = [(name, value) for name, value in request.GET.items() if name != "kind" and value]
    context = {
        "runs": runs,
        "is_busy": any(run.state in _BUSY for run in runs),
        "kind": kind,
        "kinds": [one for one in Kind if person.may(*RIGHTS[one])],
        "filters": filters if kind else [],
        "may_edit": person.may("exports", "edit"),
        "may_reveal": person.may("orders", "reveal"),
        "formats": FORMATS if kind not in (None, Kind.PRODUCTS) else (*FORMATS, SHOPIFY),
    }
    return page(request, "console/files/exports.html", context, part="runs")


@allowed("exports", "edit")
@require_POST
def export_new(request: HttpRequest) -> HttpResponse:
    """Have a table made of what a list shows."""
    person = staff_user(request)
    asked, ending = request.POST.get("kind", ""), request.POST.get("ending", "")
    if asked not in Kind.values or ending not in (*FORMATS, SHOPIFY):
        raise Http404
    kind = _kind(asked, person)
    if kind is None:
        raise PermissionDenied
    with_people = kind == Kind.ORDERS and bool(request.POST.get("people"))
    if with_people and not person.may("orders", "reveal"):
        raise PermissionDenied
    wanted = _wanted(request.POST, kind, person)
    if ending == SHOPIFY:
        ending = "csv"
        wanted |= {"format": SHOPIFY} if kind == Kind.PRODUCTS else {}
    services.start_export(
        kind=kind,
        ending=ending,
        wanted=wanted,
        narrowed=_narrowed(request.POST),
        with_costs=person.may("products", "see_cost"),
        with_money=person.may("orders", "see_money"),
        with_people=with_people,
        actor=staff_actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("正在导出，好了就能在这里下载"))
    return redirect("console:exports")


@allowed("exports", "edit")
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """End an export that is not ready."""
    services.cancel_export(run=_own(request, run_id), now=timezone.now())
    return redirect("console:exports")


@allowed("exports", "view")
@require_safe
def download(request: HttpRequest, run_id: int) -> HttpResponse:
    """Hand the table to who asked for it, as long as the person may still see what is in it."""
    run, person = _own(request, run_id), staff_user(request)
    still = person.may(*RIGHTS[Kind(run.kind)]) and all(
        person.may(*right)
        for has, right in (
            (run.with_people, ("orders", "reveal")),
            (run.with_costs and run.kind != Kind.ORDERS, ("products", "see_cost")),
            (run.with_money and run.kind == Kind.ORDERS, ("orders", "see_money")),
        )
        if has
    )
    if not still or _is_wider(run.filter.get("within"), person.warehouse_ids):
        raise PermissionDenied
    if not run.file:
        raise Http404
    day = timezone.localtime(run.created_at)
    return handed_out(run.file, f"{Kind(run.kind).label}-{day:%Y%m%d-%H%M}.{run.ending}")


def _is_wider(of_file: Collection[int] | None, seen: Collection[int] | None) -> bool:
    """Tell whether a file was made of warehouses that are not all `seen`; None is all of them."""
    return seen is not None and (of_file is None or not set(of_file) <= set(seen))


def _own(request: HttpRequest, run_id: int) -> ExportRun:
    run = queries.export_run(run_id=run_id, actor_id=staff_user(request).pk)
    if run is None:
        raise Http404
    return run


def _kind(text: str, person: Holder) -> Kind | None:
    kind = Kind(text) if text in Kind.values else None
    return kind if kind and person.may(*RIGHTS[kind]) else None


def _wanted(sent: QueryDict, kind: Kind, person: Holder) -> dict[str, Any]:
    """Return the filter of the list that was looked at, as the export keeps it."""
    if kind == Kind.ORDERS:
        wish = read_wish(sent)
        currency = accounts.shop().currency
        wanted = order_filter(wish, currency=currency, within=person.warehouse_ids, now=_now())
        return stored_filter(wanted)
    if kind == Kind.STOCK:
        show = _text(sent, "show")
        return {
            "q": _text(sent, "q"),
            "show": show if show in StockFilter.values else "",
            "warehouse": _text(sent, "warehouse"),
            "within": None if person.warehouse_ids is None else list(person.warehouse_ids),
        }
    houses = None if person.warehouse_ids is None else list(person.warehouse_ids)
    return {
        **{name: _text(sent, name) for name in ("q", "category", "shelf")},
        "within": houses if person.may("stock", "view") else [],
    }


def _narrowed(sent: QueryDict) -> dict[str, str]:
    known = [
        *("category", "shelf", "show", "warehouse", "status", "placed", "from", "to"),
        *("source", "flag", "paid", "refund"),
    ]
    found = {name: text for name in known if (text := _text(sent, name)[:60])}
    return {**found, **({_SEARCHED: "…"} if sent.get(_SEARCHED) else {})}


def _text(sent: QueryDict, name: str) -> str:
    try:
        return clean_text(sent.get(name, "")[:200], max_length=200)
    except TextRefused:
        return ""


def _now() -> Any:
    return timezone.now()
