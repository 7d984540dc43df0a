"""A product made after another one: its texts, options, prices and pictures, off the shelf."""

from datetime import datetime
from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from zhanggui.catalog.models import Picture, Product, Sku
from zhanggui.catalog.services.products import save_product
from zhanggui.catalog.types import OptionInput, ProductInput, Shelf, SkuInput
from zhanggui.core.types import Actor

_NAME_LENGTH, _CODE_LENGTH = 120, 60


@transaction.atomic
def copy_product(*, product_id: int, now: datetime, actor: Actor) -> Product:
    """Make a draft like this product, and return it.

    Its SKUs have the same codes with a number behind; barcodes and timetables are not copied, since
    they belong to the one product. Pictures share their files.

    Raises:
        CatalogRefused: its category is archived.
    """
    source = Product.objects.get(pk=product_id)
    live = Sku.objects.filter(product=source, archived_at=None).order_by("position", "pk")
    skus = list(live)
    tail = _("（副本）")
    wanted = ProductInput(
        name=source.name[: _NAME_LENGTH - len(tail)] + tail,
        slug="",
        subtitle=source.subtitle,
        description=source.description,
        category_id=source.category_id,
        shelf=Shelf.DRAFT,
        on_at=None,
        off_at=None,
        options=tuple(
            OptionInput(name=option["name"], values=tuple(option["values"]))
            for option in source.options
        ),
        skus=tuple(_like(sku, code) for sku, code in zip(skus, _codes(skus), strict=True)),
        leaves_when_sold_out=source.leaves_when_sold_out,
    )
    made = save_product(
        product_id=None, wanted=wanted, currency=source.currency, now=now, actor=actor
    )
    _copy_pictures(skus, source, made)
    return made


def _like(sku: Sku, code: str) -> SkuInput:
    return SkuInput(
        code=code,
        options=tuple(sku.options),
        price_minor=sku.price_minor,
        market_price_minor=sku.market_price_minor,
        cost_price_minor=sku.cost_price_minor,
        weight_grams=sku.weight_grams,
        volume_cm3=sku.volume_cm3,
    )


def _codes(skus: list[Sku]) -> list[str]:
    """Return the codes with the first number behind that makes all of them new."""
    for number in count(2):
        tail = f"-{number}"
        codes = [sku.code[: _CODE_LENGTH - len(tail)] + tail for sku in skus]
        if len(set(codes)) == len(codes) and not Sku.objects.filter(code__in=codes).exists():
            return codes
    raise AssertionError("unreachable")


def _copy_pictures(skus: list[Sku], source: Product, made: Product) -> None:
    new: dict[int, Picture] = {}
    for old in Picture.objects.filter(product=source, archived_at=None).order_by("position", "pk"):
        names = ("position", "alt", "digest", "small", "medium", "large", "width", "height")
        new[old.pk] = Picture(product=made, **{name: getattr(old, name) for name in names})
    Picture.objects.bulk_create(new.values())
    own = {sku.option_key: new[sku.picture_id] for sku in skus if sku.picture_id in new}
    for option_key, picture in own.items():
        Sku.objects.filter(product=made, option_key=option_key).update(picture=picture)
