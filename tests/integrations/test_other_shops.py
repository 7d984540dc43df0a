"""Product tables as other shops, ERPs and offices write them: taken over, or told clearly."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.factories.shop import WarehouseFactory
from tests.integrations.conftest import Run

from zhanggui.catalog.models import Product, Sku
from zhanggui.core.tables.types import FileRefused
from zhanggui.integrations import queries
from zhanggui.integrations.models import ImportRun
from zhanggui.inventory.models import StockLevel

pytestmark = pytest.mark.django_db
SHOPIFY_NOW = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,"
    "Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,"
    "Option2 Linked To,Option3 name,Option3 value,Option3 Linked To,Price,Compare-at price,"
    "Cost per item,Charge tax,Tax code,Inventory tracker,Inventory quantity,"
    "Continue selling when out of stock,Weight value (grams),Weight unit for display,"
    "Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,"
    "Variant image URL,Gift card,SEO title,SEO description,"
    "Color (product.metafields.shopify.color-pattern),Google Shopping / Gender"
)
SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,"
    "Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,"
    "Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,Variant Image,"
    "Variant Weight Unit,Cost per item,Included / International,Price / International,Status"
)


def text(header: str, *rows: dict[str, str]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, header.split(","), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def goods() -> dict[str, list[tuple[Any, ...]]]:
    """Return slug → code, options, price, barcode and weight of each SKU."""
    return {
        product.slug: [
            (one.code, one.options, one.price_minor, one.barcode, one.weight_grams)
            for one in Sku.objects.filter(product=product).order_by("position")
        ]
        for product in Product.objects.order_by("pk")
    }


def told(made: ImportRun) -> dict[int, str]:
    return dict(queries.problems(run=made))


@pytest.fixture
def take(tmp_path: Path, run: Run) -> Any:
    """Import this text or these bytes as a file."""
    WarehouseFactory()

    def do(content: str | bytes, name: str = "goods.csv") -> ImportRun:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return run(path)

    return do


def test_a_shopify_file_of_today_with_all_that_it_can_hold(take: Any) -> None:
    default = {"Option1 name": "Title", "Option1 value": "Default Title"}
    three = {"Option2 value": "Red", "Option3 value": "Slim", "Inventory tracker": "shopify"}
    made = take(
        text(
            SHOPIFY_NOW,
            {
                "Title": "Tee",
                "URL handle": "tee",
                "Status": "Archived",
                "SKU": "T-1",
                "Option1 name": "Size",
                "Option1 value": "M",
                "Option2 name": "Color",
                "Option3 name": "Fit",
                "Price": "19.99",
                "Weight value (grams)": "453.59",
                "Option2 Linked To": "product.metafields.shopify.color-pattern",
                **three,
                "Inventory quantity": "5",
            },
            {"URL handle": "tee", "SKU": "T-2", "Option1 value": "L", "Price": "21", **three},
            {"URL handle": "tee", "Product image URL": "missing.jpg", "Image position": "2"},
            {"Title": "No handle", "SKU": "N", "Price": "1", "Status": "Unlisted", **default},
            {"Title": "Gift", "URL handle": "g", "Price": "10", "Gift card": "TRUE"},
            {"Title": "Bad", "URL handle": "bad", "Price": "ten", **default},
        )
    )

    assert made.format == "shopify"
    assert goods() == {
        "tee": [
            ("T-1", ["M", "Red", "Slim"], 19_99, "", 454),
            ("T-2", ["L", "Red", "Slim"], 21_00, "", 0),
        ],
        "no-handle-28c16e4c": [("N", [], 1_00, "", 0)],
    }
    assert set(Product.objects.values_list("shelf", flat=True)) == {"off"}
    assert dict(StockLevel.objects.values_list("sku__code", "on_hand")) == {"T-1": 5}
    assert {line: said.split("：")[0] for line, said in told(made).items()} == {
        2: "图片 missing.jpg",
        6: "礼品卡不能当商品导入",
        7: "售价",
    }
    assert {"Tax code", "SEO title"} <= set(queries.unused_columns(run=made))


def test_a_shopify_file_of_before_with_markets_long_titles_and_spoilt_codes(take: Any) -> None:
    default = {"Option1 Name": "Title", "Option1 Value": "Default Title"}
    made = take(
        text(
            SHOPIFY,
            {
                "Handle": "a",
                "Title": "T" * 150,
                "Published": "true",
                "Status": "draft",
                "Variant Price": "1,299.00",
                "Variant Weight Unit": "lb",
                **default,
                "Price / International": "12.00",
            },
            {"Handle": "b", "Title": "B", "Variant Price": "1", **default}
            | {"Variant Barcode": "6.90123E+12"},
        )
    )

    assert goods() == {"a": [("A-01", [], 1299_00, "", 0)]}
    assert Product.objects.get().name == "T" * 119 + "…"
    assert "超过 120 个字" in told(made)[2]
    assert told(made)[3].startswith("条码：6.90123E+12 被 Excel 改成科学计数法")


def test_woocommerce_leaves_out_with_a_reason_what_is_no_goods(take: Any) -> None:
    header = (
        'ID,Type,SKU,Name,Published,Stock,"Weight (kg)","Regular price",Categories,Parent,'
        '"Attribute 1 name","Attribute 1 value(s)","Meta: _x"\n'
    )
    made = take(
        header
        + '22,variation,,Hoodie - Blue,1,3,,45,,id:21,Color,Blue,"{""a"":1}"\n'
        + '21,"variable, downloadable",H,Hoodie,1,,"0,5",,"Tops\\, warm",,Color,"Blue, Red",\n'
        + '30,"simple, virtual",,Course,0,,,99,Uncategorized,,,,\n'
        + "31,grouped,,Set,1,,,,,,,,\n32,external,,Ext,1,,,,,,,,\n"
        + "33,simple,,Free,1,,,,,,,,\n34,variation,,Lost,1,,,4,,id:999,,,\n"
    )

    assert goods() == {
        "hoodie-21-c5598f10": [("HOODIE-21-C5598F10-01", ["Blue"], 45_00, "", 500)],
        "course-30-0fccf7e6": [("COURSE-30-0FCCF7E6-01", [], 99_00, "", 0)],
    }
    assert set(Product.objects.values_list("category__name", flat=True)) == {
        "Tops, warm",
        "未分类",
    }
    assert told(made) == {
        5: "类型：组合商品和外链商品不能导入",
        6: "类型：组合商品和外链商品不能导入",
        7: "售价：新规格要有售价",
        8: "主商品：文件里没有它的主商品 id:999",
    }


def test_a_chinese_erp_names_its_options_in_columns_of_their_own(take: Any) -> None:
    made = take(
        "商品编号,货号,品名,规格,颜色,尺码,零售价,吊牌价,成本价,库存,条码,分类,图片1\n"
        "10001,A01,连衣裙,,红,S,199,299,80,3,6901234567892,女装/女士精品>>连衣裙,\n"
        "10002,A01,连衣裙,,红,M,199,299,80,4,,女装/女士精品>>连衣裙,\n"
        "10003,A02,连衣裙,,蓝,均码,99.5,,,,,女装,\n"
        "合计,,,,,,,,,7,,,\n"
    )

    assert goods() == {
        "a01": [
            ("10001", ["红", "S"], 199_00, "6901234567892", 0),
            ("10002", ["红", "M"], 199_00, "", 0),
        ],
        "a02": [("10003", ["蓝", "均码"], 99_50, "", 0)],
    }
    assert (made.counts["skipped"], told(made)) == (1, {5: "合计行"})
    assert Product.objects.get(slug="a01").options[0] == {"name": "颜色", "values": ["红"]}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (
            (
                "商品编码,款式编码,商品名称,颜色规格,基本售价,重量\n"
                "A-R-S,A,裙子,红色;S,199,0.35\nA-R-M,A,裙子,红色;M,199,0.4"
            ),
            {
                "a": [
                    ("A-R-S", ["红色", "S"], 199_00, "", 350),
                    ("A-R-M", ["红色", "M"], 199_00, "", 400),
                ]
            },
        ),
        (
            "货号,品名,颜色,售价\nB1,帽子,红,5\nB1,帽子,蓝,6",
            {"b1": [("B1-01", ["红"], 5_00, "", 0), ("B1-02", ["蓝"], 6_00, "", 0)]},
        ),
        (
            "商品名称,颜色,尺码,售价,规格编码\n裙子,红,S,10,A\n,红,M,11,B\n,蓝,S,12,C\n",
            {
                "qun-zi-ee9ce792": [
                    ("A", ["红", "S"], 10_00, "", 0),
                    ("B", ["红", "M"], 11_00, "", 0),
                    ("C", ["蓝", "S"], 12_00, "", 0),
                ]
            },
        ),
        (
            "name,sku,price,weight,status\na,A,￥1.5元,0.35kg,已上架\nb,B,US$ 2,500克,禁用\n",
            {"a": [("A", [], 1_50, "", 350)], "b": [("B", [], 2_00, "", 500)]},
        ),
        (
            "TITLE,PRICE,QUANTITY,SKU,CURRENCY_CODE\nMug,12.5,3,M1,USD",
            {"mug": [("M1", [], 12_50, "", 0)]},
        ),
    ],
    ids=["style and goods", "style only", "merged cells", "units", "marketplace"],
)
def test_codes_options_and_measures_are_understood(
    take: Any, content: str, found: dict[str, Any]
) -> None:
    made = take(content)

    assert (told(made), goods()) == ({}, found)
    assert take(content).counts.get("unchanged", 0) == len(found)


def test_decimal_commas_and_western_letters(take: Any) -> None:
    content = (
        "Reference;Name *;Categories (x,y,z...);Price tax excluded;Weight;Quantity\n"
        "R1;Käse;Home;1.299,00;0,350;10\nR2;Brot;Home;2,5;1,250;1.5\n"
        "R3;Wurst;Home;1 299,90 EUR;2;\n"
    )
    made = take(content.encode("latin-1"))

    assert [rows[0] for rows in goods().values()] == [
        ("R1", [], 1299_00, "", 350),
        ("R3", [], 1299_90, "", 2000),
    ]
    assert told(made) == {3: "库存：1.5 不是整数"}


@pytest.mark.parametrize(
    "content",
    [
        "商品名称,售价,规格编码\r杯子,9,A\r碗,8,B".encode(),
        b"\xef\xbb\xbf\xef\xbb\xbf"
        + '"商品名称","售价","规格编码"\r\n"杯子","9","A"\r\n碗,8,B'.encode(),
        b"\xff\xfe"
        + "商品名称\t售价\t规格编码\t\t\n杯子\t9\tA\t\t\n\t\t\t\t\n碗\t8\tB".encode("utf-16-le"),
        "商品名称\t售价\t规格编码\r\n杯子\t9\tA\r\n碗\t8\tB\r\n".encode("utf-16-le"),
        "商品名称\t售价\t规格编码\r\n杯子\t9\tA\r\n碗\t8\tB\r\n".encode("utf-16-be"),
        "商品名称,售价,规格编码,商品名称\r\n杯子,9,A,x\r\n碗,8,B,y".encode("gb18030"),
        "某某商贸有限公司,,,\n导出时间：2026-11-21,,,\n\n商品名称,售价,规格编码,\n杯子,9,A,x\n碗,8,B".encode(),
    ],
    ids=["CR", "BOM twice", "UTF-16 tabs", "LE unmarked", "BE unmarked", "GB18030", "titles"],
)
def test_every_way_to_write_the_same_table(take: Any, content: bytes) -> None:
    made = take(content)

    assert told(made) == {}
    found = [(one.product.name, one.code, one.price_minor) for one in Sku.objects.order_by("pk")]
    assert found == [("杯子", "A", 9_00), ("碗", "B", 8_00)]


def test_what_is_wrong_is_told_at_its_own_line_when_all_is_done(take: Any) -> None:
    made = take("商品名称,颜色,售价\n裙子,红,1\n裙子,蓝,面议\n")

    assert told(made) == {3: "售价：面议 不是金额，例如 19.90"}
    assert goods() == {}


def test_a_workbook_with_its_table_on_another_sheet_and_real_numbers(
    tmp_path: Path, run: Run
) -> None:
    WarehouseFactory()
    book = xlsxwriter.Workbook(str(tmp_path / "erp.xlsx"))
    notes = book.add_worksheet("说明")
    for place, line in enumerate(("请看第二页", "商品", "库存")):
        notes.write(place, 0, line)
    sheet = book.add_worksheet("商品")
    sheet.merge_range(0, 0, 0, 3, "商品资料导出")
    names = ("商品编号", "品名", "规格", "零售价", "条码", "库存", "重量(kg)", "上架时间")
    for row, cells in enumerate(
        [
            ("制表人：张三",),
            names,
            (10001.0, "杯子", "500ml", 19.9, 6.90123456789e12, 3.0, 0.35),
            (10002.0, "碗", "", 0.1 + 0.2, "6.90123E+12", 3.0, 0.35),
        ],
        start=1,
    ):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_datetime(3, 7, datetime(2026, 11, 20), day)  # noqa: DTZ001 -- as Excel has it
    book.close()

    made = run(tmp_path / "erp.xlsx")

    assert goods() == {"10001": [("10001-01", ["500ml"], 19_90, "6901234567890", 350)]}
    assert Product.objects.get().on_at.isoformat() == "2026-11-19T16:00:00+00:00"
    assert list(told(made)) == [5]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ('商品名称,售价\n杯子,9\n"碗,8\n盘,7', "broken_table", "第 3 行"),
        ('商品名称,售价\n"杯子,9\n大"碗,8\n盘,7', "broken_table", "第 2 行"),
        ("<html><body>登录已过期，请重新登录</body></html>", "markup", "网页"),
        ("\ufeff <!DOCTYPE html><table>", "markup", "网页"),
    ],
)
def test_what_is_no_table_is_told_at_once(take: Any, content: str, code: str, said: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        take(content)

    assert refusal.value.code == code
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("杯子, 大,9,A", 2, "这一行的格子比表头多"),
        ("杯子,-1,A", 2, "售价：价格要在 0 到"),
        ("杯子,面议,A", 2, "售价：面议 不是金额"),
        (f"杯子,9,{'A' * 61}", 2, "规格编码：文字太长：最多 60 个字，现在 61 个"),
        ("杯子,9,A\n杯子,8,B", 3, "和第 2 行是同一个规格"),
    ],
)
def test_what_is_unclear_is_told_with_line_and_column(
    take: Any, rows: str, line: int, said: str
) -> None:
    made = take(f"商品名称,售价,规格编码\n{rows}\n碗,8,Z")

    with (made_errors := io.TextIOWrapper(queries.stored_file(name=made.errors_file), "utf-8-sig")):
        reasons = {int(row["行号"]): row["不能导入的原因"] for row in csv.DictReader(made_errors)}
    assert said in reasons[line]
    assert goods() == {"wan-41bb7635": [("Z", [], 8_00, "", 0)]}
