"""Sessions in the database, read by a plain statement: every page of a signed-in person does."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from zhanggui.core import sql


class SessionStore(DatabaseStore):
    """Django's own sessions, found for 0.1 instead of 0.3 CPU-ms."""

    def _get_session_from_db(self) -> Any:
        where = "WHERE session_key IN ({wanted})"
        for found in sql.instances(Session, where, [self.session_key or ""]):
            if found.expire_date > timezone.now():
                return found
        self._session_key = None
        return None
