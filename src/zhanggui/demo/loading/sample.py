"""The sample goods of a real, new shop, made through the services; no people and no money."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zhanggui.catalog import queries as catalog_queries
from zhanggui.catalog import services as catalog
from zhanggui.catalog.services import Encoded
from zhanggui.core.ids import next_id
from zhanggui.core.types import Actor
from zhanggui.demo.content import PICTURES, DemoCategory, DemoFreight, DemoProduct, load
from zhanggui.demo.loading.goods import make_product, make_template
from zhanggui.demo.types import SAMPLE, SAMPLE_PIECES
from zhanggui.freight import queries as freight_queries
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Move, MovementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What will be made, with its pictures encoded."""

    products: tuple[DemoProduct, ...]  # in the order of their making: the last is the newest
    categories: tuple[DemoCategory, ...]  # parents before their children
    template: DemoFreight
    pictures: Mapping[str, Encoded]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made, by ids."""

    products: list[int]
    categories: list[int]
    template_id: int | None
    skus: int

    @property
    def counts(self) -> dict[str, int]:
        """Return what people read of it."""
        return {
            "products": len(self.products),
            "skus": self.skus,
            "categories": len(self.categories),
            "templates": int(self.template_id is not None),
            "pieces": self.skus * SAMPLE_PIECES,
        }


def read_sample() -> Sample:
    """Read the sample's part of the demo and encode its pictures; touches no database."""
    content = load()
    by_slug = {one.slug: one for one in content.products}
    products = tuple(by_slug[slug] for slug in SAMPLE)
    parents = {one.slug: one.parent for one in content.categories}
    leaves = {one.category for one in products}
    wanted = leaves | {parents[slug] for slug in leaves}
    names = sorted({name for one in products for name in one.pictures})
    with ThreadPoolExecutor(2) as threads:
        encoded = threads.map(lambda name: catalog.encode((PICTURES / name).read_bytes()), names)
        pictures = dict(zip(names, encoded, strict=True))
    return Sample(
        products=products,
        categories=tuple(one for one in content.categories if one.slug in wanted),
        template=next(one for one in content.freight if one.is_default),
        pictures=pictures,
    )


def make_sample(
    sample: Sample, *, currency: str, warehouse_id: int, now: datetime, actor: Actor
) -> Made:
    """Make categories, a freight template where none is the default, products, and their stock.

    What the shop calls the same already keeps its name: ours gets another one.
    """
    template_id = _template(sample.template, currency)
    categories = _categories(sample, now, actor)
    products = []
    for place, one in enumerate(_with_free_names(sample.products)):
        products.append(
            make_product(
                one,
                category_id=categories[one.category],
                template_id=None,
                encoded=sample.pictures,
                currency=currency,
                now=now + timedelta(microseconds=place),  # lists show the newest first
                actor=actor,
            )
        )
    skus = catalog_queries.products_of_skus(product_ids=products)
    cause = Cause("sample", next_id())
    moves = [
        Move(
            kind=MovementKind.RECEIVE,
            cause=cause,
            sku_id=sku_id,
            warehouse_id=warehouse_id,
            quantity=SAMPLE_PIECES,
            reason="期初入库",
        )
        for sku_id in skus
    ]
    inventory.move(moves=moves, actor=actor, now=now)
    return Made(
        products=products,
        categories=list(categories.values()),
        template_id=template_id,
        skus=len(skus),
    )


def _template(wanted: DemoFreight, currency: str) -> int | None:
    """Make the default freight template, where the shop has none; goods could not be bought."""
    known = freight_queries.templates().values()
    if any(one.is_default for one in known):
        return None
    names, name, number = {one.name for one in known}, wanted.name, 1
    while name in names:
        number += 1
        name = f"{wanted.name} {number}"
    return make_template(replace(wanted, name=name), currency=currency)


def _categories(sample: Sample, now: datetime, actor: Actor) -> dict[str, int]:
    """Make the categories; return the slug that the demo calls each by → id."""
    taken = catalog_queries.taken_category_slugs(slugs=[one.slug for one in sample.categories])
    made: dict[str, int] = {}
    for position, one in enumerate(sample.categories):
        made[one.slug] = catalog.save_category(
            category_id=None,
            name=one.name,
            slug="" if one.slug in taken else one.slug,
            parent_id=made[one.parent] if one.parent else None,
            position=position,
            now=now,
            actor=actor,
        ).pk
    return made


def _with_free_names(products: tuple[DemoProduct, ...]) -> list[DemoProduct]:
    """Return the products without the addresses and codes that the shop uses already.

    Where one is missing, the services make it from the name.
    """
    slugs, codes = catalog_queries.slugs_and_codes_taken(
        slugs=[one.slug for one in products],
        codes=[sku.code for one in products for sku in one.skus],
    )
    return [
        replace(
            one,
            slug="" if one.slug in slugs else one.slug,
            skus=tuple(
                replace(sku, code="" if sku.code in codes else sku.code) for sku in one.skus
            ),
        )
        for one in products
    ]
