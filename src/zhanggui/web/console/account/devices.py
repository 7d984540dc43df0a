"""The browsers in which one is signed in."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhanggui.accounts import services
from zhanggui.accounts.queries import User
from zhanggui.web.access import staff_actor, staff_only


@staff_only
@require_POST
def end(request: HttpRequest, key: int) -> HttpResponse:
    """Sign out in one browser."""
    user, now = cast(User, request.user), timezone.now()
    if services.end_session(user_id=user.pk, key=key, actor=staff_actor(request), now=now):
        messages.success(request, _("那个设备已退出登录"))
    return redirect("console:account")


@staff_only
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out in all browsers but this one."""
    services.end_sessions(
        user_id=cast(User, request.user).pk,
        but=request.session.session_key or "",
        actor=staff_actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("其他设备都已退出登录"))
    return redirect("console:account")
