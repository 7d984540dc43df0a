"""Small addresses of the whole shop."""

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.accounts.calc import LEAST_CONTRAST, brand_tokens, contrast
from zhanggui.web import installable
from zhanggui.web.access import open_to_all
from zhanggui.web.storefront.caching import impersonal, page

YEAR = 365 * 24 * 3600
FILES = tuple(
    f"dist/{name}"
    for name in (
        "store.css",
        "theme.js",
        "htmx.min.js",
        "idiomorph-ext.min.js",
        "store.js",
        "icons-store.svg",
    )
)
_COLOUR = re.compile(r"[0-9a-f]{6}")
_CLOSED = ("/console/", "/pay/", "/o/", "/me/", "/cart/", "/checkout/", "/demo/", "/search/")


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language that the person chose, and go back to where they were."""
    target = request.POST.get("next", "")
    own = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, own, require_https=request.is_secure()):
        target = reverse("store:home")
    response = HttpResponseRedirect(target)
    chosen = request.POST.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


@open_to_all
@impersonal
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who runs the shop, when somebody answers, and how goods come back."""
    return page(request, "store/site/about.html", {})


@open_to_all
@require_safe
def brand(request: HttpRequest, colour: str) -> HttpResponse:
    """Send the colours that follow from a brand colour; its address says all, so it is kept."""
    if not _COLOUR.fullmatch(colour) or contrast(f"#{colour}", "#ffffff") < LEAST_CONTRAST:
        raise Http404
    light, dark = (
        ";".join(f"{name}:{value}" for name, value in tokens.items())
        for tokens in brand_tokens(f"#{colour}")
    )
    css = f':root,[data-theme="light"]{{{light}}}@media not print{{[data-theme="dark"]{{{dark}}}}}'
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable"}
    return HttpResponse(css, content_type="text/css", headers=headers)


@open_to_all
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker: it keeps the home and the products that were looked at."""
    face = installable.Face(
        name="store",
        home=reverse("store:home"),
        offline=reverse("store:offline"),
        files=FILES,
        kept=(reverse("store:home"),),
        below=("/p/",),
        never=("/console/", "/api/", "/pay/", settings.MEDIA_URL),
        most=30,
    )
    return installable.worker(face)


@open_to_all
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the shop's manifest."""
    shop = accounts.shop()
    return installable.manifest(
        name=shop.name,
        short=shop.name,
        home=reverse("store:home"),
        colour="#d8351d",
        shortcuts=[{"name": _("我的订单"), "url": reverse("store:me")}],
    )


@open_to_all
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what is shown instead of a page that is not known when the network is gone."""
    return render(request, "offline.html")


@open_to_all
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep robots out of what belongs to one person."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@open_to_all
@require_safe
def mp_verify(request: HttpRequest, code: str) -> HttpResponse:
    """Show WeChat that this domain is the account's: the file that it asks for holds its name."""
    if not code or code != settings.WECHAT["verify"]:
        raise Http404
    return HttpResponse(code, content_type="text/plain")


@open_to_all
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Answer browsers that ask for the old name."""
    return HttpResponseRedirect(static("favicon.svg"))
