"""Tables as other programs write them: encodings, delimiters, titles above, guards, Excel."""

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from zhanggui.core.tables.cells import clean_cell, guarded, is_damaged, minor_of, moment_of
from zhanggui.core.tables.reading import header_form, open_table
from zhanggui.core.tables.types import FileRefused
from zhanggui.core.tables.writing import table_writer

ROWS = ["规格编码,名称,售价", "A-1,青瓷茶杯,19.90", "A-2,“龙井”茶叶,128"]
CELLS = [("A-1", "青瓷茶杯", "19.90"), ("A-2", "“龙井”茶叶", "128")]


def knows(cells: list[str]) -> int:
    names = {header_form(name) for name in ("规格编码", "名称", "售价")}
    return sum(header_form(cell) in names for cell in cells)


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    table = open_table(path, knows=knows)  # type: ignore[arg-type]
    return table.header, [record.cells for record in table.records()]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_every_encoding_and_delimiter_reads_the_same(
    tmp_path: Path, codec: str, ending: str, mark: str
) -> None:
    path = tmp_path / "goods.csv"
    path.write_bytes(ending.join(ROWS).replace(",", mark).encode(codec))

    assert read(path) == (("规格编码", "名称", "售价"), CELLS)


def test_a_title_above_the_header_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text("\n".join(["商品导出 2026-11-21,,", ",,", *ROWS, ",,", ""]), "utf-8")

    table = open_table(path, knows=knows)  # type: ignore[arg-type]

    assert table.line == 3
    assert [record.line for record in table.records()] == [4, 5]


def test_packed_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv.gz"
    path.write_bytes(gzip.compress("\n".join(ROWS).encode()))

    assert read(path)[1] == CELLS


def test_excel_is_read_with_numbers_as_people_see_them(tmp_path: Path) -> None:
    path = tmp_path / "goods.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for place, name in enumerate(("规格编码", "名称", "售价", "条码", "时间")):
        sheet.write(2, place + 1, name)
    stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write(3, 1, "A-1")
    sheet.write(3, 3, 19.9)
    sheet.write(3, 4, 6901234567892)
    sheet.write(3, 5, 46347 + 10 / 24, stamp)  # days since 1900
    book.close()

    table = open_table(path, knows=knows)  # type: ignore[arg-type]

    (record,) = table.records()
    assert record.line == 4
    assert record.cells[-5:] == ("A-1", "", "19.9", "6901234567892", "2026-11-21 10:00:00")


def test_a_header_that_comes_again_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text("\n".join([*ROWS, ROWS[0], "A-3,盖碗,5"]), "utf-8")

    assert read(path)[1] == [*CELLS, ("A-3", "盖碗", "5")]


def damaged_files() -> dict[str, bytes]:
    return {
        "empty": b"",
        "half an Excel file": b"PK\x03\x04" + b"\x00" * 400,
        "an old Excel file of noise": b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 4,
        "a quote that is never closed": '规格编码,名称,售价\nA,"'.encode() + b"x" * (2 << 20),
        "cut gzip": gzip.compress(b"a,b,c\n" * 5000)[:60],
        "no known encoding": "规格编码,名称\n".encode() + b"\xff\xfe\x80\x81 caf\xe9" * 20,
    }


@pytest.mark.parametrize("name", damaged_files())
def test_damaged_files_are_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / ("goods.csv.gz" if "gzip" in name else "goods.csv")
    path.write_bytes(damaged_files()[name])

    with pytest.raises(FileRefused) as refusal:
        read(path)

    assert str(refusal.value)


def workbook(path: Path, sheet: bytes, times: int = 1) -> Path:
    """Write a minimal workbook whose sheet is this XML, so many times."""
    kinds = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", kinds)
        with archive.open("xl/worksheets/sheet1.xml", "w") as written:
            for _ in range(times):
                written.write(sheet)
    return path


@pytest.mark.parametrize(
    ("sheet", "times"),
    [(b"\0" * (1 << 20), 401), (b'<c r="A1"/><c r="XFD1048576"><v>1</v></c>', 1)],
    ids=["a bomb of zeros", "one cell at the far end"],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(
    tmp_path: Path, sheet: bytes, times: int
) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(workbook(tmp_path / "bomb.xlsx", sheet, times))

    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        ('="00123"', "00123"),
        ("'6901234567892", "6901234567892"),
        ("\t261121-1\t", "261121-1"),
        ("\u3000杯子\ufeff", "杯子"),
        ("'=1+1", "=1+1"),
        ("'n Sync", "'n Sync"),
    ],
)
def test_what_programs_put_around_cells_is_taken_off(cell: str, clean: str) -> None:
    assert clean_cell(cell) == clean


@pytest.mark.parametrize("text", ["=cmd()", "+1+cmd", "-2+3", "@SUM(A1)"])
def test_formulas_are_made_harmless(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+8613800000000", "19.90", "杯子", ""])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert guarded(text) == text


@given(st.text(alphabet=st.sampled_from("='+-@\"a1,\n杯 "), max_size=8))
def test_guarding_and_cleaning_give_back_the_text(text: str) -> None:
    text = clean_cell(text)
    text = text if clean_cell(text) == text else ""

    assert clean_cell(guarded(text)) == text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_written_is_read_back(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"goods.{ending}"
    rows = [("=A1", '说"好",\n第二行', "12.50"), ("6901234567892", "'=x", "1E5"), ("-3", "+x", "")]
    with table_writer(path, header=["规格编码", "名称", "售价"], numbers=["售价"]) as writer:
        for cells in rows:
            writer.row(cells)

    found = read(path)[1]

    assert [tuple(cells) for cells in found] == [
        (rows[0][0], rows[0][1], "12.50" if ending == "csv" else "12.5"),
        *rows[1:],
    ]
    if ending == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert b"'=A1" in path.read_bytes()


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("￥1,999.00", 199900),
        ("19.9元", 1990),
        ("１９．９", 1990),
        ("1299.0000", 129900),
        ("12,50", 1250),
        ("0.005", 1),
        ("abc", None),
        ("1.2.3", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int | None) -> None:
    assert minor_of(text, digits=2) == minor


def test_long_numbers_that_excel_cut_are_known() -> None:
    assert is_damaged("6.90123E+12")
    assert not is_damaged("2E10")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21 10:00:00", datetime(2026, 11, 21, 2, 0, tzinfo=UTC)),
        ("2026/1/2 3:04", datetime(2026, 1, 1, 19, 4, tzinfo=UTC)),
        ("2026-11-21 10:00:00 +0800", datetime(2026, 11, 21, 2, 0, tzinfo=UTC)),
        ("2026年1月2日", datetime(2026, 1, 1, 16, 0, tzinfo=UTC)),
        ("2026-02-30", None),
        ("gestern", None),
    ],
)
def test_moments_are_read_in_the_shops_time(text: str, at: datetime | None) -> None:
    assert moment_of(text, zone=ZoneInfo("Asia/Shanghai")) == at
