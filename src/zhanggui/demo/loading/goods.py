"""Categories, products, pictures, freight, warehouses and stock of the demo shop."""

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from zhanggui.catalog import queries as catalog_queries
from zhanggui.catalog import services as catalog
from zhanggui.catalog.services import Encoded
from zhanggui.catalog.types import OptionInput, ProductInput, Shelf, SkuInput
from zhanggui.core.ids import next_id
from zhanggui.core.types import SYSTEM, Actor
from zhanggui.demo.content import PICTURES, DemoContent, DemoFreight, DemoProduct
from zhanggui.freight import services as freight
from zhanggui.freight.types import FreightRuleView
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Move, MovementKind

SOLD_OUT = 9  # every so many SKUs there is one that nobody can buy


def load_goods(content: DemoContent, *, now: datetime) -> None:
    """Make freight templates, categories and products with their pictures."""
    templates, categories = load_freight(content), load_categories(content, now=now)
    default = next(row.name for row in content.freight if row.is_default)
    with ThreadPoolExecutor() as threads:  # they encode while this one writes rows
        pictures = {
            name: threads.submit(_encoded, name)
            for product in reversed(content.products)
            for name in product.pictures
        }
        for number, product in enumerate(reversed(content.products)):
            own = None if product.freight == default else templates[product.freight]
            make_product(
                product,
                category_id=categories[product.category],
                template_id=own,
                encoded={name: pictures[name].result() for name in product.pictures},
                currency="CNY",
                now=now + timedelta(minutes=number),
                actor=SYSTEM,
            )


def load_freight(content: DemoContent) -> dict[str, int]:
    """Make the freight templates; return name → id."""
    return {row.name: make_template(row, currency="CNY") for row in content.freight}


def make_template(wanted: DemoFreight, *, currency: str) -> int:
    """Make a freight template; return its id."""
    rules = [
        FreightRuleView(
            areas=rule.areas,
            first_units=rule.first_units,
            first_minor=rule.first_minor,
            extra_units=rule.extra_units,
            extra_minor=rule.extra_minor,
        )
        for rule in wanted.rules
    ]
    made = freight.save_template(
        name=wanted.name,
        charge_by=wanted.charge_by,
        currency=currency,
        is_default=wanted.is_default,
        rules=rules,
    )
    return int(made.pk)


def load_categories(content: DemoContent, *, now: datetime) -> dict[str, int]:
    """Make the categories; return slug → id."""
    categories: dict[str, int] = {}
    for position, row in enumerate(content.categories):
        categories[row.slug] = catalog.save_category(
            category_id=None,
            name=row.name,
            slug=row.slug,
            parent_id=categories[row.parent] if row.parent else None,
            position=position,
            now=now,
        ).pk
    return categories


def _encoded(name: str) -> Encoded:
    return catalog.encode((PICTURES / name).read_bytes())


def make_product(
    product: DemoProduct,
    *,
    category_id: int,
    template_id: int | None,
    encoded: Mapping[str, Encoded],
    currency: str,
    now: datetime,
    actor: Actor,
) -> int:
    """Make a product on the shelf with its pictures; return its id."""
    made = freight.save_product(
        product_id=None,
        template_id=template_id,
        wanted=ProductInput(
            name=product.name,
            slug=product.slug,
            subtitle=product.subtitle,
            description=product.description_html,
            category_id=category_id,
            shelf=Shelf.ON,
            on_at=None,
            off_at=None,
            options=tuple(OptionInput(name=o.name, values=o.values) for o in product.options),
            skus=_skus(product),
        ),
        currency=currency,
        now=now,
        actor=actor,
    )
    pictures = [
        catalog.add_picture(
            product_id=made.product_id,
            content=encoded[name],
            alt=product.name,
            now=now,
            actor=actor,
        ).pk
        for name in product.pictures
    ]
    sku_ids = catalog_queries.products_of_skus(product_ids=[made.product_id])
    for sku_id, sku in zip(sku_ids, product.skus, strict=True):
        if sku.picture is not None:
            catalog.set_sku_picture(sku_id=sku_id, picture_id=pictures[sku.picture])
    return made.product_id


def _skus(product: DemoProduct) -> tuple[SkuInput, ...]:
    names = [option.name for option in product.options]
    return tuple(
        SkuInput(
            code=sku.code,
            options=tuple(sku.options[name] for name in names),
            price_minor=sku.price_minor,
            market_price_minor=sku.market_price_minor,
            cost_price_minor=sku.cost_price_minor,
            barcode=sku.barcode,
            weight_grams=sku.weight_grams,
            volume_cm3=sku.volume_cm3,
        )
        for sku in product.skus
    )


def load_warehouses(content: DemoContent) -> list[int]:
    """Make the warehouses; return their ids."""
    return [
        inventory.save_warehouse(
            code=row.code,
            name=row.name,
            division_code=row.address.division_code,
            address="".join(
                (row.address.province, row.address.city, row.address.district, row.address.detail)
            ),
            contact=row.contact,
        ).pk
        for row in content.warehouses
    ]


def load_stock(content: DemoContent, *, now: datetime) -> None:
    """Make the warehouses and book goods in: most plenty, some few, some none."""
    dice = random.Random(20261121)  # noqa: S311 -- the same demo every time
    houses = load_warehouses(content)
    moves = []
    number = 0
    for product in content.products:
        single = product.category.startswith("vintage") or "孤品" in product.subtitle
        for sku in product.skus:
            number += 1
            sku_id = catalog_queries.sku_id(code=sku.code)
            if sku_id is None or (number % SOLD_OUT == 0 and len(product.skus) > 1):
                continue
            for rank, house in enumerate(houses):
                pieces = 2 if single else dice.choice((30, 48, 60, 90, 120))
                if rank and (single or dice.random() < 0.35):
                    continue
                moves.append(
                    Move(
                        kind=MovementKind.RECEIVE,
                        cause=Cause("demo", next_id()),
                        sku_id=sku_id,
                        warehouse_id=house,
                        quantity=pieces,
                        reason="期初入库",
                    )
                )
    inventory.move(moves=moves, actor=SYSTEM, now=now)
