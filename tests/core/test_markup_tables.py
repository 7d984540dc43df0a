"""Tables that back offices write as web pages or XML and name .xls."""

import gzip
from pathlib import Path

import pytest

from zhanggui.core.tables.reading import header_form, open_table
from zhanggui.core.tables.types import FileRefused

HEADER = ("商家编码", "商品名称", "售价", "条码")
ROW = ("A-1", "青瓷茶杯", "19.90", "6901234567892")
_FORMS = {header_form(name) for name in HEADER}


def knows(cells: object) -> int:
    return sum(header_form(cell) in _FORMS for cell in cells)  # type: ignore[attr-defined]


def read(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    table = open_table(path, knows=knows)
    return [(table.line, table.header), *((one.line, one.cells) for one in table.records())]


def page(rows: str, *, head: str = "") -> str:
    return f"<html><head>{head}</head><body><table border=1>{rows}</table></body></html>"


def cells(*texts: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"


PLAIN = cells(*HEADER, tag="th") + cells(*ROW)
META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", ""),
        ("utf-8-sig", "gb2312"),  # what it says is wrong
        ("gb18030", "gb2312"),
        ("gb18030", "utf-8"),
        ("gb18030", ""),
        ("utf-16", ""),
    ],
)
def test_a_page_is_read_in_the_encoding_of_its_bytes(tmp_path: Path, codec: str, said: str) -> None:
    path = tmp_path / "goods.xls"
    path.write_bytes(page(PLAIN, head=META.format(said) if said else "").encode(codec))

    assert read(path) == [(1, HEADER), (2, ROW)]


def test_a_packed_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "goods.xls.gz"
    path.write_bytes(gzip.compress(page(PLAIN).encode()))

    assert read(path) == [(1, HEADER), (2, ROW)]


def test_titles_breaks_blanks_and_nested_tags_are_read_as_seen(tmp_path: Path) -> None:
    path = tmp_path / "goods.xls"
    text = page(
        "<caption>导出</caption><thead>"
        "<tr><td colspan='4' align=center><b>商品资料 2026-11-22</b></td></tr>"
        + cells(*(f"<font size=2><b>{name}</b></font>" for name in HEADER), tag="th")
        + "</thead><tbody>"
        + """<tr><td style='mso-number-format:"\\@"'>00123&nbsp;</td>
          <td>青瓷<br/>茶杯 &lt;大&gt;
             一套<p>送 &amp; 礼</p></td><td align=right>1,299.00</td>
          <td style="vnd.ms-excel.numberformat:@">="6901234567892"</td></tr>"""
        + "<TR><TD>A-2<TD>盖碗<TD>5<TD x:num='6901234567809'>6.90E+12<tr></tr>"
        + cells("", "&nbsp;", "", "")
        + cells(*HEADER)
        + cells("A-3", "<a href='x'>公道杯</a><!-- <td>no</td> -->", "6", "")
        + "</tbody>",
        head="<style>td{mso-number-format:'\\@'}</style><!--[if gte mso 9]><xml>"
        "<x:Name>Sheet1</x:Name></xml><![endif]--><title>导出</title>",
    )
    path.write_text(text, "utf-8")

    assert read(path) == [
        (2, HEADER),
        (3, ("00123", "青瓷\n茶杯 <大> 一套\n送 & 礼", "1,299.00", "6901234567892")),
        (4, ("A-2", "盖碗", "5", "6901234567809")),
        (8, ("A-3", "公道杯", "6", "")),
    ]


def test_cells_merged_over_rows_stand_in_the_first_as_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "orders.xls"
    rows = (
        cells(*HEADER)
        + "<tr><td rowspan=2>A</td><td>a</td><td rowspan='2'>1</td><td>x</td></tr>"
        + "<tr><td>b</td><td>y</td></tr>"
        + cells("B", "c", "2", "z")
    )
    path.write_text(page(rows), "utf-8")

    assert [found for _line, found in read(path)[1:]] == [
        ("A", "a", "1", "x"),
        ("", "b", "", "y"),
        ("B", "c", "2", "z"),
    ]


