"""Undoing an import where the shop allows it: nothing is touched that somebody changed since."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhanggui.catalog import queries as catalog
from zhanggui.catalog import services as catalog_services
from zhanggui.catalog.types import ProductEdit, SkuInput
from zhanggui.core.transactions import in_steps
from zhanggui.core.types import Actor, By, Refusal
from zhanggui.freight import queries as freight_queries
from zhanggui.freight import services as freight
from zhanggui.integrations.models import ImportRow, ImportRun
from zhanggui.integrations.services.facts import (
    changed_input,
    changed_sku,
    input_of,
    product_facts,
    sku_facts,
)
from zhanggui.integrations.services.known import Categories
from zhanggui.integrations.states import IMPORT
from zhanggui.integrations.types import Outcome, RunState
from zhanggui.inventory import services as inventory
from zhanggui.inventory.types import Cause, Move, MovementKind

BATCH = 20
_CHANGED = (Outcome.CREATED, Outcome.UPDATED)


def undo_import(*, run: ImportRun, actor: Actor, now: datetime) -> None:
    """Set back what an import did, the last first; called again, it goes on where it stopped."""
    in_steps(lambda: _undo_rows(run, actor, now))
    run.refresh_from_db()
    if run.state == RunState.UNDOING:
        IMPORT.move(run, RunState.UNDONE, ended_at=now)


def _undo_rows(run: ImportRun, actor: Actor, now: datetime) -> bool:
    """Undo the next rows, the last of the file first; False where none is left."""
    left = ImportRow.objects.select_for_update().filter(run=run, outcome__in=_CHANGED, undone="")
    rows = list(left.order_by("-ordinal")[:BATCH])
    categories = Categories()
    for row in rows:
        row.undone = _undone(row, categories, actor, now)[:300]
    ImportRow.objects.bulk_update(rows, ["undone"])
    return bool(rows)


def _undone(row: ImportRow, categories: Categories, actor: Actor, now: datetime) -> str:
    """Return what undoing a row did, in words."""
    said = _stock_back(row, actor, now)
    if row.subject_id is None:
        return _("；").join(said) or _("没有可撤销的")
    found = catalog.products_for_edit(product_ids=[row.subject_id], now=now)
    if not found or found[0].archived:
        return _("；").join([*said, _("商品已归档")])
    product = found[0]
    try:
        with transaction.atomic():
            if row.outcome == Outcome.CREATED:
                said.append(_archived(product, row.changes.get("revision", 1), actor, now))
            elif set(row.changes) - {"stock", "revision"}:
                said.append(_set_back(product, row.changes, categories, actor, now))
    except Refusal as refusal:
        said.append(_("没有撤销：%(why)s") % {"why": refusal})
    return _("；").join(said) or _("没有可撤销的")


def _stock_back(row: ImportRow, actor: Actor, now: datetime) -> list[str]:
    booked = row.changes.get("stock", ())
    known = catalog.sku_codes({sku_id for sku_id, *_rest in booked})  # the others were removed
    moves = [
        Move(
            kind=MovementKind.ADJUST,
            cause=Cause("import_undo", row.pk),
            sku_id=sku_id,
            warehouse_id=warehouse_id,
            quantity=before - after,
            reason=_("撤销导入"),
        )
        for sku_id, warehouse_id, before, after in booked
        if sku_id in known
    ]
    if not moves:
        return []
    try:
        with transaction.atomic():
            inventory.move(moves=moves, actor=actor, now=now)
    except Refusal as refusal:
        return [_("库存没有撤销：%(why)s") % {"why": refusal}]
    return [_("库存已冲回")]


def _archived(product: ProductEdit, revision: int, actor: Actor, now: datetime) -> str:
    if product.revision != revision:
        return _("导入后有人改过这个商品，没有归档")
    catalog_services.archive_product(product_id=product.product_id, now=now, actor=actor)
    return _("已归档")


def _set_back(
    product: ProductEdit,
    changes: dict[str, Any],
    categories: Categories,
    actor: Actor,
    now: datetime,
) -> str:
    """Put back the fields that are still as the import left them."""
    own = freight_queries.own_template(product_id=product.product_id)
    template_id = own.template_id if own else None
    wanted = input_of(product, category_id=categories.by_slug.get(product.category_slug, 0))
    shown = product_facts(wanted, template_id=template_id)
    skus, kept = _skus_back(product, changes)
    back = {
        name: pair[0] for name, pair in changes.items() if name in shown and shown[name] == pair[1]
    }
    kept += sum(name in shown and name not in back for name in changes)
    if "options" in changes and "options" not in back:
        skus, kept = product.skus, kept + 1
    wanted = replace(changed_input(wanted, back), skus=skus)
    kept += _attributes_back(product.product_id, changes.get("attributes", {}), By(actor, now))
    freight.save_product(
        product_id=product.product_id,
        wanted=wanted,
        template_id=back.get("freight", template_id),
        currency=product.currency,
        revision=product.revision,
        now=now,
        actor=actor,
    )
    if kept:
        return _("已恢复原值，之后又被改过的 %(n)d 处没有动") % {"n": kept}
    return _("已恢复原值")


def _attributes_back(product_id: int, changes: dict[str, Any], by: By) -> int:
    """Put back values that are still as the import left them; return how many are not."""
    if not changes:
        return 0
    has = catalog.product_values(product_id=product_id)
    keys = catalog.attribute_ids(keys=changes)
    back = {
        key: old
        for key, (old, new) in changes.items()
        if key in keys and has.get(keys[key], []) == new
    }
    catalog_services.set_attributes(product_id=product_id, values=back, now=by.at, actor=by.actor)
    return len(changes) - len(back)


def _skus_back(product: ProductEdit, changes: dict[str, Any]) -> tuple[tuple[SkuInput, ...], int]:
    """Return the SKUs as they were before, and how many fields others changed since."""
    kept = 0
    new = {tuple(options) for options in changes.get("new_skus", ())}
    rows = []
    for sku, sku_id in zip(product.skus, product.sku_ids, strict=True):
        if sku.options in new:
            continue
        shown, wanted = sku_facts(sku), changes.get("skus", {}).get(str(sku_id), {})
        back = {name: old for name, (old, after) in wanted.items() if shown[name] == after}
        kept += len(wanted) - len(back)
        rows.append(changed_sku(sku, back))
    return tuple(rows), kept
