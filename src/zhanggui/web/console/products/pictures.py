"""The pictures of a product: sent, described, ordered, tied to a SKU, taken away."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhanggui.catalog import queries, services
from zhanggui.catalog.types import CatalogRefused, EditPicture, ProductEdit
from zhanggui.core.text import TextRefused
from zhanggui.core.types import By
from zhanggui.web.access import allowed, staff_actor, staff_by


@require_POST
@allowed("products", "edit")
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Add the pictures that were sent, or do what the pressed button says with one of them."""
    product = queries.product_for_edit(slug=slug, now=timezone.now())
    if product is None or product.archived:
        raise Http404
    errors = list(add_pictures(request, product_id=product.product_id, name=product.name))
    action, _sep, key = request.POST.get("action", "").partition(":")
    try:
        _act(product, action, key, request)
    except (CatalogRefused, TextRefused) as refusal:
        errors.append(str(refusal))
    if request.headers.get("HX-Request"):
        product = queries.product_for_edit(slug=slug, now=timezone.now())
        context = {"product": product, "picture_errors": errors, "may_edit": True}
        status = 422 if errors else 200
        return render(request, "console/products/form.html#pictures", context, status=status)
    for error in errors:
        messages.error(request, error)
    return redirect("console:product", slug=slug)


def add_pictures(request: HttpRequest, *, product_id: int, name: str) -> Iterator[str]:
    """Add the picture files of a request, each by itself; yield what went wrong."""
    for file in request.FILES.getlist("pictures"):
        try:
            services.add_picture(
                product_id=product_id,
                content=file.read(),
                alt=name,
                now=timezone.now(),
                actor=staff_actor(request),
            )
        except CatalogRefused as refusal:
            yield _("%(file)s：%(reason)s") % {"file": file.name, "reason": refusal}


def _act(product: ProductEdit, action: str, key: str, request: HttpRequest) -> None:
    """Save what was typed, then do what the button says. A button of a picture that somebody
    else just took away does nothing.
    """
    by = staff_by(request, timezone.now())
    for picture in product.pictures:
        alt = request.POST.get(f"alt:{picture.key}")
        if alt is not None and alt != picture.view.alt:
            services.describe_picture(picture_id=picture.picture_id, alt=alt, by=by)
    keys = [picture.key for picture in product.pictures]
    if key not in keys:
        return
    picture, at = product.pictures[keys.index(key)], keys.index(key)
    if action == "remove":
        services.archive_picture(picture_id=picture.picture_id, now=by.at, actor=by.actor)
    elif action in ("earlier", "later"):
        _move(product, at, at - 1 if action == "earlier" else at + 1, by)
    elif action == "sku":
        _tie(product, picture, request.POST.get(f"sku:{key}", ""), by)


def _move(product: ProductEdit, at: int, to: int, by: By) -> None:
    order = [picture.picture_id for picture in product.pictures]
    order.insert(max(to, 0), order.pop(at))
    services.order_pictures(
        product_id=product.product_id, picture_ids=order, now=by.at, actor=by.actor
    )


def _tie(product: ProductEdit, picture: EditPicture, code: str, by: By) -> None:
    """Show one SKU with this picture, or none where nothing is chosen."""
    ids = dict(zip((sku.code for sku in product.skus), product.sku_ids, strict=True))
    for other in picture.sku_codes:
        if other != code:
            services.set_sku_picture(sku_id=ids[other], picture_id=None, by=by)
    if code in ids:
        services.set_sku_picture(sku_id=ids[code], picture_id=picture.picture_id, by=by)
