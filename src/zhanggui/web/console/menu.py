"""The menu, the dock and their counters: what this person may open, and nothing else."""

from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

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
    key: str = ""  # pressed after "g" it leads there


TRADE, GOODS, SETTINGS = _("交易"), _("货品"), _("设置")
PLACES = (
    Place(name="home", label=_("首页"), icon="home", resource="home", in_dock=True, key="h"),
    Place(
        name="orders",
        label=_("订单"),
        icon="clipboard-list",
        resource="orders",
        group=TRADE,
        in_dock=True,
        key="o",
    ),
    Place(
        name="products",
        label=_("商品"),
        icon="package",
        resource="products",
        group=GOODS,
        in_dock=True,
        key="p",
    ),
    Place(
        name="categories",
        label=pgettext_lazy("page", "类目"),
        icon="category",
        resource="products",
        group=GOODS,
    ),
    Place(
        name="stock",
        label=_("库存"),
        icon="building-warehouse",
        resource="stock",
        group=GOODS,
        in_dock=True,
        key="s",
    ),
    Place(name="transfers", label=_("调拨"), icon="arrows-exchange", resource="stock", group=GOODS),
    Place(
        name="stock_check",
        label=_("库存核对"),
        icon="checklist",
        resource="stock",
        group=GOODS,
    ),
    Place(name="freight", label=_("运费"), icon="truck", resource="freight", group=GOODS),
    Place(name="imports", label=_("导入"), icon="upload", resource="imports", group=SETTINGS),
    Place(name="exports", label=_("导出"), icon="download", resource="exports", group=SETTINGS),
    Place(
        name="settings",
        label=_("店铺设置"),
        icon="settings",
        resource="settings",
        group=SETTINGS,
    ),
    Place(name="staff", label=_("员工"), icon="users", resource="staff", group=SETTINGS),
    Place(name="roles", label=_("角色"), icon="user-shield", resource="staff", group=SETTINGS),
    Place(name="api_keys", label=_("API 密钥"), icon="key", resource="staff", group=SETTINGS),
    Place(name="jobs", label=_("任务"), icon="list-check", resource="jobs", group=SETTINGS),
    Place(name="audit", label=_("操作日志"), icon="history", resource="audit", group=SETTINGS),
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
    is_live: bool = False  # open pages change the count when an order is paid
    raised: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    label: str
    entries: tuple[Entry, ...]


def status_counts(request: HttpRequest) -> dict[str, int]:
    """Return the orders under each label, read once for menu, tabs and tiles of a page."""
    known: dict[str, int] | None = getattr(request, "_status_counts", None)
    if known is None:
        known = orders.status_counts(within=staff_user(request).warehouse_ids)
        request._status_counts = known  # type: ignore[attr-defined]
    return known


def context(request: HttpRequest) -> dict[str, Any]:
    """Give console pages `menu`, `dock` and `may`, read only where a template asks for them."""
    match = request.resolver_match
    if match is None or match.namespaces[:1] != ["console"]:
        return {}
    if not getattr(getattr(request, "user", None), "is_staff", False):
        return {}
    return {
        "menu": partial(menu, request),
        "dock": partial(dock, request),
        "keys": partial(keys, staff_user(request)),
        "pulse_url": _pulse_url(staff_user(request)),
        "may": SimpleLazyObject(lambda: rights(staff_user(request))),
    }


def _pulse_url(person: Holder) -> str:
    """Return where open pages ask for new orders, "" for who may not see them."""
    return reverse("console:pulse") if person.may("orders", "view") else ""


# Keys that act on what a page shows, and the right without which no page shows it
_KEYS = {
    "list": ("orders", "view"),
    "print": ("orders", "view"),
    "ship": ("orders", "ship"),
    "refund": ("payments", "refund"),
    "choose": ("products", "edit"),
    "new": ("products", "edit"),
}


def keys(person: Holder) -> frozenset[str]:
    """Return which of the keys that act on what a page shows can do something for this person."""
    found = {name for name, right in _KEYS.items() if person.may(*right)}
    if person.may("stock", "view") or person.may("products", "view"):
        found.add("list")
    return frozenset(found)


def rights(person: Holder) -> dict[str, set[str]]:
    """Return the person's rights by resource, for templates: `{% if "ship" in may.orders %}`."""
    return {
        resource: {action for action in actions if person.may(resource, action)}
        for resource, actions in RIGHTS.items()
    }


def menu(request: HttpRequest) -> tuple[Group, ...]:
    """Return the groups of the menu that hold something for this person."""
    return _shown(request).menu


def dock(request: HttpRequest) -> tuple[Entry, ...]:
    """Return the few entries at the foot of a phone, the last one leading to all others."""
    return _shown(request).dock


def _shown(request: HttpRequest) -> "_Shown":
    person = staff_user(request)
    names = tuple(place.name for place in PLACES if person.may(place.resource, "view"))
    known = _addresses()
    path = request.path
    here = max((url for url in known.values() if path.startswith(url)), key=len, default="")
    waiting = status_counts(request)[DisplayStatus.TO_SHIP] if "orders" in names else 0
    is_all = path == _all_pages()
    return _made(get_language(), names, here, path == here, is_all, waiting)


@dataclass(frozen=True, slots=True)
class _Shown:
    menu: tuple[Group, ...]
    dock: tuple[Entry, ...]


@lru_cache(maxsize=200)
def _made(
    language: str | None,
    names: tuple[str, ...],
    here: str,
    is_exact: bool,
    is_all: bool,
    waiting: int,
) -> _Shown:
    """Make the entries of a page, which are the same on most pages that a person opens."""
    groups: dict[str, list[Entry]] = {}
    first = []
    for place in PLACES:
        if place.name not in names:
            continue
        url = _addresses()[place.name]
        entry = Entry(
            url=url,
            label=str(place.label),
            icon=place.icon,
            active=url == here and (place.name != "home" or is_exact),
            count=waiting if place.name == "orders" else 0,
            is_live=place.name == "orders",
            key=place.key,
        )
        groups.setdefault(str(place.group), []).append(entry)
        if place.in_dock:
            first.append(entry)
    del first[DOCK_SIZE:]
    if len(first) < len(names):
        is_here = is_all or not any(entry.active for entry in first)
        label = pgettext("all pages", "全部")
        first.append(Entry(url=_all_pages(), label=label, icon="layout-grid", active=is_here))
    shown = tuple(Group(label, tuple(entries)) for label, entries in groups.items())
    return _Shown(shown, tuple(first))


@cache
def _addresses() -> dict[str, str]:
    return {place.name: reverse(f"console:{place.name}") for place in PLACES}


@cache
def _all_pages() -> str:
    return reverse("console:all")
