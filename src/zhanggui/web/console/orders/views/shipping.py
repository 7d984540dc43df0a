"""Shipping an order: the sheet, and telling a carrier by its number."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhanggui.core.types import Refusal
from zhanggui.freight.carriers import carrier_name, normal_number, recognise
from zhanggui.fulfilment import queries, services
from zhanggui.orders.queries import Order
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.console.orders.forms import ShipForm
from zhanggui.web.console.orders.order_page import answer_sheet, find_order, order_url
from zhanggui.web.console.pages import changed, go, is_htmx, page


@allowed("orders", "ship")
@require_http_methods(["GET", "HEAD", "POST"])
def ship(request: HttpRequest, number: str) -> HttpResponse:
    """Show the ship sheet, then ship the order in one parcel."""
    order, now = find_order(request, number), timezone.now()
    if request.method != "POST":
        return _sheet(request, order, _fresh_form(order))
    form = ShipForm(request.POST)
    others = _others(order, form) if form.is_valid() else []
    if form.is_valid() and not others:
        try:
            parcel = services.ship_order(
                order_id=order.pk,
                carrier=form.cleaned_data["carrier"],
                tracking_no=form.cleaned_data["tracking_no"],
                actor=staff_actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            name = carrier_name(parcel.carrier)
            return _shipped(request, order, f"{name} {parcel.tracking_no}")
    return _sheet(request, order, form, others=others, status=422)


@allowed("orders", "ship")
@require_safe
def recognised(request: HttpRequest) -> HttpResponse:
    """Answer the carrier field anew for the number typed so far; a choice that fits stays."""
    chosen = request.GET.get("carrier", "")
    suggested = request.GET.get("suggested", "")
    found = recognise(normal_number(request.GET.get("tracking_no", "")[:60]) or "")
    by_hand = bool(chosen) and chosen != suggested
    if found and chosen not in found and not by_hand:
        chosen = suggested = found[0]
    form = ShipForm(initial={"carrier": chosen, "suggested": suggested})
    context = {"form": form, "found": [carrier_name(code) for code in found]}
    return page(request, "console/orders/_carrier.html", context)


def _fresh_form(order: Order) -> ShipForm:
    usual = queries.usual_carrier(warehouse_id=order.warehouse_id) if order.warehouse_id else ""
    return ShipForm(initial={"carrier": usual, "suggested": usual})


def _others(order: Order, form: ShipForm) -> list[str]:
    """Return the other orders with this number, unless somebody said that this is meant."""
    number = normal_number(form.cleaned_data["tracking_no"])
    if number is None or form.cleaned_data["confirmed"] == number:
        return []
    return queries.other_orders_with(
        carrier=form.cleaned_data["carrier"], tracking_no=number, order_id=order.pk
    )


def _sheet(
    request: HttpRequest,
    order: Order,
    form: ShipForm,
    *,
    others: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    task = queries.open_task_of(order_id=order.pk)
    context: dict[str, Any] = {"form": form, "task": task, "others": others or []}
    if others:
        context["confirmed"] = normal_number(form.cleaned_data["tracking_no"])
    return answer_sheet(request, order, "ship", context, now=timezone.now(), status=status)


def _shipped(request: HttpRequest, order: Order, parcel: str) -> HttpResponse:
    """Say so where the person was: the list and the homes fetch themselves anew."""
    text = _("已发货：%(parcel)s") % {"parcel": parcel}
    here = request.headers.get("HX-Current-URL", "")
    if is_htmx(request) and f"/{order.number}/" not in here:
        return changed(text)
    messages.success(request, text)
    return go(request, order_url(order))
