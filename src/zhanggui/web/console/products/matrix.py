"""The editor of the SKU matrix: options, their combinations, and what was typed in each row."""

import json
from collections.abc import Iterable, Mapping
from itertools import product as combinations
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhanggui.catalog.types import (
    MAX_MEASURE,
    MAX_OPTIONS,
    MAX_PRICE_MINOR,
    MAX_SKUS,
    OptionInput,
    SkuInput,
)
from zhanggui.web.forms import CleanCharField, MinorField, ShopMomentField

PREFIX = "sku"
TIMED = ("timed_price_minor", "timed_from", "timed_until")
FILLED = (
    *("price_minor", "market_price_minor", "cost_price_minor", "weight_grams", "volume_cm3"),
    *TIMED,
)
_COPIED = ("code", "barcode", *FILLED)


class OptionsField(forms.Field):
    """The values of one row, hidden, as JSON."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> tuple[str, ...]:
        """Return the values; a row that somebody tampered with is refused."""
        values = values_of(value)
        if values is None:
            raise forms.ValidationError(_("规格值和规格项对不上，请重新生成规格。"))
        return values


class RowForm(forms.Form):
    """One SKU."""

    options = OptionsField(required=False)
    is_left_out = forms.BooleanField(label=_("不卖"), required=False)
    price_minor = MinorField(label=_("售价"), most=MAX_PRICE_MINOR)
    market_price_minor = MinorField(label=_("划线价"), most=MAX_PRICE_MINOR, required=False)
    cost_price_minor = MinorField(label=_("成本价"), most=MAX_PRICE_MINOR, required=False)
    timed_price_minor = MinorField(label=_("定时价"), most=MAX_PRICE_MINOR, required=False)
    timed_from = ShopMomentField(label=_("开始"))
    timed_until = ShopMomentField(label=_("结束"))
    code = CleanCharField(label=_("规格编码"), max_length=60, required=False)
    barcode = CleanCharField(label=_("条码"), max_length=32, required=False)
    weight_grams = forms.IntegerField(
        label=_("重量（克）"), min_value=0, max_value=MAX_MEASURE, required=False
    )
    volume_cm3 = forms.IntegerField(
        label=_("体积（cm³）"), min_value=0, max_value=MAX_MEASURE, required=False
    )

    def __init__(self, *args: Any, currency: str, may_see_cost: bool, **named: Any) -> None:
        super().__init__(*args, **named)
        for field in self.fields.values():
            if isinstance(field, MinorField):
                field.currency = currency
        if not may_see_cost:
            del self.fields["cost_price_minor"]

    def full_clean(self) -> None:
        """Ask nothing of a row that is left out."""
        super().full_clean()
        if self.is_bound and self.cleaned_data.get("is_left_out"):
            self._errors = forms.utils.ErrorDict()

    def clean(self) -> dict[str, Any]:
        """Say at the cell what of a timed price is missing or out of order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        price, start, end = (data.get(name) for name in TIMED)
        if price is None and (start or end) and "timed_price_minor" in data:
            self.add_error("timed_price_minor", _("填了时间，也要填定时价。"))
        if price is not None and not start and not end and "timed_from" in data:
            self.add_error("timed_from", _("填了定时价，也要填开始或结束时间。"))
        if start and end and end <= start:
            self.add_error("timed_until", _("结束时间要晚于开始时间。"))
        return data

    @property
    def plain(self) -> list[forms.BoundField]:
        """Return the cells of the matrix."""
        rest = (*TIMED, "is_left_out")
        return [bound for bound in self.visible_fields() if bound.name not in rest]

    @property
    def timed(self) -> list[forms.BoundField]:
        """Return the cells of the timed price."""
        return [self[name] for name in TIMED]

    @property
    def title(self) -> str:
        """Return the values as people read them."""
        return " / ".join(values_of(self["options"].value()) or ())

    def sku(self, *, cost_minor: int | None) -> SkuInput:
        """Return the row for the service; `cost_minor` stands in where cost is not shown."""
        data = self.cleaned_data
        return SkuInput(
            code=data["code"],
            options=data["options"],
            price_minor=data["price_minor"],
            market_price_minor=data["market_price_minor"],
            cost_price_minor=data.get("cost_price_minor", cost_minor),
            timed_price_minor=data["timed_price_minor"],
            timed_from=data["timed_from"],
            timed_until=data["timed_until"],
            barcode=data["barcode"],
            weight_grams=data["weight_grams"] or 0,
            volume_cm3=data["volume_cm3"] or 0,
        )


