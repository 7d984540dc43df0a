"""The console's pages of products: the list, the form, shelf and archive."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries, services
from zhanggui.catalog.types import CatalogRefused, ProductChanged, ProductEdit, Shelf
from zhanggui.core.text import TextRefused
from zhanggui.core.types import Refusal
from zhanggui.freight import services as freight
from zhanggui.freight.types import FreightRefused
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.products.attributes import asked_of
from zhanggui.web.console.products.forms import Editor, category_choices
from zhanggui.web.console.products.history import Act, changes_since
from zhanggui.web.console.products.pictures import add_pictures
from zhanggui.web.console.products.returning import back
from zhanggui.web.console.products.selling import selling, with_reasons

PAGE = 20


@require_GET
@allowed("products", "view")
def products(request: HttpRequest) -> HttpResponse:
    """List products with their tabs, category and search."""
    chosen = {name: request.GET.get(name, "") for name in ("q", "category", "shelf")}
    page = queries.admin_products(
        **chosen, cursor=request.GET.get("cursor", ""), limit=PAGE, now=timezone.now()
    )
    counts = queries.shelf_counts(q=chosen["q"], category=chosen["category"])
    template = "console/products/list.html" + ("#list" if _wants_part(request) else "")
    return render(
        request,
        template,
        {
            "items": with_reasons(page.items, now=timezone.now()),
            "page": page,
            "chosen": chosen,
            "tabs": _tabs(request, counts, chosen["shelf"]),
            "total": counts.get(chosen["shelf"], counts[""]),
            "categories": category_choices(),
            "may_edit": staff_user(request).may("products", "edit"),
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "POST"])
@allowed("products", "edit")
def product_new(request: HttpRequest) -> HttpResponse:
    """Show an empty product form, and make the product."""
    if request.method == "POST":
        return _answer(request, None)
    return _form(request, _opened(request, None))


@require_GET
@allowed("products", "view")
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product's form; who may not edit sees it locked."""
    return _form(request, _opened(request, _wanted(slug)))


@require_http_methods(["GET", "POST"])
@allowed("products", "edit")
def product_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Save a product, or show its form with rows generated or filled."""
    if request.method == "GET":
        return redirect("console:product", slug=slug)
    return _answer(request, _wanted(slug))


@require_POST
@allowed("products", "edit")
def product_shelf(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a product on or off the shelf."""
    return _shelve(request, [slug])


@require_POST
@allowed("products", "edit")
def products_shelf(request: HttpRequest) -> HttpResponse:
    """Put the chosen products on or off the shelf, all or none."""
    return _shelve(request, request.POST.getlist("slug")[: 2 * PAGE])


@require_POST
@allowed("products", "edit")
def product_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft like this product and open it."""
    found = queries.product_ids_of(slugs=[slug])
    if not found:
        raise Http404
    try:
        made = freight.copy_product(
            product_id=found[0], now=timezone.now(), actor=staff_actor(request)
        )
    except CatalogRefused as refusal:
        return back(request, "console:product", error=str(refusal), slug=slug)
    messages.success(request, _("已复制成草稿，改好再上架"))
    return redirect("console:product", slug=made.slug)


@require_POST
@allowed("products", "edit")
def product_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Archive a product, or bring it back."""
    found = queries.product_ids_of(slugs=[slug])
    if not found:
        raise Http404
    moment, actor = timezone.now(), staff_actor(request)
    if request.POST.get("action") != "restore":
        services.archive_product(product_id=found[0], now=moment, actor=actor)
        return back(request, "console:products", text=_("已归档，可以在「已归档」里恢复"))
    try:
        services.restore_product(product_id=found[0], now=moment, actor=actor)
    except CatalogRefused as refusal:
        return back(request, "console:products", error=str(refusal))
    return back(request, "console:products", text=_("已恢复，现在是下架状态"))


