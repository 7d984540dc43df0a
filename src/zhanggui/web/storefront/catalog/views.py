"""Pages for looking around: the same bytes for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhanggui.catalog import queries as catalog
from zhanggui.catalog.types import CardPage, Sort
from zhanggui.core.text import TextRefused, clean_text
from zhanggui.inventory.types import FEW
from zhanggui.web.access import open_to_all
from zhanggui.web.storefront.caching import impersonal, page
from zhanggui.web.storefront.catalog import filtering, reading
from zhanggui.web.storefront.catalog import product as products

FEED, PAGE = 12, 24
QUERY_LENGTH = 60


@open_to_all
@impersonal
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The shop's front: categories, what sells, what is new."""
    now = timezone.now()
    new = catalog.listing(now=now, limit=FEED)
    hot, feed = reading.shown_cards(reading.best_sellers(now=now), new.items)
    tree = reading.shown_categories(catalog.category_tree(now=now), now=now)
    values = {
        "categories": reading.entries(tree, most=10),
        "hot": hot,
        "feed": feed,
        "hero": (hot or feed)[:1],
    }
    return page(request, "store/catalog/home.html", values)


@open_to_all
@impersonal
@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """All categories with those below them."""
    now = timezone.now()
    shown = reading.shown_categories(catalog.category_tree(now=now), now=now)
    return page(request, "store/catalog/categories.html", {"categories": shown})


@open_to_all
@impersonal
@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One category with all below it."""
    now = timezone.now()
    tree = catalog.category_tree(now=now)
    row, node = catalog.category_by_slug(slug=slug), reading.node_of(tree, slug)
    if row is None or node is None:
        return _moved(slug)
    sort = _sort(request)
    cursor = request.GET.get("cursor", "")
    chosen = catalog.chosen_of(request.GET.get(filtering.PARAMETER, ""))
    facets = catalog.facets(category_slug=slug, chosen=chosen, now=now)
    chosen = {facet.key: chosen[facet.key] for facet in facets if facet.key in chosen}
    found = catalog.listing(
        category_slug=slug, cursor=cursor, limit=PAGE, sort=sort, chosen=chosen, now=now
    )
    (cards,) = reading.shown_cards(found.items)
    return _list(
        request,
        "category",
        {
            "category": node,
            "trail": [(one.name, one.slug) for one in catalog.category_trail(category=row)],
            "children": [child for child in node.children if child.count],
            "tabs": _tabs(request, sort, first=_("新品")),
            "cards": cards,
            "next": found.next,
            "filters": filtering.filters(facets, chosen, request.GET),
            "chosen": sum(map(len, chosen.values())),
        },
    )


def _moved(slug: str) -> HttpResponse:
    """Lead old links to the address that the category has now."""
    now_at = catalog.category_of_old_slug(slug=slug)
    if now_at is None:
        raise Http404
    return redirect("store:category", now_at.slug, permanent=True)


@open_to_all
@impersonal
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the one search box finds; where it finds nothing, what else there is."""
    now, sort, query = timezone.now(), _sort(request), _query(request)
    cursor = request.GET.get("cursor", "")
    found = CardPage(items=(), next="")
    if query:
        found = catalog.listing(query=query, cursor=cursor, limit=PAGE, sort=sort, now=now)
    hot = [] if found.items else reading.best_sellers(now=now)
    cards, hot_cards = reading.shown_cards(found.items, hot)
    tree = [] if cards else catalog.category_tree(now=now)
    return _list(
        request,
        "search",
        {
            "query": query,
            "tabs": _tabs(request, sort, first=_("综合")),
            "cards": cards,
            "next": found.next,
            "hot": hot_cards,
            "categories": [node for node in tree if node.count],
        },
    )


@open_to_all
@impersonal
@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product, ready to be put into the basket or bought."""
    now = timezone.now()
    shown = products.shown_product(slug=slug, wanted=request.GET, now=now)
    if shown is None:
        raise Http404
    problem = products.PROBLEMS.get(request.GET.get("why", ""), "")
    values = {"product": shown, "page": shown.page, "problem": problem, "few": FEW}
    return page(request, "store/catalog/product.html", values)


def _query(request: HttpRequest) -> str:
    """Return the cleaned words; what no text can hold finds nothing."""
    try:
        return clean_text(request.GET.get("q", "")[:QUERY_LENGTH], max_length=QUERY_LENGTH * 4)
    except TextRefused:
        return ""


def _sort(request: HttpRequest) -> Sort:
    asked = request.GET.get("sort", "")
    return Sort(asked) if asked in Sort.values else Sort.NEWEST


def _tabs(request: HttpRequest, sort: Sort, *, first: str) -> list[dict[str, object]]:
    labels = {
        Sort.NEWEST: first,
        Sort.CHEAPEST: _("价格从低到高"),
        Sort.DEAREST: _("价格从高到低"),
    }
    params = request.GET.copy()
    params.pop("cursor", None)
    tabs: list[dict[str, object]] = []
    for each, label in labels.items():
        params["sort"] = each.value
        tabs.append({"url": f"?{params.urlencode()}", "label": label, "active": each == sort})
    return tabs


def _list(request: HttpRequest, name: str, values: dict[str, object]) -> HttpResponse:
    """Render a list, or only its next page where a script appends it."""
    is_more = request.headers.get("HX-Request") == "true" and "cursor" in request.GET
    template = f"store/catalog/{name}.html" + ("#more" if is_more else "")
    return page(request, template, values)
