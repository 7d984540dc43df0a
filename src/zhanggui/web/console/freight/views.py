"""Freight templates."""

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
    if request.method == "POST" and request.POST.get("action") != "add":
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
        form, typed = TemplateForm(initial=request.POST.dict()), [*typed_rules(request.POST), {}]
    else:
        form, typed = TemplateForm(initial=_head(template)), initial_rules(template)
    rules = RuleFormSet(prefix="rule", initial=typed, form_kwargs=options)
    return _form(request, template, form, rules)


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
    status: int = 200,
) -> HttpResponse:
    context = {"template": template, "form": form, "rules": rules}
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
