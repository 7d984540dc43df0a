"""The console's pages of attributes: those of a category, and the values of a product."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhanggui.catalog import queries, services
from zhanggui.catalog.types import AttributeKind, AttributeView, CatalogRefused, ProductEdit
from zhanggui.core.text import TextRefused
from zhanggui.core.types import By
from zhanggui.web.access import allowed, staff_actor, staff_by
from zhanggui.web.console.pages import page
from zhanggui.web.console.products.returning import back
from zhanggui.web.forms import CleanCharField

PREFIX = "attr:"


class AttributeForm(forms.Form):
    """One attribute."""

    key = CleanCharField(max_length=40, required=False, widget=forms.HiddenInput)
    name = CleanCharField(label=gettext_lazy("属性名称"), max_length=30)
    kind = forms.ChoiceField(label=gettext_lazy("填法"), choices=AttributeKind.choices)
    values = CleanCharField(
        label=gettext_lazy("可选的值，一行一个"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("只有「从几个值里选」才要填。"),
    )
    unit = CleanCharField(label=gettext_lazy("单位"), max_length=10, required=False)
    is_facet = forms.BooleanField(
        label=gettext_lazy("顾客可以按它筛选"), required=False, initial=True
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """An attribute as the product page asks for it."""

    attribute: AttributeView
    name: str
    values: tuple[str, ...]

    @property
    def choices(self) -> list[tuple[str, bool]]:
        """Return each possible value, and whether the product has it."""
        return [(value, value in self.values) for value in self.attribute.values]

    @property
    def text(self) -> str:
        """Return the one value of a number or text."""
        return next(iter(self.values), "")


def asked_of(product: ProductEdit) -> list[Asked]:
    """Return the attributes that a product's category asks for, with what it has of them."""
    category = queries.category_by_slug(slug=product.category_slug)
    if category is None:
        return []
    known = queries.attributes_of(category=category)
    has = queries.product_values(product_id=product.product_id) if known else {}
    return [Asked(one, f"{PREFIX}{one.key}", tuple(has.get(one.attribute_id, ()))) for one in known]


@require_POST
@allowed("products", "edit")
def product_attributes(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the values of a product."""
    product = queries.product_for_edit(slug=slug, now=timezone.now())
    if product is None or product.archived:
        raise Http404
    wanted = {one.attribute.key: request.POST.getlist(one.name) for one in asked_of(product)}
    try:
        services.set_attributes(
            product_id=product.product_id,
            values=wanted,
            now=timezone.now(),
            actor=staff_actor(request),
        )
    except (CatalogRefused, TextRefused) as refusal:
        return back(request, "console:product", error=str(refusal), slug=slug)
    return back(request, "console:product", text=_("属性已保存"), slug=slug)


@require_http_methods(["GET", "POST"])
@allowed("products", "edit")
def category_attributes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the attributes of a category; make, change or archive one."""
    category = queries.category_by_slug(slug=slug)
    if category is None:
        raise Http404
    known = queries.attributes_of(category=category)
    own = {one.key: one for one in known if one.category_id == category.pk}
    if request.method == "GET":
        edited = own.get(request.GET.get("edit", ""))
        form = AttributeForm(initial=_start(edited) if edited else None)
        return _page(request, category, known, form, edited=edited)
    key = request.POST.get("key", "")
    if key and key not in own:
        raise Http404
    if key and request.POST.get("action") == "archive":
        services.archive_attribute(key=key, by=staff_by(request, timezone.now()))
        return back(request, "console:category_attributes", text=_("已归档"), slug=slug)
    edited = own.get(key)
    data = request.POST.copy()
    data["kind"] = edited.kind.value if edited else data.get("kind", "")
    form = AttributeForm(data)
    if form.is_valid() and _saved(form, category.pk, staff_by(request, timezone.now())):
        return back(request, "console:category_attributes", text=_("已保存"), slug=slug)
    return _page(request, category, known, form, edited=edited, status=422)


def _saved(form: AttributeForm, category_id: int, by: By) -> bool:
    data = form.cleaned_data
    try:
        services.save_attribute(
            category_id=category_id,
            key=data["key"],
            name=data["name"],
            kind=AttributeKind(data["kind"]),
            values=data["values"].splitlines(),
            unit=data["unit"],
            is_facet=data["is_facet"],
            by=by,
        )
    except (CatalogRefused, TextRefused) as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    return True


def _start(one: AttributeView) -> dict[str, Any]:
    names = ("key", "name", "kind", "unit", "is_facet")
    return {name: getattr(one, name) for name in names} | {"values": "\n".join(one.values)}


def _page(
    request: HttpRequest,
    category: Any,
    known: list[AttributeView],
    form: AttributeForm,
    *,
    edited: AttributeView | None,
    status: int = 200,
) -> HttpResponse:
    names = {row.pk: row.name for row in queries.all_categories()}
    context = {
        "category": category,
        "own": [one for one in known if one.category_id == category.pk],
        "above": [
            (one, names.get(one.category_id, "")) for one in known if one.category_id != category.pk
        ],
        "form": form,
        "edited": edited,
    }
    return page(request, "console/products/attributes.html", context, status=status)
