"""Cursors of lists: where a page ended, by what the list is sorted by and the slug. No ids."""

import base64
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q


def after(cursor: str, *, keys: tuple[str, ...]) -> Q:
    """Return the condition of all rows behind a cursor; `keys` are sort keys as in order_by.

    A cursor that isn't ours, or one of another list, counts as none: the list starts anew.
    """
    values = decoded(cursor, names=[key.lstrip("-") for key in keys])
    behind, equal = Q(), Q()
    for key, value in zip(keys, values, strict=False):
        field = key.removeprefix("-")
        beyond = "lt" if key.startswith("-") else "gt"
        behind |= equal & Q(**{f"{field}__{beyond}": value})
        equal &= Q(**{field: value})
    return behind


def cursor_of(values: list[Any]) -> str:
    """Return the cursor of a page that ended with these sort values."""
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    text = json.dumps(plain, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(cursor: str, *, names: Sequence[str]) -> list[Any]:
    """Return the values of a cursor, or [] where it isn't one of a list sorted by these."""
    kinds = [_KINDS[name] for name in names]
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(values, list):
            return []
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, RecursionError):
        return []


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not 1970 < moment.year < 2200:
        raise ValueError("not a moment")
    return moment


def _number(value: Any) -> int:
    if type(value) is not int or abs(value) >= 1 << 53:
        raise ValueError("not a number")
    return value


def _place(value: Any) -> int:
    if _number(value) < 0:
        raise ValueError("not a place")
    return int(value)


def _slug(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 120 or not re.fullmatch("[a-z0-9_-]+", value):
        raise ValueError("not a slug")
    return value


_KINDS: dict[str, Callable[[Any], Any]] = {
    "created_at": _moment,
    "min_price_minor": _number,
    "place": _place,
    "weight": _number,
    "slug": _slug,
}
