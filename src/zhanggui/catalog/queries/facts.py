"""What may be sold, and what checkout must know of it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from zhanggui.catalog import calc
from zhanggui.catalog.models import Picture, Product, Sku
from zhanggui.catalog.sql import next_moment
from zhanggui.catalog.types import NotSold, Shelf, SkuFacts
from zhanggui.core import versions
from zhanggui.core.text import is_storable

CATALOG = versions.declare("catalog")  # products, SKUs, prices, shelf, categories, pictures
SHELVES = versions.declare("shelves")  # of these, what can be seen where; not texts and prices

NOT_IN_LISTS = ("description", "options")  # long, and shown on the product's own page only
_Row = Mapping[str, Any]
_kept_rows: versions.Kept[str, _Row] = versions.Kept(most=5_000)  # by SKU code


def not_sold(product: Product, now: datetime) -> NotSold | None:
    """Return why shoppers can't buy any of this product: status and time. None: they can.

    Stock, region and freight are asked by `orders.queries`, which knows them.
    """
    reason = status(
        shelf=product.shelf,
        on_at=product.on_at,
        off_at=product.off_at,
        is_archived=product.archived_at is not None,
        now=now,
    )
    if reason is None and product.is_sold_out:
        return NotSold.SOLD_OUT
    return reason or (None if product.sku_count else NotSold.NO_SKU)


def live_products(*, now: datetime) -> QuerySet[Product]:
    """Return what shoppers may see: on the shelf, in its time, with a SKU, not gone sold out."""
    return Product.objects.filter(live(now))


def live(now: datetime, *, to: str = "") -> Q:
    """Return the condition of a live product, asked through the relation `to` ("product__")."""
    shelf = {"shelf": Shelf.ON, "archived_at": None, "sku_count__gt": 0, "is_sold_out": False}
    return Q(**{f"{to}{name}": value for name, value in shelf.items()}) & (
        (Q(**{f"{to}on_at": None}) | Q(**{f"{to}on_at__lte": now}))
        & (Q(**{f"{to}off_at": None}) | Q(**{f"{to}off_at__gt": now}))
    )


def next_change(*, now: datetime) -> datetime:
    """Return when a schedule next changes a shelf or a price, at most in a day."""
    return _next_change(now)


@versions.lasting(SHELVES)
def _next_change(now: datetime) -> tuple[datetime, datetime]:
    coming = min(next_moment(now) or now + timedelta(days=1), now + timedelta(days=1))
    return coming, coming


def with_late_figures(*, now: datetime) -> tuple[int, ...]:
    """Return the products whose timed prices changed since their figures were written.

    A worker writes them anew within a minute; until then lists by price must not trust them.
    """
    return _with_late_figures(now)


@versions.lasting(SHELVES)
def _with_late_figures(now: datetime) -> tuple[tuple[int, ...], datetime]:
    late = tuple(Product.objects.filter(figures_until__lte=now).values_list("pk", flat=True))
    coming = next_change(now=now)
    return late, min(coming, now + timedelta(seconds=60)) if late else coming


def sellable_facts(*, sku_codes: Iterable[str], now: datetime) -> dict[str, SkuFacts]:
    """Return what checkout must know, by SKU code; unknown codes are missing.

    One statement for those that were not asked for since the catalogue changed.
    """
    numbers = versions.key(CATALOG)
    codes = {code for code in sku_codes if is_storable(code)}
    rows = {code: row for code in codes if (row := _kept_rows.get(code, numbers))}
    if missing := codes - rows.keys():
        for row in _rows(Q(code__in=missing)):
            rows[row["code"]] = row
            _kept_rows.put(row["code"], numbers, row)
    return {code: _facts(row, now) for code, row in rows.items()}


def sellable_facts_by_id(*, sku_ids: Iterable[int], now: datetime) -> dict[int, SkuFacts]:
    """Return the same by SKU id."""
    return {row["sku_id"]: _facts(row, now) for row in _rows(Q(pk__in=set(sku_ids)))}


def total() -> int:
    """Return how many products there are, archived ones included."""
    return Product.objects.count()


def live_facts(*, now: datetime) -> list[SkuFacts]:
    """Return the facts of every SKU that shoppers can buy now, in no order. One statement."""
    return [_facts(row, now) for row in _rows(live(now, to="product__") & Q(archived_at=None))]


def _rows(wanted: Q) -> Iterable[_Row]:
    cover = Picture.objects.filter(product=OuterRef("product"), archived_at=None)
    return Sku.objects.filter(wanted).values(
        "option_key",
        "code",
        "product_id",
        "price_minor",
        "timed_price_minor",
        "timed_from",
        "timed_until",
        "weight_grams",
        "volume_cm3",
        "archived_at",
        "picture__small",
        "product__name",
        "product__slug",
        "product__currency",
        "product__shelf",
        "product__on_at",
        "product__off_at",
        "product__archived_at",
        sku_id=F("pk"),
        cover=Subquery(cover.order_by("position", "pk").values("small")[:1]),
    )


def _facts(row: _Row, now: datetime) -> SkuFacts:
    timed = (row["timed_price_minor"], row["timed_from"], row["timed_until"])
    price_minor, _market = calc.Price(row["price_minor"], None, *timed).at(now)
    return SkuFacts(
        sku_id=row["sku_id"],
        code=row["code"],
        product_id=row["product_id"],
        product_name=row["product__name"],
        product_slug=row["product__slug"],
        options_text=row["option_key"],
        picture=row["picture__small"] or row["cover"] or "",
        price_minor=price_minor,
        currency=row["product__currency"],
        weight_grams=row["weight_grams"],
        volume_cm3=row["volume_cm3"],
        not_sold=status(
            shelf=row["product__shelf"],
            on_at=row["product__on_at"],
            off_at=row["product__off_at"],
            is_archived=bool(row["archived_at"] or row["product__archived_at"]),
            now=now,
        ),
    )


def status(
    *, shelf: str, on_at: datetime | None, off_at: datetime | None, is_archived: bool, now: datetime
) -> NotSold | None:
    """Return why nothing of a product is sold by its shelf and schedule, None where it is."""
    if is_archived:
        return NotSold.ARCHIVED
    if shelf == Shelf.DRAFT:
        return NotSold.DRAFT
    if shelf == Shelf.OFF:
        return NotSold.OFF
    if on_at and now < on_at:
        return NotSold.NOT_YET
    if off_at and now >= off_at:
        return NotSold.OVER
    return None


def weightless_skus(*, product_ids: Collection[int] | None = None) -> list[tuple[int, str, int]]:
    """Return (product id, product name, row of the matrix) of live SKUs without a weight.

    Only of products on the shelf; None asks for all products.
    """
    rows = Sku.objects.filter(
        weight_grams=0, archived_at=None, product__shelf=Shelf.ON, product__archived_at=None
    )
    if product_ids is not None:
        rows = rows.filter(product_id__in=product_ids)
    named = rows.order_by("product__slug", "position", "pk")
    return list(named.values_list("product_id", "product__name", "position"))


def cost_prices(*, sku_ids: Iterable[int]) -> dict[int, int | None]:
    """Return SKU id → cost of one piece in minor units, None where it is not known."""
    return dict(Sku.objects.filter(pk__in=sku_ids).values_list("pk", "cost_price_minor"))


def sku_id(*, code: str) -> int | None:
    """Return the id of the SKU of this code, archived ones included."""
    return Sku.objects.filter(code=code).values_list("pk", flat=True).first()
