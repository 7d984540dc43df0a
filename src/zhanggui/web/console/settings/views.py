"""The pages of settings: all groups, one group, delivery areas, the history."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.accounts import services
from zhanggui.accounts.queries import SettingChange
from zhanggui.accounts.settings import EDIT_RIGHTS, Group, of_group
from zhanggui.core.types import Refusal
from zhanggui.demo import queries as demo
from zhanggui.payments import queries as payments
from zhanggui.payments import services as payment_services
from zhanggui.payments.types import NoWayToPay
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.pages import page
from zhanggui.web.console.settings import words
from zhanggui.web.console.settings.delivery import reaches
from zhanggui.web.console.settings.effects import effects
from zhanggui.web.console.settings.forms import GroupForm

SHOWN = 30  # changes of a page of the history


@allowed("settings", "view")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show all groups with their values."""
    cards = [
        {
            "group": group,
            **words.ICONS[group],
            "rows": _rows(group),
            "may_edit": _may_edit(request, group),
        }
        for group in Group
    ]
    context = {"cards": cards, "sample": demo.sample_status().state}
    return page(request, "console/settings/index.html", context)


def _rows(group: Group) -> list[tuple[Any, str]]:
    stored = accounts.stored_settings(group=group)
    return [(one.label, words.shown(one, stored[one.key])) for one in of_group(group)]


def _may_edit(request: HttpRequest, group: Group) -> bool:
    return staff_user(request).may("settings", EDIT_RIGHTS[group])


@allowed("settings", "view")
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, group: str) -> HttpResponse:
    """Show one group; change it, or only show what a change would do."""
    if group not in Group.values:
        raise Http404
    here = Group(group)
    may_edit = _may_edit(request, here)
    if request.method != "POST":
        return _section(request, GroupForm(group=here, may_edit=may_edit))
    if not may_edit:
        raise PermissionDenied
    form = GroupForm(request.POST, request.FILES, group=here, may_edit=True)
    if form.is_valid() and request.POST.get("action") == "preview":
        return _section(request, form, is_preview=True)
    if form.is_valid() and _saved(request, form):
        return redirect("console:settings_group", group=group)
    return _section(request, form, status=422)


def _saved(request: HttpRequest, form: GroupForm) -> bool:
    values, known = form.with_pictures(), form.cleaned_data
    if values is None:
        return False
    wish: dict[str, Any] = {
        "values": values,
        "seen": known["seen"] or 0,
        "actor": staff_actor(request),
        "now": timezone.now(),
    }
    try:
        if form.group == Group.PAYMENT:
            change = payment_services.save_channels(**wish, is_sure=known["is_sure"])
        else:
            change = services.save_settings(**wish, group=form.group)
    except Refusal as refusal:
        form.needs_sure = isinstance(refusal, NoWayToPay)
        form.refuse(refusal)
        return False
    messages.success(request, _("已保存") if change else _("没有改动"))
    return True


def _section(
    request: HttpRequest, form: GroupForm, *, is_preview: bool = False, status: int = 200
) -> HttpResponse:
    shop = accounts.shop()
    after = accounts.shop_with(values=form.wanted()) if is_preview else shop
    context = {
        "form": form,
        "group": form.group,
        "may_edit": _may_edit(request, form.group),
        "is_preview": is_preview,
        "after": after,
        "effects": effects(form.group, before=shop, after=after, now=timezone.now()),
        "account": payments.merchant_account() if form.group == Group.PAYMENT else None,
    }
    return page(request, "console/settings/group.html", context, part="effect", status=status)


@allowed("settings", "view")
@require_safe
def delivery(request: HttpRequest) -> HttpResponse:
    """Show where each freight template delivers, and where not."""
    return page(request, "console/settings/delivery.html", {"reaches": reaches()})


@allowed("settings", "view")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List who changed what, newest first."""
    group = request.GET.get("group", "")
    found = accounts.setting_changes(group=group if group in Group.values else "")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 20:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: SHOWN + 1])
    shown = rows[:SHOWN]
    names = accounts.user_names(user_ids={one.actor_id for one in shown if one.actor_id})
    current = {one.value: accounts.stored_settings(group=one) for one in Group}
    context = {
        "changes": [_change(request, one, names, current) for one in shown],
        "groups": [(one.value, one.label, one.value == group) for one in Group],
        "group": group,
        "before": shown[-1].pk if len(rows) > SHOWN else None,
    }
    return page(request, "console/settings/history.html", context)


def _change(
    request: HttpRequest,
    change: SettingChange,
    names: dict[int, str],
    current: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    now = current.get(change.group, {})
    stands = all(now.get(key) == after for key, (_before, after) in change.changes.items())
    return {
        "id": change.pk,
        "label": Group(change.group).label,
        "who": names.get(change.actor_id or 0, _("系统")),
        "at": change.at,
        "is_undo": change.undoes_id is not None,
        "rows": words.changes_shown(change.changes),
        "can_undo": stands and _may_edit(request, Group(change.group)),
    }


@require_POST
@allowed("settings", "view")
def undo(request: HttpRequest, change_id: int) -> HttpResponse:
    """Give the settings of one change their values of before."""
    change = accounts.setting_changes().filter(pk=change_id).first()
    if change is None:
        raise Http404
    group = Group(change.group)
    if not _may_edit(request, group):
        raise PermissionDenied
    actor, now = staff_actor(request), timezone.now()
    try:
        if group == Group.PAYMENT:
            payment_services.undo_channels(change=change, is_sure=False, actor=actor, now=now)
        else:
            services.undo_change(change_id=change.pk, actor=actor, now=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已恢复成改动前的样子"))
    return redirect("console:settings_history")
