"""Transfers between warehouses: the list, a new one, and what is done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.catalog import queries as catalog
from zhanggui.core.types import Refusal
from zhanggui.inventory import queries, services
from zhanggui.inventory.queries import Event, Transfer
from zhanggui.inventory.types import Arrival, TransferStatus
from zhanggui.web.access import allowed, sees, staff_actor, staff_user
from zhanggui.web.console.pages import page
from zhanggui.web.console.stock.causes import who_did
from zhanggui.web.console.stock.forms import ReceiptForm, TransferForm, new_key
from zhanggui.web.console.stock.levels import clean, houses_of, key_of

SHOWN = 20
MATCHES = 12
_CHANGES = {
    "created": gettext_lazy("新建"),
    "sent": gettext_lazy("发出"),
    "arrived": gettext_lazy("部分到货"),
    "received": gettext_lazy("收货完成"),
    "canceled": gettext_lazy("取消"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line with its SKU's picture and what the source can give, None for who may not know."""

    line: Any
    picture: str
    available: int | None
    received: str  # as typed, else what is on the way
    missing: str
    was_coming: str  # when the form was opened

    @property
    def is_stale(self) -> bool:
        """Whether somebody booked pieces of it since the form was opened."""
        return self.was_coming != str(self.line.on_the_way)


@allowed("stock", "view")
@require_safe
def transfer_list(request: HttpRequest) -> HttpResponse:
    """List transfers, newest first."""
    wish = request.GET.get("status", "")
    status = wish if wish in TransferStatus.values else ""
    before = key_of(request.GET.get("before", ""))
    within = staff_user(request).warehouse_ids
    found = queries.transfers(status=status, within=within, before=before, limit=SHOWN + 1)
    context = {
        "status": status,
        "statuses": [("", ""), *TransferStatus.choices],
        "counts": queries.transfer_counts(within=within),
        "rows": found[:SHOWN],
        "next": found[SHOWN - 1].pk if len(found) > SHOWN else "",
        "before": before,
    }
    return page(request, "console/stock/transfers.html", context)


