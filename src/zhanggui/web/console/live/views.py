"""New paid orders, asked for every few seconds by each open console: it costs next to nothing."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhanggui.core.versions import Kept
from zhanggui.orders import queries as orders
from zhanggui.orders.types import DisplayStatus
from zhanggui.web.access import allowed, declare, staff_user

MOST = 20  # orders of one answer
# A payment gets its moment before it is committed: who asks in between must see it the next time.
OVERLAP = timedelta(seconds=30)


# Who asks is looked up so often only: an order's number is all that somebody could still learn.
KNOWN_FOR = timedelta(seconds=30)

# session → until when it counts as looked up, and the only warehouses that it sees
_known: Kept[str, tuple[datetime, Collection[int] | None]] = Kept(most=1000)


@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """Tell which orders were paid after a moment (milliseconds), 204 where none was.

    Orders of the last half minute before it are told again; who asks knows them by their numbers.
    """
    known = _known.get(_session(request), ())
    if known is not None and timezone.now() < known[0]:
        return _news(request, within=known[1])
    return _looked_up(request)


declare(pulse, ("orders", "view"))


@allowed("orders", "view", is_polled=True)
def _looked_up(request: HttpRequest) -> HttpResponse:
    within = staff_user(request).warehouse_ids
    _known.put(_session(request), (), (timezone.now() + KNOWN_FOR, within))
    return _news(request, within=within)


def _session(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _news(request: HttpRequest, *, within: Collection[int] | None) -> HttpResponse:
    after = _moment(request.GET.get("after", ""))
    if after is None:
        return _answer({"after": _milliseconds(timezone.now()), "orders": []})
    found = orders.paid_after(moment=after - OVERLAP, within=within, limit=MOST)
    if not found:
        return _kept_by_nobody(HttpResponse(status=204))
    return _answer(
        {
            "after": max(_milliseconds(found[0].paid_at), _milliseconds(after)),
            "orders": [{"number": one.number, "tail": one.number_tail} for one in found],
            "waiting": orders.status_counts(within=within)[DisplayStatus.TO_SHIP],
        }
    )


def _moment(text: str) -> datetime | None:
    """Read a moment; what is none, or long ago, is as if nothing had been asked before."""
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if abs(timezone.now() - moment) < timedelta(days=1) else None


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _answer(content: dict[str, object]) -> HttpResponse:
    return _kept_by_nobody(JsonResponse(content))


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
