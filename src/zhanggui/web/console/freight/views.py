"""Freight templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.core.types import Refusal
from zhanggui.freight import queries, services
from zhanggui.freight.types import ChargeBy, FreightTemplateView
from zhanggui.regions import queries as regions
from zhanggui.web.access import allowed, staff_by
from zhanggui.web.console.freight.forms import (
    RuleForm,
    RuleFormSet,
    TemplateForm,
    area_choices,
    initial_rules,
    typed_rules,
)
from zhanggui.web.console.pages import page
from zhanggui.web.console.settings.delivery import lost_and_won


@allowed("freight", "view")
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """List the templates with what they cost where."""
    found = queries.templates().values()
    names = {area: _area(area) for one in found for rule in one.rules for area in rule.areas}
    context = {"templates": list(found), "names": names, "weight": ChargeBy.WEIGHT}
    return page(request, "console/freight/list.html", context)


@allowed("freight", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def template_new(request: HttpRequest) -> HttpResponse:
    """Make a template."""
    return _edit(request, None)


@allowed("freight", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: HttpRequest, name: str) -> HttpResponse:
    """Change a template; orders that were placed keep their freight."""
    template = next((one for one in queries.templates().values() if one.name == name), None)
    if template is None:
        raise Http404
    return _edit(request, template)


def _edit(request: HttpRequest, template: FreightTemplateView | None) -> HttpResponse:
    currency = template.currency if template else accounts.shop().currency
    options = {"areas": area_choices(template), "currency": currency}
    action = request.POST.get("action")
    if request.method == "POST" and action not in ("add", "preview"):
        form = TemplateForm(request.POST)
        rules = RuleFormSet(request.POST, prefix="rule", form_kwargs=options)
        if (
            form.is_valid()
            and rules.is_valid()
            and _saved(request, form, rules, template, currency)
        ):
            messages.success(request, _("运费模板已保存"))
            return redirect("console:freight")
        return _form(request, template, form, rules, status=422)
    if request.method == "POST":
        form, typed = TemplateForm(initial=request.POST.dict()), typed_rules(request.POST)
        typed += [{}] if action == "add" else []
    else:
        form, typed = TemplateForm(initial=_head(template)), initial_rules(template)
    rules = RuleFormSet(prefix="rule", initial=typed, form_kwargs=options)
    effect = _effect(template, typed) if action == "preview" else None
    return _form(request, template, form, rules, effect=effect)


def _effect(
    template: FreightTemplateView | None, typed: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Return the provinces that a template would no longer deliver to, and those it would."""
    before = {area for rule in template.rules for area in rule.areas} if template else set()
    lost, won = lost_and_won(before, {area for rule in typed for area in rule["areas"]})
    return {"lost": lost, "won": won}


def _saved(
    request: HttpRequest,
    form: TemplateForm,
    rules: BaseFormSet[RuleForm],
    template: FreightTemplateView | None,
    currency: str,
) -> bool:
    kept = [rule for rule in rules.forms if rule.cleaned_data and rule not in rules.deleted_forms]
    try:
        services.save_template(
            name=form.cleaned_data["name"],
            charge_by=form.cleaned_data["charge_by"],
            currency=currency,
            rules=[rule.view() for rule in kept],
            is_default=form.cleaned_data["is_default"],
            template_id=template.template_id if template else None,
            by=staff_by(request, timezone.now()),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _form(
    request: HttpRequest,
    template: FreightTemplateView | None,
    form: TemplateForm,
    rules: BaseFormSet[RuleForm],
    *,
    effect: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"template": template, "form": form, "rules": rules, "effect": effect}
    return page(request, "console/freight/form.html", context, status=status)


def _head(template: FreightTemplateView | None) -> dict[str, Any]:
    if template is None:
        return {"charge_by": ChargeBy.WEIGHT}
    return {
        "name": template.name,
        "charge_by": template.charge_by,
        "is_default": template.is_default,
    }


def _area(code: str) -> str:
    place = regions.division(code=code)
    return place.name if place else code
