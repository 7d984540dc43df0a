"""Keys of programs: what each may do, until when, and its end."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries, services
from zhanggui.accounts.queries import ApiKey
from zhanggui.accounts.roles import role, roles
from zhanggui.accounts.types import Role
from zhanggui.core.types import Refusal
from zhanggui.web.access import allowed, staff_actor, staff_role
from zhanggui.web.console.pages import page
from zhanggui.web.console.people import words
from zhanggui.web.console.people.forms import KeyForm, a_year_from, end_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCard:
    """A key as the list shows it."""

    key: ApiKey
    role: str
    rights: list[tuple[str | Promise, str]]


@allowed("staff", "view")
@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """List the keys."""
    names = {code: one.name for code, one in roles().items()}
    cards = [
        KeyCard(key=key, role=names.get(key.role, key.role), rights=_rights(key))
        for key in queries.api_keys()
    ]
    return page(request, "console/people/keys.html", {"cards": cards})


@allowed("staff", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def key_new(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    mine, now = staff_role(request), timezone.now()
    initial = {"role": Role.OWNER, "last_day": a_year_from(now)}
    form = KeyForm(request.POST if request.method == "POST" else None, initial=initial, by=mine)
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = services.create_api_key(
                name=values["name"],
                role=values["role"],
                rights=words.chosen(values["rights"]),
                expires_at=end_of(values["last_day"]),
                by=mine,
                actor=staff_actor(request),
                now=now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            response = page(request, "console/people/key_made.html", {"made": made})
            add_never_cache_headers(response)
            return response
    status = 422 if form.is_bound else 200
    return page(request, "console/people/key.html", {"form": form}, status=status)


@allowed("staff", "edit")
@require_POST
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a key at once."""
    if services.revoke_api_key(prefix=prefix, actor=staff_actor(request), now=timezone.now()):
        messages.success(request, _("密钥已停用，用它的程序马上被拒绝"))
    else:
        messages.error(request, _("没有停用：这个密钥已经停用，或有两个密钥开头相同。"))
    return redirect("console:api_keys")


def _rights(key: ApiKey) -> list[tuple[str | Promise, str]]:
    """Return what the key may do now: its own rights within those of its role."""
    held = role(key.role)
    if held is None:
        return []
    if key.rights is None:
        return words.summary(held.rights)
    return words.summary(
        {
            resource: mine
            for resource, actions in key.rights.items()
            if (mine := [one for one in actions if held.may(resource, one)])
        }
    )
