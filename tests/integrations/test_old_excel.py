"""True .xls workbooks (Excel 97 to 2003): products, stock, prices and orders, exact to the digit.

The files in data/ were written by another program, as numbers wherever Excel would make numbers.
"""

import shutil
import zipfile
from pathlib import Path

import pytest
from tests.factories.catalog import SkuFactory
from tests.factories.shop import WarehouseFactory, open_shop, stocked
from tests.integrations.conftest import Run
from tests.orders.marketplaces import imported

from zhanggui.catalog.models import Sku
from zhanggui.core.tables.reading import open_table
from zhanggui.core.tables.types import FileRefused
from zhanggui.integrations import queries
from zhanggui.integrations.models import ImportRun
from zhanggui.integrations.types import Kind
from zhanggui.inventory.models import StockLevel

DATA = Path(__file__).parent / "data"


def told(made: ImportRun) -> dict[int, str]:
    return dict(queries.problems(run=made))


@pytest.mark.django_db
def test_products_keep_long_barcodes_and_lose_no_digits_in_silence(run: Run) -> None:
    WarehouseFactory()

    made = run(DATA / "products.xls")

    fields = ("code", "options", "price_minor", "barcode")
    assert list(Sku.objects.order_by("code").values_list(*fields)) == [
        ("1001", [], 128_50, ""),
        ("MUG-G", ["青"], 19_90, "6901234567892"),
        ("MUG-W", ["白"], 20_00, "6901234567809"),
    ]
    assert dict(StockLevel.objects.values_list("sku__code", "on_hand"))["MUG-G"] == 12
    (line, why), *others = told(made).items()
    assert (line, others) == (6, [])
    assert "2.0261121123456788E+16 被 Excel 改成科学计数法" in why


@pytest.mark.django_db
def test_stock_and_prices_are_taken_over(run: Run) -> None:
    WarehouseFactory()
    for code in ("MUG-G", "MUG-W"):
        stocked(SkuFactory(code=code), 5)

    counted = run(DATA / "stock.xls", kind=Kind.STOCK)
    run(DATA / "prices.xls", kind=Kind.PRICES)

    levels = StockLevel.objects.values_list("sku__code", "on_hand")
    assert dict(levels) == {"MUG-G": 7, "MUG-W": 9}
    assert told(counted) == {4: "店里没有规格编码或条码 GONE"}
    prices = Sku.objects.values_list("code", "price_minor")
    assert dict(prices) == {"MUG-G": 25_50, "MUG-W": 30_00}


@pytest.mark.django_db
def test_orders_with_numbers_that_excel_cut_are_refused() -> None:
    open_shop()

    report = imported(DATA / "jd.xls")

    assert (report.format_name, report.orders, report.refused) == ("jd", 2, 0)
    assert report.totals[0].gross_minor == 39_80 + 128_50
    (wrong,) = report.errors
    assert (wrong.line, wrong.code) == (4, "damaged_number")


@pytest.mark.parametrize("name", ["stock.xlsx", "stock.csv", "stock", "STOCK.XLS"])
def test_a_workbook_is_known_by_what_it_is_and_not_by_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copy(DATA / "stock.xls", path)

    table = open_table(path, knows=len)

    assert table.header == ("规格编码", "库存")
    assert next(one.cells for one in table.records()) == ("MUG-G", "7")


def test_chinese_of_excel_95_is_refused_before_it_is_mangled() -> None:
    with pytest.raises(FileRefused) as refusal:
        open_table(DATA / "excel95.xls", knows=len)

    assert "Excel 95" in str(refusal.value)


OPEN = "urn:oasis:names:tc:opendocument:xmlns"
CONTENT = (
    f'<?xml version="1.0"?><office:document-content xmlns:office="{OPEN}:office:1.0"'
    f' xmlns:table="{OPEN}:table:1.0" xmlns:text="{OPEN}:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def ods(path: Path, rows: str) -> Path:
    cell = '<table:table-cell office:value-type="string"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
        text = rows.replace("<c", cell).replace("</c>", "</table:table-cell>")
        archive.writestr("content.xml", CONTENT.replace("{rows}", text))
    return path


def test_open_documents_are_read_and_bombs_refused(tmp_path: Path) -> None:
    row = "<table:table-row><c><text:p>规格编码</text:p></c><c><text:p>库存</text:p></c>"
    far = '<table:table-row table:number-rows-repeated="1048000">'
    row += '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
    filled = far + '<c table:number-columns-repeated="16384"><text:p>x</text:p></c>'

    table = open_table(ods(tmp_path / "a.ods", row), knows=len)
    with pytest.raises(FileRefused) as refusal:
        open_table(ods(tmp_path / "b.ods", row + filled + "</table:table-row>"), knows=len)

    assert table.header == ("规格编码", "库存")
    assert refusal.value.code == "too_large"
