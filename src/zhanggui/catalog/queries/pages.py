"""What shoppers see: lists of cards, and the page of one product."""

from collections.abc import Iterable
from datetime import datetime

import nh3
from django.utils.html import linebreaks

from zhanggui.catalog import sql
from zhanggui.catalog.models import Picture, Product, Sku
from zhanggui.catalog.queries.categories import category_ids
from zhanggui.catalog.queries.cursors import after, cursor_of
from zhanggui.catalog.queries.facts import NOT_IN_LISTS, live_products, not_sold
from zhanggui.catalog.queries.search import best_matches, matching
from zhanggui.catalog.types import (
    CardPage,
    NotSold,
    OptionInput,
    PictureView,
    ProductCard,
    ProductPage,
    SkuView,
    Sort,
)

# Each is an index, or one read backwards: with the slug the other way round all would be sorted
_KEYS: dict[Sort, tuple[str, ...]] = {
    Sort.NEWEST: ("-created_at", "-slug"),
    Sort.CHEAPEST: ("min_price_minor", "slug"),
    Sort.DEAREST: ("-min_price_minor", "-slug"),
}
_HIDDEN = {NotSold.DRAFT, NotSold.ARCHIVED, NotSold.NOT_YET}


def listing(
    *,
    category_slug: str = "",
    query: str = "",
    cursor: str = "",
    limit: int = 24,
    now: datetime,
    sort: Sort = Sort.NEWEST,
) -> CardPage:
    """Return one page of what shoppers may see: a category with all below it, a search, or all.

    A search in the order NEWEST puts the best match first. 2 statements, up to 5 for a search.
    """
    within = category_ids(slug=category_slug) if category_slug else None
    if query and sort == Sort.NEWEST:
        rows, behind = best_matches(query=query, within=within, cursor=cursor, limit=limit, now=now)
        return CardPage(items=tuple(product_cards(products=rows)), next=behind)
    keys = _KEYS[sort]
    found = matching(query=query, now=now) if query else live_products(now=now)
    if within is not None:
        found = found.filter(category__in=within)
    found = found.filter(after(cursor, keys=keys)).order_by(*keys).defer(*NOT_IN_LISTS)
    rows = list(found[: limit + 1])
    last = [getattr(row, key.removeprefix("-")) for row in rows[limit - 1 : limit] for key in keys]
    return CardPage(
        items=tuple(product_cards(products=rows[:limit])),
        next=cursor_of(last) if len(rows) > limit else "",
    )


def product_cards(*, products: Iterable[Product]) -> list[ProductCard]:
    """Return the cards of these products in their order; one statement reads the pictures."""
    rows = list(products)
    covers: dict[int, PictureView] = {}
    for product_id, _picture_id, view in sql.pictures_of([row.pk for row in rows]):
        covers.setdefault(product_id, view)
    return [product_card(row, covers.get(row.pk)) for row in rows]


def product_card(row: Product, picture: PictureView | None) -> ProductCard:
    """Return the card of a product."""
    return ProductCard(
        product_id=row.pk,
        slug=row.slug,
        name=row.name,
        subtitle=row.subtitle,
        price_minor=row.min_price_minor,
        max_price_minor=row.max_price_minor,
        market_price_minor=row.market_price_minor,
        currency=row.currency,
        sku_count=row.sku_count,
        picture=picture,
    )


def picture_view(picture: Picture) -> PictureView:
    """Return a picture as pages show it."""
    return PictureView(
        small=picture.small,
        medium=picture.medium,
        large=picture.large,
        width=picture.width,
        height=picture.height,
        alt=picture.alt,
    )


def product_page(*, slug: str, now: datetime) -> ProductPage | None:
    """Return a product's page, or None where shoppers must not know of it. At most 3 statements.

    A product that is off the shelf keeps its page, since links to it exist; `not_sold` says why.
    """
    product = next(iter(Product.objects.raw(sql.PRODUCT, [slug])), None)
    if product is None or (reason := not_sold(product, now)) in _HIDDEN:
        return None
    views = {picture_id: view for _, picture_id, view in sql.pictures_of([product.pk])}
    shown = tuple(_sku_view(sku, views) for sku in Sku.objects.raw(sql.SKUS, [product.pk]))
    return ProductPage(
        product_id=product.pk,
        slug=product.slug,
        name=product.name,
        subtitle=product.subtitle,
        description_html=description_html(product.description),
        category_slug=product.in_slug,  # type: ignore[attr-defined]  # as the statement says
        category_name=product.in_name,  # type: ignore[attr-defined]
        options=_options_in_use(product, shown),
        skus=shown,
        pictures=tuple(views.values()),
        price_minor=product.min_price_minor,
        max_price_minor=product.max_price_minor,
        currency=product.currency,
        not_sold=reason,
    )


def description_html(text: str) -> str:
    """Return a stored description as safe HTML; plain text gets its lines and paragraphs."""
    return nh3.clean(text) if nh3.is_html(text) else linebreaks(text, autoescape=True)


def _sku_view(sku: Sku, views: dict[int, PictureView]) -> SkuView:
    return SkuView(
        sku_id=sku.pk,
        code=sku.code,
        options=tuple(sku.options),
        options_text=sku.option_key,
        price_minor=sku.price_minor,
        market_price_minor=sku.market_price_minor,
        barcode=sku.barcode,
        weight_grams=sku.weight_grams,
        volume_cm3=sku.volume_cm3,
        picture=views.get(sku.picture_id or 0),
    )


def _options_in_use(product: Product, skus: tuple[SkuView, ...]) -> tuple[OptionInput, ...]:
    used = [set(values) for values in zip(*(sku.options for sku in skus), strict=False)]
    return tuple(
        OptionInput(name=option["name"], values=tuple(v for v in option["values"] if v in values))
        for option, values in zip(product.options, used, strict=False)
    )
