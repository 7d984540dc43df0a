"""The console's pages of products and categories."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.factories.catalog import (
    CREATED,
    CategoryFactory,
    PictureFactory,
    ProductFactory,
    SkuFactory,
    image_file,
)

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import Category, Picture, Product, Sku
from zhanggui.catalog.services import rebuild_search

pytestmark = pytest.mark.django_db

PRODUCTS = "/console/products/"
NEW = "/console/products/new/"


@pytest.fixture
def category() -> Category:
    return CategoryFactory(name="茶具", slug="pots")


def row(number: int, *values: str, **fields: Any) -> dict[str, Any]:
    """Return what the browser sends of one row of the matrix."""
    named = {"options": json.dumps(values), "price_minor": "19.9", **fields}
    return {f"sku-{number}-{name}": value for name, value in named.items()}


def sent(
    category: Category, *rows: dict[str, Any], options: dict[str, str] | None = None, **fields: Any
) -> dict[str, Any]:
    """Return what the browser sends of the whole form."""
    data: dict[str, Any] = {
        "name": "紫砂壶",
        "slug": "teapot",
        "category": category.slug,
        "shelf": "on",
        "action": "save",
        "option-TOTAL_FORMS": "3",
        "option-INITIAL_FORMS": "3",
        "sku-TOTAL_FORMS": str(len(rows)),
        "sku-INITIAL_FORMS": str(len(rows)),
    }
    for number, (name, values) in enumerate((options or {}).items()):
        data |= {f"option-{number}-name": name, f"option-{number}-values": values}
    for values in rows:
        data |= values
    return data | fields


COLOURS = {"颜色": "黑\n白"}


def test_a_product_is_made_with_its_matrix(owner: Client, category: Category) -> None:
    answer = owner.post(
        NEW,
        sent(
            category,
            row(0, "黑", code="P-B", cost_price_minor="8", weight_grams="600"),
            row(1, "白", code="P-W", price_minor="¥1,029.50", barcode="690123"),
            options=COLOURS,
            subtitle="手工",
            on_at="2026-11-20T08:00",
        ),
    )

    assert (answer.status_code, answer["Location"]) == (302, "/console/products/item/teapot/")
    product = Product.objects.get()
    assert (product.name, product.shelf, product.currency, product.category_id) == (
        "紫砂壶",
        "on",
        "CNY",
        category.pk,
    )
    assert product.on_at is not None
    assert product.on_at.isoformat() == "2026-11-20T00:00:00+00:00"
    rows = Sku.objects.order_by("position").values_list(
        "option_key", "code", "price_minor", "cost_price_minor", "weight_grams", "barcode"
    )
    assert list(rows) == [
        ("黑", "P-B", 19_90, 8_00, 600, ""),
        ("白", "P-W", 1029_50, None, 0, "690123"),
    ]


def test_generating_rows_saves_nothing_and_keeps_what_was_typed(
    owner: Client, category: Category
) -> None:
    answer = owner.post(
        NEW,
        sent(
            category,
            row(0, "黑", code="P-B", price_minor="12,5"),
            options={"颜色": "黑\n白", "容量": "大\n小\n大"},
            action="generate",
            name="<b>壶",
        ),
    )

    assert answer.status_code == 200
    assert not Product.objects.exists()
    editor = answer.context["editor"]
    assert [
        (form.title, form["code"].value(), form["price_minor"].value()) for form in editor.rows
    ] == [
        ("黑 / 大", "P-B", "12,5"),
        ("黑 / 小", "", "12,5"),
        ("白 / 大", None, None),
        ("白 / 小", None, None),
    ]
    assert editor.form["name"].value() == "<b>壶"
    html = answer.content.decode()
    assert "&lt;b&gt;壶" in html
    assert "必填" not in html


def test_filling_writes_into_every_row_and_leaves_the_rest(
    owner: Client, category: Category
) -> None:
    answer = owner.post(
        NEW,
        sent(
            category,
            row(0, "黑", weight_grams="5"),
            row(1, "白", price_minor=""),
            options=COLOURS,
            action="fill",
            **{"fill-price_minor": "30", "fill-volume_cm3": "9"},
        ),
    )

    rows = answer.context["editor"].rows
    assert [form["price_minor"].value() for form in rows] == ["30", "30"]
    assert [form["weight_grams"].value() for form in rows] == ["5", None]
    assert [form["volume_cm3"].value() for form in rows] == ["9", "9"]


def test_an_edit_shows_what_is_stored_and_saves_what_is_sent(
    owner: Client, category: Category
) -> None:
    owner.post(NEW, sent(category, row(0, "黑", code="P-B"), options={"颜色": "黑"}))

    page = owner.get("/console/products/item/teapot/")
    assert page.context["editor"].form["name"].value() == "紫砂壶"
    html = page.content.decode()
    assert 'value="19.90"' in html
    answer = owner.post(
        "/console/products/item/teapot/save/",
        sent(
            category,
            row(0, "黑", code="P-B", price_minor="25"),
            row(1, "白", code="P-W"),
            row(2, "红", price_minor="", is_left_out="on"),
            options={"颜色": "黑\n白\n红"},
            slug="pot",
            name="新壶",
        ),
    )

    assert answer["Location"] == "/console/products/item/pot/"
    assert list(Sku.objects.order_by("position").values_list("code", "price_minor")) == [
        ("P-B", 25_00),
        ("P-W", 19_90),
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ""}, "这个字段是必填项"),
        ({"category": ""}, "这个字段是必填项"),
        ({"category": "gone"}, "选择一个有效的选项"),
        ({"slug": "Tea Pot"}, "网址名只能用小写字母"),
        ({"slug": "taken"}, "这个网址名已被使用"),
        ({"shelf": "gone"}, "选择一个有效的选项"),
        ({"on_at": "soon"}, "输入一个有效的日期"),
        ({"on_at": "0001-01-01T00:00"}, "2000 年"),
        ({"on_at": "2026-11-20T08:00", "off_at": "2026-11-20T07:00"}, "下架时间要晚于上架时间"),
        ({"sku-0-price_minor": ""}, "这个字段是必填项"),
        ({"sku-0-price_minor": "-1"}, "请填写 0 到"),
        ({"sku-0-price_minor": "1.999"}, "最多 2 位小数"),
        ({"sku-0-price_minor": "12,5"}, "请填写 0 到"),
        ({"sku-0-price_minor": "1e99"}, "请填写 0 到"),
        ({"sku-0-price_minor": "NaN"}, "请填写 0 到"),
        ({"sku-0-weight_grams": "-1"}, "大于或等于0"),
        ({"sku-0-code": "TAKEN"}, "规格编码 TAKEN 已被别的商品使用"),
        ({"sku-0-options": '["蓝"]'}, "请重新生成规格"),
        ({"sku-0-options": "{"}, "请重新生成规格"),
        ({"sku-0-options": '[["x"]]'}, "请重新生成规格"),
        ({"sku-0-is_left_out": "on"}, "上架前至少要有一行规格"),
        ({"sku-TOTAL_FORMS": "999"}, "200"),
        ({"sku-TOTAL_FORMS": "x"}, "规格里还有要改的地方"),
        ({"option-0-values": ""}, "规格项要有名称"),
        ({"name": "壶\x00"}, "NUL"),
    ],
)
def test_what_must_be_mended_is_said_and_nothing_changes(
    owner: Client, category: Category, fields: dict[str, str], text: str
) -> None:
    SkuFactory(code="TAKEN", product__slug="taken")
    before = list(Product.objects.values()), list(Sku.objects.values())

    answer = owner.post(
        NEW, sent(category, row(0, "黑", code="P-B"), options={"颜色": "黑"}) | fields
    )

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert before == (list(Product.objects.values()), list(Sku.objects.values()))


def test_too_many_combinations_are_refused_before_they_are_made(
    owner: Client, category: Category
) -> None:
    many = "\n".join(str(n) for n in range(100))

    answer = owner.post(
        NEW,
        sent(category, row(0), options={"一": many, "二": many, "三": many}, action="generate"),
    )

    assert answer.status_code == 422
    assert "1000000 行规格" in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_needs_the_same_statements_for_any_number_of_rows(
    owner: Client, rows: int, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        PictureFactory(product=SkuFactory(product__category=CategoryFactory()).product)

    # session, user, page (3), reasons (5), counts, categories, shop, menu
    with django_assert_num_queries(15):
        page = owner.get(PRODUCTS)

    assert page.content.decode().count('<tr id="row-') == rows


def test_the_list_filters_by_tab_category_and_search(owner: Client) -> None:
    tea = CategoryFactory(slug="tea", name="茶叶")
    SkuFactory(code="LJ-01", product=ProductFactory(name="龙井", slug="longjing", category=tea))
    SkuFactory(product=ProductFactory(name="茶壶", slug="pot", shelf="off"))
    SkuFactory(
        product=ProductFactory(
            name="新茶", slug="soon", on_at=timezone.now() + timedelta(days=1), category=tea
        )
    )
    ProductFactory(name="旧茶", slug="old", archived_at=CREATED)
    rebuild_search()

    def shown(**params: str) -> list[str]:
        page = owner.get(PRODUCTS, params)
        assert page.status_code == 200
        return sorted(item.card.slug for item in page.context["page"].items)

    assert shown() == ["longjing", "pot", "soon"]
    assert shown(shelf="on") == ["longjing", "soon"]
    assert shown(shelf="off") == ["pot"]
    assert shown(shelf="archived") == ["old"]
    assert shown(category="tea") == ["longjing", "soon"]
    assert shown(q="lj-01") == shown(q="lj") == shown(q="龙井") == ["longjing"]
    assert shown(q="红酒") == []
    html = owner.get(PRODUCTS).content.decode()
    for reason in ("没有库存", "已下架", "还没到上架时间"):
        assert reason in html
    counts = [tab["count"] for tab in owner.get(PRODUCTS, {"category": "tea"}).context["tabs"]]
    assert counts == [2, 2, 0, 0, 0]


def test_htmx_gets_the_list_alone(owner: Client) -> None:
    SkuFactory()

    part = owner.get(PRODUCTS, headers={"HX-Request": "true"}).content.decode()

    assert part.strip().startswith('<div id="list"')
    assert "<html" not in part


def test_the_list_pages_by_cursor(owner: Client) -> None:
    for number in range(21):
        SkuFactory(product=ProductFactory(slug=f"p{number:02d}"))

    first = owner.get(PRODUCTS)
    second = owner.get(PRODUCTS, {"cursor": first.context["page"].next})

    assert len(first.context["page"].items) == 20
    assert [item.card.slug for item in second.context["page"].items] == ["p00"]
    assert "共 21 个商品" in second.content.decode()


@pytest.mark.parametrize("script", [False, True])
def test_a_row_is_put_on_and_off_the_shelf(owner: Client, script: bool) -> None:
    product = SkuFactory(product__shelf="off").product
    headers = {"HX-Request": "true"} if script else {}

    answer = owner.post(
        f"/console/products/item/{product.slug}/shelf/",
        {"shelf": "on", "next": "/console/products/?shelf=off"},
        headers=headers,
    )

    product.refresh_from_db()
    assert product.shelf == "on"
    if script:
        assert answer.status_code == 204
        assert json.loads(answer["HX-Trigger"]) == {
            "toast": {"text": "已上架", "tone": "success"},
            "refresh": True,
        }
    else:
        assert answer["Location"] == "/console/products/?shelf=off"


def test_chosen_rows_go_on_the_shelf_together_or_not_at_all(owner: Client) -> None:
    rows = [SkuFactory(product__shelf="off").product for _ in range(2)]
    empty = ProductFactory(shelf="draft")
    chosen = [row.slug for row in rows]

    refused = owner.post(
        f"{PRODUCTS}shelf/",
        {"slug": [*chosen, empty.slug], "shelf": "on"},
        headers={"HX-Request": "true"},
    )
    assert json.loads(refused["HX-Trigger"])["toast"]["tone"] == "error"
    assert not Product.objects.filter(shelf="on").exists()

    # the table and the card of a row send the same slug
    owner.post(f"{PRODUCTS}shelf/", {"slug": chosen * 2, "shelf": "on"})
    assert Product.objects.filter(shelf="on").count() == 2
    assert owner.post(f"{PRODUCTS}shelf/", {"shelf": "on"}).status_code == 404


def test_a_product_without_sku_stays_off_the_shelf_and_says_why(owner: Client) -> None:
    product = ProductFactory(shelf="draft", name="空商品")

    answer = owner.post(
        f"/console/products/item/{product.slug}/shelf/",
        {"shelf": "on", "next": "https://evil.example/"},
        follow=True,
    )

    assert answer.redirect_chain == [("/console/products/", 302)]
    assert "空商品 还没有规格" in answer.content.decode()
    product.refresh_from_db()
    assert product.shelf == "draft"


def test_a_product_is_archived_locked_and_restored(owner: Client) -> None:
    product = SkuFactory().product
    address = f"/console/products/item/{product.slug}/"

    owner.post(f"{address}archive/", {"next": address})
    product.refresh_from_db()
    assert product.archived_at is not None
    assert '<fieldset class="contents" disabled>' in owner.get(address).content.decode()
    owner.post(f"{address}archive/", {"action": "restore"})

    product.refresh_from_db()
    assert (product.archived_at, product.shelf) == (None, "off")


def test_unknown_products_are_not_found(owner: Client) -> None:
    address = "/console/products/item/gone/"

    assert owner.get(address).status_code == 404
    for name in ("save", "shelf", "archive", "pictures"):
        assert owner.post(f"{address}{name}/", {"shelf": "on"}).status_code == 404


def test_pictures_come_with_a_new_product(owner: Client, category: Category) -> None:
    picture = SimpleUploadedFile("a.png", image_file(), content_type="image/png")

    owner.post(NEW, sent(category, row(0, code="P"), pictures=picture))

    stored = Picture.objects.get()
    assert (stored.product.slug, stored.alt) == ("teapot", "紫砂壶")


def test_customer_service_reads_and_the_warehouse_does_not(
    category: Category, sign_in: Callable[[str], Client]
) -> None:
    product = SkuFactory(cost_price_minor=7_77, product__category=category).product
    address = f"/console/products/item/{product.slug}/"
    service, warehouse = sign_in(Role.SERVICE), sign_in(Role.WAREHOUSE)

    page = service.get(address).content.decode()
    assert "成本价" not in page
    assert "7.77" not in page
    assert 'value="save"' not in page.split("<fieldset")[0]
    assert service.get(PRODUCTS).status_code == 200
    assert "新建商品" not in service.get(PRODUCTS).content.decode()
    for name in ("save", "shelf", "archive", "pictures"):
        assert service.post(f"{address}{name}/").status_code == 403
    assert service.get(NEW).status_code == 403
    assert warehouse.get(PRODUCTS).status_code == 403
    assert Client().get(PRODUCTS)["Location"] == "/console/login/?next=/console/products/"


def test_the_pages_speak_english_too(owner: Client, category: Category) -> None:
    SkuFactory(product__category=category, product__name="Teapot")
    owner.cookies["lang"] = "en"

    html = owner.get(PRODUCTS).content.decode()

    assert "On sale" in html
    assert "New product" in html
