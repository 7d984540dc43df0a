"""Categories, products and SKUs as tests need them; products are on the shelf."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from zhanggui.catalog.models import Category, Picture, Product, Sku
from zhanggui.catalog.services.skus import SEPARATOR, summarise
from zhanggui.catalog.types import Shelf
from zhanggui.core.ids import next_id

CREATED = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


class CategoryFactory(DjangoModelFactory[Category]):
    """A category at the top of the tree, or below `parent`."""

    class Meta:
        model = Category

    id = factory.LazyFunction(next_id)
    parent = None
    name = factory.Sequence(lambda n: f"类目 {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")
    path = factory.LazyAttribute(lambda o: f"{o.parent.path if o.parent else '/'}{o.id}/")


class ProductFactory(DjangoModelFactory[Product]):
    """A product on the shelf without SKUs: shoppers see it as soon as it has one."""

    class Meta:
        model = Product

    slug = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"商品 {n}")
    category = factory.SubFactory(CategoryFactory)
    shelf = Shelf.ON
    options: Any = factory.LazyFunction(list)
    currency = "CNY"
    created_at = CREATED
    updated_at = CREATED


class SkuFactory(DjangoModelFactory[Sku]):
    """A live SKU of 19.90; the figures of its product are kept in step.

    Several SKUs of one product need `options`, for example `options=["黑"]`.
    """

    class Meta:
        model = Sku
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory)
    code = factory.Sequence(lambda n: f"SKU-{n:04d}")
    options: Any = factory.LazyFunction(list)
    option_key = factory.LazyAttribute(lambda o: SEPARATOR.join(o.options))
    price_minor = 19_90
    weight_grams = 500

    @factory.post_generation
    def product_figures(self: Sku, create: bool, extracted: Any, **_: Any) -> None:
        """Keep prices and count on the product, as the services do."""
        if create:
            summarise(self.product, now=CREATED)
            self.product.save()


class PictureFactory(DjangoModelFactory[Picture]):
    """A picture whose files do not exist."""

    class Meta:
        model = Picture

    product = factory.SubFactory(ProductFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    small = factory.LazyAttribute(lambda o: f"products/{o.digest[:2]}/{o.digest}-240.webp")
    medium = factory.LazyAttribute(lambda o: f"products/{o.digest[:2]}/{o.digest}-640.webp")
    large = factory.LazyAttribute(lambda o: f"products/{o.digest[:2]}/{o.digest}-1280.webp")
    width = 1280
    height = 960


def image_file(
    *, size: tuple[int, int] = (40, 30), kind: str = "PNG", colour: str = "teal", **options: Any
) -> bytes:
    """Return an encoded picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return buffer.getvalue()
