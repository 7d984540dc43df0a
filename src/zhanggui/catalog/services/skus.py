"""The SKUs of a product, brought in step with the matrix of the form."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import count

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.calc import Figures
from zhanggui.catalog.events import PriceChanged
from zhanggui.catalog.models import Product, Sku
from zhanggui.catalog.services import history
from zhanggui.catalog.services.history import Change
from zhanggui.catalog.sql import figures_of
from zhanggui.catalog.types import (
    MAX_MEASURE,
    MAX_OPTIONS,
    MAX_PRICE_MINOR,
    MAX_SKUS,
    CatalogRefused,
    OptionInput,
    SkuInput,
)
from zhanggui.core.text import clean_text
from zhanggui.core.types import Actor

SEPARATOR = " / "
_COPIED = (
    "code",
    "price_minor",
    "market_price_minor",
    "cost_price_minor",
    "timed_price_minor",
    "timed_from",
    "timed_until",
    "barcode",
    "weight_grams",
    "volume_cm3",
)
_NO_FIGURES = Figures(0, 0, 0, None, None)
FIGURES = (
    *("sku_count", "min_price_minor", "max_price_minor", "market_price_minor"),
    "figures_until",
)
_WRITTEN = (*_COPIED, "options", "option_key", "position", "archived_at")


def clean_options(options: tuple[OptionInput, ...]) -> tuple[OptionInput, ...]:
    """Return the options with clean texts.

    Raises:
        CatalogRefused: a name or value is empty or given twice, or there are too many.
    """
    if len(options) > MAX_OPTIONS:
        raise CatalogRefused(_("规格项最多 %(max)d 个。") % {"max": MAX_OPTIONS}, field="options")
    clean = tuple(
        OptionInput(
            name=clean_text(option.name, max_length=30),
            values=tuple(clean_text(value, max_length=60) for value in option.values),
        )
        for option in options
    )
    names = [option.name for option in clean]
    if not all(names) or not all(option.values and all(option.values) for option in clean):
        raise CatalogRefused(_("规格项要有名称，也要有至少一个值。"), field="options")
    if len(set(names)) < len(names) or any(len(set(o.values)) < len(o.values) for o in clean):
        raise CatalogRefused(_("规格项或规格值有重复，请改掉一个。"), field="options")
    return clean


def clean_skus(
    skus: tuple[SkuInput, ...], *, options: tuple[OptionInput, ...]
) -> tuple[SkuInput, ...]:
    """Return the rows of the matrix with clean texts.

    Raises:
        CatalogRefused: values that are no option's, a row or code twice, a number out of range.
    """
    if len(skus) > MAX_SKUS:
        raise CatalogRefused(_("规格最多 %(max)d 行。") % {"max": MAX_SKUS}, field="skus")
    clean = tuple(_clean_sku(sku, options) for sku in skus)
    keys = [option_key(sku.options) for sku in clean]
    codes = [sku.code for sku in clean if sku.code]
    if len(set(keys)) < len(keys):
        raise CatalogRefused(_("有两行规格相同，请删掉一行。"), field="skus")
    if len(set(codes)) < len(codes):
        raise CatalogRefused(_("有两行规格编码相同，请改掉一个。"), field="skus")
    return clean


def option_key(options: Iterable[str]) -> str:
    """Return the values of a SKU as people read them."""
    return SEPARATOR.join(options)


def write_skus(
    product: Product, skus: tuple[SkuInput, ...], *, now: datetime, actor: Actor
) -> tuple[list[PriceChanged], list[Change]]:
    """Make the live SKUs of a product those of the form; return the changed prices and fields.

    A row is known again by its option values, else by its code, so that adding an option keeps the
    SKU. What is missing is archived, never deleted.
    """
    rows = list(Sku.objects.select_for_update().filter(product=product).order_by("pk"))
    wanted = _with_codes(product, skus, rows)
    matches = _matches(rows, wanted)
    prices = [
        PriceChanged(
            subject_id=product.pk,
            sku_id=row.pk,
            old_minor=row.price_minor,
            new_minor=sku.price_minor,
            currency=product.currency,
            at=now,
            actor=actor,
        )
        for sku, row in zip(wanted, matches, strict=True)
        if row and row.price_minor != sku.price_minor
    ]
    _make_room(rows, wanted, matches)
    kept = {row.pk for row in matches if row}
    gone = [row.pk for row in rows if row.pk not in kept and row.archived_at is None]
    Sku.objects.filter(pk__in=gone).update(archived_at=now)
    changes = [Change(product.pk, pk, "archived", False, True) for pk in gone]
    new: list[Sku] = []
    for position, (sku, row) in enumerate(zip(wanted, matches, strict=True)):
        if row is None:
            row = Sku(product=product)
            new.append(row)
            changes.append(Change(product.pk, row.pk, "created", None, option_key(sku.options)))
            _fill(row, sku, position)
        else:
            changes += _filled(row, sku, position)
    Sku.objects.bulk_update([row for row in matches if row], _WRITTEN, batch_size=100)
    Sku.objects.bulk_create(new)
    return prices, changes


def summarise(*products: Product, now: datetime) -> None:
    """Put what lists show of the live SKUs on these rows, which the caller saves; one statement."""
    found = figures_of([one.pk for one in products], now=now)
    for product in products:
        (
            product.sku_count,
            product.min_price_minor,
            product.max_price_minor,
            product.market_price_minor,
            product.figures_until,
        ) = found.get(product.pk, _NO_FIGURES)


def check_codes(product: Product, skus: tuple[SkuInput, ...]) -> None:
    """Refuse codes that other products use.

    Raises:
        CatalogRefused: one does, also where its SKU is archived.
    """
    codes = [sku.code for sku in skus if sku.code]
    taken = (
        Sku.objects.filter(code__in=codes)
        .exclude(product=product)
        .order_by("code")
        .values_list("code", flat=True)
        .first()
    )
    if taken:
        raise CatalogRefused(
            _("规格编码 %(code)s 已被别的商品使用，请换一个。") % {"code": taken}, field="skus"
        )


def _clean_sku(sku: SkuInput, options: tuple[OptionInput, ...]) -> SkuInput:
    values = tuple(clean_text(value, max_length=60) for value in sku.options)
    fits = len(values) == len(options) and all(
        value in option.values for value, option in zip(values, options, strict=True)
    )
    if not fits or len(option_key(values)) > 250:
        raise CatalogRefused(_("规格值和规格项对不上，请重新生成规格。"), field="skus")
    prices = (
        *(sku.price_minor, sku.market_price_minor, sku.cost_price_minor),
        sku.timed_price_minor,
    )
    if any(price is not None and not 0 <= price <= MAX_PRICE_MINOR for price in prices):
        raise CatalogRefused(_("价格要在 0 到 1 亿之间。"), field="skus")
    _check_timetable(sku)
    if not all(0 <= measure <= MAX_MEASURE for measure in (sku.weight_grams, sku.volume_cm3)):
        raise CatalogRefused(_("重量和体积不能小于 0，也不能太大。"), field="skus")
    return replace(
        sku,
        code=clean_text(sku.code, max_length=60),
        options=values,
        barcode=clean_text(sku.barcode, max_length=32),
    )


def _check_timetable(sku: SkuInput) -> None:
    """A timed price needs a moment, and moments need a price."""
    if (sku.timed_price_minor is None) != (sku.timed_from is None and sku.timed_until is None):
        raise CatalogRefused(_("定时价要填价格，也要填开始或结束时间。"), field="skus")
    if sku.timed_from and sku.timed_until and sku.timed_until <= sku.timed_from:
        raise CatalogRefused(_("定时价的结束时间要晚于开始时间。"), field="skus")


def _with_codes(product: Product, skus: tuple[SkuInput, ...], rows: list[Sku]) -> list[SkuInput]:
    """Give rows without a code the one they had, or a new one after the product's slug."""
    base = product.slug[:50].upper()
    used = Sku.objects.filter(code__startswith=f"{base}-").values_list("code", flat=True)
    typed = {sku.code for sku in skus}
    had = {row.option_key: row.code for row in rows if row.code not in typed}
    free = (code for n in count(1) if (code := f"{base}-{n:02d}") not in typed.union(used))
    return [
        sku if sku.code else replace(sku, code=had.get(option_key(sku.options)) or next(free))
        for sku in skus
    ]


