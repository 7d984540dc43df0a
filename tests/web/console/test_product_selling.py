"""The product form together with freight, stock, the reason, and other people's changes."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.factories.shop import MAINLAND, NOON, WarehouseFactory, open_shop, stocked
from tests.unchanged import nothing_changes
from tests.web.console.test_products import NEW, PRODUCTS, row, sent

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Product
from zhanggui.core import versions
from zhanggui.freight import queries as freight
from zhanggui.freight import services
from zhanggui.freight.types import FreightRuleView

pytestmark = pytest.mark.django_db

TEAPOT = "/console/products/item/teapot/"


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    open_shop()  # 标准快递, by weight, is the default
    services.save_template(
        name="按件包邮",
        charge_by="piece",
        currency="CNY",
        is_default=False,
        rules=[
            FreightRuleView(
                areas=MAINLAND, first_units=1, first_minor=0, extra_units=1, extra_minor=0
            )
        ],
    )


def own_template() -> str | None:
    template = freight.own_template(product_id=Product.objects.get(slug="teapot").pk)
    return template.name if template else None


def test_the_template_is_saved_with_the_product_and_taken_back_to_the_default(
    owner: Client,
) -> None:
    category = CategoryFactory()
    data = sent(category, row(0, code="P", weight_grams="5"), freight="按件包邮")

    assert owner.post(NEW, data).status_code == 302

    assert own_template() == "按件包邮"
    page = owner.get(TEAPOT)
    choices = page.context["editor"].form.fields["freight"].choices
    assert [(value, str(text)) for value, text in choices] == [
        ("", "默认模板：标准快递"),
        ("按件包邮", "按件包邮"),
        ("标准快递", "标准快递"),
    ]
    assert '<option value="按件包邮" selected>' in page.content.decode()
    assert owner.post(f"{TEAPOT}save/", data | {"freight": ""}).status_code == 302
    assert own_template() is None


def test_a_refused_template_changes_nothing_of_the_product(owner: Client) -> None:
    category = CategoryFactory()
    owner.post(NEW, sent(category, row(0, code="P", weight_grams="5"), freight="按件包邮"))

    with nothing_changes():
        answer = owner.post(
            f"{TEAPOT}save/", sent(category, row(0, code="P"), name="新名", freight="没有的模板")
        )

    assert answer.status_code == 422
    assert "选择一个有效的选项" in answer.content.decode()


def test_a_weight_that_is_charged_must_be_filled_in_at_each_row(owner: Client) -> None:
    data = sent(
        CategoryFactory(),
        row(0, "黑", code="P-B", weight_grams="600"),
        row(1, "红", code="P-R", is_left_out="on"),
        row(2, "白", code="P-W"),
        options={"颜色": "黑\n红\n白"},
    )

    with nothing_changes():
        answer = owner.post(NEW, data)

    assert answer.status_code == 422
    editor = answer.context["editor"]
    assert [form.errors.get("weight_grams") for form in editor.rows] == [
        None,
        None,
        ["按重量计费，请填写重量。"],
    ]
    assert editor.form.errors["freight"] == [
        "「紫砂壶」的运费模板「标准快递」按重量计费，请给每个规格填上重量。"
    ]
    assert owner.post(NEW, data | {"freight": "按件包邮"}).status_code == 302
    assert own_template() == "按件包邮"


def test_a_draft_waits_for_its_weight_until_it_goes_on_the_shelf(owner: Client) -> None:
    owner.post(NEW, sent(CategoryFactory(), row(0, code="P"), shelf="draft"))

    with nothing_changes():
        answer = owner.post(
            f"{PRODUCTS}shelf/",
            {"slug": ["teapot"], "shelf": "on"},
            headers={"HX-Request": "true"},
        )

    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast == {
        "text": "「紫砂壶」的运费模板「标准快递」按重量计费，请给每个规格填上重量。",
        "tone": "error",
    }


def test_who_saves_second_is_told_and_keeps_what_was_typed(owner: Client) -> None:
    category = CategoryFactory()
    owner.post(NEW, sent(category, row(0, code="P", weight_grams="5")))
    opened = owner.get(TEAPOT).context["editor"].form["revision"].value()
    mine = sent(category, row(0, code="P", weight_grams="5"), revision=str(opened))
    assert owner.post(f"{TEAPOT}save/", mine | {"subtitle": "先存的"}).status_code == 302

    with nothing_changes():
        answer = owner.post(f"{TEAPOT}save/", mine | {"subtitle": "后存的", "name": "另一把壶"})

    assert answer.status_code == 409
    html = answer.content.decode()
    assert "别人保存过这个商品，你的修改还没有保存" in html
    assert f'href="{TEAPOT}" target="_blank"' in html
    form = answer.context["editor"].form
    assert (form["subtitle"].value(), form["name"].value()) == ("后存的", "另一把壶")
    newer = owner.get(TEAPOT).context["editor"].form["revision"].value()
    assert newer == opened + 1
    again = mine | {"subtitle": "后存的", "revision": str(newer)}
    assert owner.post(f"{TEAPOT}save/", again).status_code == 302
    assert Product.objects.get().subtitle == "后存的"


def test_a_shelf_that_changed_meanwhile_is_not_undone(owner: Client) -> None:
    category = CategoryFactory()
    owner.post(NEW, sent(category, row(0, code="P", weight_grams="5")))
    opened = owner.get(TEAPOT).context["editor"].form["revision"].value()
    owner.post(f"{TEAPOT}shelf/", {"shelf": "off"})

    mine = sent(category, row(0, code="P", weight_grams="5"), revision=str(opened))
    assert owner.post(f"{TEAPOT}save/", mine).status_code == 409

    assert Product.objects.get().shelf == "off"


def test_the_form_shows_the_pieces_of_each_row_with_the_way_to_the_stock(owner: Client) -> None:
    product = ProductFactory(slug="teapot", options=[{"name": "颜色", "values": ["黑", "白"]}])
    black = SkuFactory(product=product, code="P/黑", options=["黑"], position=0)
    SkuFactory(product=product, code="P-W", options=["白"], position=1)
    stocked(black, 7, WarehouseFactory())
    stocked(black, 1200, WarehouseFactory())

    page = owner.get(TEAPOT)

    assert [(cell.sku, cell.pieces, cell.not_sold) for _row, cell in page.context["rows"]] == [
        ("P/黑", 1200, None),
        ("P-W", 0, "out_of_stock"),
    ]
    html = page.content.decode()
    assert '<a class="link num" href="/console/stock/?q=P/%E9%BB%91">1,200</a>' in html
    assert page.context["product"].not_sold is None


def test_a_row_that_is_not_saved_yet_has_no_pieces(owner: Client) -> None:
    category = CategoryFactory()
    owner.post(NEW, sent(category, row(0, code="P", weight_grams="5")))

    answer = owner.post(
        f"{TEAPOT}save/",
        sent(category, row(0, code="P"), options={"颜色": "黑\n白"}, action="generate"),
    )

    assert [cell.sku for _row, cell in answer.context["rows"]] == ["", ""]
    assert answer.content.decode().count("保存后入库") == 2


def test_list_and_form_give_the_same_reason(owner: Client) -> None:
    def reasons() -> tuple[Any, Any]:
        (item,) = owner.get(PRODUCTS).context["items"]
        return item.not_sold, owner.get(TEAPOT).context["product"].not_sold

    sku = SkuFactory(product__slug="teapot")
    assert reasons() == ("out_of_stock", "out_of_stock")
    stocked(sku, 3)
    assert reasons() == (None, None)
    owner.post(f"{TEAPOT}shelf/", {"shelf": "off"})
    assert reasons() == ("off", "off")


def test_without_any_template_the_reason_is_freight(owner: Client) -> None:
    stocked(SkuFactory(product__slug="teapot"), 3)
    freight.FreightTemplate.objects.update(archived_at=NOON)
    versions.bump(freight.FREIGHT)

    page = owner.get(TEAPOT)

    assert page.context["product"].not_sold == "no_freight"
    assert "还没有运费模板" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_needs_the_same_statements_for_any_number_of_rows(
    owner: Client, rows: int, django_assert_num_queries: Any
) -> None:
    product = ProductFactory(slug="teapot", options=[{"name": "色", "values": list("abc"[:rows])}])
    for place in range(rows):
        stocked(SkuFactory(product=product, options=["abc"[place]], position=place), 3)

    # session, user, product (3), categories, attributes (2), templates (5), reasons (5), pieces,
    # shop, menu
    with django_assert_num_queries(14):
        page = owner.get(TEAPOT)

    assert len(page.context["rows"]) == rows


def test_who_may_not_see_stock_gets_no_link_to_it(sign_in: Any) -> None:
    sku = SkuFactory(product__slug="teapot")
    stocked(sku, 3)

    for role in Role.values:
        answer = sign_in(role).get(TEAPOT)
        if answer.status_code == 200:
            may = answer.context["may_see_stock"]
            assert ("/console/stock/?q=" in answer.content.decode()) is may


def test_who_saves_second_sees_what_the_first_one_changed_and_may_go_on(owner: Client) -> None:
    category = CategoryFactory()
    owner.post(NEW, sent(category, row(0, code="P", weight_grams="5")))
    form = owner.get(TEAPOT).context["editor"].form
    opened = {name: str(form[name].value()) for name in ("revision", "opened")}
    mine = sent(category, row(0, code="P", weight_grams="5"), **opened)
    owner.post(f"{TEAPOT}save/", mine | {"subtitle": "先存的"})

    refused = owner.post(f"{TEAPOT}save/", mine | {"subtitle": "后存的"})

    assert refused.status_code == 409
    lines = [line for act in refused.context["others"] for line in act.lines]
    assert [(line.label, line.old, line.new) for line in lines] == [("副标题", "", "先存的")]
    again = refused.context["editor"].form
    newer = {name: str(again[name].value()) for name in ("revision", "opened")}
    assert int(newer["revision"]) == int(opened["revision"]) + 1
    assert Product.objects.get().subtitle == "先存的"
    owner.post(f"{TEAPOT}save/", mine | newer | {"subtitle": "后存的"})
    assert Product.objects.get().subtitle == "后存的"


@pytest.mark.parametrize("opened", ["", "nan", "inf", "-1e300", "x", "9e99"])
def test_a_form_without_the_moment_of_its_opening_is_refused_all_the_same(
    owner: Client, opened: str
) -> None:
    category = CategoryFactory()
    owner.post(NEW, sent(category, row(0, code="P", weight_grams="5")))
    mine = sent(category, row(0, code="P", weight_grams="5"), revision="1", opened=opened)
    owner.post(f"{TEAPOT}shelf/", {"shelf": "off"})

    with nothing_changes():
        answer = owner.post(f"{TEAPOT}save/", mine)

    assert answer.status_code in (409, 422)
