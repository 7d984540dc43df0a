"""The statement of customers that every checkout waits for."""

from collections.abc import Collection
from typing import Any

from zhanggui.core import sql


def locked_customers(phone_indexes: Collection[str]) -> list[tuple[Any, ...]]:
    """Return (phone index, id) of known customers under lock, in id order."""
    return sql.rows(
        "SELECT phone_index, id FROM customers_customer"
        " WHERE phone_index IN ({wanted}) ORDER BY id {lock}",
        phone_indexes,
    )
