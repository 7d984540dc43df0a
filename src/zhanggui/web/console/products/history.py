"""The history of a product: who changed which field when, and bringing a value back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.catalog import queries
from zhanggui.catalog.types import ChangeView, ProductEdit, ProductInput, Shelf, SkuInput
from zhanggui.core.types import ActorType, Refusal
from zhanggui.freight import queries as freight_queries
from zhanggui.freight import services as freight
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.pages import page
from zhanggui.web.console.products.returning import back
from zhanggui.web.formats import moment_text, money_parts

PAGE = 100  # changed fields
_LABELS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("商品名称"),
    "slug": gettext_lazy("网址名"),
    "subtitle": gettext_lazy("副标题"),
    "description": gettext_lazy("商品详情"),
    "category_id": gettext_lazy("类目"),
    "shelf": gettext_lazy("状态"),
    "on_at": gettext_lazy("定时上架"),
    "off_at": gettext_lazy("定时下架"),
    "leaves_when_sold_out": gettext_lazy("售罄自动下架，到货自动上架"),
    "attribute": gettext_lazy("属性"),
    "options": gettext_lazy("规格项"),
    "code": gettext_lazy("规格编码"),
    "option_key": gettext_lazy("规格值"),
    "price_minor": gettext_lazy("售价"),
    "market_price_minor": gettext_lazy("划线价"),
    "cost_price_minor": gettext_lazy("成本价"),
    "timed_price_minor": gettext_lazy("定时价"),
    "timed_from": gettext_lazy("定时价开始"),
    "timed_until": gettext_lazy("定时价结束"),
    "barcode": gettext_lazy("条码"),
    "weight_grams": gettext_lazy("重量（克）"),
    "volume_cm3": gettext_lazy("体积（cm³）"),
}
_OF_PRODUCT = (
    *("name", "subtitle", "description", "category_id"),
    *("shelf", "on_at", "off_at", "leaves_when_sold_out"),
)
_OF_SKU = (
    *("price_minor", "market_price_minor", "cost_price_minor"),
    *("barcode", "weight_grams", "volume_cm3"),
)
_MOMENTS = ("on_at", "off_at", "timed_from", "timed_until")
_SWITCHES = ("leaves_when_sold_out",)
_VIA = {
    "bulk": pgettext_lazy("history", "批量修改"),
    "undo": pgettext_lazy("history", "撤销批量修改"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One changed field, in words."""

    change: ChangeView
    label: str
    old: str
    new: str
    may_restore: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one person changed at one moment."""

    at: datetime
    actor: str
    via: str | Promise
    lines: list[Line]


@require_safe
@allowed("products", "view")
def product_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what changed of a product, newest first."""
    product = _product(slug)
    at = _page_number(request)
    found = queries.product_history(
        product_id=product.product_id,
        with_costs=staff_user(request).may("products", "see_cost"),
        start=(at - 1) * PAGE,
        limit=PAGE + 1,
    )
    may_edit = staff_user(request).may("products", "edit") and not product.archived
    context = {
        "product": product,
        "acts": _acts(found[:PAGE], product, may_edit=may_edit),
        "previous": at - 1,
        "next": at + 1 if len(found) > PAGE else 0,
    }
    return page(request, "console/products/history.html", context)


