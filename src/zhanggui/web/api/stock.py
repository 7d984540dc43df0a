"""Stock for staff's programs: what there is, corrections of it, and transfers."""

import re
from collections import Counter
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from zhanggui.inventory import queries, services
from zhanggui.inventory.queries import Transfer
from zhanggui.inventory.types import Arrival, Correction, CorrectionAct, StockRow, TransferStatus
from zhanggui.web.access import sees, sees_code
from zhanggui.web.api import schemas
from zhanggui.web.api.auth import Forbidden, KeyWith, holder, key_actor
from zhanggui.web.api.output import as_json
from zhanggui.web.api.schemas import PROBLEMS
from zhanggui.web.api.texts import order_number, words

router = Router()


@router.get("/stock", auth=KeyWith("stock", "view"), response={200: schemas.StocksOut, **PROBLEMS})
def stock(request: HttpRequest, sku: Annotated[str, Query(max_length=60)]) -> HttpResponse:
    """What every warehouse has of a SKU."""
    rows = queries.stock_rows(sku_code=words(sku))
    seen = [row for row in rows if sees_code(holder(request), row.warehouse)]
    return as_json({"items": [_level(row) for row in seen], "next": None})


@router.patch("/stock", auth=KeyWith("stock", "edit"), response={200: schemas.StockOut, **PROBLEMS})
def count(request: HttpRequest, payload: schemas.CountIn) -> HttpResponse:
    """Set what was counted of a SKU in a warehouse; the difference is a row of the ledger."""
    return _corrected(request, payload, CorrectionAct.COUNT, payload.on_hand, payload.seen_on_hand)


@router.post(
    "/stock/corrections",
    auth=KeyWith("stock", "edit"),
    response={200: schemas.StockOut, **PROBLEMS},
)
def correct(request: HttpRequest, payload: schemas.CorrectionIn) -> HttpResponse:
    """Set pieces of a SKU aside, put them back for sale, or write off what was set aside."""
    act = CorrectionAct(payload.act)
    return _corrected(request, payload, act, payload.quantity, payload.seen_unavailable)


def _corrected(
    request: HttpRequest,
    payload: schemas.LevelIn,
    act: CorrectionAct,
    quantity: int,
    seen: int | None,
) -> HttpResponse:
    if not sees_code(holder(request), words(payload.warehouse)):
        raise Http404("There is no such warehouse.")
    wanted = Correction(
        sku_code=words(payload.sku),
        warehouse_code=words(payload.warehouse),
        act=act,
        quantity=quantity,
        reason=payload.reason_code,
        note=words(payload.reason),
        seen=seen,
        request_id=words(payload.request_id),
    )
    row = services.correct(wanted=wanted, actor=key_actor(request), now=timezone.now())
    return as_json(_level(row))


@router.get(
    "/transfers",
    auth=KeyWith("stock", "view"),
    response={200: schemas.TransfersOut, **PROBLEMS},
)
def transfer_list(
    request: HttpRequest,
    status: TransferStatus | None = None,
    cursor: schemas.Cursor = "",
    limit: Annotated[int, Field(ge=1, le=100)] = 50,
) -> HttpResponse:
    """Transfers from or to the warehouses that the key sees, newest first."""
    found = queries.transfers(
        status=status or "",
        within=holder(request).warehouse_ids,
        before=int(cursor) if re.fullmatch("[0-9]{1,18}", cursor, re.ASCII) else 0,
        limit=limit + 1,
    )
    more, found = len(found) > limit, found[:limit]
    items = [{**_head(one), "pieces": one.pieces or 0} for one in found]  # type: ignore[attr-defined]
    return as_json({"items": items, "next": str(found[-1].pk) if more else None})


@router.post(
    "/transfers", auth=KeyWith("stock", "edit"), response={201: schemas.TransferOut, **PROBLEMS}
)
def transfer_create(request: HttpRequest, payload: schemas.TransferNewIn) -> HttpResponse:
    """Begin a transfer from a warehouse that the key sees. Nothing leaves before it is sent.

    The same `request_id` again returns the transfer as it is now.
    """
    if not sees_code(holder(request), words(payload.source)):
        raise Http404("There is no such warehouse.")
    lines: Counter[str] = Counter()
    for line in payload.lines:
        lines[words(line.sku)] += line.quantity
    made = services.create_transfer(
        source=words(payload.source),
        target=words(payload.target),
        note=words(payload.note),
        request_id=words(payload.request_id),
        lines=lines,
        actor=key_actor(request),
        now=timezone.now(),
    )
    return as_json(_detail(_transfer(request, made.number)), status=201)


