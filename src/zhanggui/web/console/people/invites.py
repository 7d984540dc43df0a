"""Inviting staff: a link that works once, within a week."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from zhanggui.accounts import queries, services
from zhanggui.core.types import Refusal
from zhanggui.web.access import allowed, open_to_all, staff_actor, staff_role, staff_user
from zhanggui.web.console.login.entering import come_in
from zhanggui.web.console.pages import page
from zhanggui.web.console.people.forms import InviteForm, JoinForm, end_of


@allowed("staff", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation and show its link, this once."""
    mine = staff_role(request)
    form = InviteForm(request.POST if request.method == "POST" else None, by=mine)
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = services.invite_staff(
                name=values["name"],
                role=values["role"],
                access_until=end_of(values["last_day"]),
                invited_by=staff_user(request).pk,
                by=mine,
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            link = request.build_absolute_uri(reverse("console:join", args=[made.token]))
            context = {"link": link, "name": values["name"], "expires_at": made.expires_at}
            return _once(page(request, "console/people/invited.html", context))
    status = 422 if form.is_bound else 200
    return page(request, "console/people/invite.html", {"form": form}, status=status)


@allowed("staff", "edit")
@require_POST
def withdraw(request: HttpRequest, invite_id: int) -> HttpResponse:
    """Make an invitation useless."""
    done = services.withdraw_invite(
        invite_id=invite_id, actor=staff_actor(request), now=timezone.now()
    )
    if done:
        messages.success(request, _("邀请已撤回，链接不再有效"))
    return redirect("console:staff")


@open_to_all
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody invited choose a login and a password, and come in."""
    found = queries.invite(token=token, now=timezone.now())
    if found is None:
        return _once(render(request, "console/people/invite_gone.html", status=410))
    form = JoinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = services.accept_invite(token=token, **form.cleaned_data, now=timezone.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            response = come_in(request, user, resolve_url("console:home"))
            messages.success(request, _("欢迎加入，%(name)s") % {"name": user.name})
            return response
    status = 422 if form.is_bound else 200
    context = {"form": form, "invite": found}
    return _once(render(request, "console/people/join.html", context, status=status))


def _once(response: HttpResponse) -> HttpResponse:
    """Let nobody keep a page that holds a secret."""
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "no-referrer"
    return response
