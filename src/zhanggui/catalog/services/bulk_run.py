"""Edits of many products, run and undone in short transactions, each row compared before it is set.

A row that somebody changed after the preview is reported and left alone, and so is one that was
changed after the run when it is undone. A run that was cut short goes on where it stood.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.calc import BULK_FIELDS, read
from zhanggui.catalog.events import BulkEditOrdered, PriceChanged, ProductSaved
from zhanggui.catalog.models import BulkEdit, BulkEditRow, Product, Sku
from zhanggui.catalog.queries.facts import CATALOG, SHELVES
from zhanggui.catalog.services import history
from zhanggui.catalog.services.bulk_preview import Ground
from zhanggui.catalog.services.bulk_values import OF_PRODUCTS, OF_SKUS, of_row
from zhanggui.catalog.services.history import Change
from zhanggui.catalog.services.search import write_terms
from zhanggui.catalog.services.skus import FIGURES, summarise
from zhanggui.catalog.states import BULK
from zhanggui.catalog.types import (
    UNDO_FOR,
    BulkAct,
    BulkRowState,
    BulkState,
    CatalogRefused,
)
from zhanggui.core import versions
from zhanggui.core.events import publish
from zhanggui.core.transactions import in_steps
from zhanggui.core.types import Actor, ActorType

AT_ONCE = 20  # products of one transaction
KEPT_FOR = timedelta(days=7)  # rows; what was done is in the history of the products for good
_Done = tuple[BulkEditRow, str, str]  # row, value before, value now


def start_bulk_edit(*, token: str, now: datetime, actor: Actor) -> int:
    """Confirm a preview and return the edit's id; a worker runs it, or `run_bulk_edit` at once.

    Raises:
        IllegalMove: it was confirmed before.
    """
    with transaction.atomic():
        edit = BulkEdit.objects.select_for_update().get(token=token)
        BULK.move(
            edit,
            BulkState.RUNNING,
            begun_at=now,
            passed=0,
            actor_type=actor.type,
            actor_id=actor.id,
            actor_name=actor.name[:60],
        )
        _order(edit, now=now, actor=actor, undo=False)
    return int(edit.pk)


def undo_bulk_edit(*, token: str, now: datetime, actor: Actor) -> int:
    """Set back what an edit changed and nobody changed since; return its id, as above.

    Raises:
        IllegalMove: it is not done, or undone already.
        CatalogRefused: it was done more than a day ago.
    """
    with transaction.atomic():
        edit = BulkEdit.objects.select_for_update().get(token=token)
        if edit.done_at and now - edit.done_at > UNDO_FOR:
            raise CatalogRefused(_("过了一天就不能撤销了，请再改一次。"))
        BULK.move(
            edit,
            BulkState.UNDOING,
            passed=0,
            actor_type=actor.type,
            actor_id=actor.id,
            actor_name=actor.name[:60],
        )
        _order(edit, now=now, actor=actor, undo=True)
    return int(edit.pk)


def _order(edit: BulkEdit, *, now: datetime, actor: Actor, undo: bool) -> None:
    publish(
        BulkEditOrdered(
            subject_id=edit.pk,
            act=edit.act,
            wish=edit.wish,
            products=edit.products,
            token=edit.token,
            undo=undo,
            at=now,
            actor=actor,
        )
    )


def run_bulk_edit(*, edit_id: int, now: datetime) -> None:
    """Do what is left of an ordered run or undo, so many products in each transaction."""
    in_steps(lambda: _step(edit_id, now))


def _step(edit_id: int, now: datetime) -> bool:
    """Do the next products; True while there are more."""
    edit = BulkEdit.objects.select_for_update().get(pk=edit_id)
    if edit.state not in (BulkState.RUNNING, BulkState.UNDOING):
        return False
    is_undo = edit.state == BulkState.UNDOING
    last = min(edit.passed + AT_ONCE, edit.products)
    rows = edit.rows.filter(
        place__gte=edit.passed,
        place__lt=last,
        state=BulkRowState.DONE if is_undo else BulkRowState.READY,
    )
    _set(edit, list(rows.order_by("place", "id")), is_undo=is_undo, now=now)
    BulkEdit.objects.filter(pk=edit.pk).update(passed=last)
    if last < edit.products:
        return True
    counts = edit.rows.order_by().values_list("state").annotate(Count("pk"))
    end = {"undone_at": now} if is_undo else {"done_at": now}
    BULK.move(edit, BulkState.UNDONE if is_undo else BulkState.DONE, counts=dict(counts), **end)
    return False


def _set(edit: BulkEdit, rows: Sequence[BulkEditRow], *, is_undo: bool, now: datetime) -> None:
    act = BulkAct(edit.act)
    actor = Actor(
        ActorType(edit.actor_type), edit.actor_id, edit.actor_name, part_of=f"bulk edit {edit.pk}"
    )
    ids = sorted({row.product_id for row in rows})
    locked = Product.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    products = {row.pk: row for row in locked.defer("description", "options")}
    skus: dict[int, Sku] = {}
    if act in OF_SKUS:
        wanted = Sku.objects.select_for_update().filter(pk__in=[row.sku_id for row in rows])
        skus = {row.pk: row for row in wanted.order_by("pk")}
    pairs = [(row, row.new, row.old) if is_undo else (row, row.old, row.new) for row in rows]
    ground = Ground.of(act, product_ids=ids, new={then for *_row, then in pairs})
    done: list[_Done] = []
    judged: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, now_is, then in pairs:
        product, sku = products[row.product_id], skus.get(row.sku_id or 0)
        reason = ground.refusal(product, then)
        if _value(act, product, sku) != now_is:
            state = BulkRowState.KEPT if is_undo else BulkRowState.STALE
        elif reason:
            state = BulkRowState.KEPT if is_undo else BulkRowState.REFUSED
        else:
            state = BulkRowState.UNDONE if is_undo else BulkRowState.DONE
            done.append((row, now_is, then))
        why = (reason or "") if state == BulkRowState.REFUSED else ""
        judged[state, why].append(row.pk)
    for (state_of, why), keys in judged.items():
        BulkEditRow.objects.filter(pk__in=keys).update(state=state_of, reason=why)
    if done:
        _write(act, done, products, skus, now=now)
        via = "undo" if is_undo else "bulk"
        _tell(act, done, products, via=via, now=now, actor=actor)


def _value(act: BulkAct, product: Product, sku: Sku | None) -> str:
    """Return what stands there now; nothing equals what a SKU has that is no longer sold."""
    if act in OF_PRODUCTS:
        return of_row(act, product)
    return of_row(act, sku) if sku and sku.archived_at is None else ""


def _write(
    act: BulkAct,
    done: Sequence[_Done],
    products: dict[int, Product],
    skus: dict[int, Sku],
    *,
    now: datetime,
) -> None:
    touched = {row.product_id for row, _old, _new in done}
    if act in OF_SKUS:
        changed = []
        for row, _old, new in done:
            sku = skus[row.sku_id or 0]
            for name, value in read(act, new).items():
                setattr(sku, name, value)
            changed.append(sku)
        Sku.objects.bulk_update(changed, OF_SKUS[act], batch_size=200)
    else:
        values: dict[str, list[int]] = defaultdict(list)
        for row, _old, new in done:
            values[new].append(row.product_id)
        for new, keys in values.items():
            Product.objects.filter(pk__in=keys).update(**read(act, new))
    if act in (BulkAct.PRICE, BulkAct.PRICE_AT):
        rows = [products[pk] for pk in sorted(touched)]
        summarise(*rows, now=now)
        Product.objects.bulk_update(rows, FIGURES, batch_size=200)
    Product.objects.filter(pk__in=touched).update(updated_at=now, revision=F("revision") + 1)
    if act == BulkAct.CATEGORY:
        write_terms(sorted(touched))  # products are found by the names of their categories


def _tell(
    act: BulkAct,
    done: Sequence[_Done],
    products: dict[int, Product],
    *,
    via: str,
    now: datetime,
    actor: Actor,
) -> None:
    history.record(
        [
            Change(row.product_id, row.sku_id, name, old[name], new[name])
            for row, a, b in done
            for old, new in [(read(act, a), read(act, b))]
            for name in BULK_FIELDS[act]
            if old[name] != new[name]
        ],
        now=now,
        actor=actor,
        via=via,
    )
    changes = {row.product_id: (b if act == BulkAct.SHELF else "edited") for row, _a, b in done}
    publish(
        *(
            ProductSaved(subject_id=pk, change=change, at=now, actor=actor)
            for pk, change in changes.items()
        ),
        *(
            PriceChanged(
                subject_id=row.product_id,
                sku_id=row.sku_id or 0,
                old_minor=int(a),
                new_minor=int(b),
                currency=products[row.product_id].currency,
                at=now,
                actor=actor,
            )
            for row, a, b in done
            if act == BulkAct.PRICE
        ),
    )
    has_moved = act in OF_PRODUCTS or act == BulkAct.PRICE_AT  # or will, at its moments
    versions.bump(*((CATALOG, SHELVES) if has_moved else (CATALOG,)))


def prune_bulk_edits(*, now: datetime) -> None:
    """Forget the rows of edits of last week, and what was never confirmed."""
    old = BulkEdit.objects.filter(made_at__lt=now - KEPT_FOR)
    rows = BulkEditRow.objects.filter(edit__in=old)
    while ids := list(rows.values_list("pk", flat=True)[:1000]):
        BulkEditRow.objects.filter(pk__in=ids).delete()
    old.filter(state=BulkState.PREVIEW).delete()
