"""Correcting the stock of a SKU in a warehouse: fill in, see what will change, book it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhanggui.core.types import Refusal
from zhanggui.inventory import calc, services
from zhanggui.inventory.types import (
    Correction,
    CorrectionAct,
    CorrectionReason,
    CountRefused,
)
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.console.pages import page
from zhanggui.web.console.stock.forms import CorrectionForm, new_key
from zhanggui.web.console.stock.levels import Level, houses_of, stock_views, wanted_sku


@allowed("stock", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, warehouse: str, code: str) -> HttpResponse:
    """Show the form, then what would change, then book it."""
    sku = wanted_sku(code)
    level = next(
        (one for one in stock_views([sku], houses=houses_of(request), only=warehouse)[0].levels),
        None,
    )
    if level is None:
        raise Http404
    context: dict[str, Any] = {"sku": sku, "level": level, "preview": None}
    if request.method != "POST":
        return _form(
            request, context, CorrectionForm(initial={"act": CorrectionAct.COUNT, **_fresh(level)})
        )
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _form(request, context, form, status=422)
    try:
        if request.POST.get("step") == "save":
            services.correct(
                wanted=_wanted(form, warehouse, code),
                actor=staff_actor(request),
                now=timezone.now(),
            )
            messages.success(request, _("已更正，差额记入流水"))
            return redirect(f"{reverse('console:stock_sku', args=[code])}?warehouse={warehouse}")
        context["preview"] = _preview(form, level)
        context["words"] = _words(form)
    except Refusal as refusal:
        data = request.POST.copy()
        for name, value in _fresh(level).items():
            data[name] = str(value)
        form.data = data
        form.refuse(refusal)
        return _form(request, context, form, status=refusal.status)
    return _form(request, context, form)


def _form(
    request: HttpRequest, context: dict[str, Any], form: CorrectionForm, *, status: int = 200
) -> HttpResponse:
    return page(request, "console/stock/correct.html", {**context, "form": form}, status=status)


def _fresh(level: Level) -> dict[str, Any]:
    """Return what the form notes of the level as it is now."""
    return {
        "seen_on_hand": level.row.on_hand,
        "seen_unavailable": level.row.unavailable,
        "request_id": new_key(),
    }


def _wanted(form: CorrectionForm, warehouse: str, code: str) -> Correction:
    values = form.cleaned_data
    return Correction(
        sku_code=code,
        warehouse_code=warehouse,
        act=CorrectionAct(values["act"]),
        quantity=values["quantity"],
        reason=CorrectionReason(values["reason"]),
        note=values["note"],
        seen=form.seen,
        request_id=values["request_id"],
    )


def _preview(form: CorrectionForm, level: Level) -> list[dict[str, Any]]:
    values, row = form.cleaned_data, level.row
    if values["reason"] == CorrectionReason.OTHER and not values["note"]:
        raise CountRefused(_("选「其他」时请在说明里写明原因。"))
    act = CorrectionAct(values["act"])
    services.refuse_impossible(row, act, values["quantity"])
    after = calc.corrected(row, act, values["quantity"])
    figures = (
        (_("实物"), row.on_hand, after.on_hand),
        (_("不可售"), row.unavailable, after.unavailable),
        (_("可售"), row.available, after.available),
    )
    return [
        {"label": label, "before": before, "after": now, "delta": now - before}
        for label, before, now in figures
    ]


def _words(form: CorrectionForm) -> str:
    """Say what is about to be booked."""
    values = form.cleaned_data
    act, reason = CorrectionAct(values["act"]), CorrectionReason(values["reason"])
    return " · ".join(filter(None, [str(act.label), str(reason.label), values["note"]]))
