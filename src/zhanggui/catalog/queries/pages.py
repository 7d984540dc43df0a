"""What shoppers see: lists of cards, and the page of one product."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import nh3
from django.utils.html import linebreaks

from zhanggui.catalog.calc import Figures
from zhanggui.catalog.models import Picture, Product
from zhanggui.catalog.queries.attributes import Chosen, narrowed
from zhanggui.catalog.queries.categories import category_ids
from zhanggui.catalog.queries.cursors import after, cursor_of, decoded
from zhanggui.catalog.queries.facts import NOT_IN_LISTS, status, with_late_figures
from zhanggui.catalog.queries.search import best_matches, matching
from zhanggui.catalog.sql import (
    covers_of,
    figures_of,
    is_late,
    live_cards,
    live_cards_of,
    live_cards_within,
    page_of,
    skus_of,
)
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
_Found = tuple[ProductCard, Any]  # and when it was made, where the list is sorted by that
_HIDDEN = {NotSold.DRAFT, NotSold.ARCHIVED, NotSold.NOT_YET}


def listing(
    *,
    category_slug: str = "",
    query: str = "",
    cursor: str = "",
    limit: int = 24,
    now: datetime,
    sort: Sort = Sort.NEWEST,
    chosen: Chosen | None = None,
) -> CardPage:
    """Return one page of what shoppers may see: a category with all below it, a search, or all.

    `chosen` are values of the category's facets, which do not narrow searches. A search in the
    order NEWEST puts the best match first. 1 statement, up to 4 for a search.
    """
    within = category_ids(slug=category_slug) if category_slug else None
    if query and sort == Sort.NEWEST:
        return best_matches(query=query, within=within, cursor=cursor, limit=limit, now=now)
    keys = _KEYS[sort]
    if not query:
        names = [key.removeprefix("-") for key in keys]
        behind = decoded(cursor, names=names)
        having = narrowed(category_slug=category_slug, chosen=chosen) if chosen else ()
        late = with_late_figures(now=now) if sort != Sort.NEWEST else ()
        cards = live_cards(
            now=now,
            within=within,
            keys=keys,
            behind=behind,
            limit=limit + 1,
            without=late,
            having=having,
        )
        if late:
            moved = live_cards_within(late, now=now, within=within, having=having)
            cards = _merged(cards, moved, behind=behind, sort=sort)
        return _page(cards, sort=sort, limit=limit)
    return _found_by_price(query, within, cursor=cursor, limit=limit, now=now, sort=sort)


def _found_by_price(
    query: str,
    within: Collection[int] | None,
    *,
    cursor: str,
    limit: int,
    now: datetime,
    sort: Sort,
) -> CardPage:
    keys, late = _KEYS[sort], with_late_figures(now=now)
    found = matching(query=query, now=now)
    if within is not None:
        found = found.filter(category__in=within)
    found = found.defer(*NOT_IN_LISTS)
    ordered = found.exclude(pk__in=late) if late else found
    rows = list(ordered.filter(after(cursor, keys=keys)).order_by(*keys)[: limit + 1])
    shown: list[_Found] = [(one, None) for one in product_cards(products=rows, now=now)]
    if late:
        moved = product_cards(products=found.filter(pk__in=late), now=now)
        behind = decoded(cursor, names=[key.removeprefix("-") for key in keys])
        shown = _merged(shown, moved, behind=behind, sort=sort)
    return _page(shown, sort=sort, limit=limit)


def _merged(
    cards: Sequence[_Found], moved: Iterable[ProductCard], *, behind: Sequence[Any], sort: Sort
) -> list[_Found]:
    """Put cards whose stored price is no longer theirs where they belong by the price they show."""
    is_falling = sort == Sort.DEAREST

    def key(card: ProductCard) -> tuple[int, str]:
        return card.price_minor, card.slug

    last = tuple(behind)
    kept = [
        card for card in moved if not last or (key(card) < last if is_falling else key(card) > last)
    ]
    whole: list[_Found] = [*cards, *((card, None) for card in kept)]
    return sorted(whole, key=lambda found: key(found[0]), reverse=is_falling)


def _page(found: Sequence[tuple[ProductCard, Any]], *, sort: Sort, limit: int) -> CardPage:
    """Return the page that begins with these cards and the moments when they were made."""
    behind = ""
    if len(found) > limit:
        last, made = found[limit - 1]
        first = moment(made) if sort == Sort.NEWEST else last.price_minor
        behind = cursor_of([first, last.slug])
    return CardPage(items=tuple(card for card, _made in found[:limit]), next=behind)


def product_cards(*, products: Iterable[Product], now: datetime) -> list[ProductCard]:
    """Return the cards of these products in their order; one statement reads the pictures."""
    rows = list(products)
    covers = covers_of([row.pk for row in rows])
    late = [row.pk for row in rows if is_late(row.figures_until, now)]
    fresh = figures_of(late, now=now)
    cards = (product_card(row, covers.get(row.pk)) for row in rows)
    return [_refreshed(card, fresh.get(card.product_id)) for card in cards]


def _refreshed(card: ProductCard, figures: Figures | None) -> ProductCard:
    if figures is None:
        return card
    return replace(
        card,
        price_minor=figures.min_minor,
        max_price_minor=figures.max_minor,
        market_price_minor=figures.market_minor,
    )


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
    skus = skus_of(row.product_id, pictures, now=now)
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
        price_minor=min((sku.price_minor for sku in skus), default=0),
        max_price_minor=max((sku.price_minor for sku in skus), default=0),
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
