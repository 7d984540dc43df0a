"""What shoppers see: lists of cards, and the page of one product."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import nh3
from django.utils.html import linebreaks

from zhanggui.catalog.models import Picture, Product
from zhanggui.catalog.queries.categories import category_ids
from zhanggui.catalog.queries.cursors import after, cursor_of, decoded
from zhanggui.catalog.queries.facts import NOT_IN_LISTS, status
from zhanggui.catalog.queries.search import best_matches, matching
from zhanggui.catalog.sql import covers_of, live_cards, live_cards_of, page_of, skus_of
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
from zhanggui.core.sql import moment

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

    A search in the order NEWEST puts the best match first. 1 statement, up to 4 for a search.
    """
    within = category_ids(slug=category_slug) if category_slug else None
    if query and sort == Sort.NEWEST:
        return best_matches(query=query, within=within, cursor=cursor, limit=limit, now=now)
    keys = _KEYS[sort]
    if not query:
        names = [key.removeprefix("-") for key in keys]
        behind = decoded(cursor, names=names)
        cards = live_cards(now=now, within=within, keys=keys, behind=behind, limit=limit + 1)
        return _page(cards, sort=sort, limit=limit)
    found = matching(query=query, now=now)
    if within is not None:
        found = found.filter(category__in=within)
    found = found.filter(after(cursor, keys=keys)).order_by(*keys).defer(*NOT_IN_LISTS)
    rows = list(found[: limit + 1])
    shown = product_cards(products=rows)
    made = (row.created_at for row in rows)
    return _page(list(zip(shown, made, strict=True)), sort=sort, limit=limit)


def _page(found: Sequence[tuple[ProductCard, Any]], *, sort: Sort, limit: int) -> CardPage:
    """Return the page that begins with these cards and the moments when they were made."""
    behind = ""
    if len(found) > limit:
        last, made = found[limit - 1]
        first = moment(made) if sort == Sort.NEWEST else last.price_minor
        behind = cursor_of([first, last.slug])
    return CardPage(items=tuple(card for card, _made in found[:limit]), next=behind)


def product_cards(*, products: Iterable[Product]) -> list[ProductCard]:
    """Return the cards of these products in their order; one statement reads the pictures."""
    rows = list(products)
    covers = covers_of([row.pk for row in rows])
    return [product_card(row, covers.get(row.pk)) for row in rows]


def cards_by_slug(*, slugs: Collection[str], now: datetime) -> list[ProductCard]:
    """Return the cards of those of these products that shoppers may see, in the order given."""
    found = {card.slug: card for card in live_cards_of(slugs, now=now)}
    return [found[slug] for slug in slugs if slug in found]


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
    """Return a product's page, or None where shoppers must not know of it. 2 statements.

    A product that is off the shelf keeps its page, since links to it exist; `not_sold` says why.
    """
    found = page_of(slug)
    if found is None:
        return None
    row, pictures = found
    reason = status(
        shelf=row.shelf,
        on_at=row.on_at,
        off_at=row.off_at,
        is_archived=row.archived_at is not None,
        now=now,
    )
    if reason in _HIDDEN:
        return None
    skus = skus_of(row.product_id, pictures)
    return ProductPage(
        product_id=row.product_id,
        slug=row.slug,
        name=row.name,
        subtitle=row.subtitle,
        description_html=description_html(row.description),
        category_slug=row.category_slug,
        category_name=row.category_name,
        options=_options_in_use(row.options, skus),
        skus=skus,
        pictures=tuple(pictures.values()),
        price_minor=row.min_price_minor,
        max_price_minor=row.max_price_minor,
        currency=row.currency,
        not_sold=reason or (None if row.sku_count else NotSold.NO_SKU),
    )


def description_html(text: str) -> str:
    """Return a stored description as safe HTML; plain text gets its lines and paragraphs."""
    return nh3.clean(text) if nh3.is_html(text) else linebreaks(text, autoescape=True)


def _options_in_use(
    options: Sequence[Mapping[str, Any]], skus: tuple[SkuView, ...]
) -> tuple[OptionInput, ...]:
    used = [set(values) for values in zip(*(sku.options for sku in skus), strict=False)]
    return tuple(
        OptionInput(name=option["name"], values=tuple(v for v in option["values"] if v in values))
        for option, values in zip(options, used, strict=False)
    )