@allowed("stock", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_new(request: HttpRequest) -> HttpResponse:
    """Begin a transfer: from where to where."""
    form = TransferForm(
        request.POST or None, initial={"request_id": new_key()}, sources=houses_of(request)
    )
    if form.is_valid():
        try:
            made = services.create_transfer(
                **form.cleaned_data, actor=staff_actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("console:stock_transfer", made.number)
    context = {"form": form, "houses": queries.warehouses()}
    status = 200 if request.method != "POST" else 422
    return page(request, "console/stock/transfer_new.html", context, status=status)


@allowed("stock", "view")
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a transfer with what can be done with it."""
    return _detail(request, _wanted(request, number))


@allowed("stock", "edit")
@require_POST
def line(request: HttpRequest, number: str) -> HttpResponse:
    """Add a scanned piece, or say how many of a SKU go along; other words are searched for."""
    transfer, here = _sent_by(request, number), reverse("console:stock_transfer", args=[number])
    scanned = request.POST.get("scan", "").strip()[:100]
    code = request.POST.get("sku", "")
    quantity = key_of(request.POST.get("quantity", ""))
    if "scan" in request.POST:
        code = catalog.sku_code_of(text=scanned)
        if not code:
            return redirect(f"{here}?{urlencode({'q': scanned})}")
        known = {one.sku.code: one for one in queries.transfer_lines(transfer_id=transfer.pk)}
        quantity = known[code].quantity + 1 if code in known else 1
    try:
        services.set_transfer_line(
            transfer_id=transfer.pk,
            sku_code=code,
            quantity=quantity,
            actor=staff_actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(here)


@allowed("stock", "edit")
@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Send a transfer: its pieces leave the warehouse."""
    return _moved(request, number, services.send_transfer, _("已发出，货在途"))


@allowed("stock", "edit")
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give up a transfer that was not sent."""
    return _moved(request, number, services.cancel_transfer, _("已取消，库存没有变动"))


def _moved(request: HttpRequest, number: str, move: Callable[..., None], done: str) -> HttpResponse:
    transfer = _sent_by(request, number)
    try:
        move(transfer_id=transfer.pk, actor=staff_actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("console:stock_transfer", number)


@allowed("stock", "edit")
@require_POST
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Book what arrived, and what never will."""
    transfer, form = _wanted(request, number), ReceiptForm(request.POST)
    if not sees(staff_user(request), transfer.target_id):
        raise PermissionDenied
    if not form.is_valid():
        return _detail(request, transfer, form=form, status=422)
    try:
        services.receive_transfer(
            transfer_id=transfer.pk,
            arrivals=_arrivals(request, transfer),
            **form.cleaned_data,
            actor=staff_actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.data = data = request.POST.copy()
        data["request_id"] = new_key()
        form.add_error("missing_reason", str(refusal))
        return _detail(request, transfer, form=form, status=refusal.status)
    messages.success(request, _("已收货，记入流水"))
    return redirect("console:stock_transfer", number)


def _arrivals(request: HttpRequest, transfer: Transfer) -> list[Arrival]:
    posted = request.POST
    return [
        Arrival(
            line_id=one.pk,
            received=key_of(posted.get(f"received-{one.pk}", "")),
            missing=key_of(posted.get(f"missing-{one.pk}", "")),
            seen=key_of(posted.get(f"seen-{one.pk}", "")),
        )
        for one in queries.transfer_lines(transfer_id=transfer.pk)
        if f"seen-{one.pk}" in posted
    ]


def _wanted(request: HttpRequest, number: str) -> Transfer:
    """Return the transfer of an address, for those who may see one of its ends."""
    found = queries.transfer_by_number(number=number) if "\0" not in number else None
    person = staff_user(request)
    if found is None or not (sees(person, found.source_id) or sees(person, found.target_id)):
        raise Http404
    return found


def _sent_by(request: HttpRequest, number: str) -> Transfer:
    """Return the transfer for those who may change what leaves its source."""
    found = _wanted(request, number)
    if not sees(staff_user(request), found.source_id):
        raise PermissionDenied
    return found


def _detail(
    request: HttpRequest, transfer: Transfer, *, form: ReceiptForm | None = None, status: int = 200
) -> HttpResponse:
    person = staff_user(request)
    may_edit = person.may("stock", "edit")
    q = clean(request, "q")
    typed = request.POST if form else QueryDict()
    lines = _lines(transfer, sees_source=sees(person, transfer.source_id), typed=typed)
    events = queries.transfer_events(transfer_id=transfer.pk)
    context = {
        "transfer": transfer,
        "may_send": may_edit and sees(person, transfer.source_id),
        "may_receive": may_edit and sees(person, transfer.target_id),
        "lines": lines,
        "pieces": sum(one.line.quantity for one in lines),
        "coming": sum(one.line.on_the_way for one in lines),
        "story": _story(events),
        "q": q,
        "matches": catalog.sku_rows(q=q, limit=MATCHES) if q else [],
        "form": form or ReceiptForm(initial={"request_id": new_key()}),
    }
    return page(request, "console/stock/transfer.html", context, status=status)


def _story(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what happened, newest first; lines put together before sending are left out."""
    names = who_did(events)
    return [
        {
            "title": _CHANGES[one.payload["change"]],
            "pieces": one.payload["pieces"],
            "missing": one.payload["missing"],
            "at": one.at,
            "actor": names.get(one.actor_id or 0, ""),
        }
        for one in events
        if one.payload["change"] in _CHANGES
    ]


def _lines(transfer: Transfer, *, sees_source: bool, typed: QueryDict) -> list[LineView]:
    found = queries.transfer_lines(transfer_id=transfer.pk)
    ids = [one.sku_id for one in found]
    shown = catalog.sku_rows(where=Q(pk__in=ids), limit=len(ids)) if ids else []
    pictures = {one.sku_id: one.picture for one in shown}
    rows = queries.stock_rows(sku_ids=ids) if ids and sees_source else []
    free = {row.sku: row.available for row in rows if row.warehouse == transfer.source.code}
    return [
        LineView(
            line=one,
            picture=pictures.get(one.sku_id, ""),
            available=free.get(one.sku.code, 0) if sees_source else None,
            received=typed.get(f"received-{one.pk}", str(one.on_the_way)),
            missing=typed.get(f"missing-{one.pk}", "0"),
            was_coming=typed.get(f"seen-{one.pk}", str(one.on_the_way)),
        )
        for one in found
    ]
