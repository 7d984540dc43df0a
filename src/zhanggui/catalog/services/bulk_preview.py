"""What an edit of many products would do: one row for each product or SKU, kept for the run."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import calc, hooks
from zhanggui.catalog.calc import read, stored
from zhanggui.catalog.models import BulkEdit, BulkEditRow, Category, Product, Sku
from zhanggui.catalog.services.bulk_values import (
    OF_PRODUCTS,
    OF_SKUS,
    of_row,
    timed_shelf,
)
from zhanggui.catalog.types import (
    MAX_MEASURE,
    MAX_PRICE_MINOR,
    BulkAct,
    BulkRefusal,
    BulkRowState,
    BulkWish,
    CatalogRefused,
    Shelf,
)
from zhanggui.core.bulk import insert_rows
from zhanggui.core.ids import next_id
from zhanggui.core.types import Actor

MOST_PRODUCTS = 20_000
_AT_ONCE = 1000  # products read by one statement
_KEPT_AT_ONCE = 2000  # rows written by one transaction: SQLite has one writer


class _NewRow(NamedTuple):
    id: int
    edit_id: int
    place: int
    product_id: int
    sku_id: int | None
    old: str
    new: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of some products are judged on."""

    act: BulkAct
    weighed: set[int] = field(default_factory=set)  # products that need weights to be sold
    light: set[int] = field(default_factory=set)  # products with a SKU without weight
    categories: set[int] = field(default_factory=set)  # in use

    @classmethod
    def of(cls, act: BulkAct, *, product_ids: Collection[int], new: Collection[str]) -> "Ground":
        """Read what counts for this act and these new values, and nothing else."""
        if act == BulkAct.CATEGORY:
            live = Category.objects.filter(pk__in={int(one) for one in new}, archived_at=None)
            return cls(act, categories=set(live.values_list("pk", flat=True)))
        if act in (BulkAct.SHELF, BulkAct.SHELF_AT) and any(_is_on(act, one) for one in new):
            weighed = hooks.needing_weight(product_ids)
            light = Sku.objects.filter(product__in=weighed, weight_grams=0, archived_at=None)
            return cls(act, weighed, set(light.values_list("product_id", flat=True)))
        if act == BulkAct.WEIGHT and "0" in new:
            return cls(act, hooks.needing_weight(product_ids))
        return cls(act)

    def refusal(self, product: Product, new: str) -> BulkRefusal | None:
        """Return why this product, or a SKU of it, can't get this value."""
        if product.archived_at:
            return BulkRefusal.ARCHIVED
        if self.act == BulkAct.PRICE:
            return _price_refusal(int(new))
        if self.act == BulkAct.PRICE_AT:
            return _price_refusal(read(self.act, new)["timed_price_minor"] or 0)
        if self.act == BulkAct.CATEGORY:
            return None if int(new) in self.categories else BulkRefusal.NO_CATEGORY
        is_weighed = product.pk in self.weighed
        if self.act in (BulkAct.SHELF, BulkAct.SHELF_AT):
            if not _is_on(self.act, new):
                return None
            if not product.sku_count:
                return BulkRefusal.NO_SKU
            return BulkRefusal.NO_WEIGHT if is_weighed and product.pk in self.light else None
        if new == "0" and product.shelf == Shelf.ON and is_weighed:
            return BulkRefusal.NO_WEIGHT
        return None


def _is_on(act: BulkAct, text: str) -> bool:
    return bool(read(act, text)["shelf"] == Shelf.ON)


def _price_refusal(minor: int) -> BulkRefusal | None:
    if minor < 0:
        return BulkRefusal.BELOW_ZERO
    return BulkRefusal.TOO_HIGH if minor > MAX_PRICE_MINOR else None


