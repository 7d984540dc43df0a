"""What staff see: all products, with the reason why shoppers can't buy one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from zhanggui.catalog.calc import Price, coming_price
from zhanggui.catalog.models import Category, Picture, Product, Sku
from zhanggui.catalog.queries.cursors import after, cursor_of
from zhanggui.catalog.queries.facts import not_sold
from zhanggui.catalog.queries.pages import picture_view, product_cards
from zhanggui.catalog.queries.search import matching_product_ids
from zhanggui.catalog.types import (
    AdminPage,
    AdminRow,
    EditPicture,
    OptionInput,
    ProductEdit,
    Shelf,
    SkuInput,
)

ARCHIVED = "archived"  # a tab beside the shelves
_PRICE = (  # of calc.Price, in its order
    "price_minor",
    "market_price_minor",
    "timed_price_minor",
    "timed_from",
    "timed_until",
)
_KEYS = ("-created_at", "-slug")  # the index read backwards


def admin_products(
    *,
    q: str = "",
    category: str = "",
    shelf: str = "",
    cursor: str = "",
    limit: int = 20,
    now: datetime,
) -> AdminPage:
    """Return one page of all products, newest first; at most 4 statements.

    `category` is a slug; `shelf` is a Shelf, "archived", or "" for all that are not archived.
    """
    rows = _filtered(q=q, category=category, shelf=shelf).filter(after(cursor, keys=_KEYS))
    # Not a join: MariaDB begins it at the categories, and sorts all products.
    named = Category.objects.filter(pk=OuterRef("category")).values("name")
    rows = rows.annotate(category_name=Subquery(named))
    found = list(rows.order_by(*_KEYS)[: limit + 1])
    shown = found[:limit]
    codes: dict[int, list[str]] = defaultdict(list)
    prices: dict[int, list[Price]] = defaultdict(list)
    live = Sku.objects.filter(product__in=[row.pk for row in shown], archived_at=None)
    ordered = live.order_by("position", "pk")
    for product_id, code, *price in ordered.values_list("product_id", "code", *_PRICE):
        codes[product_id].append(code)
        prices[product_id].append(Price(*price))
    items = tuple(
        AdminRow(
            card=card,
            category=row.category_name,
            shelf=Shelf(row.shelf),
            not_sold=not_sold(row, now),
            archived=row.archived_at is not None,
            on_at=row.on_at,
            off_at=row.off_at,
            updated_at=row.updated_at,
            codes=tuple(codes[row.pk]),
            coming=coming_price(prices[row.pk], now=now),
        )
        for row, card in zip(shown, product_cards(products=shown, now=now), strict=True)
    )
    more = len(found) > limit
    return AdminPage(
        items=items, next=cursor_of([shown[-1].created_at, shown[-1].slug]) if more else ""
    )


def shelf_counts(*, q: str = "", category: str = "") -> dict[str, int]:
    """Return the number behind each tab: "" for all, each shelf, and "archived"."""
    is_live = Q(archived_at=None)
    figures = _filtered(q=q, category=category, shelf=None).aggregate(
        all=Count("pk", filter=is_live),
        archived=Count("pk", filter=~is_live),
        **{f"n_{shelf}": Count("pk", filter=is_live & Q(shelf=shelf)) for shelf in Shelf.values},
    )
    return {
        "": figures["all"],
        **{shelf: figures[f"n_{shelf}"] for shelf in Shelf.values},
        ARCHIVED: figures["archived"],
    }


def product_for_edit(*, slug: str, now: datetime) -> ProductEdit | None:
    """Return a product with its live SKUs and pictures; 3 statements."""
    return next(iter(products_for_edit(slugs=[slug], now=now)), None)


def products_for_edit(
    *, slugs: Collection[str] = (), product_ids: Collection[int] = (), now: datetime
) -> list[ProductEdit]:
    """Return these products with their live SKUs and pictures, oldest first; 3 statements."""
    wanted = Q(slug__in=slugs) if slugs else Q()
    wanted |= Q(pk__in=product_ids) if product_ids else Q()
    if not wanted:
        return []
    rows = list(Product.objects.select_related("category").filter(wanted).order_by("pk"))
    if not rows:
        return []
    skus: dict[int, list[Sku]] = defaultdict(list)
    pictures: dict[int, list[Picture]] = defaultdict(list)
    live = {"product__in": [row.pk for row in rows], "archived_at": None}
    for sku in Sku.objects.filter(**live).order_by("position", "pk"):
        skus[sku.product_id].append(sku)
    for picture in Picture.objects.filter(**live).order_by("position", "pk"):
        pictures[picture.product_id].append(picture)
    return [_edit(row, skus[row.pk], pictures[row.pk], now) for row in rows]


def known_pictures(*, digests: Collection[str]) -> set[str]:
    """Return which of these pictures the shop has files of."""
    found = Picture.objects.filter(digest__in=digests)
    return set(found.values_list("digest", flat=True))


def product_ids_by_sku(*, codes: Collection[str]) -> dict[str, int]:
    """Return SKU code → product id, archived SKUs included; unknown codes are missing."""
    found = Sku.objects.filter(code__in=codes)
    return dict(found.values_list("code", "product_id"))


def _edit(product: Product, skus: list[Sku], pictures: list[Picture], now: datetime) -> ProductEdit:
    return ProductEdit(
        product_id=product.pk,
        slug=product.slug,
        name=product.name,
        subtitle=product.subtitle,
        description=product.description,
        category_slug=product.category.slug,
        shelf=Shelf(product.shelf),
        on_at=product.on_at,
        off_at=product.off_at,
        leaves_when_sold_out=product.leaves_when_sold_out,
        currency=product.currency,
        options=tuple(
            OptionInput(name=option["name"], values=tuple(option["values"]))
            for option in product.options
        ),
        skus=tuple(_input(sku) for sku in skus),
        sku_ids=tuple(sku.pk for sku in skus),
        pictures=tuple(
            EditPicture(
                picture_id=picture.pk,
                key=picture.digest,
                view=picture_view(picture),
                sku_codes=tuple(sku.code for sku in skus if sku.picture_id == picture.pk),
            )
            for picture in pictures
        ),
        archived=product.archived_at is not None,
        not_sold=not_sold(product, now),
        updated_at=product.updated_at,
        revision=product.revision,
    )


def product_names(product_ids: Collection[int]) -> dict[int, str]:
    """Return id → name, archived or not."""
    return dict(Product.objects.filter(pk__in=product_ids).values_list("pk", "name"))


def sku_codes(sku_ids: Collection[int]) -> dict[int, str]:
    """Return id → code."""
    return dict(Sku.objects.filter(pk__in=sku_ids).values_list("pk", "code"))


def product_slugs(*, product_ids: Collection[int]) -> dict[int, str]:
    """Return id → slug, archived or not."""
    return dict(Product.objects.filter(pk__in=product_ids).values_list("pk", "slug"))


def product_ids_of(*, slugs: Iterable[str]) -> list[int]:
    """Return the ids of the products of these slugs in their order, archived or not.

    Unknown ones are missing.
    """
    wanted = list(dict.fromkeys(slugs))
    found = dict(Product.objects.filter(slug__in=wanted).values_list("slug", "pk"))
    return [found[slug] for slug in wanted if slug in found]


def product_ids_found(*, q: str = "", category: str = "", shelf: str = "") -> list[int]:
    """Return the ids of all that `admin_products` lists page by page, in its order."""
    rows = _filtered(q=q, category=category, shelf=shelf).order_by(*_KEYS)
    return list(rows.values_list("pk", flat=True))


def _input(sku: Sku) -> SkuInput:
    return SkuInput(
        code=sku.code,
        options=tuple(sku.options),
        price_minor=sku.price_minor,
        market_price_minor=sku.market_price_minor,
        cost_price_minor=sku.cost_price_minor,
        timed_price_minor=sku.timed_price_minor,
        timed_from=sku.timed_from,
        timed_until=sku.timed_until,
        barcode=sku.barcode,
        weight_grams=sku.weight_grams,
        volume_cm3=sku.volume_cm3,
    )


def _filtered(*, q: str, category: str, shelf: str | None) -> QuerySet[Product]:
    rows = Product.objects.all()
    if shelf == ARCHIVED:
        rows = rows.exclude(archived_at=None)
    elif shelf is not None:
        rows = rows.filter(archived_at=None)
        rows = rows.filter(shelf=shelf) if shelf in Shelf.values else rows
    if category:
        path = Category.objects.filter(slug=category).values("path")[:1]
        rows = rows.filter(category__in=Category.objects.filter(path__startswith=path))
    if q.strip():
        rows = rows.filter(pk__in=matching_product_ids(query=q))
    return rows
