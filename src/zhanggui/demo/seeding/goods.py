"""Seeded products: real words put together, two SKUs each."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta

from zhanggui.catalog import queries as catalog_queries
from zhanggui.catalog import services as catalog
from zhanggui.catalog.services import PictureSeed, ProductSeed, SkuSeed
from zhanggui.catalog.types import Shelf
from zhanggui.core.bulk import indexes_later, rows_in_memory, stored_moment
from zhanggui.core.ids import next_id
from zhanggui.demo.content import PICTURES, load
from zhanggui.demo.loading.goods import load_categories
from zhanggui.demo.seeding.words import scattered, shuffled, words

BATCH = 250  # products a transaction, with some 45,000 search terms
_MANY = 2_000  # from here on it is quicker to make the indexes afterwards
_PICTURES = 8  # files that all seeded products share
_EVERY = timedelta(minutes=10)  # between two products, back from a year ago to now


def seed_products(*, count: int, now: datetime) -> None:
    """Put so many products with two SKUs each on the shelf, without stock; again adds more."""
    first = catalog_queries.total()
    categories = {one.slug: one.pk for one in catalog_queries.all_categories()}
    if not words().nouns.keys() <= categories.keys():
        categories = load_categories(load(), now=now)
    is_first_fill = count >= _MANY and count > first
    making = indexes_later(app_labels=["catalog"]) if is_first_fill else nullcontext()
    with making, rows_in_memory():
        _write(range(first, first + count), categories, now)


def _write(wanted: range, categories: dict[str, int], now: datetime) -> None:
    files: list[PictureSeed] = []
    for start in range(0, len(wanted), BATCH):
        numbers = wanted[start : start + BATCH]
        products = [_product(number, categories, now) for number in numbers]
        skus = [
            sku
            for number, product in zip(numbers, products, strict=True)
            for sku in _skus(number, product)
        ]
        pictures = [
            files[number % len(files)]._replace(id=next_id(), product_id=one.id, alt=one.name)
            for number, one in zip(numbers, products, strict=True)
            if files
        ]
        catalog.seed_products(products=products, skus=skus, pictures=pictures)
        files = files or list(_first_pictures(products, now))


def _product(number: int, categories: dict[str, int], now: datetime) -> ProductSeed:
    known, chance = words(), scattered(number, salt=2)
    slugs = list(known.nouns)
    chance, slug = divmod(chance, len(slugs))
    nouns = known.nouns[slugs[slug]]
    chance, noun = divmod(chance, len(nouns))
    chance, style = divmod(chance, len(known.styles))
    chance, material = divmod(chance, len(known.materials))
    chance, colour = divmod(chance, len(known.colours))
    sizes = _sizes(number)
    price = 990 + chance % 400 * 100
    texts = (known.descriptions[(chance + step) % len(known.descriptions)] for step in range(3))
    made_at = stored_moment(now - _EVERY * (number % 52_000))
    name = f"{known.styles[style]}{known.materials[material]}{nouns[noun]} {known.colours[colour]}"
    return ProductSeed(
        id=next_id(),
        slug=f"g-{shuffled(number, digits=8)}",
        name=name,
        subtitle=known.subtitles[chance % len(known.subtitles)],
        description="".join(f"<p>{text}</p>" for text in texts),
        category_id=categories[slugs[slug]],
        shelf=Shelf.ON.value,
        options=json.dumps([{"name": "规格", "values": sizes}], ensure_ascii=False),
        currency="CNY",
        sku_count=2,
        min_price_minor=price,
        max_price_minor=price * 13 // 10,
        market_price_minor=price * 3 // 2,
        created_at=made_at,
        updated_at=made_at,
    )


def _sizes(number: int) -> list[str]:
    known = words().sizes
    first = scattered(number, salt=3) % (len(known) - 1)
    return [known[first], known[first + 1]]


def _skus(number: int, product: ProductSeed) -> Iterator[SkuSeed]:
    for position, size in enumerate(_sizes(number)):
        price = product.max_price_minor if position else product.min_price_minor
        yield SkuSeed(
            id=next_id(),
            product_id=product.id,
            code=f"G{shuffled(number, digits=8)}-{position + 1:02d}",
            options=json.dumps([size], ensure_ascii=False),
            option_key=size,
            position=position,
            price_minor=price,
            market_price_minor=price * 3 // 2,
            cost_price_minor=price // 2,
            barcode=_barcode(number * 2 + position),
            weight_grams=200 + scattered(number, salt=4) % 3_000,
            volume_cm3=1_000,
        )


def _barcode(number: int) -> str:
    """Return an EAN-13 of the range 210, which shops use inside."""
    body = f"210{shuffled(number, digits=9)}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def _first_pictures(products: list[ProductSeed], now: datetime) -> Iterator[PictureSeed]:
    """Store some pictures with the first products; all others show the same files."""
    names = [product.pictures[0] for product in load().products if product.pictures]
    for name, product in zip(dict.fromkeys(names[:_PICTURES]), products, strict=False):
        row = catalog.add_picture(
            product_id=product.id,
            content=(PICTURES / name).read_bytes(),
            alt=product.name,
            now=now,
        )
        yield PictureSeed(
            row.pk,
            product.id,
            0,
            row.alt,
            row.digest,
            row.small,
            row.medium,
            row.large,
            row.width,
            row.height,
        )