def preview_bulk_edit(
    *, product_ids: Sequence[int], wish: BulkWish, now: datetime, actor: Actor
) -> str:
    """Say what an edit of these products would change and what not; return the name of the edit.

    Nothing of a product is changed. All is read before it is kept in short transactions; nobody
    knows the name of an edit before it is whole.

    Raises:
        CatalogRefused: no product, too many, or a value that nothing can have.
    """
    ids = list(dict.fromkeys(product_ids))
    if not ids:
        raise CatalogRefused(_("没有选中商品，请先勾选。"), field="act")
    if len(ids) > MOST_PRODUCTS:
        raise CatalogRefused(
            _("一次最多改 %(max)d 个商品，请用筛选分几次改。") % {"max": MOST_PRODUCTS}, field="act"
        )
    if not (0 <= wish.weight_grams <= MAX_MEASURE and 0 <= wish.rate_ppm <= 100_000_000):
        raise CatalogRefused(_("这个数值太大，请改小一些。"), field="amount")
    if wish.ends_at and wish.ends_at <= max(now, wish.begins_at or now):
        raise CatalogRefused(_("结束时间要晚于现在和开始时间。"), field="ends_at")
    edit = BulkEdit(
        token=secrets.token_hex(16),
        act=wish.act,
        wish=wish.stored(),
        products=len(ids),
        actor_type=actor.type,
        actor_id=actor.id,
        actor_name=actor.name[:60],
        made_at=now,
    )
    rows = [
        row
        for start in range(0, len(ids), _AT_ONCE)
        for row in _rows(edit, wish, ids[start : start + _AT_ONCE], start, now)
    ]
    edit.counts = dict(Counter(row.state for row in rows))
    edit.save(force_insert=True)
    for start in range(0, len(rows), _KEPT_AT_ONCE):
        with transaction.atomic():
            insert_rows(model=BulkEditRow, rows=rows[start : start + _KEPT_AT_ONCE])
    return edit.token


def _rows(
    edit: BulkEdit, wish: BulkWish, ids: list[int], start: int, now: datetime
) -> Iterator[_NewRow]:
    columns = ("shelf", "on_at", "off_at", "category_id", "sku_count", "archived_at")
    products = Product.objects.filter(pk__in=ids).only(*columns).in_bulk()
    places = {pk: start + place for place, pk in enumerate(ids)}
    wanted = [one for one in _wanted(wish, products, now) if one[0] in products]
    ground = Ground.of(wish.act, product_ids=ids, new={one[3] for one in wanted})
    for product_id, sku_id, old, new, why in sorted(wanted, key=lambda one: places[one[0]]):
        reason = why or ground.refusal(products[product_id], new)
        state = BulkRowState.SAME if old == new else BulkRowState.READY
        yield _NewRow(
            next_id(),
            edit.pk,
            places[product_id],
            product_id,
            sku_id,
            old,
            new,
            BulkRowState.REFUSED if reason else state,
            reason or "",
        )


def _wanted(
    wish: BulkWish, products: dict[int, Product], now: datetime
) -> Iterator[tuple[int, int | None, str, str, BulkRefusal | None]]:
    """Yield (product, SKU, value now, value then, what speaks against it by itself)."""
    if wish.act in OF_PRODUCTS:
        new = wish.shelf.value if wish.act == BulkAct.SHELF else str(wish.category_id)
        for pk, product in products.items():
            then, why = (
                timed_shelf(wish, product, now) if wish.act == BulkAct.SHELF_AT else (new, None)
            )
            yield pk, None, of_row(wish.act, product), then, why
        return
    live = Sku.objects.filter(product__in=list(products), archived_at=None)
    rows = live.order_by("product", "position", "pk")
    names = dict.fromkeys(["price_minor", *OF_SKUS[wish.act]])
    for product_id, sku_id, price_minor, *rest in rows.values_list("product_id", "pk", *names):
        old = [price_minor] if wish.act == BulkAct.PRICE else rest
        yield product_id, sku_id, stored(old), stored(_then(wish, price_minor)), None


def _then(wish: BulkWish, price_minor: int) -> list[Any]:
    if wish.act != BulkAct.PRICE_AT:
        return [_number(wish, price_minor)]
    price = _number(wish, price_minor) if wish.has_times else None
    return [price, wish.begins_at, wish.ends_at]


def _number(wish: BulkWish, old: int) -> int:
    if wish.act == BulkAct.WEIGHT:
        return wish.weight_grams
    return calc.edited_price(
        old,
        how=wish.how,
        amount_minor=wish.amount_minor,
        rate_ppm=wish.rate_ppm,
        ending=wish.ending,
        digits=wish.digits,
    )
