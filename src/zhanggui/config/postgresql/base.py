"""The backend: as Django's, but it looks at a kept connection instead of asking the server."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Checks a kept connection without a round trip (`SELECT 1` took 0.3 CPU-ms of every request).

    A server that ended a connection has closed its socket, which can be read then; while nothing
    can be read, nothing was closed.
    """

    def is_usable(self) -> bool:
        """Tell whether the server still holds this connection."""
        return self.connection is not None and (
            _is_quiet(self.connection) or bool(super().is_usable())
        )

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection, from the pool one that the server did not end meanwhile."""
        found = super().get_new_connection(conn_params)
        while self.pool and not _is_quiet(found):
            found.close()
            self.pool.putconn(found)
            found = super().get_new_connection(conn_params)
        return found


def _is_quiet(connection: Any) -> bool:
    if connection.closed:
        return False
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    return not socket.poll(0)
