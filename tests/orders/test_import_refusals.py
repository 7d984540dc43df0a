"""Wrong rows and damaged files: told clearly, and nothing is half imported."""

import gzip
import itertools
import os
from pathlib import Path

import pytest
from tests.orders.history import HEADER, counts, imported, row, written

from zhanggui.orders.models import CreditNote, Order
from zhanggui.orders.types import ImportRefused

pytestmark = pytest.mark.django_db
NOTHING = (0, 0, 0, 0, 0, 0)

WRONG_ROWS = [
    ("bad_quantity", row(quantity="six")),
    ("bad_quantity", row(quantity="6.5")),
    ("bad_quantity", row(quantity=0)),
    ("bad_quantity", row(quantity="１２")),
    ("bad_quantity", row(quantity=-6)),
    ("bad_quantity", row("C536365", quantity=6)),
    ("bad_price", row(price="")),
    ("bad_price", row(price="2.5.5")),
    ("bad_price", row(price="-1.00")),
    ("bad_price", row(price="NaN")),
    ("bad_date", row(at="2010-13-01 08:26:00")),
    ("bad_date", row(at="2010-02-30 08:26:00")),
    ("bad_date", row(at="31/2/2010 8:26")),
    ("bad_date", row(at="yesterday")),
    ("bad_code", row(code="")),
    ("bad_code", row(code="x" * 61)),
    ("bad_code", row(code="22\x00")),
    ("bad_customer", row(customer="17850.5")),
    ("bad_description", row(description="x" * 121)),
    ("bad_columns", row(description="WHITE, HEART")),
    ("bad_columns", "536365,85123A\n"),
    ("mixed_customers", row(customer="11111.0")),
]


@pytest.mark.parametrize(("code", "wrong"), WRONG_ROWS, ids=itertools.count())
def test_a_wrong_row_is_told_with_its_line_and_its_invoice_is_left_out_whole(
    code: str, wrong: str, tmp_path: Path
) -> None:
    invoice = wrong.split(",")[0]
    path = written(
        tmp_path,
        row(invoice, quantity=-6 if invoice[0] == "C" else 6),
        row("536370"),
        wrong,
        row("536371"),
    )

    report = imported(path)

    assert [(error.line, error.invoice, error.code) for error in report.errors] == [
        (4, invoice, code)
    ]
    assert report.errors[0].text
    assert report.broken_invoices == (invoice,)
    figures = report.figures
    assert (figures.lines, figures.rejected, figures.orders, report.added) == (4, 1, 2, 2)
    assert (figures.gross_minor, figures.refunds_minor) == (3_060, 0)
    assert sorted(Order.objects.values_list("external_ref", flat=True)) == [
        "online-retail:536370",
        "online-retail:536371",
    ]
    assert not CreditNote.objects.exists()


def test_an_unreadable_invoice_number_costs_only_its_row(tmp_path: Path) -> None:
    report = imported(written(tmp_path, row("536365"), row("5363X5"), row("536366")))

    assert [(error.line, error.invoice, error.code) for error in report.errors] == [
        (3, "", "bad_invoice")
    ]
    assert (report.figures.rejected, report.added, report.broken_invoices) == (1, 2, ())


def test_a_mended_file_brings_the_rejected_invoice(tmp_path: Path) -> None:
    imported(written(tmp_path, row("536365"), row("536366"), row("536366", price="x")))

    report = imported(written(tmp_path, row("536365"), row("536366"), row("536366")))

    assert (report.added, report.figures.rejected) == (1, 0)
    assert Order.objects.get(external_ref="online-retail:536366").lines.count() == 2


def test_only_the_first_hundred_wrong_rows_are_told_but_all_are_counted(tmp_path: Path) -> None:
    report = imported(written(tmp_path, *(row(price="x") for _ in range(150))))

    assert (len(report.errors), report.figures.rejected, report.figures.lines) == (100, 150, 150)


GOOD = (HEADER + row() + row("536366")).encode()
BROKEN = {
    "empty": (b"", "empty_file"),
    "header only": (HEADER.encode(), "empty_file"),
    "no final newline": (GOOD[:-1], "truncated_file"),
    "short last record": (GOOD + b"536367,22\n", "truncated_file"),
    "cut in the last record": (GOOD[:-20] + b"\n", "truncated_file"),
    "unknown column": (GOOD.replace(b"Country\n", b"Land\n"), "unknown_columns"),
    "one column more": (GOOD.replace(b"Country\n", b"Country,Phone\n"), "unknown_columns"),
    "no header": (GOOD.split(b"\n", 1)[1], "unknown_columns"),
    "a column twice": (GOOD.replace(b"Country\n", b"InvoiceNo\n"), "unknown_columns"),
    "not gzip": (b"\x1f\x8bnot gzip at all", "bad_gzip"),
    "half a gzip": (gzip.compress(GOOD)[:-12], "bad_gzip"),
    "gzip with a wrong sum": (gzip.compress(GOOD)[:-8] + bytes(8), "bad_gzip"),
    "rubbish after gzip": (gzip.compress(GOOD) + b"rubbish", "bad_gzip"),
    "stray byte": (GOOD.replace(b"WHITE", b"WH\xffTE", 1), "undecodable_file"),
    "stray pair": (GOOD.replace(b"WHITE", b"WH\x81\x82E", 1), "undecodable_file"),
    "damaged UTF-8": (
        GOOD.replace(b"WHITE", "£ £ £".encode()).replace(b"HEART", b"HE\xa3RT", 1),
        "undecodable_file",
    ),
    "odd UTF-16": (GOOD.decode().encode("utf-16")[:-1], "undecodable_file"),
    "open quote": (GOOD.replace(b"WHITE HEART", b'"WHITE HEART', 1), "broken_table"),
    "month first": (GOOD.replace(b"2010-12-01 08:26:00", b"12/20/2010 8:26"), "ambiguous_dates"),
}


@pytest.mark.parametrize(("broken", "code"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_whole(broken: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(broken)

    with pytest.raises(ImportRefused) as refusal:
        imported(path)

    assert refusal.value.code == code
    assert str(refusal.value)
    assert counts() == NOTHING


def test_a_gz_file_that_is_no_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv.gz"
    path.write_bytes(GOOD)

    with pytest.raises(ImportRefused) as refusal:
        imported(path)

    assert refusal.value.code == "bad_gzip"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refusal:
        imported(tmp_path / "nowhere.csv")

    assert refusal.value.code == "unreadable_file"


def test_a_pipe_is_refused_before_it_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ImportRefused) as refusal:
        imported(tmp_path / "pipe")

    assert refusal.value.code == "unreadable_file"
