"""The sample shop: offered to a new one, loaded and cleared by a worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts.types import Holder
from zhanggui.core.jobs import queries as jobs
from zhanggui.core.types import Refusal
from zhanggui.demo import queries, services
from zhanggui.demo.types import (
    SAMPLE,
    SAMPLE_CATEGORIES,
    SAMPLE_PICTURES,
    SAMPLE_PIECES,
    SAMPLE_SKUS,
    SampleState,
    SampleStatus,
)
from zhanggui.freight import queries as freight
from zhanggui.payments import queries as payments
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.pages import is_htmx, page

NEEDED = (("settings", "edit"), ("products", "edit"), ("stock", "edit"), ("freight", "edit"))
SILENT = timedelta(minutes=2)  # since a worker last said that it is alive


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What would come with the sample shop."""

    products: int = len(SAMPLE)
    skus: int = SAMPLE_SKUS
    pictures: int = SAMPLE_PICTURES
    categories: int = SAMPLE_CATEGORIES
    pieces: int = SAMPLE_SKUS * SAMPLE_PIECES
    with_template: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the owner's home says of the sample shop."""

    status: SampleStatus
    offer: Offer | None


def sample_card(person: Holder, *, is_new: bool) -> Card | None:
    """Return what a person is told of the sample shop, None for nothing.

    It is offered only to a new shop, whose first steps are not all done.
    """
    if not may_load(person):
        return None
    status = queries.sample_status()
    if status.state != SampleState.NONE:
        return Card(status=status, offer=None)
    if not is_new or queries.has_own_products():
        return None
    return Card(status=status, offer=_offer())


def may_load(person: Holder) -> bool:
    """Tell whether somebody may change all that the sample shop consists of."""
    return person.warehouse_ids is None and all(person.may(*right) for right in NEEDED)


def _offer() -> Offer:
    has_default = any(one.is_default for one in freight.templates().values())
    return Offer(with_template=not has_default)


@allowed("settings", "edit")
@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """Show what would come, how far it is, or what clearing would do; or the card of the home."""
    if request.GET.get("card") and is_htmx(request):
        card = sample_card(staff_user(request), is_new=True)
        return page(request, "console/home/_sample.html", {"sample": card} if card else {})
    return _page(request)


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    found, now = queries.sample_status(), timezone.now()
    may = may_load(staff_user(request))
    is_loaded, is_stuck = found.state == SampleState.LOADED, found.is_stuck(now)
    is_wiping_stuck = is_stuck and found.state == SampleState.WIPING
    is_empty = found.state == SampleState.NONE and not queries.has_own_products()
    context = {
        "status": found,
        "may_load": may,
        "error": error or (found.error.label if found.error else ""),
        "offer": _offer() if is_empty else None,
        "preview": queries.wipe_preview() if may and (is_loaded or is_wiping_stuck) else None,
        "is_stuck": is_stuck and may,
        "cannot_pay": is_loaded and not payments.channels(),
        "is_silent": found.is_busy and _is_silent(now),
    }
    return page(request, "console/home/sample.html", context, part="sample", status=status)


def _is_silent(now: datetime) -> bool:
    beat = jobs.last_beat()
    return beat is None or now - beat > SILENT


@allowed("settings", "edit")
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Have the sample shop loaded; a second click changes nothing."""
    _check(request)
    try:
        services.order_load(actor=staff_actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("console:sample")


@allowed("settings", "edit")
@require_POST
def wipe(request: HttpRequest) -> HttpResponse:
    """Have the sample shop cleared as the preview said; a second click changes nothing."""
    _check(request)
    seen, now = request.POST.get("seen", ""), timezone.now()
    try:
        services.order_wipe(seen=seen, actor=staff_actor(request), now=now)
    except Refusal as refusal:
        return _page(request, error=str(refusal), status=422)
    return redirect("console:sample")


def _check(request: HttpRequest) -> None:
    if not may_load(staff_user(request)):
        raise PermissionDenied
