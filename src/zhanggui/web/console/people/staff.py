"""Staff: who works here, as what, and until when."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhanggui.accounts import queries, services
from zhanggui.accounts.roles import roles
from zhanggui.core.clock import shop_day
from zhanggui.core.types import Refusal
from zhanggui.web.access import allowed, staff_actor, staff_role
from zhanggui.web.clients import device_name
from zhanggui.web.console.pages import page
from zhanggui.web.console.people.forms import StaffForm, end_of


@allowed("staff", "view")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List who is or was staff, and the invitations that still work."""
    everyone = queries.people()
    context = {
        "people": everyone,
        "protected": queries.protected(user_ids={one.pk for one in everyone}),
        "is_required": queries.shop().second_factor_required,
        "invites": queries.open_invites(now=timezone.now()),
        "names": {code: one.name for code, one in roles().items()},
    }
    return page(request, "console/people/staff.html", context)


@allowed("staff", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, username: str) -> HttpResponse:
    """Change a member of staff, or end the access."""
    person, mine = queries.member(username=username), staff_role(request)
    if person is None:
        raise Http404
    until = person.access_until
    initial = {
        "name": person.name,
        "role": person.role,
        "is_active": person.is_active,
        "last_day": shop_day(until - timedelta(seconds=1)) if until else None,
    }
    form = StaffForm(request.POST if request.method == "POST" else None, initial=initial, by=mine)
    if form.is_valid():
        values = form.cleaned_data
        try:
            services.change_staff(
                user_id=person.pk,
                name=values["name"],
                role=values["role"],
                is_active=values["is_active"],
                access_until=end_of(values["last_day"]),
                by=mine,
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已保存"))
            return redirect("console:staff")
    status = 422 if form.is_bound else 200
    devices = queries.devices(
        user_id=person.pk, session_key=request.session.session_key or "", now=timezone.now()
    )
    context = {
        "form": form,
        "person": person,
        "factors": queries.factors(user_id=person.pk),
        "devices": [(one, device_name(one.user_agent)) for one in devices],
    }
    return page(request, "console/people/person.html", context, status=status)
