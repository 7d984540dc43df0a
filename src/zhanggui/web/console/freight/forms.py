"""The freight template form: its head, and rules of which more can be added."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhanggui.freight.types import ChargeBy, FreightRuleView, FreightTemplateView
from zhanggui.regions import queries as regions
from zhanggui.web.formats import listed
from zhanggui.web.forms import CleanCharField, MinorField, RefusingForm

MOST_UNITS = 10_000_000  # grams or pieces
MOST_MINOR = 10**9
MOST_RULES = 40


class TemplateForm(RefusingForm):
    """Name, way of charging, and whether it is the default."""

    name = CleanCharField(label=_("模板名称"), max_length=60)
    charge_by = forms.ChoiceField(
        label=_("计费方式"), choices=ChargeBy.choices, widget=forms.RadioSelect
    )
    is_default = forms.BooleanField(
        label=_("设为默认模板"),
        required=False,
        help_text=_("没有单独指定模板的商品用它。"),
    )


class RuleForm(forms.Form):
    """What it costs to some areas."""

    areas = forms.MultipleChoiceField(label=_("地区"), widget=forms.CheckboxSelectMultiple)
    first_units = forms.IntegerField(label=_("首重（克）或首件"), min_value=1, max_value=MOST_UNITS)
    first_minor = MinorField(label=_("首费"), most=MOST_MINOR)
    extra_units = forms.IntegerField(label=_("续重（克）或续件"), min_value=1, max_value=MOST_UNITS)
    extra_minor = MinorField(label=_("续费"), most=MOST_MINOR)

    def __init__(
        self, *args: Any, areas: Sequence[tuple[str, str | Promise]], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].choices = areas  # type: ignore[attr-defined]
        for name in ("first_minor", "extra_minor"):
            self.fields[name].currency = currency  # type: ignore[attr-defined]

    @property
    def summary(self) -> str:
        """Return the names of the chosen areas."""
        names = dict(self.fields["areas"].choices)  # type: ignore[attr-defined]
        chosen = self["areas"].value() or []
        return listed(names[code] for code in chosen if code in names)

    def view(self) -> FreightRuleView:
        """Return the rule that was filled in."""
        values = self.cleaned_data
        return FreightRuleView(
            areas=tuple(values["areas"]),
            first_units=values["first_units"],
            first_minor=values["first_minor"],
            extra_units=values["extra_units"],
            extra_minor=values["extra_minor"],
        )


RuleFormSet = forms.formset_factory(
    RuleForm, extra=0, min_num=1, max_num=MOST_RULES, absolute_max=MOST_RULES, can_delete=True
)


def area_choices(template: FreightTemplateView | None) -> list[tuple[str, str]]:
    """Return the provinces, and what smaller areas the template names already."""
    found = [(one.code, one.name) for one in regions.children(code=None)]
    known = {code for code, _name in found}
    used = [area for rule in template.rules for area in rule.areas] if template else []
    for code in used:
        place = regions.division(code=code)
        if code not in known and place is not None:
            found.append((code, place.name))
    return found


def initial_rules(template: FreightTemplateView | None) -> list[dict[str, Any]]:
    """Return the template's rules as the form set wants them."""
    if template is None:
        return [{"first_units": 1000, "extra_units": 1000}]
    return [
        {
            "areas": list(rule.areas),
            "first_units": rule.first_units,
            "first_minor": rule.first_minor,
            "extra_units": rule.extra_units,
            "extra_minor": rule.extra_minor,
        }
        for rule in template.rules
    ]


def typed_rules(sent: QueryDict) -> list[dict[str, Any]]:
    """Return the rules as somebody typed them so far, without those marked for removal."""
    number = sent.get("rule-TOTAL_FORMS", "")
    count = min(int(number), MOST_RULES) if number.isdecimal() and len(number) < 4 else 0
    names = ("first_units", "first_minor", "extra_units", "extra_minor")
    return [
        {
            "areas": sent.getlist(f"rule-{place}-areas"),
            **{name: sent.get(f"rule-{place}-{name}", "") for name in names},
        }
        for place in range(count)
        if not sent.get(f"rule-{place}-DELETE")
    ]
