"""Importing an order history: figures, rows, repeats."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db.models import F, Sum
from tests.orders.history import (
    BIG,
    DAY,
    HEADER,
    VARIANTS,
    content,
    counts,
    imported,
    row,
    written,
)

from zhanggui.customers.models import Customer
from zhanggui.orders.models import CreditNote, CreditNoteLine, Order, OrderLine
from zhanggui.orders.types import ImportFigures

pytestmark = pytest.mark.django_db
NOTHING = (0, 0, 0, 0, 0, 0)

# Counted by the data's publisher of this slice, not by this program (totals_all_codes, customers).
BIG_FIGURES = ImportFigures(
    lines=105_335,
    orders=3_745,
    customers=1_682,
    gross_minor=203_874_259,
    refunds_minor=23_172_266,
    net_minor=180_701_993,
    units_sold=1_030_579,
    units_returned=98_758,
    rejected=0,
    credit_notes=805,
    free_lines=326,
    writeoff_lines=214,
    adjust_lines=0,
)
DAY_FIGURES = ImportFigures(
    lines=1_763,
    orders=61,
    customers=41,
    gross_minor=2_678_913,
    refunds_minor=204_738,
    net_minor=2_474_175,
    units_sold=14_940,
    units_returned=828,
    rejected=0,
    credit_notes=27,
    free_lines=8,
    writeoff_lines=0,
    adjust_lines=0,
)


def test_a_dry_run_of_three_months_gives_the_published_figures_and_writes_nothing() -> None:
    report = imported(BIG, is_dry_run=True)

    assert report.figures == BIG_FIGURES
    assert (report.currency, report.added, report.added_credit_notes) == ("GBP", 0, 0)
    assert counts() == NOTHING


@pytest.mark.full
def test_three_months_stand_in_the_database_with_the_published_figures() -> None:
    report = imported(BIG)

    assert (report.figures, report.added, report.added_credit_notes) == (BIG_FIGURES, 3_745, 805)
    sold = OrderLine.objects.filter(unit_price_minor__gt=0)
    assert Order.objects.aggregate(n=Sum("payable_minor"))["n"] == BIG_FIGURES.gross_minor
    assert sold.aggregate(n=Sum("quantity"))["n"] == BIG_FIGURES.units_sold
    assert CreditNote.objects.aggregate(n=Sum("total_minor"))["n"] == BIG_FIGURES.refunds_minor
    assert CreditNoteLine.objects.aggregate(n=Sum("quantity"))["n"] == BIG_FIGURES.units_returned
    buyers = Order.objects.exclude(customer=None).values("customer").distinct().count()
    assert (buyers, Order.objects.count()) == (BIG_FIGURES.customers, BIG_FIGURES.orders)
    assert sold.count() == 102_891
    first = counts()
    assert imported(BIG).added == 0
    assert counts() == first


def test_a_day_is_written_with_all_its_money_and_pieces() -> None:
    report = imported(DAY)

    assert (report.figures, report.added, report.added_credit_notes) == (DAY_FIGURES, 61, 27)
    assert Order.objects.aggregate(n=Sum("payable_minor"))["n"] == DAY_FIGURES.gross_minor
    assert OrderLine.objects.aggregate(n=Sum("payable_minor"))["n"] == DAY_FIGURES.gross_minor
    assert CreditNote.objects.aggregate(n=Sum("total_minor"))["n"] == DAY_FIGURES.refunds_minor
    sold = OrderLine.objects.filter(unit_price_minor__gt=0)
    assert sold.aggregate(n=Sum("quantity"))["n"] == DAY_FIGURES.units_sold


def test_an_imported_order_is_completed_and_leaves_no_trace_of_a_live_one(tmp_path: Path) -> None:
    imported(written(tmp_path, row(quantity=6, price="2.55"), row(code="71053", quantity=2)))

    order = Order.objects.get()
    assert (order.source, order.external_ref) == ("import", "online-retail:536365")
    assert (order.status, order.display_status, order.payment_state) == (
        "completed",
        "completed",
        "paid",
    )
    assert (order.goods_minor, order.discount_minor, order.payable_minor, order.paid_minor) == (
        2_040,
        0,
        2_040,
        2_040,
    )
    assert (order.pieces, order.shipped_pieces, order.currency) == (8, 8, "GBP")
    eight = datetime(2010, 12, 1, 0, 26, tzinfo=UTC)  # 08:26 in Shanghai
    assert (order.placed_at, order.paid_at, order.completed_at) == (eight, eight, eight)
    assert order.number.startswith("101201")
    assert len(order.number) == 16
    assert len(order.token) == 32
    assert (order.name, order.phone, order.detail, order.province) == ("", "", "", "")
    assert (order.country, order.warehouse, order.pay_by_at) == ("United Kingdom", None, None)
    assert order.customer is not None
    assert (order.customer.source, order.customer.external_ref) == ("online-retail", "17850")
    assert counts() == (1, 2, 0, 0, 1, 0)


def test_a_cancellation_is_a_credit_note_without_a_guessed_order(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        row("C536379", code="D", description="Discount", quantity=-1, price="27.50"),
        row("C536379", quantity=-3, price="2.55"),
    )

    figures = imported(path).figures

    assert (figures.orders, figures.customers, figures.refunds_minor) == (0, 0, 3_515)
    assert (figures.net_minor, figures.units_returned, figures.credit_notes) == (-3_515, 4, 1)
    note = CreditNote.objects.get()
    assert (note.source, note.external_ref, note.order) == ("online-retail", "C536379", None)
    assert (note.total_minor, note.currency, note.country) == (3_515, "GBP", "United Kingdom")
    assert note.customer is not None
    assert note.customer.external_ref == "17850"
    assert list(
        note.lines.order_by("ordinal").values_list("sku_code", "quantity", "total_minor")
    ) == [("D", 1, 2_750), ("85123A", 3, 765)]


@pytest.mark.parametrize("path", VARIANTS, ids=lambda path: path.name.split(".")[1])
def test_every_dialect_of_a_day_gives_the_same_rows(path: Path) -> None:
    assert len(VARIANTS) == 6
    imported(DAY)
    expected = content()
    OrderLine.objects.all().delete()
    Order.objects.all().delete()
    CreditNoteLine.objects.all().delete()
    CreditNote.objects.all().delete()

    report = imported(path)

    assert report.figures == DAY_FIGURES
    assert content() == expected
    assert OrderLine.objects.filter(product_name__contains="£40.00").count() == 1


def test_gzip_is_found_by_content_not_by_name(tmp_path: Path) -> None:
    packed = tmp_path / "history"
    packed.write_bytes(gzip.compress(DAY.read_bytes()))

    assert imported(packed).figures == DAY_FIGURES


def test_a_second_run_adds_nothing_and_changes_nothing(tmp_path: Path) -> None:
    imported(DAY)
    before, rows_before = counts(), list(Order.objects.order_by("pk").values())

    report = imported(DAY)

    assert (report.figures, report.added, report.added_credit_notes) == (DAY_FIGURES, 0, 0)
    assert (counts(), list(Order.objects.order_by("pk").values())) == (before, rows_before)


def test_a_longer_file_adds_only_its_new_invoices(tmp_path: Path) -> None:
    imported(written(tmp_path, row("536365")))

    report = imported(written(tmp_path, row("536365"), row("536366"), row("C536367", quantity=-1)))

    assert (report.figures.orders, report.added, report.added_credit_notes) == (2, 1, 1)


def test_an_anonymous_order_has_no_customer(tmp_path: Path) -> None:
    figures = imported(written(tmp_path, row(customer=""))).figures

    assert (figures.orders, figures.customers, figures.gross_minor) == (1, 0, 1_530)
    assert Order.objects.get().customer is None


def test_lines_of_an_invoice_need_not_stand_together(tmp_path: Path) -> None:
    imported(written(tmp_path, row("536365"), row("536366", code="22"), row("536365", code="33")))

    assert list(
        OrderLine.objects.order_by("order__external_ref", "ordinal").values_list(
            "order__external_ref", "ordinal", "sku_code"
        )
    ) == [
        ("online-retail:536365", 1, "85123A"),
        ("online-retail:536365", 2, "33"),
        ("online-retail:536366", 1, "22"),
    ]


def test_exact_repeats_are_lines_of_their_own(tmp_path: Path) -> None:
    figures = imported(written(tmp_path, row(), row(), row())).figures

    assert (figures.gross_minor, figures.units_sold) == (4_590, 18)
    assert list(OrderLine.objects.order_by("ordinal").values_list("ordinal", flat=True)) == [
        1,
        2,
        3,
    ]


def test_codes_that_differ_in_case_are_two_articles(tmp_path: Path) -> None:
    imported(written(tmp_path, row(code="85123A", quantity=1), row(code="85123a", quantity=2)))

    assert OrderLine.objects.get(sku_code="85123A").quantity == 1
    assert OrderLine.objects.get(sku_code="85123a").quantity == 2
    assert OrderLine.objects.values("sku_code").distinct().count() == 2


def test_an_invoice_with_two_times_is_placed_at_its_earliest_sale(tmp_path: Path) -> None:
    imported(
        written(
            tmp_path,
            row(at="2010-12-01 16:58:00"),
            row(at="2010-12-01 16:57:00"),
            row(at="2010-12-01 16:00:00", price="0.0"),
        )
    )

    assert Order.objects.get().placed_at == datetime(2010, 12, 1, 8, 57, tzinfo=UTC)


def test_a_customer_with_two_countries_is_one_and_each_order_keeps_its_own(tmp_path: Path) -> None:
    imported(written(tmp_path, row("536365", country="Austria"), row("536366", country="Cyprus")))

    assert Customer.objects.count() == 1
    assert list(Order.objects.order_by("external_ref").values_list("country", flat=True)) == [
        "Austria",
        "Cyprus",
    ]


def test_free_lines_come_with_their_sale_and_alone_make_no_order(tmp_path: Path) -> None:
    figures = imported(
        written(
            tmp_path,
            row("536365", quantity=2, price="1.00"),
            row("536365", code="22", quantity=5, price="0.0"),
            row("536366", quantity=7, price="0.0", customer="11111.0"),
        )
    ).figures

    assert (figures.orders, figures.customers, figures.units_sold, figures.free_lines) == (
        1,
        1,
        2,
        2,
    )
    order = Order.objects.get()
    assert (order.payable_minor, order.pieces, order.lines.count()) == (200, 7, 2)
    assert Customer.objects.count() == 1


def test_writeoffs_and_adjustments_stand_in_no_figure_and_no_table(tmp_path: Path) -> None:
    figures = imported(
        written(
            tmp_path,
            row("536589", description="damages", quantity=-10, price="0.0", customer=""),
            row("A563185", code="B", quantity=1, price="-11062.06", customer=""),
            row("A563186", code="B", quantity=1, price="11062.06", customer=""),
        )
    ).figures

    assert figures == ImportFigures(
        lines=3,
        orders=0,
        customers=0,
        gross_minor=0,
        refunds_minor=0,
        net_minor=0,
        units_sold=0,
        units_returned=0,
        rejected=0,
        credit_notes=0,
        free_lines=0,
        writeoff_lines=1,
        adjust_lines=2,
    )
    assert counts() == NOTHING


def test_a_price_finer_than_a_penny_is_rounded_once_per_line(tmp_path: Path) -> None:
    imported(
        written(
            tmp_path,
            row("536365", quantity=3, price="0.125"),  # 37.5 pence
            row("536365", quantity=1, price="0.001"),  # a tenth of one
            row("C536366", quantity=-3, price="0.125"),
        )
    )

    order = Order.objects.get()
    assert (order.goods_minor, order.discount_minor, order.payable_minor) == (40, 2, 38)
    assert list(
        order.lines.order_by("ordinal").values_list(
            "unit_price_minor", "discount_minor", "payable_minor"
        )
    ) == [(13, 1, 38), (1, 1, 0)]
    assert CreditNote.objects.get().total_minor == 38


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    header = "Country,InvoiceNo,Quantity,StockCode,UnitPrice,Description,InvoiceDate,CustomerID\n"
    line = 'EIRE,536365,2,22,1.50,"6"" PLATE",2010-12-01 08:26,17850\n'

    imported(written(tmp_path, line, header=header))

    got = OrderLine.objects.values_list("sku_code", "product_name", "quantity", "payable_minor")
    assert list(got) == [("22", '6" PLATE', 2, 300)]


def test_a_decimal_comma_and_a_point_do_not_mix_in_one_file(tmp_path: Path) -> None:
    lines = [row("536365", price="1,50"), row("536366", price="1.500")]
    text = [HEADER.replace(",", ";"), *(line.replace(",", ";", 5) for line in lines)]
    text[1:] = [
        f"{invoice};22;PLATE;2;2010-12-01 08:26:00;{price};;EIRE\n"
        for invoice, price in (("536365", "1,50"), ("536366", "1.500"))
    ]

    report = imported(written(tmp_path, *text[1:], header=text[0]))

    assert [(error.line, error.code) for error in report.errors] == [(3, "bad_price")]
    assert report.figures.gross_minor == 300


def test_order_lines_satisfy_the_money_identity() -> None:
    imported(DAY)

    wrong = OrderLine.objects.exclude(
        payable_minor=F("unit_price_minor") * F("quantity") - F("discount_minor")
    )
    assert not wrong.exists()
