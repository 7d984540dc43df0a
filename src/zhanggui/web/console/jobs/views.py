"""Jobs that used up their tries, and trying them again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.core.jobs import queries, services
from zhanggui.core.types import Refusal
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.jobs.words import job_views
from zhanggui.web.console.pages import page

MOST = 100


@allowed("jobs", "view")
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """List the failed jobs, and say whether the others get on."""
    now = timezone.now()
    context = {
        "jobs": job_views(jobs=queries.failed_jobs(most=MOST), person=staff_user(request)),
        "counts": queries.queue_counts(now=now),
        "beat": queries.last_beat(),
        "most": MOST,
    }
    return page(request, "console/jobs/list.html", context)


@allowed("jobs", "retry")
@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Run a failed job again."""
    try:
        services.retry_job(job_id=job_id, actor=staff_actor(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已放回队列，马上重试"))
    return redirect("console:jobs")
