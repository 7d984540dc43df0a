"""Brands, tags, attributes and timed prices of other shops, and the file that Shopify takes."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.factories.catalog import (
    CategoryFactory,
    PictureFactory,
    ProductFactory,
    SkuFactory,
    image_file,
)
from tests.factories.shop import NOON, WarehouseFactory, stocked
from tests.integrations.conftest import Run
from tests.integrations.test_exports import export, rows

from zhanggui.catalog import services as catalog
from zhanggui.catalog.models import (
    Attribute,
    Category,
    Picture,
    Product,
    ProductAttribute,
    ProductChange,
    SearchTerm,
    Sku,
)
from zhanggui.catalog.types import AttributeKind
from zhanggui.core.types import SYSTEM
from zhanggui.integrations import queries, services
from zhanggui.inventory.models import StockLevel, StockMovement, Warehouse

pytestmark = pytest.mark.django_db


def goods(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "goods.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def values() -> dict[str, list[str]]:
    """Return attribute → values of the only product."""
    found: dict[str, list[str]] = {}
    for one in ProductAttribute.objects.select_related("attribute").order_by("pk"):
        found.setdefault(one.attribute.name, []).append(one.text)
    return found


def test_brand_and_tags_become_attributes_at_the_top_of_the_branch(
    tmp_path: Path, run: Run
) -> None:
    head = "Handle,Title,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant Price"
    line = 'tee,Tee,Acme: Co,A > B,"new, sale;x, new",Title,Default Title,5'

    made = run(goods(tmp_path, head, line))

    assert queries.problems(run=made) == []
    assert values() == {"品牌": ["Acme： Co"], "标签": ["new", "sale", "x"]}
    found = Attribute.objects.order_by("name").values_list("name", "kind", "is_facet")
    assert set(found) == {("品牌", "text", True), ("标签", "choice", False)}
    assert set(Attribute.objects.values_list("category__name", flat=True)) == {"A"}
    assert run(goods(tmp_path, head, line)).counts.get("unchanged", 0) == 1


def test_woocommerce_brings_attributes_and_sales_of_some_days(tmp_path: Path, run: Run) -> None:
    head = (
        "ID,Type,SKU,Name,Published,Date sale price starts,Date sale price ends,Sale price,"
        "Regular price,Categories,Tags,Parent,Brands,Attribute 1 name,Attribute 1 value(s),"
        "Attribute 2 name,Attribute 2 value(s)"
    )
    end = f"{NOON + timedelta(days=9):%Y-%m-%dT%H:%M:%S}"

    run(
        goods(
            tmp_path,
            head,
            '1,variable,H,Hoodie,1,,,,,Tops,,,Acme,Color,"Blue, Red",Fabric,"Cotton\\, soft, Wool"',
            f"2,variation,HB,Hoodie,1,,{end},40,45,,,id:1,,Color,Blue,,",
            "3,variation,HR,Hoodie,1,2020-01-01,2020-02-01,40,45,,,id:1,,Color,Red,,",
        )
    )

    assert values() == {"Fabric": ["Cotton, soft", "Wool"], "品牌": ["Acme"]}
    found = Sku.objects.order_by("position").values_list(
        "price_minor", "market_price_minor", "timed_price_minor", "timed_until"
    )
    assert [tuple(one[:3]) for one in found] == [(45_00, None, 40_00), (45_00, None, None)]
    assert [one[3] is None for one in found] == [False, True]


def test_values_that_an_attribute_lacks_are_added_and_wrong_ones_told(
    tmp_path: Path, run: Run
) -> None:
    home = CategoryFactory(name="茶具")
    for name, kind, texts in (("材质", "choice", ["瓷"]), ("容量", "number", [])):
        catalog.save_attribute(
            category_id=home.pk, name=name, kind=AttributeKind(kind), values=texts
        )
    head = "商品编码,商品名称,类目,售价,属性,属性:产地"

    made = run(
        goods(
            tmp_path,
            head,
            "a,杯,茶具,1,材质:陶|瓷; 容量:200,龙泉",
            "b,壶,茶具,1,容量:很大,",
        )
    )

    assert values() == {"材质": ["瓷", "陶"], "容量": ["200"], "产地": ["龙泉"]}
    assert Attribute.objects.get(name="材质").values == ["瓷", "陶"]
    if made.counts.get("refused", 0) != 1:
        pytest.fail(str(queries.problems(run=made)))
    assert queries.problems(run=made) == [(3, "容量 要填数字。")]


def test_undoing_sets_attributes_and_timed_prices_back(tmp_path: Path, run: Run) -> None:
    home = CategoryFactory(name="茶具")
    catalog.save_attribute(
        category_id=home.pk, name="产地", new_key="origin", kind=AttributeKind.TEXT
    )
    product = ProductFactory(slug="cup", category=home)
    SkuFactory(product=product, code="CUP", price_minor=900)
    catalog.set_attributes(
        product_id=product.pk, values={"origin": ["龙泉"]}, now=NOON, actor=SYSTEM
    )
    made = run(
        goods(
            tmp_path,
            "商品编码,规格编码,产地,属性,定时价,定时价结束,售罄自动下架",
            "cup,CUP,,产地:景德镇,5.00,2030-01-01,是",
        )
    )
    product.refresh_from_db()
    assert (values(), product.leaves_when_sold_out) == ({"产地": ["景德镇"]}, True)
    assert Sku.objects.get().timed_price_minor == 500

    services.begin_undo(run=made, actor=SYSTEM, now=NOON)
    services.undo_import(run=made, actor=SYSTEM, now=NOON)

    product.refresh_from_db()
    assert (values(), product.leaves_when_sold_out) == ({"产地": ["龙泉"]}, False)
    assert (Sku.objects.get().timed_price_minor, Sku.objects.get().timed_until) == (None, None)


def figures() -> list[Any]:
    """Return what a Shopify file can hold of the catalogue."""
    return [
        (
            *(one.slug, one.name, one.description, one.shelf, one.category.name, one.options),
            [
                (
                    *(sku.code, sku.options, sku.price_minor, sku.market_price_minor),
                    *(sku.cost_price_minor, sku.barcode, sku.weight_grams),
                    sku.picture and sku.picture.digest,
                )
                for sku in one.skus.order_by("code").select_related("picture")
            ],
            list(one.pictures.order_by("position").values_list("digest", "alt")),
            sorted(one.attributes.values_list("attribute__name", "text")),
        )
        for one in Product.objects.filter(archived_at=None).order_by("slug")
    ]


def cup_shop(house: Warehouse) -> None:
    """Make a shop of three products with what a Shopify file can hold."""
    home = CategoryFactory(name="杯子", parent=CategoryFactory(name="茶 > 器"))
    for name, kind in (("品牌", "text"), ("标签", "choice")):
        catalog.save_attribute(
            category_id=home.pk,
            new_key=(name == "品牌" and "brand") or "tags",
            name=name,
            kind=AttributeKind(kind),
            values=["新", "礼"],
        )
    cup = ProductFactory(
        slug="cup",
        name='青瓷"杯"',
        description="<p>甲\n乙</p>",
        category=home,
        options=[{"name": "颜色", "values": ["天青", "月白"]}],
    )
    prices = {"price_minor": 59_01, "market_price_minor": 79_00, "cost_price_minor": 20_50}
    blue = SkuFactory(product=cup, code="B", options=["天青"], barcode="6901234567892", **prices)
    white = SkuFactory(product=cup, code="W", options=["月白"], price_minor=0, weight_grams=0)
    for colour in ("teal", "white", "grey"):
        catalog.add_picture(
            product_id=cup.pk, content=image_file(colour=colour), alt=colour, now=NOON
        )
    catalog.set_sku_picture(sku_id=white.pk, picture_id=Picture.objects.get(alt="white").pk)
    catalog.set_attributes(
        product_id=cup.pk,
        values={"brand": ["官窑"], "tags": ["新", "礼"]},
        now=NOON,
        actor=SYSTEM,
    )
    SkuFactory(product=ProductFactory(slug="plain", category=home, shelf="off"), code="P")
    SkuFactory(product=ProductFactory(slug="draft", category=home, shelf="draft"), code="D")
    stocked(blue, 7, house)


def test_a_shopify_file_brings_the_same_goods_into_another_shop(tmp_path: Path, run: Run) -> None:
    house = WarehouseFactory()
    cup_shop(house)
    before = figures()
    path = export(tmp_path, wanted={"format": "shopify"})
    assert run(path).counts.get("unchanged", 0) == 3
    known = list(Picture.objects.values("digest", "small", "medium", "large", "width", "height"))
    for model in (StockMovement, StockLevel, SearchTerm, ProductChange, ProductAttribute):
        model.objects.all().delete()
    for model in (Attribute, Sku, Picture, Product):
        model.objects.all().delete()
    Category.objects.filter(parent__isnull=False).delete()
    Category.objects.all().delete()
    for values_ in known:
        PictureFactory(**values_, product=ProductFactory(archived_at=NOON))

    made = run(path)

    assert (made.format, queries.problems(run=made)) == ("shopify", [])
    assert figures() == before
    assert StockLevel.objects.get(sku__code="B").on_hand == 7


def test_a_shopify_file_has_its_rows_as_shopify_wants_them(tmp_path: Path) -> None:
    cup = ProductFactory(slug="cup", name="杯")
    SkuFactory(product=cup, code="B", price_minor=59_01, cost_price_minor=1)
    for colour in ("teal", "white"):
        catalog.add_picture(product_id=cup.pk, content=image_file(colour=colour), alt="", now=NOON)

    found = rows(export(tmp_path, wanted={"format": "shopify"}, with_costs=False))

    assert [(one["Title"], one["URL handle"], one["Price"]) for one in found] == [
        ("杯", "cup", "59.01"),
        ("", "cup", ""),
    ]
    assert (found[0]["Option1 name"], found[0]["Option1 value"]) == ("Title", "Default Title")
    assert [one["Image position"] for one in found] == ["1", "2"]
    assert "Cost per item" not in found[0]


def test_the_command_writes_it_and_says_what_it_can_not(tmp_path: Path) -> None:
    SkuFactory(product=ProductFactory(slug="cup"))
    path = tmp_path / "out.csv"

    call_command("export", "products", path, format="shopify", stdout=StringIO())

    assert path.read_text("utf-8-sig").startswith("Title,URL handle,Description")
    with pytest.raises(CommandError):
        call_command("export", "orders", path, format="shopify", stdout=StringIO())
