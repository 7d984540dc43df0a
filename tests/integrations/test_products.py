"""Products of other shops become ours; a repeated import changes nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.factories.catalog import ProductFactory, SkuFactory, image_file
from tests.factories.shop import NOON, WarehouseFactory, books_balance
from tests.integrations.files import (
    SHOPIFY,
    SHOPIFY_NOW,
    WOO,
    WOO_CHINESE,
    row,
    shirt,
    write,
)

from zhanggui.catalog.models import Category, Picture, Product, Sku
from zhanggui.catalog.types import Shelf
from zhanggui.core.types import SYSTEM
from zhanggui.integrations import queries, services
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.types import Kind, RunState
from zhanggui.inventory.models import StockLevel

pytestmark = pytest.mark.django_db


def run(path: Path, *, kind: Kind = Kind.PRODUCTS, **options: Any) -> ImportRun:
    """Import a file as the command does."""
    made = services.start_import(kind=kind, path=path, name=path.name, actor=SYSTEM, now=NOON)
    services.match_columns(
        run=made,
        format_name=made.format,
        columns=made.columns,
        options={"folders": [str(path.parent)], **options},
        now=NOON,
    )
    services.check_import(run_id=made.pk, now=NOON)
    made.refresh_from_db()
    services.begin_import(run=made, now=NOON)
    services.run_import(run_id=made.pk, now=NOON)
    made.refresh_from_db()
    return made


def figures(made: ImportRun) -> tuple[int, ...]:
    """Return how many were created, updated, unchanged, refused."""
    found = queries.report(run=made).figures
    return tuple(found[name] for name in ("created", "updated", "unchanged", "refused"))


def own(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "goods.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def shirt_file(tmp_path: Path) -> Path:
    (tmp_path / "white.png").write_bytes(image_file(colour="white"))
    (tmp_path / "blue.png").write_bytes(image_file(colour="blue"))
    return write(tmp_path / "products_export.csv", shirt())


def test_a_shopify_product_comes_with_everything(shirt_file: Path) -> None:
    WarehouseFactory()

    made = run(shirt_file)

    assert (made.state, made.format, figures(made)) == (RunState.DONE, "shopify", (1, 0, 0, 0))
    product = Product.objects.get(slug="linen-shirt")
    assert (product.name, product.shelf, product.options) == (
        "亚麻衬衫",
        Shelf.ON,
        [{"name": "颜色", "values": ["白", "蓝"]}],
    )
    assert product.description == "<p>透气</p>"
    assert product.category.name == "衬衫"
    assert product.category.parent.name == "服装"
    white, blue = Sku.objects.filter(product=product).order_by("position")
    assert (white.code, white.price_minor, white.market_price_minor, white.cost_price_minor) == (
        *("LS-W", 199_00),
        *(259_00, 80_00),
    )
    assert (white.barcode, white.weight_grams, blue.weight_grams) == ("6901234567892", 300, 310)
    assert [one.alt for one in Picture.objects.order_by("position")] == ["正面", ""]
    assert white.picture.position == 0
    assert blue.picture.position == 1
    assert dict(StockLevel.objects.values_list("sku__code", "on_hand")) == {"LS-W": 7, "LS-B": 0}
    books_balance()


def test_the_same_file_again_changes_nothing(shirt_file: Path) -> None:
    WarehouseFactory()
    run(shirt_file)
    before = list(Product.objects.values_list("slug", "revision"))

    again = run(shirt_file)

    assert figures(again) == (0, 0, 1, 0)
    assert list(Product.objects.values_list("slug", "revision")) == before
    assert Picture.objects.count() == 2


def test_shopifys_new_header_is_known(tmp_path: Path) -> None:
    values = {"title": "茶杯", "urlhandle": "cup", "status": "Draft", "option1name": "Title"}
    line = row(SHOPIFY_NOW, **values, option1value="Default Title", price="9.5", sku="CUP")

    made = run(write(tmp_path / "p.csv", [SHOPIFY_NOW, line]))

    assert made.format == "shopify"
    sku = Sku.objects.get()
    assert (sku.code, sku.price_minor, sku.options) == ("CUP", 950, [])
    assert sku.product.shelf == Shelf.DRAFT


@pytest.mark.parametrize("header", [WOO, WOO_CHINESE], ids=["English", "Chinese"])
def test_woocommerce_in_any_language_whatever_the_order_of_rows(
    tmp_path: Path, header: list[str]
) -> None:
    english = {
        "child": row(
            WOO, id="12", type="variation", sku="H-L", name="Hoodie - L", published="1",
            stock="4", regularprice="45", saleprice="40", parent="id:11",
            attribute1name="Size", attribute1values="L",
        ),
        "parent": row(
            WOO, id="11", type="variable", sku="H", name="Hoodie", published="1",
            description=r"Warm\nand soft", weightkg="0.5",
            categories=r"Sale, Clothing > Tops\, warm", attribute1name="Size",
            attribute1values="M, L",
        ),
        "sibling": row(
            WOO, id="13", type="variation", sku="", name="Hoodie - M", published="1",
            regularprice="45", parent="H", attribute1name="Size", attribute1values="M",
        ),
    }  # fmt: skip

    made = run(write(tmp_path / "wc.csv", [header, *english.values()]))

    assert (made.format, figures(made)) == ("woocommerce", (1, 0, 0, 0))
    product = Product.objects.get()
    assert (product.name, product.description) == ("Hoodie", "Warm\nand soft")
    assert product.category.name == "Tops, warm"
    skus = Sku.objects.filter(product=product).order_by("position")
    assert [(one.options, one.price_minor, one.market_price_minor) for one in skus] == [
        (["L"], 40_00, 45_00),
        (["M"], 45_00, None),
    ]
    assert {one.weight_grams for one in skus} == {500}
    assert figures(run(write(tmp_path / "wc.csv", [header, *english.values()]))) == (0, 0, 1, 0)


def test_mall_tables_bring_their_skus_from_the_file_beside(tmp_path: Path) -> None:
    head = ["id", "name", "sub_title", "category_path", "price", "original_price", "stock"]
    head += ["publish_status", "delete_status"]
    write(
        tmp_path / "skus.csv",
        [
            ["id", "product_id", "sku_code", "options", "price", "stock"],
            ["1", "27", "P-B32", "颜色=黑色;容量=32G", "2699.00", "86"],
            ["2", "27", "P-B64", "颜色=黑色;容量=64G", "2999.00", "100"],
        ],
    )
    rows = [
        ["27", "小米8", "全面屏", "手机数码 > 手机通讯", "2699.00", "2899.00", "100", "1", "0"],
        ["3", "旧款", "", "服装", "1", "1", "1", "1", "1"],
    ]

    made = run(write(tmp_path / "products.csv", [head, *rows]))

    assert (made.format, made.counts["created"], made.counts["skipped"]) == ("mall", 1, 1)
    codes = Sku.objects.order_by("position").values_list("code", "price_minor", "option_key")
    assert list(codes) == [("P-B32", 2699_00, "黑色 / 32G"), ("P-B64", 2999_00, "黑色 / 64G")]


def test_our_template_changes_what_is_filled_in_and_nothing_else(tmp_path: Path) -> None:
    product = ProductFactory(slug="cup", name="茶杯", subtitle="手工")
    SkuFactory(product=product, code="CUP", price_minor=1000, market_price_minor=1500)
    sheet = own(tmp_path, "商品编码,副标题,规格编码,售价,划线价", "cup,\\clear,CUP,12.00,\\clear")

    made = run(sheet)

    assert figures(made) == (0, 1, 0, 0)
    product.refresh_from_db()
    sku = Sku.objects.get()
    assert (product.name, product.subtitle) == ("茶杯", "")
    assert (sku.price_minor, sku.market_price_minor, sku.weight_grams) == (1200, None, 500)


def test_prices_of_several_skus_of_one_product_are_one_change(tmp_path: Path) -> None:
    product = ProductFactory(options=[{"name": "色", "values": ["黑", "白"]}])
    SkuFactory(product=product, code="B", options=["黑"])
    SkuFactory(product=product, code="W", options=["白"])
    sheet = own(tmp_path, "sku_code,price,title", "B,21,x", "W,22,y", "NONE,5,z")

    made = run(sheet, kind=Kind.PRICES)

    assert figures(made) == (0, 1, 0, 1)
    assert dict(Sku.objects.values_list("code", "price_minor")) == {"B": 2100, "W": 2200}
    product.refresh_from_db()
    assert product.name != "x"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("cup,茶杯,CUP-1,abc,", "abc 不是金额"),
        ("cup,茶杯,6.90123E+12,1,", "科学计数法"),
        ("cup,茶杯,CUP-1,,", "新规格要有售价"),
        ("cup,,CUP-9,1,", "新商品要有名称"),
        ("other,别的,TAKEN,1,", "已被商品"),
        ("cup,茶杯,CUP-1,1,昨天", "不是状态"),
    ],
)
def test_wrong_rows_are_refused_with_their_reason_and_change_nothing(
    tmp_path: Path, line: str, reason: str
) -> None:
    SkuFactory(code="TAKEN")
    sheet = own(tmp_path, "商品编码,商品名称,规格编码,售价,状态", line)

    made = run(sheet)

    assert figures(made) == (0, 0, 0, 1)
    ((at, text),) = queries.problems(run=made)
    assert at == 2
    assert reason in text
    assert (Product.objects.count(), Sku.objects.count()) == (1, 1)


def test_a_picture_that_fails_is_told_and_the_product_is_there(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    sheet = own(tmp_path, "商品名称,售价,图片", "茶杯,9,broken.png|missing.png")

    made = run(sheet)

    assert (figures(made), made.state) == ((1, 0, 0, 0), RunState.DONE)
    assert (made.pictures_total, made.pictures_done, made.counts["pictures_failed"]) == (2, 2, 2)
    ((_line, text),) = queries.problems(run=made)
    assert "broken.png" in text
    assert "missing.png" in text
    assert Product.objects.count() == 1


def test_codes_that_other_shops_let_several_skus_share_are_kept_once(tmp_path: Path) -> None:
    rows = shirt()
    rows[2][SHOPIFY.index("Variant SKU")] = "LS-W"
    path = write(tmp_path / "p.csv", rows)

    made = run(path)

    assert figures(made) == (1, 0, 0, 0)
    codes = list(Sku.objects.order_by("position").values_list("code", flat=True))
    assert codes[0] == "LS-W"
    assert codes[1].startswith("LINEN-SHIRT-")
    assert figures(run(path)) == (0, 0, 1, 0)


def test_a_check_writes_nothing(shirt_file: Path) -> None:
    made = services.start_import(
        kind=Kind.PRODUCTS, path=shirt_file, name="p.csv", actor=SYSTEM, now=NOON
    )
    services.match_columns(
        run=made, format_name="shopify", columns=made.columns, options={}, now=NOON
    )

    services.check_import(run_id=made.pk, now=NOON)

    made.refresh_from_db()
    assert (made.state, made.counts["created"], made.total) == (RunState.CHECKED, 1, 1)
    assert not Product.objects.exists()
    assert not Category.objects.exists()


def test_a_cancelled_import_ends_between_batches_and_goes_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"商品 {n},{n}" for n in range(1, 46)]
    sheet = own(tmp_path, "商品名称,售价", *lines)
    made = services.start_import(
        kind=Kind.PRODUCTS, path=sheet, name="p.csv", actor=SYSTEM, now=NOON
    )
    services.match_columns(
        run=made, format_name=made.format, columns=made.columns, options={}, now=NOON
    )
    services.check_import(run_id=made.pk, now=NOON)
    made.refresh_from_db()
    services.begin_import(run=made, now=NOON)

    def cancel(_stage: str, _done: int, _total: int) -> None:
        services.cancel_import(run=ImportRun.objects.get(pk=made.pk), now=NOON)

    services.run_import(run_id=made.pk, now=NOON, progress=cancel)

    made.refresh_from_db()
    assert (made.state, made.done, made.total) == (RunState.CANCELLED, 5, 45)
    assert Product.objects.count() == 5


def test_an_import_that_broke_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    sheet = own(tmp_path, "商品名称,售价", *[f"商品 {n},{n}" for n in range(1, 46)])
    made = services.start_import(
        kind=Kind.PRODUCTS, path=sheet, name="p.csv", actor=SYSTEM, now=NOON
    )
    services.match_columns(
        run=made, format_name=made.format, columns=made.columns, options={}, now=NOON
    )
    services.check_import(run_id=made.pk, now=NOON)
    made.refresh_from_db()
    services.begin_import(run=made, now=NOON)

    def killed(_stage: str, done: int, _total: int) -> None:
        if done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.run_import(run_id=made.pk, now=NOON, progress=killed)
    services.run_import(run_id=made.pk, now=NOON)

    made.refresh_from_db()
    assert (made.state, made.done, made.counts["created"]) == (RunState.DONE, 45, 45)
    assert Product.objects.count() == 45


def test_what_a_table_can_not_say_stays_as_it_is(tmp_path: Path) -> None:
    product = ProductFactory(slug="cup", leaves_when_sold_out=True)
    timed = {"timed_price_minor": 900, "timed_from": NOON, "timed_until": NOON + timedelta(days=1)}
    SkuFactory(product=product, code="CUP", **timed)

    made = run(own(tmp_path, "规格编码,售价", "CUP,12"))

    assert figures(made) == (0, 1, 0, 0)
    product.refresh_from_db()
    assert product.leaves_when_sold_out
    assert Sku.objects.filter(price_minor=1200, **timed).exists()


def test_stock_stays_within_the_warehouses_of_who_imports(tmp_path: Path) -> None:
    north, south = WarehouseFactory(code="NORTH"), WarehouseFactory(code="SOUTH")
    path = own(tmp_path, "商品编码,商品名称,规格编码,售价,库存", "tea,龙井茶,TEA-1,19.90,7")

    refused = run(path, warehouse=south.pk, within=[north.pk])

    assert figures(refused) == (0, 0, 0, 1)
    assert (Product.objects.count(), StockLevel.objects.count()) == (0, 0)
    assert figures(run(path, warehouse=south.pk, within=[south.pk])) == (1, 0, 0, 0)
    assert StockLevel.objects.get().warehouse_id == south.pk
