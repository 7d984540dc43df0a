"""Second factors and browsers of others: for who lost a phone, and for who left one behind."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhanggui.accounts import queries, services
from zhanggui.accounts.queries import User
from zhanggui.core.types import Refusal
from zhanggui.web.access import allowed, staff_actor, staff_role
from zhanggui.web.console.account.confirming import confirmed


@allowed("staff", "edit")
@require_POST
@confirmed(back="console:staff")
def reset(request: HttpRequest, username: str) -> HttpResponse:
    """Remove somebody's second factors and sign them out everywhere."""
    person = _person(username)
    try:
        done = services.reset_factors(
            user_id=person.pk,
            by=staff_role(request),
            actor=staff_actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, _("两步验证已重设，本人下次用密码登录"))
    return redirect("console:staff_edit", username)


@allowed("staff", "edit")
@require_POST
def end(request: HttpRequest, username: str, key: int) -> HttpResponse:
    """Sign somebody out in one browser."""
    person = _person(username)
    try:
        services.end_session(
            user_id=person.pk,
            key=key,
            by=staff_role(request),
            actor=staff_actor(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("那个设备已退出登录"))
    return redirect("console:staff_edit", username)


@allowed("staff", "edit")
@require_POST
@confirmed(back="console:staff")
def require(request: HttpRequest) -> HttpResponse:
    """Ask all staff for a second factor, or leave it to them."""
    is_required = request.POST.get("required") == "1"
    services.require_second_factor(
        is_required=is_required, actor=staff_actor(request), now=timezone.now()
    )
    text = _("已要求全员两步验证") if is_required else _("两步验证改为自愿")
    messages.success(request, text)
    return redirect("console:staff")


def _person(username: str) -> User:
    found = queries.member(username=username)
    if found is None:
        raise Http404
    return found
