"""The console's pages of edits of many products: choose, look, run, undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries, services
from zhanggui.catalog.types import (
    UNDO_FOR,
    BulkAct,
    BulkRowState,
    BulkRowView,
    BulkState,
    BulkView,
    CatalogRefused,
)
from zhanggui.core.types import Refusal
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.console.pages import page
from zhanggui.web.console.products.bulk_forms import Choice, act_forms
from zhanggui.web.console.products.bulk_words import value_words, words
from zhanggui.web.console.products.returning import back

FEW = 500  # products that are done while the person waits; a worker does more
PAGE = 50
_PROBLEMS = (BulkRowState.STALE, BulkRowState.REFUSED, BulkRowState.KEPT)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its values as people read them."""

    row: BulkRowView
    old: str
    new: str


@require_http_methods(["GET", "POST"])
@allowed("products", "edit")
def bulk(request: HttpRequest) -> HttpResponse:
    """Ask what is to happen to the chosen products, and look at what that would be."""
    sent = request.method == "POST"
    choice = Choice.of(request.POST if sent else request.GET)
    ids = choice.product_ids() if choice.fields else []
    currency = accounts.shop().currency
    forms = act_forms(data=request.POST if sent else None, currency=currency)
    form = forms.get(request.POST.get("act", "")) if sent else None
    if form is not None and form.is_valid():
        try:
            token = services.preview_bulk_edit(
                product_ids=ids, wish=form.wish(), now=timezone.now(), actor=staff_actor(request)
            )
        except CatalogRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("console:bulk_edit", token)
    context = {
        "choice": choice,
        "count": len(ids),
        "acts": [(act, act.label, forms[act]) for act in BulkAct],
        "sent": form,
        "edits": [(one, words(one.wish)) for one in queries.bulk_edits(now=timezone.now())],
    }
    return page(request, "console/products/bulk.html", context, status=422 if sent else 200)


@require_safe
@allowed("products", "edit")
def bulk_edit(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an edit would do, how far it is, or what it did."""
    edit = _wanted(token)
    state = request.GET.get("state", "")
    states = [state] if state in BulkRowState.values else []
    number = request.GET.get("page", "1")
    at = int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1
    if not states and edit.state != BulkState.PREVIEW:
        states = [one for one in _PROBLEMS if edit.counts.get(one)]
    found = queries.bulk_rows(
        edit_id=edit.edit_id, states=states, start=(at - 1) * PAGE, limit=PAGE + 1
    )
    names = queries.category_names()
    context = {
        "edit": edit,
        "title": words(edit.wish),
        "rows": [_shown(row, edit.act, names) for row in found[:PAGE]],
        "tabs": _tabs(edit, state),
        "previous": at - 1,
        "next": at + 1 if len(found) > PAGE else 0,
        "ready": edit.counts.get(BulkRowState.READY, 0),
        "undo_until": edit.done_at + UNDO_FOR if edit.done_at else None,
    }
    return page(request, "console/products/bulk_edit.html", context, part="bulk")


@require_POST
@allowed("products", "edit")
def bulk_run(request: HttpRequest, token: str) -> HttpResponse:
    """Do it: at once where it is little, else a worker does."""
    return _ordered(request, _wanted(token), undo=False)


@require_POST
@allowed("products", "edit")
def bulk_undo(request: HttpRequest, token: str) -> HttpResponse:
    """Set back what nobody changed since."""
    return _ordered(request, _wanted(token), undo=True)


def _ordered(request: HttpRequest, edit: BulkView, *, undo: bool) -> HttpResponse:
    moment, actor = timezone.now(), staff_actor(request)
    home = reverse("console:bulk_edit", args=[edit.token])
    try:
        order = services.undo_bulk_edit if undo else services.start_bulk_edit
        edit_id = order(token=edit.token, now=moment, actor=actor)
    except Refusal as refusal:
        return back(request, home, error=str(refusal))
    if edit.products <= FEW:
        services.run_bulk_edit(edit_id=edit_id, now=moment)
    return redirect(home)


def _wanted(token: str) -> BulkView:
    edit = queries.bulk_edit(token=token, now=timezone.now()) if token.isalnum() else None
    if edit is None:
        raise Http404
    return edit


def _shown(row: BulkRowView, act: BulkAct, names: Mapping[int, str]) -> ShownRow:
    def said(text: str) -> str:
        return value_words(queries.bulk_values(act, text), currency=row.currency, names=names)

    return ShownRow(row, said(row.old), said(row.new))


def _tabs(edit: BulkView, chosen: str) -> list[dict[str, Any]]:
    found = [(one, edit.counts[one]) for one in BulkRowState if edit.counts.get(one)]
    tabs = [
        {"url": f"?state={one}", "label": one.label, "count": n, "active": one == chosen}
        for one, n in found
    ]
    return tabs if len(tabs) > 1 else []
