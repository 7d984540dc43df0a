"""Health pages for load balancers and monitoring: alive, and ready to sell."""

import logging
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhanggui.core.jobs.queries import last_beat
from zhanggui.web.access import open_to_all

log = logging.getLogger(__name__)

SILENCE = timedelta(seconds=60)  # a worker beats every 12 seconds
_seen_complete = False  # migrations only go forward while a process runs


@open_to_all
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer while the process works, whatever the database does."""
    return HttpResponse("ok", content_type="text/plain")


@open_to_all
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when pages can be served, else 503; a missing worker is told but not fatal."""
    try:
        checks = {"database": _tables(), "cache": _cache(), "worker": _worker(timezone.now())}
    except DatabaseError:
        log.exception("The database does not answer")
        checks = {"database": "unreachable"}
    is_ready = checks["database"] == "ok" and checks["cache"] == "ok"
    return JsonResponse({"ready": is_ready, **checks}, status=200 if is_ready else 503)


def _tables() -> str:
    global _seen_complete
    if not _seen_complete:
        executor = MigrationExecutor(connection)
        _seen_complete = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    return "ok" if _seen_complete else "migrations missing"


def _cache() -> str:
    try:
        cache.set("readyz", "ok", 60)
        return "ok" if cache.get("readyz") == "ok" else "unreachable"
    except Exception:
        log.exception("The cache does not answer")
        return "unreachable"


def _worker(now: datetime) -> str:
    beat = last_beat()
    return "ok" if beat and now - beat < SILENCE else "none"
