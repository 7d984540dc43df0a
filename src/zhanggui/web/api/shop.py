"""What shoppers' programs may do: look at goods, place and follow orders."""

import hashlib
import re
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from ninja import Header, Query, Router
from pydantic import Field

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import Sort
from zhanggui.core.types import Refusal
from zhanggui.customers import queries as customers
from zhanggui.customers.types import AddressInput, InvalidAddress
from zhanggui.fulfilment import queries as fulfilment
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.orders import services as order_services
from zhanggui.orders.queries import Order
from zhanggui.orders.types import DisplayStatus, OrderInput, Source, WantedLine
from zhanggui.payments import services as payments
from zhanggui.web.api import schemas
from zhanggui.web.api.output import as_json, card, facet, order_detail, pay_address, picture, shop
from zhanggui.web.api.shop_schemas import ShopOut
from zhanggui.web.api.texts import is_token, order_number, product_slug, words
from zhanggui.web.clients import client_ip, public_url
from zhanggui.web.kept import mark_impersonal

router = Router()

_KEY = re.compile(r"[\x21-\x7e]{16,64}")
_PROBLEMS: dict[Any, Any] = {
    404: schemas.Problem,
    409: schemas.OrderProblem,
    422: schemas.OrderProblem,
    503: schemas.Problem,
}


class BadKey(Refusal):
    """The Idempotency-Key is missing or not of the documented form."""

    code = "invalid_idempotency_key"
    status = 422


@router.get("/products", response={200: schemas.ProductsOut, 422: schemas.Problem})
def products(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100)] = "",
    category: Annotated[str, Query(max_length=80)] = "",
    sort: Sort = Sort.NEWEST,
    cursor: schemas.Cursor = "",
    limit: Annotated[int, Field(ge=1, le=100)] = 24,
    f: Annotated[str, Query(max_length=1000)] = "",
) -> HttpResponse:
    """Products that shoppers may see, all, of a category or found by words.

    `f` chooses values of a category's facets ("colour:red;colour:blue;size:l"): one of those of
    each attribute. `facets` says what can be chosen, and how many products each value would show.
    """
    now, slug = timezone.now(), "" if q else words(category)
    wanted = catalog.chosen_of(words(f)) if slug else {}
    facets = catalog.facets(category_slug=slug, chosen=wanted, now=now) if slug else []
    chosen = {one.key: wanted[one.key] for one in facets if one.key in wanted}
    page = catalog.listing(
        category_slug=words(category),
        query=words(q),
        cursor=cursor,
        limit=limit,
        now=now,
        sort=sort,
        chosen=chosen,
    )
    answer = {
        "items": [card(one) for one in page.items],
        "next": page.next or None,
        "facets": [facet(one, chosen.get(one.key, ())) for one in facets],
    }
    return mark_impersonal(as_json(answer))


@router.get("/info", response=ShopOut)
def info(request: HttpRequest) -> HttpResponse:
    """Who runs the shop, how to reach it and when, and what it promises on returns."""
    return mark_impersonal(as_json(shop(accounts.shop())))


