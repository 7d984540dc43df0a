"""Roles: what each may do and see, and looking at the console as one of them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries, services
from zhanggui.accounts.roles import role, roles
from zhanggui.accounts.types import Role, RoleView
from zhanggui.core.types import Refusal
from zhanggui.inventory import queries as inventory
from zhanggui.web.access import PREVIEW, allowed, staff_actor, staff_role
from zhanggui.web.console.pages import page
from zhanggui.web.console.people import words
from zhanggui.web.console.people.forms import RoleForm
from zhanggui.web.formats import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCard:
    """A role as the list shows it."""

    role: RoleView
    rights: list[tuple[str | Promise, str]]
    houses: str  # "" where it sees all
    people: int
    is_mine: bool  # somebody of my role may change it


@allowed("staff", "view")
@require_safe
def role_list(request: HttpRequest) -> HttpResponse:
    """List the roles."""
    mine, names = staff_role(request), inventory.warehouse_names()
    people = [one.role for one in queries.people() if one.is_active]
    cards = [
        RoleCard(
            role=one,
            rights=words.summary(one.rights),
            houses=listed(names.get(house, "?") for house in one.warehouse_ids or ()),
            people=people.count(one.code),
            is_mine=one.code != Role.OWNER and mine.covers(one),
        )
        for one in roles().values()
    ]
    return page(request, "console/people/roles.html", {"cards": cards})


@allowed("staff", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HttpRequest) -> HttpResponse:
    """Make a role, from another one where the address names it."""
    return _edit(request, None, role(request.GET.get("from", "")))


@allowed("staff", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a role; who has it may do so from the next request on."""
    found = role(code)
    if found is None or code == Role.OWNER:
        raise Http404
    return _edit(request, found, found)


@allowed("staff", "edit")
@require_POST
def role_delete(request: HttpRequest, code: str) -> HttpResponse:
    """Delete a role, or give it back the rights it came with."""
    try:
        services.delete_role(
            code=code, by=staff_role(request), actor=staff_actor(request), now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("角色已恢复默认") if code in Role else _("角色已删除"))
    return redirect("console:roles")


@allowed("staff", "edit")
@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """Look at the console as somebody of this role sees it, without changing anything."""
    found = role(code)
    if found is None or not staff_role(request).covers(found):
        raise Http404
    request.session[PREVIEW] = code
    return redirect("console:all")


@allowed("staff", "edit", as_oneself=True)
@require_POST
def preview_end(request: HttpRequest) -> HttpResponse:
    """Be oneself again."""
    request.session.pop(PREVIEW, None)
    return redirect("console:roles")


def _edit(request: HttpRequest, changed: RoleView | None, start: RoleView | None) -> HttpResponse:
    mine = staff_role(request)
    houses = [(str(one.warehouse_id), one.name) for one in inventory.warehouses()]
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(changed, start),
        by=mine,
        houses=houses,
    )
    if changed is not None and changed.code in Role:
        form.fields["name"].disabled = True
    if form.is_valid():
        try:
            services.save_role(
                code=changed.code if changed else "",
                name=form.cleaned_data["name"],
                home=Role(form.cleaned_data["home"]),
                rights=words.chosen(form.cleaned_data["rights"]),
                warehouse_ids=form.warehouse_ids(),
                by=mine,
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("角色已保存，马上生效"))
            return redirect("console:roles")
    status = 422 if form.is_bound else 200
    return page(request, "console/people/role.html", {"form": form, "role": changed}, status=status)


def _initial(changed: RoleView | None, start: RoleView | None) -> dict[str, Any]:
    if start is None:
        return {"home": Role.SERVICE, "scope": "all", "rights": ["home.view"]}
    copied = _("%(name)s 副本") % {"name": start.name}
    return {
        "name": start.name if changed else copied[:30],
        "home": start.home,
        "rights": words.values(start.rights),
        "scope": "all" if start.warehouse_ids is None else "some",
        "warehouses": [str(one) for one in start.warehouse_ids or ()],
    }
