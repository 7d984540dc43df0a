"""Products: saved with their SKUs, put on and off the shelf, archived and restored."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import nh3
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.events import PriceChanged, ProductSaved
from zhanggui.catalog.models import Category, Product
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services import history
from zhanggui.catalog.services import skus as matrix
from zhanggui.catalog.services.history import Change
from zhanggui.catalog.services.search import write_terms
from zhanggui.catalog.services.slugs import Asked, free_slug
from zhanggui.catalog.types import CatalogRefused, ProductChanged, ProductInput, Shelf
from zhanggui.core import versions
from zhanggui.core.events import Event, publish
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.core.types import Actor, Refusal

DESCRIPTION_LENGTH = 50_000
NAME_LENGTH = 120


class ProductWish(NamedTuple):
    """A product to be made (no id) or changed; with a `revision` only what is still of that."""

    product_id: int | None
    wanted: ProductInput
    currency: str
    revision: int | None = None


class _Saved(NamedTuple):
    """A written product with what is still to be told of it."""

    product: Product
    is_new: bool
    has_moved: bool
    prices: list[PriceChanged]
    changes: list[Change]


def save_product(
    *,
    product_id: int | None,
    wanted: ProductInput,
    currency: str,
    now: datetime,
    actor: Actor,
    revision: int | None = None,
) -> Product:
    """Make or change a product with its SKUs, all or nothing. An empty slug is made from the
    name. The currency is fixed when the product is made. With a `revision` only what is still of
    that revision is changed.

    Raises:
        ProductChanged: it was saved after that revision.
        CatalogRefused: something must be mended first; its `field` says what.
        TextRefused: a text can't be stored.
    """
    wish = ProductWish(product_id, wanted, currency, revision)
    with transaction.atomic():
        saved = _saved(wish, now=now, actor=actor)
        _tell_saved([saved], now=now, actor=actor)
    return saved.product


def save_products(
    *, wishes: Sequence[ProductWish], now: datetime, actor: Actor
) -> list[Product | Refusal]:
    """Make or change many products, each whole or not at all; one result each, in order.

    What search, history and listeners need is written once for all.
    """
    results: list[Product | Refusal] = []
    done: list[_Saved] = []
    with transaction.atomic():
        for wish in wishes:
            try:
                with transaction.atomic():
                    done.append(_saved(wish, now=now, actor=actor))
                results.append(done[-1].product)
            except (CatalogRefused, TextRefused) as refusal:
                results.append(refusal)
        _tell_saved(done, now=now, actor=actor)
    return results


def _saved(wish: ProductWish, *, now: datetime, actor: Actor) -> _Saved:
    """Write a product and its SKUs; the rest is for `_tell_saved`."""
    wanted, is_new = wish.wanted, wish.product_id is None
    options = matrix.clean_options(wanted.options)
    skus = matrix.clean_skus(wanted.skus, options=options)
    _check_schedule(wanted, has_skus=bool(skus))
    try:
        with transaction.atomic():
            product = _locked(
                wish.product_id, currency=wish.currency, revision=wish.revision, now=now
            )
            before, was = _place(product), history.values_of(product)
            _fill(product, wanted, now=now)
            product.options = [{"name": o.name, "values": list(o.values)} for o in options]
            matrix.check_codes(product, skus)
            product.save(force_insert=is_new)
            prices, changes = matrix.write_skus(product, skus, now=now, actor=actor)
            matrix.summarise(product, now=now)
            product.revision += 1
            product.save(force_update=True)
    except IntegrityError as error:
        raise CatalogRefused(
            _("网址名或规格编码刚刚被别的商品用掉，请换一个再保存。"), field="slug"
        ) from error
    if is_new:
        changes = [Change(product.pk, None, "created", None, product.name)]
    else:
        changes = [*history.differences(product, was), *changes]
    return _Saved(product, is_new, _place(product) != before, prices, changes)


def _tell_saved(done: Sequence[_Saved], *, now: datetime, actor: Actor) -> None:
    """Bring search, history and versions up to date, and publish what happened."""
    if not done:
        return
    write_terms([one.product.pk for one in done])  # bumps the catalogue's version, too
    if any(one.has_moved for one in done):
        versions.bump(SHELVES)
    history.record([change for one in done for change in one.changes], now=now, actor=actor)
    events: list[Event] = []
    for one in done:
        change = "created" if one.is_new else "edited"
        events.append(ProductSaved(subject_id=one.product.pk, change=change, at=now, actor=actor))
        events += one.prices
    publish(*events)


def set_shelf(*, product_ids: Iterable[int], shelf: Shelf, now: datetime, actor: Actor) -> int:
    """Put products on or off the shelf, all or none; return how many changed.

    Raises:
        CatalogRefused: one is archived, or is to be sold and has no SKU.
    """
    with transaction.atomic():
        rows = list(
            Product.objects.select_for_update().filter(pk__in=set(product_ids)).order_by("pk")
        )
        for row in rows:
            if row.archived_at:
                raise CatalogRefused(
                    _("%(name)s 已归档，请先恢复。") % {"name": row.name}, field="shelf"
                )
            if shelf == Shelf.ON and not row.sku_count:
                raise CatalogRefused(
                    _("%(name)s 还没有规格，请先填写规格和价格。") % {"name": row.name},
                    field="skus",
                )
        changes = [
            Change(row.pk, None, "shelf", row.shelf, shelf.value)
            for row in rows
            if row.shelf != shelf
        ]
        moving = [change.product_id for change in changes]
        Product.objects.filter(pk__in=moving).update(
            shelf=shelf, updated_at=now, revision=F("revision") + 1
        )
        history.record(changes, now=now, actor=actor)
        _tell(moving, change=shelf.value, now=now, actor=actor)
    return len(moving)


def archive_product(*, product_id: int, now: datetime, actor: Actor) -> None:
    """Take a product out of all lists; orders keep what they know. A repeat changes nothing."""
    with transaction.atomic():
        live = Product.objects.filter(pk=product_id, archived_at=None)
        if live.update(archived_at=now, updated_at=now):
            change = Change(product_id, None, "archived", False, True)
            history.record([change], now=now, actor=actor)
            _tell([product_id], change="archived", now=now, actor=actor)


def restore_product(*, product_id: int, now: datetime, actor: Actor) -> None:
    """Bring an archived product back, off the shelf. A repeat changes nothing.

    Raises:
        CatalogRefused: its category is archived.
    """
    with transaction.atomic():
        row = Product.objects.select_for_update().get(pk=product_id)
        if row.archived_at is None:
            return
        archived = Category.objects.filter(pk=row.category_id).exclude(archived_at=None).first()
        if archived:
            raise CatalogRefused(
                _("类目 %(name)s 已归档，请先恢复类目。") % {"name": archived.name},
                field="category",
            )
        shelf = Shelf.DRAFT if row.shelf == Shelf.DRAFT else Shelf.OFF
        Product.objects.filter(pk=product_id).update(
            archived_at=None, shelf=shelf, updated_at=now, revision=F("revision") + 1
        )
        changes = [Change(product_id, None, "archived", True, False)]
        if row.shelf != shelf:
            changes.append(Change(product_id, None, "shelf", row.shelf, shelf.value))
        history.record(changes, now=now, actor=actor)
        _tell([product_id], change="restored", now=now, actor=actor)


def clean_html(text: str) -> str:
    """Return a description that is safe to show: HTML cleaned, plain text as it was typed."""
    text = clean_text(text, max_length=DESCRIPTION_LENGTH)
    return nh3.clean(text) if nh3.is_html(text) else text


def cleaned_product(wanted: ProductInput) -> ProductInput:
    """Return the product as `save_product` would store it, apart from its slug; writes nothing.

    Raises:
        CatalogRefused, TextRefused: as `save_product`, but for what others have taken already.
    """
    options = matrix.clean_options(wanted.options)
    skus = matrix.clean_skus(wanted.skus, options=options)
    _check_schedule(wanted, has_skus=bool(skus))
    name = clean_text(wanted.name, max_length=NAME_LENGTH)
    if not name:
        raise CatalogRefused(_("请填写商品名称。"), field="name")
    return replace(
        wanted,
        name=name,
        subtitle=clean_text(wanted.subtitle, max_length=200),
        description=clean_html(wanted.description),
        options=options,
        skus=skus,
    )


def _check_schedule(wanted: ProductInput, *, has_skus: bool) -> None:
    if wanted.on_at and wanted.off_at and wanted.off_at <= wanted.on_at:
        raise CatalogRefused(_("下架时间要晚于上架时间。"), field="off_at")
    if wanted.shelf == Shelf.ON and not has_skus:
        raise CatalogRefused(_("上架前至少要有一行规格和价格。"), field="skus")


def _locked(
    product_id: int | None, *, currency: str, revision: int | None, now: datetime
) -> Product:
    if product_id is None:
        return Product(currency=currency, created_at=now, revision=0)
    product = Product.objects.select_for_update().get(pk=product_id)
    if product.archived_at:
        raise CatalogRefused(_("商品已归档，请先恢复再修改。"), field="shelf")
    if revision is not None and revision != product.revision:
        raise ProductChanged(_("你打开这页之后，别人保存过这个商品，你的修改还没有保存。"))
    return product


def _fill(product: Product, wanted: ProductInput, *, now: datetime) -> None:
    product.name = clean_text(wanted.name, max_length=NAME_LENGTH)
    if not product.name:
        raise CatalogRefused(_("请填写商品名称。"), field="name")
    if not Category.objects.filter(pk=wanted.category_id, archived_at=None).exists():
        raise CatalogRefused(_("请选择一个在用的类目。"), field="category")
    others = Product.objects.exclude(pk=product.pk)
    taken = Asked(lambda slug: others.filter(slug=slug).exists())
    product.slug = free_slug(wanted.slug, name=product.name, taken=taken, max_length=120)
    product.subtitle = clean_text(wanted.subtitle, max_length=200)
    product.description = clean_html(wanted.description)
    product.category_id = wanted.category_id
    product.shelf = wanted.shelf
    product.on_at, product.off_at = wanted.on_at, wanted.off_at
    product.leaves_when_sold_out = wanted.leaves_when_sold_out
    product.updated_at = now


def _place(product: Product) -> tuple[object, ...]:
    """Return where and when the product can be seen."""
    return (
        *(product.category_id, product.shelf, product.on_at, product.off_at),
        *(product.figures_until, product.sku_count > 0),
    )


def _tell(product_ids: list[int], *, change: str, now: datetime, actor: Actor) -> None:
    versions.bump(CATALOG, SHELVES)
    publish(
        *(ProductSaved(subject_id=pk, change=change, at=now, actor=actor) for pk in product_ids)
    )