@router.get("/products/{slug}", response={200: schemas.ProductDetailOut, 404: schemas.Problem})
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product with its SKUs, prices and what can be had of each."""
    now = timezone.now()
    page = catalog.product_page(slug=product_slug(slug), now=now)
    if page is None:
        raise Http404("There is no such product.")
    available = inventory.available_by_sku(sku_ids=[sku.sku_id for sku in page.skus])
    reasons = orders.why_page_not_sold(page=page, available=available)
    names = [option.name for option in page.options]
    return as_json(
        {
            "slug": page.slug,
            "name": page.name,
            "subtitle": page.subtitle,
            "description_html": page.description_html,
            "category": page.category_slug,
            "price_minor": page.price_minor,
            "max_price_minor": page.max_price_minor,
            "currency": page.currency,
            "options": [{"name": o.name, "values": list(o.values)} for o in page.options],
            "pictures": [picture(one) for one in page.pictures],
            "skus": [
                {
                    "sku": sku.code,
                    "options": dict(zip(names, sku.options, strict=False)),
                    "price_minor": sku.price_minor,
                    "market_price_minor": sku.market_price_minor,
                    "currency": page.currency,
                    "available": available[sku.sku_id],
                    "not_sold": reasons[sku.code],
                }
                for sku in page.skus
            ],
        }
    )


@router.post("/orders", response={201: schemas.PlacedOut, **_PROBLEMS})
def place(
    request: HttpRequest,
    payload: schemas.OrderIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=64)],
) -> HttpResponse:
    """Place an order and reserve its stock.

    The same key with the same body gives the first answer again; prices are checked here.
    """
    placed = order_services.place_order(
        wanted=OrderInput(
            request_id=_request_id(request, idempotency_key),
            body_hash=hashlib.sha256(payload.model_dump_json().encode()).hexdigest(),
            lines=tuple(
                WantedLine(
                    sku=words(line.sku),
                    quantity=line.quantity,
                    unit_price_minor=line.unit_price_minor,
                )
                for line in payload.lines
            ),
            address=_address(payload),
            payment_channel=words(payload.payment_channel),
            source=Source.API,
            note=words(payload.note),
        ),
        now=timezone.now(),
    )
    return as_json(
        {
            "number": placed.number,
            "token": placed.token,
            "display_status": placed.display_status,
            "payable_minor": placed.payable_minor,
            "currency": placed.currency,
            "pay_url": pay_address(request, placed.token),
        },
        status=201,
    )


@router.get("/orders/{number}", response={200: schemas.OrderOut, 404: schemas.Problem})
def order(
    request: HttpRequest,
    number: str,
    x_order_token: Annotated[str, Header(alias="X-Order-Token", max_length=64)] = "",
) -> HttpResponse:
    """An order for its buyer, who holds the token."""
    found = _own_order(number, x_order_token)
    can_pay = found.display_status == DisplayStatus.TO_PAY
    return as_json(
        order_detail(
            found,
            fulfilment.parcels_of(order_id=found.pk),
            with_money=True,
            pay_url=pay_address(request, found.token) if can_pay else None,
        )
    )


@router.post("/orders/{number}/payments", response={201: schemas.PaymentOut, **_PROBLEMS})
def pay(
    request: HttpRequest,
    number: str,
    payload: schemas.PaymentIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=64)],
    x_order_token: Annotated[str, Header(alias="X-Order-Token", max_length=64)] = "",
) -> HttpResponse:
    """Open an attempt to pay, or return the one that is open; repeating it is always safe."""
    found = _own_order(number, x_order_token)
    _request_id(request, idempotency_key)
    payment = payments.start_payment(
        order_id=found.pk,
        channel=words(payload.payment_channel),
        client_ip=client_ip(request),
        notify_url=public_url(request) + reverse("store:pay-notify"),
        return_url=pay_address(request, found.token),
        description=f"{accounts.shop().name} {found.number}",
        now=timezone.now(),
    )
    return as_json(
        {
            "payment_channel": payment.channel,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "code_url": payment.code_url,
            "pay_url": payment.pay_url,
            "expires_at": payment.url_expires_at,
        },
        status=201,
    )


def _own_order(number: str, token: str) -> Order:
    found = orders.order_by_token(token=token) if is_token(token) else None
    if found is None or not constant_time_compare(found.number, order_number(number)):
        raise Http404("There is no such order.")
    return found


def _request_id(request: HttpRequest, key: str) -> str:
    """Name the request by its key and, where one is sent, by the API key that uses it."""
    if not _KEY.fullmatch(key):
        raise BadKey("Send an Idempotency-Key of 16 to 64 visible ASCII characters.")
    authorization = request.headers.get("Authorization")
    scope = f"key:{accounts.key_hash(authorization)}" if authorization else "open"
    return hashlib.sha256(f"{scope}\n{key}".encode()).hexdigest()


def _address(payload: schemas.OrderIn) -> AddressInput:
    if payload.address is not None:
        return customers.checked_address(**payload.address.model_dump())
    if payload.address_text:
        return customers.pasted_address(text=payload.address_text)
    raise InvalidAddress("Send `address`, or `address_text`.", field="address")
