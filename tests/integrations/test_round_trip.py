"""A catalogue that is exported and imported into an empty shop is the same, whatever it says."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories.catalog import PictureFactory, ProductFactory, image_file
from tests.factories.shop import NOON, WarehouseFactory
from tests.integrations.conftest import Run
from tests.integrations.test_exports import catalogue, export

from zhanggui.catalog import services
from zhanggui.catalog.models import (
    Attribute,
    Category,
    Picture,
    Product,
    ProductAttribute,
    ProductChange,
    SearchTerm,
    Sku,
)
from zhanggui.catalog.types import AttributeKind, OptionInput, ProductInput, Shelf, SkuInput
from zhanggui.core.types import SYSTEM
from zhanggui.integrations import queries
from zhanggui.integrations.importing.cells import (
    escaped,
    named_text,
    named_values,
    unescaped,
)

pytestmark = pytest.mark.django_db
NASTY = [
    *("=1+1", "-10%", "+x", "@SUM(A1)", "'quoted", "''", '"', 'a "b", c', "line\nbreak", "a\r\nb"),
    *("\\clear", "\\\\clear", "-", "无", "/", "\\-", "null", "6.90123E+12", "00123", "1e5", "0"),
    *(
        "👩‍👩‍👧 emoji",
        "tab\tin",
        "a|b",
        "a;b:c",
        "a > b",
        "a\\>b",
        "<b>bold</b>",
        "&amp;",
        "ＡＢＣ",
    ),
    *("合计", "x" * 30, "é", "\\", "a\\", '="00123"', "_x000D_", "%s {0}", "TRUE", "上架", "," * 3),
    *(
        "a  b",
        "\u3000宽",
        "'=1",
        "'''6",
        "-5",
        "+8613800001234",
        "1.50",
        "2026-11-21",
        "#N/A",
        "{}",
    ),
]


def build(seed: int) -> None:
    """Make a shop whose texts are chosen by chance from the worst that we know."""
    chance = random.Random(seed)
    one = lambda: chance.choice(NASTY)  # noqa: E731 -- short
    tops = [category(f"{number} {one()}", None, 9 - number) for number in range(3)]
    below = [category(f"{one()} {number}", chance.choice(tops), number) for number in range(4)]
    category("空的", tops[0], 5)
    attributes = make_attributes(tops + below)
    codes = iter(chance.sample(NASTY, len(NASTY)))
    for number in range(8):
        home = chance.choice(below)
        product = product_of(chance, home, number, codes)
        for key, values in attributes.items():
            wanted = chance.sample(values, min(len(values), chance.randrange(4)))
            if key.startswith(("t", "n")):
                wanted = wanted[:1]
            services.set_attributes(
                product_id=product.pk, values={key: wanted}, now=NOON, actor=SYSTEM
            )
        for place in range(chance.randrange(3) if number < 4 else 0):
            colour = f"#{number}{place}3456"
            services.add_picture(
                product_id=product.pk,
                content=image_file(colour=colour),
                alt=chance.choice(["", *NASTY]),
                now=NOON,
            )
        shown = list(Picture.objects.filter(product=product))
        for sku in Sku.objects.filter(product=product)[:2] if shown else ():
            services.set_sku_picture(sku_id=sku.pk, picture_id=chance.choice(shown).pk)


def category(name: str, parent: Category | None, position: int) -> Category:
    return services.save_category(
        category_id=None,
        name=name[:60],
        slug="",
        parent_id=parent.pk if parent else None,
        position=position,
        now=NOON,
    )


def make_attributes(homes: list[Category]) -> dict[str, list[str]]:
    """Make one attribute of each kind in some categories; return key → values to choose from."""
    found = {}
    texts = [text for text in NASTY if not set(text) & set(";:")]
    for number, home in enumerate(homes):
        kind = list(AttributeKind)[number % 3]
        values = ["12", "1.5", "-3"] if kind == AttributeKind.NUMBER else texts[number::6]
        row = services.save_attribute(
            category_id=home.pk,
            new_key=f"{kind[0]}-{number}",
            name=f"{NASTY[number]} {number}",
            kind=kind,
            values=values if kind == AttributeKind.CHOICE else (),
            unit="W" if kind == AttributeKind.NUMBER else "",
            is_facet=number % 2 == 0,
        )
        found[row.key] = values
    return found


def product_of(chance: random.Random, home: Category, number: int, codes: Any) -> Product:
    options = [
        OptionInput(name=f"{chance.choice(NASTY)[:20]}{n}", values=tuple(chance.sample(NASTY, 3)))
        for n in range(chance.randrange(4))
    ]
    skus = {
        tuple(chance.choice(option.values) for option in options): None
        for _ in range(3 if options else 1)
    }
    if number == 7:  # one without any
        options, skus = [], {}
    return services.save_product(
        product_id=None,
        wanted=ProductInput(
            name=chance.choice(NASTY),
            slug=f"p-{number}",
            subtitle=chance.choice(["", *NASTY]),
            description=chance.choice(["", "长" * 20_000, *NASTY]),
            category_id=home.pk,
            shelf=chance.choice(list(Shelf)) if skus else Shelf.DRAFT,
            on_at=chance.choice([None, NOON]),
            off_at=chance.choice([None, NOON + timedelta(days=2, seconds=5)]),
            options=tuple(options),
            skus=tuple(sku_of(chance, values, next(codes)) for values in skus),
            leaves_when_sold_out=chance.random() < 0.5,
        ),
        currency="CNY",
        now=NOON + timedelta(minutes=number),
        actor=SYSTEM,
    )


def sku_of(chance: random.Random, values: tuple[str, ...], code: str) -> SkuInput:
    money = lambda: chance.choice([None, 0, 1, 1999, 100_000_00])  # noqa: E731 -- short
    timed = money()
    return SkuInput(
        code=code,
        options=values,
        price_minor=chance.choice([0, 5, 1990]),
        market_price_minor=money(),
        cost_price_minor=money(),
        timed_price_minor=timed,
        timed_from=None if timed is None else NOON,
        timed_until=None if timed is None else chance.choice([None, NOON + timedelta(days=1)]),
        barcode=chance.choice(["", "6901234567892", *NASTY])[:32],
        weight_grams=chance.choice([0, 1, 350]),
        volume_cm3=chance.choice([0, 12]),
    )


def everything() -> dict[str, Any]:
    """Return all that the catalogue holds, without ids and times of writing."""
    rows = {row.pk: row for row in Category.objects.all()}
    names = {
        pk: [rows[int(part)].name for part in row.path.strip("/").split("/")]
        for pk, row in rows.items()
    }
    slugs = dict(Product.objects.values_list("pk", "slug"))
    values = ProductAttribute.objects.filter(product__archived_at=None).order_by("pk")
    return {
        "categories": sorted((row.slug, row.position, names[pk]) for pk, row in rows.items()),
        "attributes": sorted(
            (
                one.key,
                one.name,
                one.kind,
                one.values,
                one.unit,
                one.is_facet,
                names[one.category_id],
            )
            for one in Attribute.objects.all()
        ),
        "values": sorted(
            (slugs[one.product_id], one.attribute.key, one.text)
            for one in values.select_related("attribute")
        ),
        "products": catalogue(),
        "sold out": sorted(
            Product.objects.filter(archived_at=None).values_list("slug", "leaves_when_sold_out")
        ),
        "order": [
            row.slug
            for row in Product.objects.filter(archived_at=None).order_by("created_at", "pk")
        ],
    }


def empty() -> None:
    """Empty the shop; the files of its pictures are still there, in something archived."""
    known = list(Picture.objects.values("digest", "small", "medium", "large", "width", "height"))
    for model in (SearchTerm, ProductChange, ProductAttribute, Attribute, Sku, Picture, Product):
        model.objects.all().delete()
    for row in Category.objects.order_by("-path"):
        row.delete()
    if known:
        keeper = ProductFactory(archived_at=NOON)
        for values in known:
            PictureFactory(**values, product=keeper)


@pytest.mark.parametrize(("ending", "seed"), [("csv", 0), ("csv", 1), ("xlsx", 2)])
def test_an_empty_shop_gets_the_same_catalogue(
    tmp_path: Path, run: Run, ending: str, seed: int
) -> None:
    WarehouseFactory()
    build(seed)
    before = everything()
    path = export(tmp_path, ending=ending)
    unchanged = run(path)
    assert {one: unchanged.counts.get(one, 0) for one in ("created", "updated", "refused")} == {
        "created": 0,
        "updated": 0,
        "refused": 0,
    }, queries.problems(run=unchanged)
    empty()
    kept = set(Category.objects.values_list("slug", flat=True))

    made = run(path)

    assert queries.problems(run=made) == []
    after = everything()
    after["categories"] = [one for one in after["categories"] if one[0] not in kept]
    for name in before:
        assert after[name] == before[name], name


@pytest.mark.parametrize("text", NASTY)
def test_what_means_something_in_a_cell_can_be_said(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert escaped(text) != "\\clear"
    text = text.strip()  # as all that is stored
    values = {text: ("a", text), "b": (text,)}
    assert named_values(named_text(values)) == values