def _matches(rows: list[Sku], skus: Iterable[SkuInput]) -> list[Sku | None]:
    by_key = {row.option_key: row for row in rows}
    by_code = {row.code: row for row in rows}
    found = [by_key.get(option_key(sku.options)) for sku in skus]
    used = {row.pk for row in found if row}
    for index, sku in enumerate(skus):
        same = by_code.get(sku.code)
        if found[index] is None and same and same.pk not in used:
            found[index] = same
            used.add(same.pk)
    return found


def _make_room(rows: list[Sku], skus: list[SkuInput], matches: list[Sku | None]) -> None:
    """Let rows of this product swap their codes: the unique constraint looks at every step.

    Raises:
        CatalogRefused: an archived SKU of this product holds a wanted code.
    """
    holders = {row.code: row for row in rows}
    kept = {row.pk for row in matches if row}
    moving = []
    for sku, row in zip(skus, matches, strict=True):
        holder = holders.get(sku.code)
        if holder is None or (row and row.pk == holder.pk):
            continue
        if holder.pk not in kept:
            raise CatalogRefused(
                _("规格编码 %(code)s 已被本商品停用的规格 %(options)s 使用，请换一个。")
                % {"code": sku.code, "options": holder.option_key},
                field="skus",
            )
        moving.append(holder.pk)
    Sku.objects.filter(pk__in=moving).update(code=Concat(Value("~"), Cast("pk", CharField())))


def _filled(row: Sku, sku: SkuInput, position: int) -> list[Change]:
    """Bring a known row in step and return what changed of it."""
    before, was_archived = history.values_of(row), row.archived_at is not None
    _fill(row, sku, position)
    changes = history.differences(row, before)
    if was_archived:
        changes.append(Change(row.product_id, row.pk, "archived", True, False))
    return changes


def _fill(row: Sku, sku: SkuInput, position: int) -> None:
    for name in _COPIED:
        setattr(row, name, getattr(sku, name))
    row.options = list(sku.options)
    row.option_key = option_key(sku.options)
    row.position = position
    row.archived_at = None
