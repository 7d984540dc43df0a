"""What changed of products, field by field: rows written in the transaction of the change.

Every service that writes products calls `record`: rows that are written many at once, past
`save()` and its signals, are in the history like those of a form.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from zhanggui.catalog.models import Product, ProductChange, Sku
from zhanggui.core.bulk import insert_rows, stored_moment
from zhanggui.core.ids import next_ids
from zhanggui.core.types import Actor

LONGEST_NEW = 500  # of a text that the row itself, or the next change, has whole
PRODUCT_FIELDS = (
    *("name", "slug", "subtitle", "description", "category_id"),
    *("shelf", "on_at", "off_at", "leaves_when_sold_out", "options"),
)
SKU_FIELDS = (
    *("code", "option_key", "price_minor", "market_price_minor", "cost_price_minor"),
    *("timed_price_minor", "timed_from", "timed_until", "barcode", "weight_grams", "volume_cm3"),
)


class Change(NamedTuple):
    """One field with its value before and after."""

    product_id: int
    sku_id: int | None
    field: str
    old: Any
    new: Any


class _NewChange(NamedTuple):
    id: int
    product_id: int
    sku_id: int | None
    field: str
    old: str | None
    new: str | None
    via: str
    actor_type: str
    actor_id: int | None
    at: str


def values_of(row: Product | Sku) -> dict[str, Any]:
    """Return what the history keeps of a row, to be compared with it later."""
    names = PRODUCT_FIELDS if isinstance(row, Product) else SKU_FIELDS
    return {name: getattr(row, name) for name in names}


def differences(row: Product | Sku, before: Mapping[str, Any]) -> list[Change]:
    """Return the fields of a row that are no longer what they were."""
    product_id, sku_id = (
        (row.pk, None) if isinstance(row, Product) else (row.product_id, int(row.pk))
    )
    return [
        Change(product_id, sku_id, name, before[name], value)
        for name, value in values_of(row).items()
        if before[name] != value
    ]


def record(changes: Sequence[Change], *, now: datetime, actor: Actor, via: str = "") -> None:
    """Write changes into the history; one statement."""
    insert_rows(
        model=ProductChange,
        rows=[
            _NewChange(
                pk,
                one.product_id,
                one.sku_id,
                one.field,
                _stored(one.old),
                _stored(one.new, longest=LONGEST_NEW),
                via,
                actor.type,
                actor.id,
                stored_moment(now),
            )
            for pk, one in zip(next_ids(count=len(changes)), changes, strict=True)
        ],
    )


def _stored(value: Any, *, longest: int | None = None) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, str) and longest and len(value) > longest:
        value = value[: longest - 1] + "…"
    return json.dumps(value, ensure_ascii=False)
