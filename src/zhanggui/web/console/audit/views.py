"""The audit log: who did what, and whether it is as it was written."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.core import audit
from zhanggui.core.clock import day_bounds
from zhanggui.core.tasks import check_audit
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.core.types import ActorType
from zhanggui.web.access import allowed
from zhanggui.web.console.audit.words import KINDS, kind_choices, lines
from zhanggui.web.console.pages import page
from zhanggui.web.formats import grouped

SHOWN = 50
AT_ONCE = 20_000  # rows that a page waits for: a second


@allowed("audit", "view")
@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    """List what was done, newest first."""
    people = accounts.actors()
    wish = _wish(request.GET, {str(pk) for pk in people})
    before = int(wish["before"]) if wish["before"] else None
    found = audit.entries(wanted=_wanted(wish), before=before, limit=SHOWN + 1)
    more, found = len(found) > SHOWN, found[:SHOWN]
    context = {
        "wish": wish,
        "narrows": any(value for name, value in wish.items() if name != "before"),
        "people": [(str(pk), name) for pk, name in people.items()],
        "kinds": kind_choices(),
        "rows": lines(found),
        "next": found[-1].pk if more else "",
        "check": audit.last_check(),
        "faults": {fault.value: _fault(fault) for fault in audit.Fault},
    }
    return page(request, "console/audit/list.html", context, part="list")


@allowed("audit", "view")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole log: at once, or by a job where it is long."""
    if audit.length() > AT_ONCE:
        check_audit.enqueue()
        messages.success(request, _("日志较长，正在后台校验，稍后刷新看结果"))
        return redirect("console:audit")
    verdict = audit.check(now=timezone.now())
    if verdict.fault:
        messages.error(request, _fault(verdict.fault))
    else:
        text = ngettext(
            "校验通过：%(n)s 行都没有改动", "校验通过：%(n)s 行都没有改动", verdict.checked
        )
        messages.success(request, text % {"n": grouped(verdict.checked)})
    return redirect("console:audit")


def _fault(fault: audit.Fault) -> str:
    return {
        audit.Fault.CHANGED: _("日志被改动：有一行和写入时不同"),
        audit.Fault.MISSING: _("日志被改动：有一行不见了"),
        audit.Fault.EXTRA: _("日志被改动：有一行不是系统写的"),
        audit.Fault.HEAD: _("日志被改动：链头和写入时不同"),
    }[fault]


def _wish(parameters: QueryDict, people: set[str]) -> dict[str, Any]:
    """Return what the address asks for; nonsense narrows nothing."""

    def known(name: str, values: Any) -> str:
        value = parameters.get(name, "")
        return value if value in values else ""

    try:
        q = clean_text(parameters.get("q", "")[:120], max_length=120)
    except TextRefused:
        q = ""
    before = parameters.get("before", "")
    return {
        "who": known("who", {*people, ActorType.COMMAND.value}),
        "kind": known("kind", KINDS),
        "q": q,
        "first": _day(parameters.get("from", "")),
        "last": _day(parameters.get("to", "")),
        "before": before if before.isascii() and before.isdigit() and len(before) < 19 else "",
    }


def _wanted(wish: dict[str, Any]) -> audit.Wanted:
    is_person = wish["who"].isdigit()
    return audit.Wanted(
        actor_type="" if is_person else wish["who"],
        actor_id=int(wish["who"]) if is_person else None,
        kind=wish["kind"],
        label=wish["q"],
        since=day_bounds(wish["first"])[0] if wish["first"] else None,
        until=day_bounds(wish["last"])[1] if wish["last"] else None,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 < day.year < 2200 else None
