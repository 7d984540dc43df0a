"""Products written many at once, with their search terms: for measuring, nothing else."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from zhanggui.catalog.models import Category, Picture, Product, SearchTerm, Sku
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services.search import best_terms
from zhanggui.core import versions
from zhanggui.core.bulk import insert_rows
from zhanggui.core.ids import next_ids


class ProductSeed(NamedTuple):
    """A row of products; moments as `core.bulk.stored_moment` writes them, options as JSON."""

    id: int
    slug: str
    name: str
    subtitle: str
    description: str
    category_id: int
    shelf: str
    options: str
    currency: str
    sku_count: int
    min_price_minor: int
    max_price_minor: int
    market_price_minor: int | None
    created_at: str
    updated_at: str


class SkuSeed(NamedTuple):
    """A row of SKUs; options as JSON."""

    id: int
    product_id: int
    code: str
    options: str
    option_key: str
    position: int
    price_minor: int
    market_price_minor: int | None
    cost_price_minor: int | None
    barcode: str
    weight_grams: int
    volume_cm3: int


class PictureSeed(NamedTuple):
    """A row of pictures; files may be shared by many products."""

    id: int
    product_id: int
    position: int
    alt: str
    digest: str
    small: str
    medium: str
    large: str
    width: int
    height: int


class _TermSeed(NamedTuple):
    id: int
    product_id: int
    term: str
    weight: int


@transaction.atomic
def seed_products(
    *,
    products: Sequence[ProductSeed],
    skus: Sequence[SkuSeed],
    pictures: Sequence[PictureSeed],
) -> None:
    """Write products with SKUs, pictures and what search finds them by."""
    insert_rows(model=Product, rows=products)
    insert_rows(model=Sku, rows=skus)
    insert_rows(model=Picture, rows=pictures)
    insert_rows(model=SearchTerm, rows=_terms(products, skus))
    versions.bump(CATALOG, SHELVES)


def _terms(products: Sequence[ProductSeed], skus: Sequence[SkuSeed]) -> list[_TermSeed]:
    of_product: dict[int, list[Sku]] = {}
    for row in skus:
        sku = Sku(code=row.code, barcode=row.barcode, options=json.loads(row.options))
        of_product.setdefault(row.product_id, []).append(sku)
    categories = Category.objects.in_bulk()
    wanted = [
        (row.id, term, weight)
        for row in products
        for term, weight in best_terms(
            Product(
                name=row.name,
                subtitle=row.subtitle,
                description=row.description,
                category=categories[row.category_id],
            ),
            of_product[row.id],
        ).items()
    ]
    ids = next_ids(count=len(wanted))
    return [_TermSeed(pk, *one) for pk, one in zip(ids, wanted, strict=True)]
