"""Pictures of products: added, described, ordered, tied to SKUs, archived."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.models import Picture, Product, Sku
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services.images import Encoded, Rendition, encode
from zhanggui.catalog.types import MAX_PICTURES, CatalogRefused
from zhanggui.core import audit, versions
from zhanggui.core.text import clean_text
from zhanggui.core.types import SYSTEM, Actor, By


def add_picture(
    *,
    product_id: int,
    content: bytes | Encoded,
    alt: str,
    now: datetime,
    actor: Actor = SYSTEM,
) -> Picture:
    """Add a picture at the end of a product's row of pictures.

    `content` is an uploaded file, or what `encode` made of one ahead.

    The same file a second time gives the first picture, taken out of the archive if need be.

    Raises:
        CatalogRefused: not a picture that can be shown, or the product has too many.
    """
    alt = clean_text(alt, max_length=120)
    digest = content.digest if isinstance(content, Encoded) else hashlib.sha256(content).hexdigest()
    known = Picture.objects.filter(digest=digest).order_by("pk").first()
    if known is not None:
        files = _files(known)
    else:
        files = _stored(content if isinstance(content, Encoded) else encode(content))
    return _added(product_id, digest, files, alt, now, actor)


def add_known_picture(
    *, product_id: int, digest: str, alt: str, now: datetime, actor: Actor = SYSTEM
) -> Picture | None:
    """Add a picture that some product of the shop has or had, by its digest; None: none has.

    Raises:
        CatalogRefused: the product has too many.
    """
    known = Picture.objects.filter(digest=digest).order_by("pk").first()
    if known is None:
        return None
    return _added(product_id, digest, _files(known), clean_text(alt, max_length=120), now, actor)


@transaction.atomic
def describe_picture(*, picture_id: int, alt: str, by: By | None = None) -> None:
    """Say what a picture shows, for those who can't see it."""
    Picture.objects.filter(pk=picture_id).update(alt=clean_text(alt, max_length=120))
    versions.bump(CATALOG, SHELVES)
    product_id = Picture.objects.values_list("product_id", flat=True).get(pk=picture_id)
    _record(product_id, "described", by)


def order_pictures(
    *, product_id: int, picture_ids: Sequence[int], now: datetime, actor: Actor = SYSTEM
) -> None:
    """Show the pictures in this order; those that are not named follow as they were."""
    with transaction.atomic():
        live = Picture.objects.select_for_update().filter(product_id=product_id, archived_at=None)
        rows = {row.pk: row for row in live.order_by("position", "pk")}
        named = [pk for pk in dict.fromkeys(picture_ids) if pk in rows]
        order = [*named, *(pk for pk in rows if pk not in named)]
        for position, pk in enumerate(order):
            rows[pk].position = position
        Picture.objects.bulk_update(rows.values(), ["position"])
        _touch(product_id, now, actor, "ordered")


def archive_picture(*, picture_id: int, now: datetime, actor: Actor = SYSTEM) -> None:
    """Take a picture away from its product and SKUs; its files stay for orders that show them."""
    with transaction.atomic():
        Picture.objects.filter(pk=picture_id, archived_at=None).update(archived_at=now)
        Sku.objects.filter(picture_id=picture_id).update(picture=None)
        product_id = Picture.objects.values_list("product_id", flat=True).get(pk=picture_id)
        _touch(product_id, now, actor, "archived")


@transaction.atomic
def set_sku_picture(*, sku_id: int, picture_id: int | None, by: By | None = None) -> None:
    """Show a SKU with one of its product's pictures, or with none of its own.

    Raises:
        CatalogRefused: the picture belongs to another product or is archived.
    """
    sku = Sku.objects.get(pk=sku_id)
    if picture_id is not None:
        mine = Picture.objects.filter(pk=picture_id, product_id=sku.product_id, archived_at=None)
        if not mine.exists():
            raise CatalogRefused(_("请从本商品的图片里选一张。"), field="picture")
    Sku.objects.filter(pk=sku_id).update(picture_id=picture_id)
    versions.bump(CATALOG, SHELVES)
    _record(sku.product_id, "tied", by)


def _added(
    product_id: int,
    digest: str,
    files: dict[str, str | int],
    alt: str,
    now: datetime,
    actor: Actor,
) -> Picture:
    with transaction.atomic():
        Product.objects.select_for_update().get(pk=product_id)
        mine = Picture.objects.filter(product_id=product_id)
        live = mine.filter(archived_at=None)
        picture = mine.filter(digest=digest).first()
        if picture is not None and picture.archived_at is None:
            return picture
        if live.count() >= MAX_PICTURES:
            raise CatalogRefused(
                _("每个商品最多 %(max)d 张图片。") % {"max": MAX_PICTURES}, field="picture"
            )
        last = live.aggregate(last=Max("position"))["last"]
        picture = picture or Picture(product_id=product_id, digest=digest, **files)
        picture.position = 0 if last is None else last + 1
        picture.alt = alt or picture.alt
        picture.archived_at = None
        picture.save()
        _touch(product_id, now, actor, "added")
    return picture


def store_picture(*, content: bytes, folder: str, size: str) -> str:
    """Write an uploaded picture that belongs to no product, and return the name of its file.

    `size` is small, medium or large.

    Raises:
        CatalogRefused: not a picture that can be shown.
    """
    return str(_stored(encode(content), folder)[size])


def _stored(picture: Encoded, folder: str = "products") -> dict[str, str | int]:
    """Write the files, outside of any transaction; what is there already is kept."""
    digest, sizes = picture.digest, picture.sizes
    names = [_store(f"{folder}/{digest[:2]}/{digest}-{size.side}.webp", size) for size in sizes]
    return {
        **dict(zip(("small", "medium", "large"), names, strict=True)),
        "width": sizes[-1].width,
        "height": sizes[-1].height,
    }


def _store(name: str, size: Rendition) -> str:
    """A file that a killed process left half written is no file: it is written anew."""
    if default_storage.exists(name):
        if default_storage.size(name) == len(size.content):
            return name
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(size.content))


def _files(known: Picture) -> dict[str, str | int]:
    return {name: getattr(known, name) for name in ("small", "medium", "large", "width", "height")}


def _touch(product_id: int, now: datetime, actor: Actor, change: str) -> None:
    Product.objects.filter(pk=product_id).update(updated_at=now)
    versions.bump(CATALOG, SHELVES)
    _record(product_id, change, By(actor, now))


def _record(product_id: int, change: str, by: By | None) -> None:
    audit.record_by(
        by,
        kind="product.pictures",
        subject_type="product",
        subject_id=product_id,
        details={"change": change},
    )