RowSet = forms.formset_factory(
    RowForm, extra=0, max_num=MAX_SKUS, absolute_max=MAX_SKUS, validate_max=True
)


class OptionForm(forms.Form):
    """One option: its name, and its values one a line."""

    name = CleanCharField(label=_("规格项"), max_length=30, required=False)
    values = CleanCharField(
        label=_("规格值，一行一个"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


OptionSet = forms.formset_factory(
    OptionForm, extra=0, max_num=MAX_OPTIONS, absolute_max=MAX_OPTIONS
)


class FillForm(forms.Form):
    """What is written into all rows at once; nothing of it is stored."""

    price_minor = forms.CharField(label=_("售价"), required=False)
    market_price_minor = forms.CharField(label=_("划线价"), required=False)
    cost_price_minor = forms.CharField(label=_("成本价"), required=False)
    weight_grams = forms.CharField(label=_("重量（克）"), required=False)
    volume_cm3 = forms.CharField(label=_("体积（cm³）"), required=False)
    timed_price_minor = forms.CharField(label=_("定时价"), required=False)
    timed_from = ShopMomentField(label=_("开始"))
    timed_until = ShopMomentField(label=_("结束"))

    def __init__(self, *args: Any, may_see_cost: bool, **named: Any) -> None:
        super().__init__(*args, **named)
        if not may_see_cost:
            del self.fields["cost_price_minor"]

    @property
    def plain(self) -> list[forms.BoundField]:
        """Return what fills the matrix."""
        return [bound for bound in self if bound.name not in TIMED]

    @property
    def timed(self) -> list[forms.BoundField]:
        """Return what fills the timed prices."""
        return [self[name] for name in TIMED]


def values_of(text: Any) -> tuple[str, ...] | None:
    """Return the option values of a hidden field, None where they aren't ours."""
    try:
        values = json.loads(text or "[]")
    except (TypeError, ValueError, RecursionError):
        return None
    is_ours = isinstance(values, list) and all(isinstance(value, str) for value in values)
    return tuple(values) if is_ours and len(values) <= MAX_OPTIONS else None


def options_typed(rows: Iterable[Mapping[str, Any]]) -> tuple[OptionInput, ...]:
    """Return the options of the form's option rows; empty rows and lines count for nothing."""
    options = []
    for row in rows:
        values = [value.strip() for value in str(row.get("values") or "").splitlines()]
        option = OptionInput(
            name=str(row.get("name") or "").strip(),
            values=tuple(dict.fromkeys(filter(None, values))),
        )
        if option.name or option.values:
            options.append(option)
    return tuple(options)


def generated(
    options: tuple[OptionInput, ...], typed: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row for every combination, keeping what was typed for the same values.

    A combination that only has more or fewer values than a row takes its prices and measures, and
    the first such one also its code and barcode, so that it stays the same SKU.
    """
    old = {values_of(row.get("options")): row for row in typed}
    used: set[tuple[str, ...] | None] = set()
    rows: list[dict[str, Any]] = []
    for values in combinations(*(option.values for option in options)):
        key = values if values in old else _nearest(values, old)
        row = {name: old[key].get(name) for name in _COPIED} if key in old else {}
        if row and key in used:
            row |= {"code": "", "barcode": ""}
        used.add(key)
        rows.append(row | {"options": json.dumps(values, ensure_ascii=False)})
    return rows


def filled(rows: list[dict[str, Any]], fill: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows with what was typed into the fill line written into all of them."""
    values = {name: fill[name] for name in FILLED if fill.get(name)}
    return [row | values for row in rows]


def stored(skus: Iterable[SkuInput]) -> list[dict[str, Any]]:
    """Return the rows of the SKUs of a product."""
    return [
        {name: getattr(sku, name) for name in _COPIED}
        | {"options": json.dumps(sku.options, ensure_ascii=False)}
        for sku in skus
    ]


def _nearest(
    values: tuple[str, ...], old: Mapping[tuple[str, ...] | None, Any]
) -> tuple[str, ...] | None:
    """Return the longest typed row whose values are among these, or the other way round."""
    near = [
        key
        for key in old
        if key is not None and (set(key) <= set(values) or set(values) <= set(key))
    ]
    return max(near, key=len, default=None)
