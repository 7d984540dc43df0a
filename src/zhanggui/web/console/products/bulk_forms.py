"""The forms of an edit of many products: one for each act, above the same choice of products."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog import queries
from zhanggui.catalog.types import (
    MAX_MEASURE,
    MAX_PRICE_MINOR,
    BulkAct,
    BulkWish,
    PriceEnd,
    PriceHow,
    Shelf,
)
from zhanggui.core.money import digits_of
from zhanggui.web.console.products.forms import category_choices
from zhanggui.web.forms import MinorField, ShopMomentField

MOST_TICKED = 200
_RATES = {PriceHow.RAISE_BY, PriceHow.LOWER_BY}
_FILTERS = ("q", "category", "shelf")


@dataclass(frozen=True, slots=True)
class Choice:
    """The products that were chosen: ticked ones, or all that a list's filters find."""

    slugs: tuple[str, ...]
    filters: tuple[tuple[str, str], ...] | None

    @classmethod
    def of(cls, data: QueryDict) -> "Choice":
        """Return what a request names."""
        if data.get("all"):
            named = tuple((name, str(data[name])) for name in _FILTERS if data.get(name))
            return cls((), named)
        return cls(tuple(dict.fromkeys(data.getlist("slug")))[:MOST_TICKED], None)

    def product_ids(self) -> list[int]:
        """Return the products in the order of the list, at this moment."""
        if self.filters is not None:
            return queries.product_ids_found(**dict(self.filters))
        return queries.product_ids_of(slugs=self.slugs)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return the hidden fields that name the choice again."""
        if self.filters is not None:
            return [("all", "1"), *self.filters]
        return [("slug", slug) for slug in self.slugs]

    @property
    def back(self) -> str:
        """Return the query of the list that they were chosen from."""
        return urlencode(self.filters or ())


class PriceForm(forms.Form):
    """New prices."""

    how = forms.ChoiceField(label=_("怎么改"), choices=PriceHow.choices)
    amount = forms.CharField(
        label=_("金额或百分比"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("按百分比改时只填数字，例如 10 表示 10%。"),
    )
    ending = forms.ChoiceField(label=_("取整"), choices=PriceEnd.choices, required=False)

    def __init__(self, *args: Any, currency: str, **named: Any) -> None:
        super().__init__(*args, **named)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        """Read the number as what it is for."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "amount" in data and "how" in data:
            is_rate = data["how"] in _RATES
            field = (
                forms.DecimalField(min_value=0, max_value=1000, decimal_places=2)
                if is_rate
                else MinorField(currency=self.currency, most=MAX_PRICE_MINOR)
            )
            try:
                value = field.clean(data["amount"].strip("% ％") if is_rate else data["amount"])
                data["value"] = int(value * 10_000) if is_rate else value
            except forms.ValidationError as error:
                self.add_error("amount", error)
        return data

    def wish(self) -> BulkWish:
        """Return what is to happen."""
        data = self.cleaned_data
        is_rate = data["how"] in _RATES
        return BulkWish(
            act=BulkAct.PRICE,
            how=PriceHow(data["how"]),
            amount_minor=0 if is_rate else data["value"],
            rate_ppm=data["value"] if is_rate else 0,
            ending=PriceEnd(data["ending"]),
            digits=digits_of(self.currency),
        )


class _Times(forms.Form):
    """From one moment until another, or no timetable any more."""

    begins = ShopMomentField(label=_("开始"))
    ends = ShopMomentField(label=_("结束"))
    is_over = forms.BooleanField(label=_("取消已定的时间"), required=False)

    def clean(self) -> dict[str, Any]:
        """Want a moment, or that there be none."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = data.get("begins"), data.get("ends")
        if data["is_over"]:
            data["begins"] = data["ends"] = None
        elif not (begins or ends or self.errors):
            self.add_error("begins", _("请填写时间，或勾选“取消已定的时间”。"))
        elif begins and ends and ends <= begins:
            self.add_error("ends", _("结束时间要晚于开始时间。"))
        return data


class TimedPriceForm(_Times, PriceForm):
    """Other prices from one moment until another."""

    field_order = ("how", "amount", "ending", "begins", "ends", "is_over")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["amount"].required = False
        self.fields["is_over"].label = _("取消已定的定时价")

    def clean(self) -> dict[str, Any]:
        """Want a price where there is a moment."""
        if self.cleaned_data.get("is_over"):
            self.cleaned_data.pop("amount", None)
        elif self.cleaned_data.get("amount") == "":
            self.cleaned_data.pop("amount")
            self.add_error("amount", _("请填写这段时间的价格怎么改。"))
        return super().clean()

    def wish(self) -> BulkWish:
        """Return what is to happen."""
        data = self.cleaned_data
        if data["is_over"]:
            return BulkWish(act=BulkAct.PRICE_AT)
        times = {"begins_at": data["begins"], "ends_at": data["ends"]}
        return replace(super().wish(), act=BulkAct.PRICE_AT, **times)


class TimedShelfForm(_Times):
    """Onto the shelf at one moment, off it at another."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["begins"].label = _("上架时间")
        self.fields["ends"].label = _("下架时间")
        self.fields["begins"].help_text = _("现在在售的照常卖，不在售的到时间上架。")
        self.fields["is_over"].label = _("取消定时，保持现在的上下架状态")

    def wish(self) -> BulkWish:
        """Return what is to happen."""
        data = self.cleaned_data
        return BulkWish(act=BulkAct.SHELF_AT, begins_at=data["begins"], ends_at=data["ends"])


class ShelfForm(forms.Form):
    """On or off the shelf."""

    shelf = forms.ChoiceField(
        label=_("改成"), choices=[(Shelf.ON, _("上架")), (Shelf.OFF, _("下架"))]
    )

    def wish(self) -> BulkWish:
        """Return what is to happen."""
        return BulkWish(act=BulkAct.SHELF, shelf=Shelf(self.cleaned_data["shelf"]))


class CategoryMoveForm(forms.Form):
    """Into another category."""

    to = forms.ChoiceField(label=_("移到"))

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [("", _("请选择")), *category_choices()]

    def wish(self) -> BulkWish:
        """Return what is to happen."""
        category = queries.category_by_slug(slug=self.cleaned_data["to"])
        return BulkWish(act=BulkAct.CATEGORY, category_id=category.pk if category else 0)


class WeightForm(forms.Form):
    """One weight for all SKUs."""

    weight = forms.IntegerField(label=_("每件重量（克）"), min_value=0, max_value=MAX_MEASURE)

    def wish(self) -> BulkWish:
        """Return what is to happen."""
        return BulkWish(act=BulkAct.WEIGHT, weight_grams=self.cleaned_data["weight"])


def act_forms(*, data: QueryDict | None, currency: str) -> Mapping[str, Any]:
    """Return act → its form; only that of the act that was sent is bound."""
    sent = data.get("act", "") if data is not None else ""
    kinds: dict[BulkAct, Callable[[QueryDict | None], forms.Form]] = {
        BulkAct.PRICE: lambda given: PriceForm(given, currency=currency, prefix="price"),
        BulkAct.PRICE_AT: lambda given: TimedPriceForm(given, currency=currency, prefix="timed"),
        BulkAct.SHELF_AT: lambda given: TimedShelfForm(given, prefix="times"),
        BulkAct.SHELF: lambda given: ShelfForm(given, prefix="shelf"),
        BulkAct.CATEGORY: lambda given: CategoryMoveForm(given, prefix="category"),
        BulkAct.WEIGHT: lambda given: WeightForm(given, prefix="weight"),
    }
    return {act.value: make(data if act == sent else None) for act, make in kinds.items()}
