"""What makes the console installable and readable without a network."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.orders.types import DisplayStatus
from zhanggui.web import installable
from zhanggui.web.access import open_to_all

# dist/theme.js and the rest are what every page of the console loads
FILES = tuple(
    f"dist/{name}"
    for name in (
        "console.css",
        "theme.js",
        "htmx.min.js",
        "idiomorph-ext.min.js",
        "console.js",
        "icons-console.svg",
    )
)


@open_to_all
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker: it keeps the home and the order list, whose data is masked."""
    orders = reverse("console:orders")
    login = reverse("console:login")
    face = installable.Face(
        name="console",
        home=reverse("console:home"),
        offline=reverse("console:offline"),
        files=FILES,
        kept=(reverse("console:home"), orders, f"{orders}?status={DisplayStatus.TO_SHIP}"),
        never=(login, reverse("console:pulse")),
        closing=(login, reverse("console:logout"), reverse("console:join", args=["x"])[:-2]),
    )
    return installable.worker(face)


@open_to_all
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the console's manifest, with the shop's name and the ways that are short."""
    shop, orders = accounts.shop(), reverse("console:orders")
    waiting = pgettext("order", "待发货")
    return installable.manifest(
        name=_("%(shop)s · 后台") % {"shop": shop.name},
        short=shop.name,
        home=reverse("console:home"),
        colour="#3350cf",
        shortcuts=[
            {"name": waiting, "url": f"{orders}?status={DisplayStatus.TO_SHIP}"},
            {"name": _("库存"), "url": reverse("console:stock")},
        ],
    )


@open_to_all
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what is shown instead of a page that is not known when the network is gone."""
    return render(request, "offline.html")
