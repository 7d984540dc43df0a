"""Product files of other shops, each as its export is laid out: names, SKUs, prices, stock."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from tests.factories.shop import WarehouseFactory
from tests.integrations.conftest import Run

from zhanggui.catalog.models import Product, Sku
from zhanggui.integrations import queries
from zhanggui.integrations.models import ImportRun
from zhanggui.inventory.models import StockLevel

pytestmark = pytest.mark.django_db
Rows = list[dict[str, str]]


def written(rows: Rows, *, mark: str = ",", above: str = "") -> str:
    header = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, header, restval="", delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return above + buffer.getvalue()


def goods() -> dict[str, list[Any]]:
    """Return name and category → shelf, and code, options, price and stock of each SKU."""
    stock = dict(StockLevel.objects.values_list("sku__code", "on_hand"))
    return {
        f"{product.name} · {product.category.name}": [
            product.shelf,
            *(
                (one.code, one.options, one.price_minor, stock.get(one.code))
                for one in Sku.objects.filter(product=product).order_by("position")
            ),
        ]
        for product in Product.objects.select_related("category").order_by("pk")
    }


def told(made: ImportRun) -> dict[int, str]:
    return dict(queries.problems(run=made))


@pytest.fixture
def take(tmp_path: Path, run: Run) -> Any:
    WarehouseFactory()

    def do(text: str, codec: str = "utf-8") -> ImportRun:
        path = tmp_path / "goods.csv"
        path.write_bytes(text.encode(codec))
        return run(path)

    return do


MAGENTO = [
    {
        "sku": f"WS03-{size}",
        "product_type": "simple",
        "categories": "Default Category/Women/Tops",
        "name": f"Iris Top-{size}",
        "weight": "1.000000",
        "product_online": "1",
        "visibility": "Not Visible Individually",
        "price": "29.000000",
        "url_key": f"iris-top-{size.lower()}",
        "additional_attributes": f"color=Red,size={size}",
        "qty": "90.0000",
        "configurable_variations": "",
        "configurable_variation_labels": "",
    }
    for size in ("XS", "S")
]
MAGENTO += [
    {
        "sku": "WS03",
        "product_type": "configurable",
        "categories": "Default Category/Women/Tops,Default Category/Promotions",
        "name": "Iris Top",
        "product_online": "1",
        "url_key": "iris-top",
        "qty": "0.0000",
        "configurable_variations": "sku=WS03-XS,size=XS,color=Red|sku=WS03-S,size=S,color=Red",
        "configurable_variation_labels": "size=Size,color=Color",
    },
    {
        "sku": "24-MB01",
        "product_type": "simple",
        "categories": "Default Category/Gear/Bags",
        "name": "Duffle Bag",
        "product_online": "2",
        "price": "34.000000",
        "url_key": "duffle-bag",
        "qty": "100.0000",
    },
]


def test_magento_where_a_row_names_the_rows_it_is_sold_in(take: Any) -> None:
    made = take(written([*MAGENTO[:3], {**MAGENTO[3], "product_online": "0"}]))

    assert made.format == "families"
    assert goods() == {
        "Iris Top · Tops": [
            "on",
            ("WS03-XS", ["XS", "Red"], 29_00, 90),
            ("WS03-S", ["S", "Red"], 29_00, 90),
        ],
        "Duffle Bag · Bags": ["off", ("24-MB01", [], 34_00, 100)],
    }
    assert Product.objects.get(slug="iris-top").category.parent.name == "Women"  # type: ignore[union-attr]
    assert told(made) == {}


BIGCOMMERCE = [
    {
        "Item Type": "Product",
        "Product ID": "77",
        "Product Name": "Fog Linen",
        "Product Type": "P",
        "Product Code/SKU": "FOG",
        "Option Set Align": "Right",
        "Price": "49.0000",
        "Product Visible?": "Y",
        "Current Stock Level": "0",
        "Category": "Shop All/Kitchen;Gifts",
        "Product URL": "/fog-linen/",
    },
    {
        "Item Type": "  SKU",
        "Product Name": "[S]Size=Small,[RB]Color=Blue",
        "Product Code/SKU": "FOG-S",
        "Price": "49.0000",
        "Current Stock Level": "10",
    },
    {
        "Item Type": "  SKU",
        "Product Name": "[S]Size=Large,[RB]Color=Blue",
        "Product Code/SKU": "FOG-L",
        "Price": "55.0000",
        "Current Stock Level": "3",
    },
    {"Item Type": "  Rule", "Product Code/SKU": "FOG-L", "Price": "[ADD]6"},
    {
        "Item Type": "Product",
        "Product Name": "Mug",
        "Product Code/SKU": "MUG",
        "Price": "9",
        "Current Stock Level": "7",
        "Category": "Shop All",
    },
]


def test_bigcommerce_where_rows_of_skus_and_rules_follow_their_product(take: Any) -> None:
    made = take(written(BIGCOMMERCE))

    assert goods() == {
        "Fog Linen · Kitchen": [
            "on",
            ("FOG-S", ["Small", "Blue"], 49_00, 10),
            ("FOG-L", ["Large", "Blue"], 55_00, 3),
        ],
        "Mug · Shop All": ["draft", ("MUG", [], 9_00, 7)],
    }
    assert told(made) == {}


def test_wix_with_surcharges_and_colours(take: Any) -> None:
    head = {
        "handleId": "p1",
        "fieldType": "Product",
        "name": "Linen Tee",
        "collection": "Tops;New",
        "sku": "TEE",
        "price": "39.99",
        "surcharge": "",
        "visible": "true",
        "inventory": "InStock",
        "productOptionName1": "Color",
        "productOptionDescription1": "#ff0000:Red;#0000ff:Blue",
        "productOptionName2": "Size",
        "productOptionDescription2": "S;M",
    }
    variant = {"handleId": "p1", "fieldType": "Variant", "visible": "true"}
    made = take(
        written(
            [
                head,
                variant
                | {"sku": "T-R", "surcharge": "0", "inventory": "5"}
                | {"productOptionDescription1": "#ff0000:Red", "productOptionDescription2": "S"},
                variant
                | {"sku": "T-B", "surcharge": "5.00", "inventory": "2"}
                | {"productOptionDescription1": "#0000ff:Blue", "productOptionDescription2": "M"},
                {"handleId": "p2", "fieldType": "Product", "name": "Cap", "sku": "CAP"}
                | {"price": "10", "visible": "false", "inventory": "8"},
            ]
        )
    )

    assert goods() == {
        "Linen Tee · Tops": [
            "on",
            ("T-R", ["Red", "S"], 39_99, 5),
            ("T-B", ["Blue", "M"], 44_99, 2),
        ],
        "Cap · 未分类": ["off", ("CAP", [], 10_00, 8)],
    }
    assert told(made) == {}


def test_ecwid_with_rows_of_options_between(take: Any) -> None:
    same = {"product_internal_id": "11", "product_sku": "EC"}
    made = take(
        written(
            [
                {"type": "product", **same, "product_name": "Tee", "product_price": "39"}
                | {"product_quantity": "10", "product_category_1": "Tops"}
                | {"product_is_available": "true"},
                {"type": "product_option", **same, "product_option_name": "Size"},
                {"type": "product_variation", **same, "product_variation_sku": "EC-S"}
                | {"product_price": "39", "product_quantity": "4"}
                | {"product_variation_option_Size": "S"},
                {"type": "product_variation", **same, "product_variation_sku": "EC-M"}
                | {"product_price": "", "product_quantity": "6"}
                | {"product_variation_option_Size": "M"},
            ]
        )
    )

    skus = [("EC-S", ["S"], 39_00, 4), ("EC-M", ["M"], 39_00, 6)]
    assert goods() == {"Tee · Tops": ["on", *skus]}
    assert told(made) == {}


def test_amazons_flat_file_with_three_rows_of_header(take: Any) -> None:
    named = {
        "item_sku": ("SKU", "TEE", "TEE-S", "TEE-M"),
        "item_name": ("Product Name", "Tee", "Tee Red S", "Tee Red M"),
        "external_product_id": ("Product ID", "", "4006381333931", ""),
        "brand_name": ("Brand", "ACME", "ACME", "ACME"),
        "item_type": ("Item Type Keyword", "shirts", "shirts", "shirts"),
        "standard_price": ("Standard Price", "", "39.99", "41.99"),
        "quantity": ("Quantity", "", "5", "2"),
        "parent_child": ("Parentage", "Parent", "Child", "Child"),
        "parent_sku": ("Parent SKU", "", "TEE", "TEE"),
        "variation_theme": ("Variation Theme", "SizeColor", "SizeColor", "SizeColor"),
        "color_name": ("Color", "", "Red", "Red"),
        "size_name": ("Size", "", "S", "M"),
    }
    rows = [{name: cells[n] for name, cells in named.items()} for n in (1, 2, 3)]
    labels = "\t".join(cells[0] for cells in named.values())
    above = f"TemplateType=fptcustom\tVersion=2026.01\t\r\n{labels}\r\n"

    made = take(written(rows, mark="\t", above=above), "cp1252")

    skus = [("TEE-S", ["Red", "S"], 39_99, 5), ("TEE-M", ["Red", "M"], 41_99, 2)]
    assert goods() == {"Tee · shirts": ["draft", *skus]}
    assert told(made) == {}


def test_saleor_with_attributes_in_the_names_of_columns(take: Any) -> None:
    said = '{"blocks": [{"type": "paragraph", "data": {"text": "Fell straight from the tree"}}]}'
    row = {"name": "Apple Juice", "product type": "Juice", "category": "juices"}
    price, stock = "Default channel (USD) price amount", "Main (warehouse quantity)"
    made = take(
        written(
            [
                {**row, "description": said, "variant sku": "J1", "size (variant attribute)": "1l"}
                | {price: "5.00", stock: "100"},
                {**row, "variant sku": "J2", "size (variant attribute)": "2l", price: "7.00"}
                | {stock: "50"},
            ]
        )
    )

    skus = [("J1", ["1l"], 5_00, 100), ("J2", ["2l"], 7_00, 50)]
    assert goods() == {"Apple Juice · juices": ["draft", *skus]}
    assert Product.objects.get().description == "<p>Fell straight from the tree</p>"
    assert told(made) == {}


def test_squarespace_where_only_the_first_row_has_a_title(take: Any) -> None:
    head = {"Product Type [Non Editable]": "PHYSICAL", "Product URL": "tee", "Title": "Tee"}
    made = take(
        written(
            [
                {**head, "SKU": "SQ1", "Option Name 1": "Size", "Option Value 1": "S"}
                | {"Price": "39.00", "Stock": "5", "Categories": "/tops, /new", "Visible": "Yes"},
                {"SKU": "SQ2", "Option Name 1": "Size", "Option Value 1": "M"}
                | {"Price": "41.00", "Stock": "Unlimited"},
            ]
        )
    )

    skus = [("SQ1", ["S"], 39_00, 5), ("SQ2", ["M"], 41_00, None)]
    assert goods() == {"Tee · tops": ["on", *skus]}
    assert told(made) == {}


@pytest.mark.parametrize(
    ("text", "codec", "found"),
    [
        (  # 聚水潭
            (
                "图片,款式编码,商品编码,商品名称,颜色及规格,分类,基本售价,市场|吊牌价,重量,是否启用\n"
                ",K1,K1-M,羽绒服,黑;M,上衣,399,699,0.9,启用\n,K1,K1-L,羽绒服,黑;L,上衣,399,699,1,启用\n"
            ),
            "gb18030",
            {"羽绒服 · 上衣": ["on", ("K1-M", ["黑", "M"], 399_00, None)]},
        ),
        (  # 管易
            (
                "商品代码,商品名称,商品类别,规格代码,规格名称,标准售价,标准进价,重量,停用\n"
                "G1,毛巾,家纺,G1-01,白,19.9,8,120,否\n"
            ),
            "gb18030",
            {"毛巾 · 家纺": ["draft", ("G1-01", ["白"], 19_90, None)]},
        ),
        (  # 京东
            (
                "商品编号,SKU编号,商品名称,商家SKU,商品货号,京东价,市场价,库存,上下架状态,颜色,尺码\n"
                "10001,20001,纯棉衬衫,CS-M,CS,129.00,199.00,5,上架,白,M\n"
            ),
            "gb18030",
            {"纯棉衬衫 · 未分类": ["on", ("CS-M", ["白", "M"], 129_00, 5)]},
        ),
        (  # 拼多多
            (
                "商品ID,商品名称,商品类目,商品编码,商品状态,规格,规格编码,库存,拼单价(元),单买价(元)\n"
                "\t5001,新疆大枣,零食,DZ,在售,500g,DZ-500,10,19.9,25\n"
            ),
            "utf-8-sig",
            {"新疆大枣 · 零食": ["on", ("DZ-500", ["500g"], 19_90, 10)]},
        ),
        (  # 有赞
            (
                "商品ID,商品名称,商品类型,商品类目,规格,商品编码,规格编码,价格(元),库存,商品状态\n"
                "1,龙井,实物商品,食品>茶叶,口味:桂花;重量:250g,LJ,LJ-250,98,0,已售罄\n"
            ),
            "utf-8",
            {"龙井 · 茶叶": ["on", ("LJ-250", ["桂花", "250g"], 98_00, 0)]},
        ),
        (  # 微盟
            (
                "商品ID,商品名称,商品分类,商品规格,规格编码,销售价(元),市场价(元),库存(件),上架状态\n"
                "9001,白瓷碗,餐具,大,W-L,19.9,29.9,5,已下架\n"
            ),
            "utf-8",
            {"白瓷碗 · 餐具": ["off", ("W-L", ["大"], 19_90, 5)]},
        ),
        (  # 淘宝助理
            (
                "version 1.00\r\ntitle\tcid\tprice\tnum\tdescription\tpicture\touter_id\r\n"
                "宝贝名称\t宝贝类目\t宝贝价格\t宝贝数量\t宝贝描述\t新图片\t商家编码\r\n"
                "袜子\t50006846\t9.90\t100\t<p>袜</p>\t\tWZ\r\n"
            ),
            "utf-16",
            {"袜子 · 未分类": ["draft", ("WZ", [], 9_90, 100)]},
        ),
        (  # Odoo
            (
                "Internal Reference,Name,Sales Price,Cost,Product Category,Quantity On Hand\n"
                "FURN,Desk,450.0,300.0,Office,59.0\n"
            ),
            "utf-8",
            {"Desk · Office": ["draft", ("FURN", [], 450_00, 59)]},
        ),
        (  # PrestaShop
            (
                "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;"
                "Reference #;EAN13;UPC;Quantity\n"
                "1;1;Tasse à thé;Cuisine,Été;11,90;REF;4006381333931;;12\n"
            ),
            "cp1252",
            {"Tasse à thé · Cuisine": ["on", ("REF", [], 11_90, 12)]},
        ),
        (  # Amazon, the report of all listings
            (
                "item-name\titem-description\tseller-sku\tprice\tquantity\timage-url\tstatus\n"
                "Café Mug – blue\t\tMUG\t12.50\t7\t\tActive\n"
            ),
            "cp1252",
            {"Café Mug – blue · 未分类": ["on", ("MUG", [], 12_50, 7)]},
        ),
    ],
    ids=["jst", "guanyi", "jd", "pdd", "youzan", "weimob", "taobao", "odoo", "presta", "amazon"],
)
def test_columns_are_known_by_the_names_of_other_programs(
    take: Any, text: str, codec: str, found: dict[str, list[Any]]
) -> None:
    made = take(text, codec)

    assert {name: rows[:2] for name, rows in goods().items()} == found
    assert told(made) == {}
