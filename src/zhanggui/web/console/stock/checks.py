"""Counters compared with the ledger: reports, differences, repairs."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.core.types import Refusal
from zhanggui.inventory import queries, services
from zhanggui.inventory.tasks import check_stock
from zhanggui.web.access import allowed, sees, staff_actor, staff_user
from zhanggui.web.console.pages import page

SHOWN = 10
MOST = 100


@allowed("stock", "view")
@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    """Show the latest comparisons and what the last one found."""
    within = staff_user(request).warehouse_ids
    found = queries.checks(within=within, limit=SHOWN)
    done = next((one for one in found if one.finished_at), None)
    context = {
        "checks": found,
        "last": done,
        "differences": queries.differences(check_id=done.check_id, within=within, limit=MOST)
        if done
        else [],
        "most": MOST,
    }
    return page(request, "console/stock/check.html", context)


@allowed("stock", "edit")
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Compare now, in the background."""
    check_stock.enqueue()
    messages.success(request, _("已开始核对，稍后刷新看结果"))
    return redirect("console:stock_check")


@allowed("stock", "edit")
@require_POST
def repair(request: HttpRequest, difference_id: int) -> HttpResponse:
    """Set a wrong counter to what the ledger says."""
    if not sees(staff_user(request), queries.warehouse_of_difference(difference_id=difference_id)):
        raise Http404
    try:
        services.repair(difference_id=difference_id, actor=staff_actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已按流水修复"))
    return redirect("console:stock_check")
