"""The core app: no business words."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """Takes the process number for row ids and checks the database's collation."""

    name = "zhanggui.core"
    label = "core"

    def ready(self) -> None:
        """Hook the process number to the first connection of each process."""
        from zhanggui.core import (  # noqa: PLC0415 -- models must be loaded first
            audit,
            checks,  # noqa: F401
            ids,
            versions,
        )

        def on_connection(connection: Any, **_: Any) -> None:
            if connection.alias in connections.settings:  # not the one that makes databases
                ids.take_number_if_needed(connection)

        def on_migrated(using: str, plan: Any = None, **_: Any) -> None:
            ids.take_number_if_needed(connections[using])
            versions.make_missing()
            # Never later: who empties the log and its head must not be given a new one. Without a
            # plan the tables were flushed, as tests do.
            done = None if plan is None else {one.name for one, _back in plan}
            if done is None or audit.MIGRATION in done:
                audit.make_head()

        connection_created.connect(on_connection, weak=False, dispatch_uid="core.ids")
        post_migrate.connect(on_migrated, sender=self, weak=False, dispatch_uid="core.ids")