def _shelve(request: HttpRequest, slugs: list[str]) -> HttpResponse:
    found = queries.product_ids_of(slugs=slugs)
    if not found or request.POST.get("shelf") not in Shelf.values:
        raise Http404
    shelf = Shelf(request.POST["shelf"])
    done = {Shelf.ON: _("已上架"), Shelf.OFF: _("已下架"), Shelf.DRAFT: _("已转为草稿")}
    try:
        freight.set_shelf(
            product_ids=found, shelf=shelf, now=timezone.now(), actor=staff_actor(request)
        )
    except (CatalogRefused, FreightRefused) as refusal:
        return back(request, "console:products", error=str(refusal))
    return back(request, "console:products", text=done[shelf])


def _answer(request: HttpRequest, stored: ProductEdit | None) -> HttpResponse:
    """Do what the pressed button says with the form that was sent."""
    editor = Editor.posted(request.POST, product=stored, **_row_options(request, stored))
    action = request.POST.get("action", "save")
    try:
        if action in ("generate", "fill"):
            return _form(request, editor.changed(with_fill=action == "fill"))
        if not editor.is_valid():
            return _form(request, editor, status=422)
        saved = freight.save_product(
            product_id=stored.product_id if stored else None,
            wanted=editor.wanted(),
            template_id=editor.form.template_id(),
            currency=editor.row_options["currency"],
            revision=editor.form.cleaned_data["revision"],
            now=timezone.now(),
            actor=staff_actor(request),
        )
    except (CatalogRefused, FreightRefused, TextRefused) as refusal:
        editor.refuse(refusal)
        others = []
        if stored and isinstance(refusal, ProductChanged):
            since, now = editor.opened_at(), timezone.now()
            others = changes_since(request, stored, since=since) if since else []
            editor.go_on_from(stored, now=now)
        return _form(request, editor, refusal=refusal, others=others)
    for error in add_pictures(request, product_id=saved.product_id, name=saved.name):
        messages.error(request, error)
    messages.success(request, _("已保存"))
    return redirect("console:product", slug=saved.slug)


def _form(
    request: HttpRequest,
    editor: Editor,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
    others: Sequence[Act] = (),
) -> HttpResponse:
    may_edit = staff_user(request).may("products", "edit")
    stored = editor.product
    shown, rows = selling(stored, editor, now=timezone.now())
    context = {
        "editor": editor,
        "product": shown,
        "rows": rows,
        "may_see_stock": staff_user(request).may("stock", "view"),
        "is_conflict": isinstance(refusal, ProductChanged),
        "others": others,
        "currency": editor.row_options["currency"],
        "attributes": asked_of(stored) if stored else [],
        "is_locked": not may_edit or bool(stored and stored.archived),
        "may_edit": may_edit,
    }
    return render(
        request, "console/products/form.html", context, status=refusal.status if refusal else status
    )


def _opened(request: HttpRequest, stored: ProductEdit | None) -> Editor:
    return Editor.opened(product=stored, **_row_options(request, stored))


def _row_options(request: HttpRequest, stored: ProductEdit | None) -> dict[str, Any]:
    return {
        "currency": stored.currency if stored else accounts.shop().currency,
        "may_see_cost": staff_user(request).may("products", "see_cost"),
    }


def _wanted(slug: str) -> ProductEdit:
    found = queries.product_for_edit(slug=slug, now=timezone.now())
    if found is None:
        raise Http404
    return found


def _wants_part(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and not request.headers.get(
        "HX-History-Restore-Request"
    )


def _tabs(request: HttpRequest, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    labels = {
        "": pgettext("products", "全部"),
        Shelf.ON.value: pgettext("products", "上架"),
        Shelf.OFF.value: pgettext("products", "下架"),
        Shelf.DRAFT.value: pgettext("products", "草稿"),
        "archived": pgettext("products", "已归档"),
    }
    tabs = []
    for key, label in labels.items():
        params = request.GET.copy()
        params.pop("cursor", None)
        params["shelf"] = key
        if not key:
            del params["shelf"]
        tabs.append(
            {
                "url": f"?{params.urlencode()}",
                "label": label,
                "count": counts[key],
                "active": key == chosen,
            }
        )
    return tabs
