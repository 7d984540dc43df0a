"""Checks at start-up that keep a wrongly made database from losing or merging texts."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

WANTED_COLLATION = "utf8mb4_nopad_bin"


@register(Tags.database)
def database_collation(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """MariaDB and MySQL must use the one collation that keeps 'a', 'A', 'ä' and 'a ' apart."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "mysql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@collation_database")
            (collation,) = cursor.fetchone()
        if collation != WANTED_COLLATION:
            problems.append(
                Error(
                    f"The database uses the collation {collation}; texts would be merged.",
                    hint=(
                        "Run: ALTER DATABASE `name` CHARACTER SET utf8mb4 "
                        f"COLLATE {WANTED_COLLATION}; before the first migration."
                    ),
                    id="core.E001",
                )
            )
    return problems
