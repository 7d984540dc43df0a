"""Freight templates: making, changing, refusing."""

from typing import Any

import pytest
from django.test import Client
from tests.factories.shop import MAINLAND

from zhanggui.freight import queries
from zhanggui.freight.types import FreightTemplateView

pytestmark = pytest.mark.usefixtures("shop")
URL = "/console/freight/"
EDIT = "/console/freight/template/标准快递/"


def template(name: str = "标准快递") -> FreightTemplateView:
    return next(one for one in queries.templates().values() if one.name == name)


def sent(*rules: dict[str, Any], initial: int = 0, **head: str) -> dict[str, Any]:
    """Return the form as a browser sends it."""
    values: dict[str, Any] = {
        "name": "轻件",
        "charge_by": "piece",
        "rule-TOTAL_FORMS": str(len(rules)),
        "rule-INITIAL_FORMS": str(initial),
        **head,
    }
    for place, rule in enumerate(rules):
        values |= {f"rule-{place}-{name}": value for name, value in rule.items()}
    return values


def rule(*areas: str, **values: str) -> dict[str, Any]:
    return {
        "areas": list(areas),
        "first_units": "1",
        "first_minor": "6.50",
        "extra_units": "1",
        "extra_minor": "1",
        **values,
    }


def test_the_list_says_what_it_costs_where(owner: Client) -> None:
    html = owner.get(URL).content.decode()

    assert "标准快递" in html
    assert "浙江省、上海市" in html
    assert "首 1,000 克 ¥8.00，每续 1,000 克 ¥2.00" in html


def test_a_template_is_made_with_its_rules(owner: Client) -> None:
    answer = owner.post(
        f"{URL}new/", sent(rule("330000", "310000"), rule("440000", first_minor="8"))
    )

    made = template("轻件")
    assert answer["Location"] == URL
    assert (made.charge_by, made.currency, made.is_default) == ("piece", "CNY", False)
    assert [(one.areas, one.first_minor) for one in made.rules] == [
        (("330000", "310000"), 650),
        (("440000",), 800),
    ]


def test_a_template_can_be_renamed_lose_a_rule_and_hand_over_the_default(owner: Client) -> None:
    owner.post(f"{URL}new/", sent(rule("330000"), rule("440000"), is_default="on"))
    assert (template("轻件").is_default, template().is_default) == (True, False)

    owner.post(
        "/console/freight/template/轻件/",
        sent(rule("330000"), rule("440000", DELETE="on"), initial=2, name="轻小件"),
    )

    assert [one.areas for one in template("轻小件").rules] == [("330000",)]
    assert template("轻小件").is_default


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ([rule("330000"), rule("330000")], "同一个地区只能出现在一条规则里"),
        ([rule("999999")], "999999"),
        ([rule()], "必填"),
        ([rule("330000", first_minor="1.234")], "小数"),
        ([rule("330000", extra_units="0")], "1"),
    ],
    ids=["area twice", "unknown area", "no area", "three decimals", "no step"],
)
def test_a_rule_that_makes_no_sense_is_refused_and_nothing_is_saved(
    owner: Client, rules: list[dict[str, Any]], text: str
) -> None:
    before = template()

    answer = owner.post(EDIT, sent(*rules, initial=1, name="标准快递", charge_by="weight"))

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert template() == before


def test_a_name_that_is_taken_is_refused(owner: Client) -> None:
    answer = owner.post(f"{URL}new/", sent(rule("330000"), name="标准快递"))

    assert answer.status_code == 422
    assert "已经有同名的运费模板" in answer.content.decode()
    assert len(queries.templates()) == 1


def test_adding_a_rule_keeps_what_was_typed_and_saves_nothing(owner: Client) -> None:
    answer = owner.post(
        f"{URL}new/", sent(rule("330000", first_minor="6.66"), name="新模板", action="add")
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="6.66"' in html
    assert 'value="新模板"' in html
    assert 'name="rule-TOTAL_FORMS" value="2"' in html
    assert len(queries.templates()) == 1


def test_areas_smaller_than_a_province_stay(owner: Client) -> None:
    html = owner.get(EDIT).content.decode()

    assert all(f'value="{area}"' in html for area in MAINLAND)
    assert owner.get("/console/freight/template/没有/").status_code == 404
