"""When each browser of the staff was last at work: written once in some minutes, else free."""

from time import time

from django.http import HttpRequest
from django.utils import timezone

from zhanggui.accounts import services
from zhanggui.accounts.services.devices import SEEN_EVERY
from zhanggui.web.clients import client_ip

SINCE = "signed_in_at"  # in the session, seconds: from when on the browser is in the list
NOWHERE = "::"  # of who comes by a socket of this machine
_MOST = 1000  # sessions that a process remembers
_noted: dict[str, float] = {}  # session key → when it was noted last


def note(request: HttpRequest) -> None:
    """Note that somebody opened a page, where the last note is some minutes old.

    Each process remembers what it noted, so most pages pay for a look into a dictionary.
    """
    since = request.session.get(SINCE)
    if since is None:
        return
    key = request.session.session_key or ""
    if time() - _noted.get(key, since) < SEEN_EVERY.total_seconds():
        return
    if len(_noted) >= _MOST:
        _noted.clear()
    _noted[key] = time()
    services.note_seen(session_key=key, ip=client_ip(request) or NOWHERE, now=timezone.now())
