"""The console's page of categories."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhanggui.catalog import queries, services
from zhanggui.catalog.types import CatalogRefused, CategoryNode
from zhanggui.core.text import TextRefused
from zhanggui.web.access import allowed, staff_actor, staff_by, staff_user
from zhanggui.web.console.products.forms import CategoryForm
from zhanggui.web.console.products.returning import back


@require_GET
@allowed("products", "view")
def listing(request: HttpRequest) -> HttpResponse:
    """Show the tree with the number of products that shoppers see in each."""
    return _page(request, CategoryForm())


@require_POST
@allowed("products", "edit")
def create(request: HttpRequest) -> HttpResponse:
    """Make a category."""
    return _saved(request, CategoryForm(request.POST), category_id=None)


@require_http_methods(["GET", "POST"])
@allowed("products", "edit")
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Rename or move a category."""
    category = queries.category_by_slug(slug=slug)
    if category is None:
        raise Http404
    if request.method == "POST":
        form = CategoryForm(request.POST, without=slug)
        return _saved(request, form, category_id=category.pk, slug=slug)
    trail = queries.category_trail(category=category)
    start = {
        "name": category.name,
        "slug": category.slug,
        "position": category.position,
        "parent": trail[-2].slug if len(trail) > 1 else "",
    }
    return _page(request, CategoryForm(initial=start, without=slug), slug=slug)


@require_POST
@allowed("products", "edit")
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a category at another place: among its own, or among those of another parent."""
    rows = {row.slug: row for row in queries.all_categories()}
    parent, at = request.POST.get("parent", ""), request.POST.get("at", "")
    if slug not in rows or (parent and parent not in rows) or not at.isdecimal() or len(at) > 4:
        raise Http404
    try:
        services.place_category(
            category_id=rows[slug].pk,
            parent_id=rows[parent].pk if parent else None,
            at=int(at),
            now=timezone.now(),
            actor=staff_actor(request),
        )
    except CatalogRefused as refusal:
        return back(request, "console:categories", error=str(refusal))
    return back(request, "console:categories", text=_("已移动"))


@require_POST
@allowed("products", "edit")
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Archive an empty category, or bring one back."""
    rows = {row.slug: row for row in queries.all_categories(with_archived=True)}
    if slug not in rows:
        raise Http404
    try:
        if request.POST.get("action") == "restore":
            services.restore_category(
                category_id=rows[slug].pk, by=staff_by(request, timezone.now())
            )
            return back(request, "console:categories", text=_("已恢复"))
        services.archive_category(
            category_id=rows[slug].pk, now=timezone.now(), actor=staff_actor(request)
        )
    except CatalogRefused as refusal:
        return back(request, "console:categories", error=str(refusal))
    return back(request, "console:categories", text=_("已归档"))


def _saved(
    request: HttpRequest, form: CategoryForm, *, category_id: int | None, slug: str = ""
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, slug=slug, status=422)
    data = form.cleaned_data
    parent = queries.category_by_slug(slug=data["parent"]) if data["parent"] else None
    try:
        services.save_category(
            category_id=category_id,
            name=data["name"],
            slug=data["slug"],
            parent_id=parent.pk if parent else None,
            position=data["position"],
            now=timezone.now(),
            actor=staff_actor(request),
        )
    except (CatalogRefused, TextRefused) as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, str(refusal))
        return _page(request, form, slug=slug, status=422)
    return back(request, "console:categories", text=_("已保存"))


def _page(
    request: HttpRequest, form: CategoryForm, *, slug: str = "", status: int = 200
) -> HttpResponse:
    everything = queries.all_categories(with_archived=True)
    context: dict[str, Any] = {
        "form": form,
        "slug": slug,
        "nodes": _flat(queries.category_tree(now=timezone.now())),
        "archived": [row for row in everything if row.archived_at],
        "may_edit": staff_user(request).may("products", "edit"),
    }
    return render(request, "console/products/categories.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Branch:
    """A row of the tree with its place among those of its parent."""

    node: CategoryNode
    parent: str
    at: int
    is_last: bool


def _flat(nodes: tuple[CategoryNode, ...], parent: str = "") -> list[Branch]:
    return [
        row
        for at, node in enumerate(nodes)
        for row in (
            Branch(node, parent, at, at == len(nodes) - 1),
            *_flat(node.children, node.slug),
        )
    ]