@require_POST
@allowed("products", "edit")
def product_restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a field the value again that it had before one change."""
    product = _product(slug)
    change = _named(request, product)
    wanted = _with_old(product, change) if change else None
    if wanted is None:
        raise Http404
    own = freight_queries.own_template(product_id=product.product_id)
    home = {"slug": product.slug}
    try:
        freight.save_product(
            product_id=product.product_id,
            wanted=wanted,
            template_id=own.template_id if own else None,
            currency=product.currency,
            revision=product.revision,
            now=timezone.now(),
            actor=staff_actor(request),
        )
    except Refusal as refusal:
        return back(request, "console:product_history", error=str(refusal), **home)
    return back(request, "console:product_history", text=_("已恢复成之前的值"), **home)


def changes_since(request: HttpRequest, product: ProductEdit, *, since: datetime) -> list[Act]:
    """Return what was changed of a product after a moment, newest first."""
    found = queries.product_history(
        product_id=product.product_id,
        with_costs=staff_user(request).may("products", "see_cost"),
        limit=PAGE,
    )
    return _acts([one for one in found if one.at > since], product, may_edit=False)


def _product(slug: str) -> ProductEdit:
    product = queries.product_for_edit(slug=slug, now=timezone.now())
    if product is None:
        raise Http404
    return product


def _page_number(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    return int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1


def _named(request: HttpRequest, product: ProductEdit) -> ChangeView | None:
    """Return the change that the form names by moment, field and SKU."""
    at, field = request.POST.get("at", ""), request.POST.get("field", "")
    if field not in (*_OF_PRODUCT, *_OF_SKU):
        return None
    found = queries.product_history(
        product_id=product.product_id,
        with_costs=staff_user(request).may("products", "see_cost"),
        start=(_page_number(request) - 1) * PAGE,
        limit=PAGE * 2,  # a new change may have moved it on
    )
    code = request.POST.get("sku", "")
    return next(
        (c for c in found if (c.at.isoformat(), c.field, c.sku_code) == (at, field, code)), None
    )


def _with_old(product: ProductEdit, change: ChangeView) -> ProductInput | None:
    """Return the product with the value from before a change, None where its SKU is gone."""
    old: Any = change.old
    if change.field in _MOMENTS and old:
        old = datetime.fromisoformat(old)
    skus = product.skus
    if change.field in _OF_SKU:
        if change.sku_code not in {sku.code for sku in skus}:
            return None
        skus = tuple(
            _sku_with(sku, change.field, old) if sku.code == change.sku_code else sku
            for sku in skus
        )
    categories = {row.slug: row.pk for row in queries.all_categories()}
    wanted = ProductInput(
        name=product.name,
        slug=product.slug,
        subtitle=product.subtitle,
        description=product.description,
        category_id=categories.get(product.category_slug, 0),
        shelf=product.shelf,
        on_at=product.on_at,
        off_at=product.off_at,
        options=product.options,
        skus=skus,
        leaves_when_sold_out=product.leaves_when_sold_out,
    )
    if change.field not in _OF_PRODUCT:
        return wanted
    restored: dict[str, Any] = {change.field: Shelf(old) if change.field == "shelf" else old}
    return replace(wanted, **restored)


def _sku_with(sku: SkuInput, field: str, old: Any) -> SkuInput:
    return replace(sku, **{field: old})


def _acts(changes: Sequence[ChangeView], product: ProductEdit, *, may_edit: bool) -> list[Act]:
    staff = {c.actor_id for c in changes if c.actor_type == ActorType.STAFF and c.actor_id}
    people = accounts.user_names(user_ids=staff) if staff else {}
    categories = {row.pk: row.name for row in queries.all_categories(with_archived=True)}
    live = {sku.code for sku in product.skus}
    say = _sayer(product.currency, categories)
    return [
        Act(
            at=at,
            actor=_actor(actor_type, actor_id, people),
            via=_VIA.get(via, ""),
            lines=[_line(one, say, live, may_edit=may_edit) for one in group],
        )
        for (at, actor_type, actor_id, via), group in groupby(
            changes, key=lambda one: (one.at, one.actor_type, one.actor_id, one.via)
        )
    ]


def _actor(kind: str, actor_id: int | None, people: Mapping[int, str]) -> str:
    if kind == ActorType.STAFF:
        return people.get(actor_id or 0, _("员工"))
    return pgettext("actor", "接口") if kind == ActorType.API else pgettext("actor", "系统")


def _line(
    change: ChangeView, say: Callable[[str, Any], str], live: set[str], *, may_edit: bool
) -> Line:
    may = change.field in _OF_PRODUCT or (change.field in _OF_SKU and change.sku_code in live)
    may = may and not (change.old is None and change.field in ("price_minor", "weight_grams"))
    return Line(
        change=change,
        label=str(_LABELS.get(change.field, "")) or _whole(change),
        old=say(change.field, change.old),
        new=say(change.field, change.new),
        may_restore=may and may_edit,
    )


def _whole(change: ChangeView) -> str:
    """Say what happened to a product or SKU as a whole."""
    if change.field == "is_sold_out":
        return _("售罄，自动下架") if change.new else _("到货，自动上架")
    if change.field == "created":
        return _("新增规格") if change.sku_code else _("新建商品")
    if change.sku_code:
        return _("停用规格") if change.new else _("恢复规格")
    return _("归档") if change.new else _("恢复")


def _sayer(currency: str, categories: Mapping[int, str]) -> Callable[[str, Any], str]:
    """Return what puts the value of a field into words."""

    def say(field: str, value: Any) -> str:
        if value is None or field in ("created", "archived", "is_sold_out"):
            return ""
        if field.endswith("price_minor"):
            return str(money_parts(value, currency))
        if field in _MOMENTS:
            return moment_text(datetime.fromisoformat(value), now=timezone.now())
        if field == "shelf":
            return str(Shelf(value).label)
        if field == "category_id":
            return categories.get(value, "")
        if field in _SWITCHES:
            return pgettext("switch", "开") if value else pgettext("switch", "关")
        if field == "options":
            return _("；").join(_options(value))
        return Truncator(strip_tags(str(value))).chars(120)

    return say


def _options(value: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for option in value:
        yield f"{option['name']}：{'、'.join(option['values'])}"
