"""The menu, the dock and their counters: what this person may open, and nothing else."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from zhanggui.accounts.types import RIGHTS, Holder
from zhanggui.orders import queries as orders
from zhanggui.orders.types import DisplayStatus
from zhanggui.web.access import staff_user

DOCK_SIZE = 4  # and one for all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that the menu can lead to."""

    name: str
    label: str | Promise
    icon: str
    resource: str
    group: str | Promise = ""
    in_dock: bool = False


TRADE, GOODS, SYSTEM = _("交易"), _("货品"), _("系统")
PLACES = (
    Place(name="home", label=_("首页"), icon="home", resource="home", in_dock=True),
    Place(
        name="orders",
        label=_("订单"),
        icon="clipboard-list",
        resource="orders",
        group=TRADE,
        in_dock=True,
    ),
    Place(
        name="products",
        label=_("商品"),
        icon="package",
        resource="products",
        group=GOODS,
        in_dock=True,
    ),
    Place(name="categories", label=_("分类"), icon="category", resource="products", group=GOODS),
    Place(
        name="stock",
        label=_("库存"),
        icon="building-warehouse",
        resource="stock",
        group=GOODS,
        in_dock=True,
    ),
    Place(name="freight", label=_("运费"), icon="truck", resource="freight", group=GOODS),
    Place(name="jobs", label=_("任务"), icon="list-check", resource="jobs", group=SYSTEM),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the menu or the dock."""

    url: str
    label: str
    icon: str
    active: bool
    count: int = 0
    urgent: bool = False
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    label: str
    entries: tuple[Entry, ...]


def status_counts(request: HttpRequest) -> dict[str, int]:
    """Return the orders under each label, read once for menu, tabs and tiles of a page."""
    known: dict[str, int] | None = getattr(request, "_status_counts", None)
    if known is None:
        known = orders.status_counts()
        request._status_counts = known  # type: ignore[attr-defined]
    return known


def context(request: HttpRequest) -> dict[str, Any]:
    """Give console pages `menu`, `dock` and `may`, read only where a template asks for them."""
    match = request.resolver_match
    if match is None or match.namespaces[:1] != ["console"]:
        return {}
    if not getattr(getattr(request, "user", None), "role", ""):
        return {}
    return {
        "menu": partial(menu, request),
        "dock": partial(dock, request),
        "may": SimpleLazyObject(lambda: rights(staff_user(request))),
    }


def rights(person: Holder) -> dict[str, set[str]]:
    """Return the person's rights by resource, for templates: `{% if "ship" in may.orders %}`."""
    return {
        resource: {action for action in actions if person.may(resource, action)}
        for resource, actions in RIGHTS.items()
    }


def menu(request: HttpRequest) -> tuple[Group, ...]:
    """Return the groups of the menu that hold something for this person."""
    groups: dict[str, list[Entry]] = {}
    for place, entry in _entries(request):
        groups.setdefault(str(place.group), []).append(entry)
    return tuple(Group(label, tuple(entries)) for label, entries in groups.items())


def dock(request: HttpRequest) -> tuple[Entry, ...]:
    """Return the few entries at the foot of a phone, the last one leading to all others."""
    found = _entries(request)
    first = [entry for place, entry in found if place.in_dock][:DOCK_SIZE]
    if len(first) < len(found):
        url = reverse("console:all")
        is_here = request.path == url or not any(entry.active for entry in first)
        label = pgettext("all pages", "全部")
        first.append(Entry(url=url, label=label, icon="layout-grid", active=is_here))
    return tuple(first)


def _entries(request: HttpRequest) -> list[tuple[Place, Entry]]:
    """Return what this person may open, made once for the menu and the dock of a page."""
    known: list[tuple[Place, Entry]] | None = getattr(request, "_menu_entries", None)
    if known is None:
        known = _entries_of(request)
        request._menu_entries = known  # type: ignore[attr-defined]
    return known


def _entries_of(request: HttpRequest) -> list[tuple[Place, Entry]]:
    person, known = staff_user(request), _addresses()
    here = max((url for _place, url in known if request.path.startswith(url)), key=len, default="")
    found = []
    for place, url in known:
        if not person.may(place.resource, "view"):
            continue
        is_here = url == here and (place.name != "home" or request.path == url)
        waiting = status_counts(request)[DisplayStatus.TO_SHIP] if place.name == "orders" else 0
        label = str(place.label)
        entry = Entry(url=url, label=label, icon=place.icon, active=is_here, count=waiting)
        found.append((place, entry))
    return found


@cache
def _addresses() -> tuple[tuple[Place, str], ...]:
    return tuple((place, reverse(f"console:{place.name}")) for place in PLACES)
