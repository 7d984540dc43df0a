"""The product form: texts, category, shelf and schedule, with the SKU matrix below."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import queries
from zhanggui.catalog.types import (
    MAX_OPTIONS,
    MAX_SKUS,
    CatalogRefused,
    OptionInput,
    ProductEdit,
    ProductInput,
    Shelf,
    SkuInput,
)
from zhanggui.core.text import TextRefused
from zhanggui.freight import queries as freight
from zhanggui.freight.types import FreightRefused, FreightTemplateView, WeightMissing
from zhanggui.web.console.products import matrix
from zhanggui.web.forms import EARLIEST, LATEST, CleanCharField, ShopMomentField


def category_choices() -> list[tuple[str, str]]:
    """Return the categories as a tree for a select: slug → name, indented."""
    rows = queries.all_categories()
    by_parent: dict[int | None, list[tuple[int, str, str]]] = {}
    for row in rows:
        by_parent.setdefault(row.parent_id, []).append((row.pk, row.slug, row.name))

    def below(parent_id: int | None, depth: int) -> list[tuple[str, str]]:
        choices: list[tuple[str, str]] = []
        for pk, slug, name in by_parent.get(parent_id, []):
            choices += [(slug, "\u3000" * depth + name), *below(pk, depth + 1)]
        return choices

    return below(None, 0)


def freight_choices(
    templates: Iterable[FreightTemplateView],
) -> list[tuple[str, str | Promise]]:
    """Return the templates for a select by name; blank is the default, which is named."""
    default = next((one.name for one in templates if one.is_default), None)
    blank = _("默认模板：%(name)s") % {"name": default} if default else _("还没有默认模板")
    return [("", blank), *((one.name, one.name) for one in templates)]


class ProductForm(forms.Form):
    """What stands above the matrix."""

    name = CleanCharField(label=_("商品名称"), max_length=120)
    subtitle = CleanCharField(label=_("副标题"), max_length=200, required=False)
    category = forms.ChoiceField(label=_("类目"))
    description = CleanCharField(
        label=_("商品详情"),
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("可以直接写文字，也可以粘贴 HTML（脚本和样式会被去掉）。"),
    )
    shelf = forms.ChoiceField(label=_("状态"), choices=Shelf.choices, initial=Shelf.DRAFT)
    on_at = ShopMomentField(label=_("定时上架"))
    off_at = ShopMomentField(label=_("定时下架"))
    leaves_when_sold_out = forms.BooleanField(
        label=_("售罄自动下架，到货自动上架"),
        required=False,
        help_text=_("卖完后不再出现在列表和搜索里，有货后自己回来。"),
    )
    slug = CleanCharField(
        label=_("网址名"),
        max_length=120,
        required=False,
        help_text=_("小写字母、数字和连字符；留空会按名称的拼音生成。"),
    )
    freight = forms.ChoiceField(label=_("运费模板"), required=False)
    revision = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )
    opened = forms.FloatField(  # second of the clock, for what others changed since
        widget=forms.HiddenInput, required=False, initial=lambda: timezone.now().timestamp()
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        choices = self.fields["category"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 -- for the type checker
        choices.choices = [("", _("请选择")), *category_choices()]
        self.templates = freight.templates().values()
        own = self.fields["freight"]
        assert isinstance(own, forms.ChoiceField)  # noqa: S101 -- for the type checker
        own.choices = freight_choices(self.templates)

    @classmethod
    def start(cls, product: ProductEdit) -> dict[str, Any]:
        """Return what the form shows of a stored product."""
        names = (
            *("name", "subtitle", "description", "shelf", "on_at", "off_at"),
            *("leaves_when_sold_out", "slug", "revision"),
        )
        own = freight.own_template(product_id=product.product_id)
        return {name: getattr(product, name) for name in names} | {
            "category": product.category_slug,
            "freight": own.name if own else "",
        }

    def template_id(self) -> int | None:
        """Return the chosen template, None for the default."""
        chosen = self.cleaned_data["freight"]
        return next((one.template_id for one in self.templates if one.name == chosen), None)


@dataclass(frozen=True)
class Editor:
    """The forms of one product page together."""

    form: ProductForm
    options: Any  # a formset of OptionForm
    rows: Any  # a formset of RowForm
    fill: matrix.FillForm
    product: ProductEdit | None
    row_options: dict[str, Any]

    @classmethod
    def opened(cls, *, product: ProductEdit | None, currency: str, may_see_cost: bool) -> "Editor":
        """Return the page of a stored product, or of a new one."""
        return cls._showing(
            start=ProductForm.start(product) if product else {},
            options=[
                {"name": option.name, "values": "\n".join(option.values)}
                for option in (product.options if product else ())
            ],
            rows=matrix.stored(product.skus if product else ()) or [{"options": "[]"}],
            product=product,
            row_options={"currency": currency, "may_see_cost": may_see_cost},
        )

    @classmethod
    def posted(
        cls,
        data: QueryDict,
        *,
        product: ProductEdit | None,
        currency: str,
        may_see_cost: bool,
    ) -> "Editor":
        """Return the page as it was sent."""
        row_options = {"currency": currency, "may_see_cost": may_see_cost}
        return cls(
            form=ProductForm(data),
            options=matrix.OptionSet(data, prefix="option"),
            rows=matrix.RowSet(data, prefix=matrix.PREFIX, form_kwargs=row_options),
            fill=matrix.FillForm(data, prefix="fill", may_see_cost=may_see_cost),
            product=product,
            row_options=row_options,
        )

    def changed(self, *, with_fill: bool) -> "Editor":
        """Return the page with the rows generated anew or filled, and all else as it was typed.

        Raises:
            CatalogRefused: the options make too many rows, or none.
        """
        options = [_typed(form) for form in self.options]
        rows = [_typed(form) for form in self.rows]
        if with_fill:
            rows = matrix.filled(rows, _typed(self.fill))
        else:
            rows = matrix.generated(_few(matrix.options_typed(options)), rows)
        return self._showing(
            start=_typed(self.form),
            options=options,
            rows=rows,
            product=self.product,
            row_options=self.row_options,
        )

    @classmethod
    def _showing(
        cls,
        *,
        start: dict[str, Any],
        options: list[dict[str, Any]],
        rows: list[dict[str, Any]],
        product: ProductEdit | None,
        row_options: dict[str, Any],
    ) -> "Editor":
        options = [*options, *({} for _ in range(MAX_OPTIONS - len(options)))]
        return cls(
            form=ProductForm(initial=start),
            options=matrix.OptionSet(initial=options, prefix="option"),
            rows=matrix.RowSet(initial=rows, prefix=matrix.PREFIX, form_kwargs=row_options),
            fill=matrix.FillForm(prefix="fill", may_see_cost=row_options["may_see_cost"]),
            product=product,
            row_options=row_options,
        )

    @property
    def has_timed(self) -> bool:
        """Whether a row has anything of a timed price, so that the page shows them."""
        return any(bound.value() for row in self.rows for bound in row.timed)

    def is_valid(self) -> bool:
        """Check all forms, so that the page shows all that must be mended at once."""
        valid = [self.form.is_valid(), self.options.is_valid(), self.rows.is_valid()]
        for error in self.rows.non_form_errors():
            self.form.add_error(None, error)
        if not all(valid[1:]):
            self.form.add_error(None, _("规格里还有要改的地方，请看下面标红的格子。"))
        return all(valid)

    def wanted(self) -> ProductInput:
        """Return what the service saves; costs that may not be seen stay as they are."""
        data = self.form.cleaned_data
        category = queries.category_by_slug(slug=data["category"])
        skus = tuple(
            row.sku(cost_minor=self._cost(row.cleaned_data))
            for row in self.rows
            if not row.cleaned_data["is_left_out"]
        )
        return ProductInput(
            name=data["name"],
            slug=data["slug"],
            subtitle=data["subtitle"],
            description=data["description"],
            category_id=category.pk if category else 0,
            shelf=Shelf(data["shelf"]),
            on_at=data["on_at"],
            off_at=data["off_at"],
            options=matrix.options_typed(form.cleaned_data for form in self.options),
            skus=skus,
            leaves_when_sold_out=data["leaves_when_sold_out"],
        )

    def _cost(self, row: dict[str, Any]) -> int | None:
        """Return the stored cost of the SKU that a row will be."""
        skus: tuple[SkuInput, ...] = self.product.skus if self.product else ()
        same = [sku for sku in skus if sku.options == row["options"]]
        same += [sku for sku in skus if sku.code == row["code"]]
        return same[0].cost_price_minor if same else None

    def opened_at(self) -> datetime | None:
        """Return when the form was opened, None where that is unknown or nonsense."""
        opened = self.form.cleaned_data.get("opened")
        if opened is None or not EARLIEST.timestamp() < opened < LATEST.timestamp():
            return None
        return datetime.fromtimestamp(opened, UTC)

    def go_on_from(self, product: ProductEdit, *, now: datetime) -> None:
        """Let the next save stand: who sends it has seen what others changed until now."""
        newer = {"revision": str(product.revision), "opened": str(now.timestamp())}
        typed = self.form.data
        self.form.data = {name: typed.get(name) for name in typed} | newer

    def refuse(self, refusal: CatalogRefused | FreightRefused | TextRefused) -> None:
        """Show a refusal of the service at the field that it names."""
        if isinstance(refusal, WeightMissing):
            sold = [row for row in self.rows if not row.cleaned_data["is_left_out"]]
            for number in refusal.rows:
                sold[number].add_error("weight_grams", _("按重量计费，请填写重量。"))
        field = getattr(refusal, "field", "")
        self.form.add_error(field if field in self.form.fields else None, str(refusal))


class CategoryForm(forms.Form):
    """A category of the tree."""

    name = CleanCharField(label=_("类目名称"), max_length=60)
    parent = forms.ChoiceField(label=_("上级类目"), required=False)
    position = forms.IntegerField(
        label=_("排序"),
        min_value=-9999,
        max_value=9999,
        initial=0,
        help_text=_("同级里数字小的在前。"),
    )
    slug = CleanCharField(
        label=_("网址名"), max_length=80, required=False, help_text=_("留空会按名称的拼音生成。")
    )

    def __init__(self, *args: Any, without: str = "", **named: Any) -> None:
        super().__init__(*args, **named)
        parents = self.fields["parent"]
        assert isinstance(parents, forms.ChoiceField)  # noqa: S101 -- for the type checker
        choices = [choice for choice in category_choices() if choice[0] != without]
        parents.choices = [("", _("无，放在最上级")), *choices]


def _typed(form: forms.BaseForm) -> dict[str, Any]:
    """Return what was typed into a form, unchecked, to be shown again."""
    return {name: form[name].value() for name in form.fields}


def _few(options: tuple[OptionInput, ...]) -> tuple[OptionInput, ...]:
    """Return the options that can be multiplied out.

    Raises:
        CatalogRefused: they make more rows than a product may have, or one has no values.
    """
    total = 1
    for option in options:
        total *= len(option.values)
    if total > MAX_SKUS:
        raise CatalogRefused(
            _("这样会生成 %(total)d 行规格，最多 %(max)d 行，请减少规格值。")
            % {"total": total, "max": MAX_SKUS},
            field="options",
        )
    if not total:
        raise CatalogRefused(_("规格项要有名称，也要有至少一个值。"), field="options")
    return options
