"""What staff's programs may do, with the rights of their key's role."""

import re
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from zhanggui.core import audit
from zhanggui.core.models import AuditEntry
from zhanggui.freight.carriers import normal_number, recognise
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.fulfilment import services as fulfilment_services
from zhanggui.orders import queries as orders
from zhanggui.orders import services as order_services
from zhanggui.orders.queries import Order
from zhanggui.payments import services as payments
from zhanggui.web.access import sees
from zhanggui.web.api import schemas
from zhanggui.web.api.auth import KeyWith, holder, key_actor
from zhanggui.web.api.output import as_json, order_detail, order_row
from zhanggui.web.api.schemas import PROBLEMS
from zhanggui.web.api.texts import order_number, words

router = Router()


@router.get(
    "/orders", auth=KeyWith("orders", "view"), response={200: schemas.OrdersOut, **PROBLEMS}
)
def order_list(
    request: HttpRequest,
    display_status: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: schemas.Cursor = "",
    limit: Annotated[int, Field(ge=1, le=100)] = 50,
) -> HttpResponse:
    """Orders, newest first; `q` is a number (ours or of the shop an order was imported from),
    phone, last four digits, name, product, SKU or tracking number."""
    text = words(q)
    wanted = orders.OrderFilter(
        display_status=words(display_status),
        q=text,
        within=holder(request).warehouse_ids,
        also_ids=fulfilment.order_ids_by_tracking(q=text) if text else (),
    )
    page = orders.order_page(
        wanted=wanted,
        cursor=cursor,
        limit=limit,
    )
    with_money = holder(request).may("orders", "see_money")
    return as_json(
        {
            "items": [order_row(one, with_money=with_money) for one in page.orders],
            "next": page.next or None,
        }
    )


@router.get(
    "/orders/{number}",
    auth=KeyWith("orders", "view"),
    response={200: schemas.OrderOut, **PROBLEMS},
)
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order with lines and parcels; personal data is masked."""
    return _answer(request, _order(request, number))


@router.post(
    "/orders/{number}/ship",
    auth=KeyWith("orders", "ship"),
    response={200: schemas.OrderOut, **PROBLEMS},
)
def ship(request: HttpRequest, number: str, payload: schemas.ShipIn) -> HttpResponse:
    """Ship all that waits of an order in one parcel; the same number again changes nothing."""
    found = _order(request, number)
    tracking_no = words(payload.tracking_no)
    guesses = recognise(normal_number(tracking_no) or "")
    fulfilment_services.ship_order(
        order_id=found.pk,
        carrier=words(payload.carrier) or (guesses[0] if len(guesses) == 1 else ""),
        tracking_no=tracking_no,
        actor=key_actor(request),
        now=timezone.now(),
    )
    return _answer(request, _order(request, number))


@router.post(
    "/orders/{number}/confirm-transfer",
    auth=KeyWith("payments", "confirm_transfer"),
    response={200: schemas.OrderOut, **PROBLEMS},
)
def confirm_transfer(
    request: HttpRequest, number: str, payload: schemas.TransferIn
) -> HttpResponse:
    """Book a bank transfer that arrived: the whole amount due.

    A late one is booked too: an order closed for lateness opens again when its stock is there,
    else, and after any other reason, it stays closed and a refund waits to be settled by hand.
    An order that is paid already answers 409.
    """
    found = _order(request, number)
    payments.confirm_transfer(
        order_id=found.pk,
        amount_minor=payload.amount_minor,
        reference=words(payload.reference),
        actor=key_actor(request),
        now=timezone.now(),
    )
    return _answer(request, _order(request, number))


@router.post(
    "/orders/{number}/reveal",
    auth=KeyWith("orders", "reveal"),
    response={200: schemas.RevealOut, **PROBLEMS},
)
def reveal(request: HttpRequest, number: str, payload: schemas.RevealIn) -> HttpResponse:
    """Show the buyer's personal data in clear; who, when and why is written down."""
    shown = order_services.show_personal_data(
        order_id=_order(request, number).pk,
        reason=words(payload.reason),
        with_money=holder(request).may("orders", "see_money"),
        actor=key_actor(request),
        now=timezone.now(),
    )
    kept = [{cell.column: cell.text for cell in row} for row in shown.kept]
    return as_json(
        {
            "name": shown.name,
            "phone": shown.phone,
            "detail": shown.detail,
            "note": shown.note,
            "imported_rows": kept,
        }
    )


@router.get("/audit", auth=KeyWith("audit", "view"), response={200: schemas.AuditsOut, **PROBLEMS})
def audit_list(
    request: HttpRequest,
    kind: Annotated[str, Query(max_length=60)] = "",
    subject: Annotated[str, Query(max_length=120)] = "",
    cursor: schemas.Cursor = "",
    limit: Annotated[int, Field(ge=1, le=100)] = 50,
) -> HttpResponse:
    """What staff, programs and commands did, newest first; `subject` is for example an order's
    number."""
    before = int(cursor) if re.fullmatch("[0-9]{1,18}", cursor, re.ASCII) else None
    wanted = audit.Wanted(kind=words(kind), label=words(subject))
    found = audit.entries(wanted=wanted, before=before, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    return as_json(
        {"items": [_entry(row) for row in found], "next": str(found[-1].pk) if more else None}
    )


def _entry(row: AuditEntry) -> schemas.Json:
    return {
        "position": row.pk,
        "at": row.at,
        "actor_type": row.actor_type,
        "actor": row.actor_name,
        "kind": row.kind,
        "subject_type": row.subject_type,
        "subject": row.label,
        "details": audit.facts(row),
        "hash": row.hash,
    }


def _order(request: HttpRequest, number: str) -> Order:
    found = orders.order_by_number(number=order_number(number))
    if found is None or not sees(holder(request), found.warehouse_id):
        raise Http404("There is no such order.")
    return found


def _answer(request: HttpRequest, found: Order) -> HttpResponse:
    with_money = holder(request).may("orders", "see_money")
    body = order_detail(found, fulfilment.parcels_of(order_id=found.pk), with_money=with_money)
    told = orders.elsewhere(order=found, with_money=with_money)
    if told is not None:
        body["imported_from"] = {
            "format": told.format_name,
            "number": told.number,
            "state": told.state,
        }
    return as_json(body)