@router.get(
    "/transfers/{number}",
    auth=KeyWith("stock", "view"),
    response={200: schemas.TransferOut, **PROBLEMS},
)
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """One transfer with its lines."""
    return as_json(_detail(_transfer(request, number)))


@router.post(
    "/transfers/{number}/send",
    auth=KeyWith("stock", "edit"),
    response={200: schemas.TransferOut, **PROBLEMS},
)
def transfer_send(request: HttpRequest, number: str) -> HttpResponse:
    """Send a transfer: its pieces leave the warehouse and are on the way. Again changes nothing."""
    found = _at_source(request, number)
    services.send_transfer(transfer_id=found.pk, actor=key_actor(request), now=timezone.now())
    return as_json(_detail(_transfer(request, number)))


@router.post(
    "/transfers/{number}/cancel",
    auth=KeyWith("stock", "edit"),
    response={200: schemas.TransferOut, **PROBLEMS},
)
def transfer_cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give up a transfer that was not sent. Again changes nothing."""
    found = _at_source(request, number)
    services.cancel_transfer(transfer_id=found.pk, actor=key_actor(request), now=timezone.now())
    return as_json(_detail(_transfer(request, number)))


@router.post(
    "/transfers/{number}/receive",
    auth=KeyWith("stock", "edit"),
    response={200: schemas.TransferOut, **PROBLEMS},
)
def transfer_receive(request: HttpRequest, number: str, payload: schemas.ReceiptIn) -> HttpResponse:
    """Book what arrived, and what never will; the same `request_id` again changes nothing."""
    found = _transfer(request, number)
    if not sees(holder(request), found.target_id):
        raise Forbidden
    lines = {one.sku.code: one for one in queries.transfer_lines(transfer_id=found.pk)}
    arrivals = []
    for one in payload.lines:
        line = lines.get(words(one.sku))
        if line is None:
            raise Http404("This transfer has no such SKU.")
        seen = line.on_the_way if one.seen_on_the_way is None else one.seen_on_the_way
        arrivals.append(
            Arrival(line_id=line.pk, received=one.received, missing=one.missing, seen=seen)
        )
    services.receive_transfer(
        transfer_id=found.pk,
        arrivals=arrivals,
        missing_reason=payload.missing_reason or "",
        note=words(payload.note),
        request_id=words(payload.request_id),
        actor=key_actor(request),
        now=timezone.now(),
    )
    return as_json(_detail(_transfer(request, number)))


def _transfer(request: HttpRequest, number: str) -> Transfer:
    found = queries.transfer_by_number(number=order_number(number))
    person = holder(request)
    if found is None or not (sees(person, found.source_id) or sees(person, found.target_id)):
        raise Http404("There is no such transfer.")
    return found


def _at_source(request: HttpRequest, number: str) -> Transfer:
    """Return a transfer to who may change what leaves its source."""
    found = _transfer(request, number)
    if not sees(holder(request), found.source_id):
        raise Forbidden
    return found


def _head(one: Transfer) -> schemas.Json:
    plain = ("number", "status", "note", "created_at", "sent_at", "received_at", "canceled_at")
    return {
        **{name: getattr(one, name) for name in plain},
        "source": one.source.code,
        "target": one.target.code,
    }


def _detail(one: Transfer) -> schemas.Json:
    lines = [
        {
            "sku": line.sku.code,
            "quantity": line.quantity,
            "received": line.received_quantity,
            "missing": line.missing_quantity,
            "on_the_way": line.on_the_way if one.status == TransferStatus.SENT else 0,
        }
        for line in queries.transfer_lines(transfer_id=one.pk)
    ]
    return {**_head(one), "pieces": sum(line["quantity"] for line in lines), "lines": lines}


def _level(row: StockRow) -> schemas.Json:
    return {
        "sku": row.sku,
        "warehouse": row.warehouse,
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "unavailable": row.unavailable,
        "available": row.available,
    }
