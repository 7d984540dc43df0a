"""The backend: as Django's, but a thread gives its connection back at the end of its request."""

from queue import Empty, LifoQueue
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_WAIT_SECONDS = 10
_pools: dict[str, LifoQueue[Any]] = {}  # by file; what was given back last is used first


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes connections from a pool where the settings name its size.

    Each holds the schema (0.3 MiB) and prepared statements (up to 40 KiB each): one for each of
    32 threads was 40 MiB of a web process.
    """

    _pool: LifoQueue[Any] | None = None  # where the present connection came from

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that nobody else uses, a new one while there are fewer than allowed.

        Raises:
            OperationalError: all were in use for ten seconds.
        """
        size = conn_params.pop("pool", 0)
        if not size:
            return super().get_new_connection(conn_params)
        pool = _pools.get(conn_params["database"]) or _pools.setdefault(
            conn_params["database"], _empty(size)
        )
        try:
            kept = pool.get(timeout=_WAIT_SECONDS)
        except Empty:
            raise OperationalError("All connections of this process are in use.") from None
        try:
            found = kept or super().get_new_connection(conn_params)
        except BaseException:
            pool.put(None)
            raise
        self._pool = pool
        return found

    def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None or self.connection is None or self.errors_occurred:
            super()._close()  # type: ignore[misc]  # the stubs do not know it
            kept = None
        else:
            self.connection.rollback()  # nothing, unless it was closed within a transaction
            kept = self.connection
        if pool is not None:
            pool.put(kept)


def _empty(size: int) -> LifoQueue[Any]:
    pool: LifoQueue[Any] = LifoQueue()
    for _ in range(size):
        pool.put(None)
    return pool
