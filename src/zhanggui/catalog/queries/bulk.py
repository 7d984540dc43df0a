"""Edits of many products, as staff see them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhanggui.catalog import calc
from zhanggui.catalog.models import BulkEdit, BulkEditRow
from zhanggui.catalog.types import (
    UNDO_FOR,
    BulkAct,
    BulkRefusal,
    BulkRowState,
    BulkRowView,
    BulkState,
    BulkView,
    BulkWish,
    PriceEnd,
    PriceHow,
    Shelf,
)


def bulk_edit(*, token: str, now: datetime) -> BulkView | None:
    """Return the edit of this name."""
    row = BulkEdit.objects.filter(token=token).first()
    return _view(row, now) if row else None


def bulk_edits(*, now: datetime, limit: int = 20) -> list[BulkView]:
    """Return the latest edits that were confirmed, newest first."""
    rows = BulkEdit.objects.exclude(state=BulkState.PREVIEW).order_by("-made_at", "-id")
    return [_view(row, now) for row in rows[:limit]]


def bulk_rows(
    *, edit_id: int, states: Sequence[str] = (), start: int = 0, limit: int = 50
) -> list[BulkRowView]:
    """Return rows of an edit in the order of its products; one statement."""
    rows = BulkEditRow.objects.filter(edit_id=edit_id)
    if states:
        rows = rows.filter(state__in=states)
    named = rows.order_by("place", "id").values_list(
        *("product__slug", "product__name", "sku__code", "sku__option_key", "product__currency"),
        *("old", "new", "state", "reason"),
    )
    return [
        BulkRowView(
            product_slug=slug,
            product_name=name,
            sku_code=code or "",
            options_text=options or "",
            currency=currency,
            old=old,
            new=new,
            state=BulkRowState(state),
            reason=BulkRefusal(reason) if reason else None,
        )
        for slug, name, code, options, currency, old, new, state, reason in named[
            start : start + limit
        ]
    ]


def bulk_values(act: BulkAct, text: str) -> dict[str, Any]:
    """Return field → value, of what a row was or shall be."""
    return calc.read(act, text)


def _view(row: BulkEdit, now: datetime) -> BulkView:
    return BulkView(
        edit_id=row.pk,
        token=row.token,
        act=BulkAct(row.act),
        wish=bulk_wish(row.wish),
        state=BulkState(row.state),
        products=row.products,
        passed=row.passed,
        made_at=row.made_at,
        done_at=row.done_at,
        undone_at=row.undone_at,
        actor_id=row.actor_id,
        counts=row.counts,
        may_undo=row.state == BulkState.DONE
        and bool(row.counts.get(BulkRowState.DONE))
        and row.done_at is not None
        and now - row.done_at <= UNDO_FOR,
    )


def bulk_wish(stored: Mapping[str, Any]) -> BulkWish:
    """Return what was asked for, as the edit and the audit log keep it."""
    kinds: dict[str, Callable[[Any], Any]] = {
        "act": BulkAct,
        "how": PriceHow,
        "ending": PriceEnd,
        "shelf": Shelf,
        "begins_at": _moment,
        "ends_at": _moment,
    }
    return BulkWish(**{k: kinds[k](v) if k in kinds else v for k, v in stored.items()})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
