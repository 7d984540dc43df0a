"""Rows as the API shows them: plain dicts of JSON values, personal data masked."""

from collections.abc import Sequence
from functools import cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from zhanggui.accounts.types import Hours, ShopView
from zhanggui.catalog.types import Facet, PictureView, ProductCard
from zhanggui.core.masking import mask_detail, mask_name, mask_phone
from zhanggui.fulfilment.queries import ParcelView
from zhanggui.orders.queries import Order
from zhanggui.web.api.schemas import Json
from zhanggui.web.clients import public_url
from zhanggui.web.pictures import picture_url

_NO_TOKEN = "0" * 32

_MONEY = (
    "goods_minor",
    "freight_minor",
    "discount_minor",
    "payable_minor",
    "paid_minor",
    "refunded_minor",
)
_PLAIN = (
    "number",
    "source",
    "display_status",
    "after_sale_state",
    "payment_state",
    "close_reason",
    "payment_channel",
    "placed_at",
    "pay_by_at",
    "paid_at",
    "shipped_at",
    "completed_at",
    "closed_at",
    "pieces",
    "currency",
)
_ROW = (
    "number",
    "source",
    "display_status",
    "after_sale_state",
    "payment_channel",
    "placed_at",
    "pieces",
    "currency",
    "province",
    "city",
    "district",
)


def as_json(body: Json, *, status: int = 200) -> HttpResponse:
    """Encode at once: the response models document and are held to by tests."""
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def picture(view: PictureView | None) -> Json | None:
    """Return the addresses of a picture."""
    if view is None:
        return None
    return {
        "small": picture_url(view.small),
        "medium": picture_url(view.medium),
        "large": picture_url(view.large),
        "alt": view.alt,
    }


def card(view: ProductCard) -> Json:
    """Return a product in a list."""
    return {
        "slug": view.slug,
        "name": view.name,
        "subtitle": view.subtitle,
        "price_minor": view.price_minor,
        "max_price_minor": view.max_price_minor,
        "market_price_minor": view.market_price_minor,
        "currency": view.currency,
        "picture": picture(view.picture),
    }


def facet(view: Facet, chosen: Sequence[str]) -> Json:
    """Return an attribute that a list can be narrowed by."""
    return {
        "key": view.key,
        "name": view.name,
        "unit": view.unit,
        "values": [
            {"value": text, "count": count, "is_chosen": text in chosen}
            for text, count in view.values
        ],
    }


def shop(view: ShopView) -> Json:
    """Return what everybody may know of the shop."""
    return {
        "name": view.name,
        "slogan": view.slogan,
        "logo": picture_url(view.logo) if view.logo else None,
        "currency": view.currency,
        "time_zone": settings.TIME_ZONE,
        "phone": view.service_phone,
        "email": view.service_email,
        "wechat": view.service_wechat,
        "address": view.address,
        "hours": [_hours(one) for one in view.week],
        "holidays": [
            {
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "hours": _hours(one.hours),
                "note": one.note,
            }
            for one in view.holidays
        ],
        "company": view.company,
        "licence_no": view.licence_no,
        "icp_number": view.icp_number,
        "return_days": view.return_days,
        "return_policy": view.return_policy,
    }


def _hours(hours: Hours | None) -> Json | None:
    if hours is None:
        return None
    start, end = (f"{at // 60:02}:{at % 60:02}" for at in (hours.start, hours.end))
    return {"start": start, "end": end}


def order_row(order: Order, *, with_money: bool) -> Json:
    """Return an order in a list."""
    row: Json = {name: getattr(order, name) for name in _ROW}
    row |= {"name": mask_name(order.name), "phone": mask_phone(order.phone)}
    if with_money:
        row["payable_minor"] = order.payable_minor
    return row


def order_detail(
    order: Order, parcels: Sequence[ParcelView], *, with_money: bool, pay_url: str | None = None
) -> Json:
    """Return an order with lines and parcels."""
    body: Json = {name: getattr(order, name) for name in _PLAIN}
    body |= {name: getattr(order, name) if with_money else None for name in _MONEY}
    body["address"] = {
        "name": mask_name(order.name),
        "phone": mask_phone(order.phone),
        "province": order.province,
        "city": order.city,
        "district": order.district,
        "detail": mask_detail(order.detail),
    }
    body["lines"] = [
        {
            "sku": line.sku_code,
            "name": line.product_name,
            "options": line.options_text,
            "quantity": line.quantity,
            "shipped_quantity": line.shipped_quantity,
            "unit_price_minor": line.unit_price_minor if with_money else None,
            "payable_minor": line.payable_minor if with_money else None,
        }
        for line in order.lines.all()
    ]
    body["parcels"] = [
        {
            "carrier": parcel.carrier,
            "carrier_name": parcel.carrier_name,
            "tracking_no": parcel.tracking_no,
            "link": parcel.link,
            "shipped_at": parcel.shipped_at,
        }
        for parcel in parcels
    ]
    body["pay_url"] = pay_url
    return body


def pay_address(request: HttpRequest, token: str) -> str:
    """Return our own page where an order is paid."""
    return public_url(request) + _pay_path().replace(_NO_TOKEN, token)


@cache
def _pay_path() -> str:
    """Return the path of a page to pay with a token that stands for others: reversing is slow."""
    return reverse("store:pay", args=[_NO_TOKEN])
