"""The product page: what can be chosen, what it costs, and why something can't be bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import NotSold, PictureView, ProductPage, SkuView
from zhanggui.core.money import digits_of
from zhanggui.freight import queries as freight
from zhanggui.inventory import queries as inventory
from zhanggui.inventory.types import FEW
from zhanggui.orders import queries as orders
from zhanggui.orders.calc import MAX_QUANTITY
from zhanggui.web.formats import symbol_of
from zhanggui.web.pictures import picture_url
from zhanggui.web.storefront.catalog.reading import small_image, srcset, struck

_WHY: dict[NotSold, str | Promise] = {
    NotSold.SOLD_OUT: _("暂时缺货，补货后会重新上架，先看看别的吧。"),
    NotSold.OUT_OF_STOCK: _("暂时缺货，补货后会重新上架，先看看别的吧。"),
    NotSold.NO_FREIGHT: _("这件商品暂时不配送，请联系客服。"),
}
_GONE = _("这件商品已下架，看看别的吧。")
# Why the form came back (parameter `why` of the page's address)
PROBLEMS: Mapping[str, str | Promise] = {
    "choose": _("没有这种规格组合，请重新选择。"),
    "unsold": _("这个规格现在买不了，请换一个。"),
    "full": _("购物车满了，请先结算或移除一些商品。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One picture of the gallery."""

    image: str
    small: str
    srcset: str
    alt: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option."""

    value: str
    checked: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One option to choose from, as components/sku_pills.html takes it."""

    name: str
    values: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProduct:
    """Everything on a product page."""

    page: ProductPage
    photos: tuple[Photo, ...]
    options: tuple[Option, ...]
    chosen: SkuView | None
    market_minor: int | None  # of the chosen SKU, where it is above the price
    available: int  # of the chosen SKU, exact where there are few
    most: int
    image: str
    script: dict[str, Any]  # what sku.js works on
    why: str | Promise  # why nothing can be bought, "" where something can
    freight: tuple[int, int] | None  # lowest and highest for one piece


def shown_product(*, slug: str, wanted: Mapping[str, str], now: datetime) -> ShownProduct | None:
    """Return the page of a product with the SKU that `wanted` (o0, o1, …) asks for.

    None where shoppers must not know of it. 4 statements.
    """
    page = catalog.product_page(slug=slug, now=now)
    if page is None:
        return None
    pieces = inventory.available_by_sku(sku_ids=[sku.sku_id for sku in page.skus])
    reasons = orders.why_page_not_sold(page=page, available=pieces)
    available = {
        sku.code: 0 if reasons[sku.code] else _offered(pieces[sku.sku_id]) for sku in page.skus
    }
    chosen = _chosen(page, wanted, available)
    picture = (chosen.picture if chosen else None) or next(iter(page.pictures), None)
    weight = chosen.weight_grams if chosen else 0
    return ShownProduct(
        page=page,
        photos=tuple(_photo(one, page.name) for one in page.pictures),
        options=_pills(page, chosen, available),
        chosen=chosen,
        market_minor=_market(chosen) if chosen else None,
        available=available[chosen.code] if chosen else 0,
        most=max(available[chosen.code], 1) if chosen else 1,
        image=small_image(picture),
        script=_script(page, available),
        why=_why(page, reasons),
        freight=freight.freight_range(product_id=page.product_id, weight_grams=weight),
    )


def _offered(pieces: int) -> int:
    """Return how many pieces the page lets people ask for.

    Exact only where it says so (FEW): above, each sale would make the page anew. Basket and
    checkout know the real number and say it.
    """
    return pieces if pieces <= FEW else MAX_QUANTITY


def sku_by_options(page: ProductPage, wanted: Mapping[str, str]) -> SkuView | None:
    """Return the SKU of the chosen options, None where they name none."""
    options = tuple(wanted.get(f"o{place}", "") for place in range(len(page.options)))
    return next((sku for sku in page.skus if sku.options == options), None)


def _chosen(
    page: ProductPage, wanted: Mapping[str, str], available: Mapping[str, int]
) -> SkuView | None:
    asked = sku_by_options(page, wanted) if "o0" in wanted else None
    can_be_had = (sku for sku in page.skus if available[sku.code])
    return asked or next(can_be_had, None) or next(iter(page.skus), None)


def _pills(
    page: ProductPage, chosen: SkuView | None, available: Mapping[str, int]
) -> tuple[Option, ...]:
    sold = [sku for sku in page.skus if available[sku.code]]
    return tuple(
        Option(
            option.name,
            tuple(
                Choice(
                    value,
                    checked=chosen is not None and chosen.options[place] == value,
                    disabled=all(sku.options[place] != value for sku in sold),
                )
                for value in option.values
            ),
        )
        for place, option in enumerate(page.options)
    )


def _market(sku: SkuView) -> int | None:
    return struck(sku.market_price_minor, price_minor=sku.price_minor)


def _script(page: ProductPage, available: Mapping[str, int]) -> dict[str, Any]:
    return {
        "symbol": symbol_of(page.currency),
        "digits": digits_of(page.currency),
        "skus": [
            {
                "sku": sku.code,
                "options": list(sku.options),
                "price_minor": sku.price_minor,
                "market_minor": _market(sku),
                "available": available[sku.code],
                "image": picture_url(sku.picture.small) if sku.picture else "",
            }
            for sku in page.skus
        ],
    }


def _why(page: ProductPage, reasons: Mapping[str, NotSold | None]) -> str | Promise:
    reason = orders.why_product_not_sold(status=page.not_sold, skus=reasons.values())
    return _WHY.get(reason, _GONE) if reason else ""


def _photo(picture: PictureView, name: str) -> Photo:
    return Photo(
        image=picture_url(picture.medium),
        small=picture_url(picture.small),
        srcset=srcset(picture),
        alt=picture.alt or name,
    )
