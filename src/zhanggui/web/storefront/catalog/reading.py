"""What lists of products show, joined from the catalogue, stock and sales."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, ngettext

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import CategoryNode, PictureView, ProductCard
from zhanggui.core import versions
from zhanggui.inventory import queries as inventory
from zhanggui.orders import queries as orders
from zhanggui.web.pictures import picture_url

# With the pages that show them (web.pages) best sellers are two minutes old, ten in a large shop
SALES_LAST, CARDS_LAST = timedelta(seconds=20), timedelta(seconds=10)
FEW_CATEGORIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A product in a list, as components/product_card.html takes it."""

    product_id: int
    url: str
    name: str
    image: str
    srcset: str
    price_minor: int
    market_minor: int | None
    currency: str
    note: str
    sold_out: bool
    badge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCategory:
    """A category with the picture of one of its products."""

    url: str
    name: str
    image: str
    count: int
    children: tuple["ShownCategory", ...]


def small_image(picture: PictureView | None) -> str:
    """Return the address of a picture for a small place, a drawn one where there is none."""
    return picture_url(picture.small) if picture else static("no-picture.svg")


def srcset(picture: PictureView | None) -> str:
    """Return the three sizes of a picture for the browser to choose from."""
    if picture is None:
        return ""
    sizes = ((picture.small, 240), (picture.medium, 640), (picture.large, 1280))
    return ", ".join(f"{picture_url(name)} {width}w" for name, width in sizes)


def struck(market_minor: int | None, *, price_minor: int) -> int | None:
    """Return the market price to strike through, None where it promises no advantage."""
    return market_minor if market_minor is not None and market_minor > price_minor else None


def shown_cards(*lists: Iterable[ProductCard]) -> list[list[ShownCard]]:
    """Return lists of cards with what is sold out; one statement for all lists."""
    rows = [list(cards) for cards in lists]
    ids = {card.product_id for cards in rows for card in cards}
    available = inventory.available_by_product(product_ids=ids)
    product_url, language = reverse("store:product", args=["_"]), get_language() or ""
    gone = {product_id for product_id in ids if not available[product_id]}
    return [
        [_shown(card, product_url, card.product_id in gone, language) for card in cards]
        for cards in rows
    ]


@lru_cache(maxsize=2000)
def _shown(card: ProductCard, product_url: str, is_gone: bool, language: str) -> ShownCard:
    """Say once how a card is shown (in this language); a card that changed is another one."""
    several = card.sku_count > 1
    count = card.sku_count
    return ShownCard(
        product_id=card.product_id,
        url=product_url.replace("_", card.slug),
        name=card.name,
        image=picture_url(card.picture.medium) if card.picture else small_image(None),
        srcset=srcset(card.picture),
        price_minor=card.price_minor,
        market_minor=struck(card.market_price_minor, price_minor=card.price_minor),
        currency=card.currency,
        note=ngettext("%(n)d 种可选", "%(n)d 种可选", count) % {"n": count} if several else "",
        sold_out=is_gone,
    )


def best_sellers(*, now: datetime) -> tuple[ProductCard, ...]:
    """Return the cards of what sold most lately and can still be seen, best first."""
    return _best_sellers(now)


@versions.lasting(catalog.CATALOG)
def _best_sellers(now: datetime) -> tuple[tuple[ProductCard, ...], datetime]:
    slugs = _best_sold(now)
    cards = tuple(catalog.cards_by_slug(slugs=slugs, now=now))
    return cards, min(now + CARDS_LAST, catalog.next_change(now=now))


@versions.lasting()
def _best_sold(now: datetime) -> tuple[tuple[str, ...], datetime]:
    """Read what the job noted; without a worker sum it up, which takes a while in a large shop."""
    noted = orders.noted_best_sold(now=now)
    if noted is not None:
        return noted, now + SALES_LAST
    started = time.monotonic()
    slugs = orders.summed_best_sold(now=now)
    return slugs, now + max(SALES_LAST, versions.worth_keeping(started))


def shown_categories(nodes: Sequence[CategoryNode], *, now: datetime) -> list[ShownCategory]:
    """Return the categories that have something to show, with pictures; one statement."""
    covers = catalog.category_covers(now=now)

    def shown(node: CategoryNode) -> ShownCategory:
        cover = covers.get(node.category_id)
        return ShownCategory(
            url=reverse("store:category", args=[node.slug]),
            name=node.name,
            image=picture_url(cover) if cover else static("no-picture.svg"),
            count=node.count,
            children=tuple(shown(child) for child in node.children if child.count),
        )

    return [shown(node) for node in nodes if node.count]


def entries(categories: Sequence[ShownCategory], *, most: int) -> list[ShownCategory]:
    """Return the categories to enter from the front page: those below where the top has few."""
    below = [child for category in categories for child in category.children]
    return list(below if len(categories) < FEW_CATEGORIES and below else categories)[:most]


def node_of(nodes: Iterable[CategoryNode], slug: str) -> CategoryNode | None:
    """Return the node of this slug anywhere in the tree."""
    for node in nodes:
        found = node if node.slug == slug else node_of(node.children, slug)
        if found is not None:
            return found
    return None