def test_the_table_with_the_columns_is_found_among_others_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "goods.xls"
    inner = f"<table>{PLAIN}</table><p>第 2 页</p><table>{cells(*HEADER)}{cells('B', 'b', '2', '')}"
    menu = "<table>" + cells("首页", "商品") + cells("我的", "退出") + "</table>"
    path.write_text(page(cells(menu, inner + "</table>")), "utf-8")

    assert [found for _line, found in read(path)] == [HEADER, ROW, ("B", "b", "2", "")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<html><body>登录已过期</body></html>", "markup"),
        ("<html><frameset><frame src=sheet1.htm></frameset></html>", "markup"),
        ("<?xml version='1.0'?><feed><item/></feed>", "markup"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n", "markup"),
        (page(PLAIN)[: page(PLAIN).index("19.90") + 3], "truncated_file"),
        (page(PLAIN + "<![odd" * 3), "broken_table"),
        ("<table>" * 30, "too_large"),
        (page("<tr>" + "<td colspan=1000>x</td>" * 12_001), "too_large"),
        (page(f"<td>{'x' * (1 << 20)}y</td>"), "too_large"),
        ("<table><!--" + "x" * (5 << 20), "broken_table"),
    ],
    ids=[
        *("a login page", "frames", "another XML", "a web archive", "cut off", "broken"),
        *("deep", "wide", "a long cell", "a comment without end"),
    ],
)
def test_pages_that_hold_no_table_are_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "goods.xls"
    path.write_text(content, "utf-8")

    with pytest.raises(FileRefused) as refusal:
        read(path)

    assert refusal.value.code == code
    assert str(refusal.value)


BOOK = (
    '<?xml version="1.0" encoding="{codec}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="x">'
    '<Worksheet ss:Name="说明"><Table><Row><Cell><Data ss:Type="String">请看下一页</Data></Cell>'
    '</Row></Table></Worksheet><Worksheet ss:Name="商品"><Table>{rows}</Table></Worksheet>'
    "</Workbook>"
)


def cell(text: str, kind: str = "String", **more: object) -> str:
    attributes = "".join(f' ss:{name}="{value}"' for name, value in more.items())
    return f'<Cell{attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_the_xml_of_excel_2003_is_read_with_its_gaps_and_kinds(tmp_path: Path) -> None:
    path = tmp_path / "goods.xls"
    head = "".join(map(cell, HEADER))
    noted = (
        '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>盖</B>碗</ss:Data>'
        '<Comment><Data ss:Type="String">便签</Data></Comment></Cell>'
    )
    rows = (
        f'<Row><Cell ss:MergeAcross="3"><Data ss:Type="String">商品资料</Data></Cell></Row>'
        f'<Row ss:Index="3">{head}</Row>'
        f"<Row>{cell('00123')}{cell('茶杯', MergeAcross=0)}{cell('19.899999999999999', 'Number')}"
        f"{cell('6901234567892', 'Number')}</Row>"
        f'<Row ss:Index="6">{cell("20261121123456789012", "Number")}{noted}'
        f"{cell('6.90123E+12', 'Number', Index=4)}</Row>"
        f"<Row>{cell('2026-11-21T10:00:00.000', 'DateTime')}{cell('1', 'Boolean', Index=3)}</Row>"
    )
    for codec in ("utf-8", "gb2312", "utf-16"):
        path.write_bytes(BOOK.format(codec=codec, rows=rows).encode(codec))

        assert read(path) == [
            (3, HEADER),
            (4, ("00123", "茶杯", "19.9", "6901234567892")),
            (6, ("20261121123456789012", "盖碗", "", "6.90123E+12")),
            (7, ("2026-11-21 10:00:00", "", "TRUE", "")),
        ]


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE Workbook [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><x>&b;</x></Workbook>'
)
_GOOD = BOOK.format(codec="utf-8", rows=f"<Row>{''.join(map(cell, HEADER))}</Row>")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (LAUGHS, "markup"),
        (_GOOD[:-40], "broken_table"),
        (_GOOD.replace("售价", "售价 & 更多"), "broken_table"),
        (_GOOD.replace("<Row>", "<Row ss:Index='99999999'>"), "too_large"),
        (_GOOD.replace("<Cell>", "<Cell ss:Index='99999'>"), "too_large"),
        (_GOOD.replace("<Row>", "<Row>" + "<a>" * 99), "too_large"),
        (_GOOD.replace("<Row>", f"<Row x='{'y' * (9 << 20)}'>"), "too_large"),
    ],
    ids=["entities", "cut off", "broken", "a far row", "a far cell", "deep", "a long tag"],
)
def test_xml_that_is_broken_or_would_fill_the_memory_is_refused(
    tmp_path: Path, content: str, code: str
) -> None:
    path = tmp_path / "goods.xls"
    path.write_text(content, "utf-8")

    with pytest.raises(FileRefused) as refusal:
        read(path)

    assert refusal.value.code == code
