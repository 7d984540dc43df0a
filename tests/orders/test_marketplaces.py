"""Order files of marketplaces: exact money, states and refunds, whatever the file looks like."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from django.db.models import Sum
from tests.factories.catalog import ProductFactory, SkuFactory
from tests.orders.marketplaces import (
    DOUYIN,
    ITEMS,
    JD,
    PINDUODUO,
    SHOPIFY,
    TAOBAO,
    counts,
    imported,
    row,
    save,
    taobao,
)

from zhanggui.orders.models import CreditNote, ImportedOrder, Order, OrderLine
from zhanggui.orders.types import CurrencyTotals, HistoryReport

pytestmark = pytest.mark.django_db


def money(report: HistoryReport) -> list[tuple[str, int, int, int]]:
    """Return currency, orders, paid, refunded."""
    return [(t.currency, t.orders, t.gross_minor, t.refunds_minor) for t in report.totals]


def texts(report: HistoryReport) -> list[tuple[int, str, str]]:
    return [(one.line, one.code, one.text) for one in report.errors]


def test_taobao_list_and_items_are_joined_and_the_rest_is_discount(tmp_path: Path) -> None:
    sku = SkuFactory(product=ProductFactory(), code="LJ-250")
    orders = save(tmp_path / "ExportOrderList.csv", [TAOBAO, taobao()], encoding="gb18030")
    lines = [
        ITEMS,
        row(ITEMS, 订单编号="'3650028471920586123", 标题="明前龙井 250克", 价格="￥699.00元",
            购买数量=2, 商家编码="LJ-250", 商品属性="等级：特级"),
        row(ITEMS, 订单编号="", 标题="茶漏", 价格="9.90", 购买数量="1", 外部系统编号="CL-01"),
    ]  # fmt: skip
    items = save(tmp_path / "items.csv", lines, encoding="utf-16", delimiter="\t")

    report = imported(items, orders)

    assert (report.format_name, report.lines, report.orders) == ("taobao", 3, 1)
    assert money(report) == [("CNY", 1, 130_900, 0)]
    assert (report.goods_lines, report.matched_lines, report.units_sold) == (2, 1, 3)
    order = Order.objects.get()
    assert (order.goods_minor, order.freight_minor, order.discount_minor) == (
        140_790,
        1_000,
        10_890,
    )
    assert (order.payable_minor, order.paid_minor, order.pieces) == (130_900, 130_900, 3)
    assert (order.status, order.display_status, order.payment_state) == (
        *("completed", "completed", "paid"),
    )
    assert order.placed_at == datetime(2026, 10, 1, 1, 30, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 10, 1, 1, 31, 5, tzinfo=UTC)
    one, two = OrderLine.objects.order_by("ordinal")
    assert (one.sku_id, one.sku_code, one.options_text) == (sku.pk, "LJ-250", "等级：特级")
    assert (two.sku_id, two.sku_code, two.product_name) == (None, "CL-01", "茶漏")
    assert (one.payable_minor + two.payable_minor, one.quantity) == (130_900, 2)


def test_nothing_that_tells_who_the_recipient_is_stays_readable(tmp_path: Path) -> None:
    imported(save(tmp_path / "o.csv", [TAOBAO, taobao(买家留言="请放前台 13800001234")]))

    order, kept = Order.objects.get(), ImportedOrder.objects.get()
    assert (order.name, order.phone, order.detail) == ("", "", "")
    assert (order.note, order.has_note) == ("请放前台 13800001234", True)
    (cells,) = json.loads(kept.cells)
    assert (kept.number, kept.recipient_masked) == ("3650028471920586123", True)
    assert cells["店铺名称"] == "某某茶庄"
    assert not {"收货人姓名", "收货地址", "联系手机", "买家会员名", "买家留言"} & set(cells)
    assert order.customer is not None
    assert "茶香" not in (order.customer.external_ref or "")
    stored = ImportedOrder.objects.values_list("cells", flat=True).get()
    assert "某某茶庄" not in str.__str__(stored)


TAOBAO_STATES = [
    ({"订单状态": "交易成功"}, "completed", "paid", 130_900, 0),
    ({"订单状态": "卖家已发货，等待买家确认"}, "to_receive", "paid", 130_900, 0),
    ({"订单状态": "交易关闭", "订单付款时间": "", "买家实际支付金额": "0.00"},
     "closed", "unpaid", 0, 0),
    ({"订单状态": "交易关闭", "买家实际支付金额": "0.00"}, "closed", "refunded", 130_900, 130_900),
    ({"买家实际支付金额": "1,009.00"}, "completed", "paid", 100_900, 0),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "display", "payment", "paid", "refunded"), TAOBAO_STATES)
def test_states_of_taobao_stand_as_they_are(
    tmp_path: Path, cells: dict[str, str], display: str, payment: str, paid: int, refunded: int
) -> None:
    report = imported(save(tmp_path / "o.csv", [TAOBAO, taobao(**cells)]))

    order = Order.objects.get()
    assert (order.display_status, order.payment_state) == (display, payment)
    assert (order.paid_minor, order.refunded_minor) == (paid, refunded)
    assert money(report) == [("CNY", 1, paid, refunded)]
    assert CreditNote.objects.aggregate(n=Sum("total_minor"))["n"] == (refunded or None)


def test_orders_that_wait_for_work_are_left_out_unless_wanted(tmp_path: Path) -> None:
    rows = [
        taobao(
            "3650028471920586001", 订单状态="等待买家付款", 订单付款时间="", 买家实际支付金额="0"
        ),
        taobao("3650028471920586002", 订单状态="买家已付款,等待卖家发货"),
        taobao("3650028471920586003"),
    ]
    path = save(tmp_path / "o.csv", [TAOBAO, *rows])

    report = imported(path)

    assert (report.orders, report.left_out) == (1, {"unpaid": 1, "to_ship": 1})
    assert Order.objects.get().display_status == "completed"

    again = imported(path, open_orders=True)

    assert (again.added, again.known) == (2, 1)
    found = Order.objects.order_by("external_ref").values_list("display_status", "payment_state")
    assert list(found) == [("to_pay", "unpaid"), ("to_ship", "paid"), ("completed", "paid")]


def test_a_status_with_a_bare_comma_is_mended_and_other_wide_rows_are_refused(
    tmp_path: Path,
) -> None:
    line = ",".join(taobao(订单状态="卖家已发货,等待买家确认"))
    wide = ",".join(taobao("3650028471920586002", 收货地址="浙江省,杭州市"))
    path = tmp_path / "o.csv"
    path.write_text("\n".join([",".join(TAOBAO), line, wide]) + "\n", encoding="utf-8-sig")

    report = imported(path)

    assert Order.objects.get().display_status == "to_receive"
    assert texts(report) == [(3, "bad_columns", "列数不对：应有 40 列，有 41 列")]


def test_titles_footers_and_repeated_headers_are_no_orders(tmp_path: Path) -> None:
    rows = [
        ["某某旗舰店 订单导出"], ["导出时间：2026-11-01 10:00"], [], TAOBAO, taobao(),
        TAOBAO, taobao("3650028471920586124"), ["合计", "", "", "2598.00"],
    ]  # fmt: skip

    report = imported(save(tmp_path / "o.csv", rows, encoding="gb18030", end="\r"))

    assert (report.lines, report.orders, texts(report)) == (2, 2, [])


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [
        ("gb18030", ",", "\r\n"), ("utf-8-sig", ",", "\n"), ("utf-16", "\t", "\r\n"),
        ("utf-16-le", "\t", "\n"), ("utf-8", ";", "\r"), ("utf-16-be", ",", "\r\n"),
    ],
)  # fmt: skip
def test_odd_encodings_read_the_same(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    order = taobao(
        "\t3650028471920586123", 宝贝标题="䶮宬㛃 喆·堃㙓", 买家留言="谢谢😀𠮷野家\n尽快"
    )
    path = save(
        tmp_path / "o.csv", [TAOBAO, order], encoding=encoding, delimiter=delimiter, end=end
    )
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    report = imported(packed)

    assert money(report) == [("CNY", 1, 130_900, 0)]
    assert Order.objects.get().note == "谢谢😀𠮷野家\n尽快"
    assert OrderLine.objects.get().product_name == "䶮宬㛃 喆·堃㙓"


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for place, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(place, column, cell)
    book.close()
    return path


def test_numbers_that_excel_has_cut_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["订单报表"], list(TAOBAO)]
    rows += [[3650028471920586123, *taobao()[1:]], [3650028471920586199, *taobao()[1:]]]

    report = imported(workbook(tmp_path / "o.xlsx", rows))

    assert (report.orders, Order.objects.count()) == (0, 0)
    assert [(line, code) for line, code, _text in texts(report)] == [
        (3, "damaged_number"),
        (4, "damaged_number"),
    ]


def test_numbers_that_excel_has_rounded_to_zeros_are_refused(tmp_path: Path) -> None:
    rows = [taobao("3650028471920580000"), taobao("3650028471920590000")]

    report = imported(save(tmp_path / "o.csv", [TAOBAO, *rows]))

    assert [code for _line, code, _text in texts(report)] == ["damaged_number"] * 2
    assert not Order.objects.exists()


def test_excel_files_with_text_numbers_and_real_dates_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "o.xlsx", [list(TAOBAO), list(taobao())])

    assert money(imported(path)) == [("CNY", 1, 130_900, 0)]


def jd(ref: str = "261001334455", **values: object) -> list[str]:
    usual = {
        "商品ID": "10001", "商品名称": "青瓷杯", "订购数量": 2, "支付方式": "在线支付",
        "下单时间": "2026/10/1 9:05", "京东价": "59.00", "订单金额": "167.90", "结算金额": "157.90",
        "余额支付": "0.00", "应付金额": "163.90", "订单状态": "完成", "下单帐号": "jd_abc",
        "运费金额": "6.00", "付款确认时间": "2026/10/1 9:06", "货号": "QC-1",
        "订单完成时间": "2026/10/5 20:00", "客户姓名": "李四", "联系电话": "13912345678",
    }  # fmt: skip
    return row(JD, 订单号=ref, **{**usual, **values})


def test_jd_takes_the_money_of_an_order_once(tmp_path: Path) -> None:
    other = jd(商品ID="10002", 商品名称="茶巾", 订购数量=1, 京东价="49.90", 货号="CJ")
    second = jd("261001334456", 订单状态="(删除)等待付款", 付款确认时间="", 应付金额="124.00")

    report = imported(save(tmp_path / "o.csv", [JD, jd(), second, other], encoding="gb18030"))

    assert money(report) == [("CNY", 2, 16_390, 0)]
    order = Order.objects.get(external_ref="jd:261001334455")
    # goods 59 × 2 + 49.90 = 167.90, freight 6.00, paid 163.90
    assert (order.goods_minor, order.freight_minor, order.discount_minor) == (16_790, 600, 1_000)
    assert order.completed_at == datetime(2026, 10, 5, 12, tzinfo=UTC)
    assert [one.sku_code for one in order.lines.order_by("ordinal")] == ["QC-1", "CJ"]
    closed = Order.objects.get(external_ref="jd:261001334456")
    assert (closed.display_status, closed.payment_state, closed.paid_minor) == (
        *("closed", "unpaid", 0),
    )


def test_jd_merged_rows_belong_to_the_order_above_and_money_that_differs_is_refused(
    tmp_path: Path,
) -> None:
    merged = row(JD, 商品名称="茶巾", 订购数量=1, 京东价="49.90")
    wrong = [jd("1002", 订购数量=1, 应付金额="50.00"), jd("1002", 应付金额="51.00")]
    rows = [JD, jd(), merged, *wrong, jd("1003", 应付金额="500.00", 结算金额="500.00")]

    report = imported(save(tmp_path / "o.csv", rows))

    assert (report.orders, money(report)) == (1, [("CNY", 1, 16_390, 0)])
    assert Order.objects.get().lines.count() == 2
    assert texts(report) == [
        (4, "mixed_amounts", "同一订单的应付金额不一样"),
        (6, "amounts_differ",
         "金额对不上：应付 500.00 CNY，商品加运费只有 124.00 CNY，多 376.00 CNY"),
    ]  # fmt: skip


def test_jd_money_from_the_balance_counts_as_paid(tmp_path: Path) -> None:
    only = jd(京东价="60.00", 订购数量=1, 运费金额="0", 应付金额="20.00", 余额支付="40.00")

    assert money(imported(save(tmp_path / "o.csv", [JD, only]))) == [("CNY", 1, 6_000, 0)]


def pdd(ref: str = "261001-123456789012345", **values: object) -> list[str]:
    usual = {
        "商品": "白茶饼 350g", "订单状态": "已签收", "商品总价元": "100.00", "邮费元": "0.00",
        "店铺优惠折扣元": "5.00", "平台优惠折扣元": "3.00", "多多支付立减金额元": "0.5",
        "用户实付金额元": "91.50", "商家实收金额元": "95.00", "商品数量件": 3,
        "支付时间": "2026-10-01 08:00:00", "商家编码规格维度": "BC-350",
        "售后状态": "无售后或售后取消",
        "省": "福建省", "市": "福州市", "区": "鼓楼区", "快递单号": "YT123",
    }  # fmt: skip
    return row(PINDUODUO, 订单号=ref, **{**usual, **values})


def test_pinduoduo_price_that_does_not_divide_loses_nothing(tmp_path: Path) -> None:
    report = imported(save(tmp_path / "o.csv", [PINDUODUO, pdd()], encoding="utf-8-sig"))

    assert (money(report), report.adjusted) == ([("CNY", 1, 9_150, 0)], 0)
    line = OrderLine.objects.get()
    assert (line.quantity, line.unit_price_minor, line.payable_minor) == (3, 3_334, 9_150)
    order = Order.objects.get()
    assert (order.goods_minor, order.discount_minor) == (10_002, 852)
    assert (order.province, order.city, order.customer) == ("福建省", "福州市", None)


def test_pinduoduo_refunds_and_fees(tmp_path: Path) -> None:
    rows = [
        pdd("261001-1", 订单状态="未发货，退款成功", 售后状态="退款成功"),
        pdd("261001-2", 售后状态="售后处理中"),
        pdd("261001-3", 售后状态="退款成功"),
        pdd("261001-4", 上门安装费元="20.00", 用户实付金额元="111.50"),
        pdd("261001-5", 订单状态="已取消", 支付时间="", 用户实付金额元="0"),
        pdd("261001-6", 售后状态="平台介入"),
    ]

    report = imported(save(tmp_path / "o.csv", [PINDUODUO, *rows]))

    assert money(report) == [("CNY", 5, 3 * 9_150 + 11_150, 2 * 9_150)]
    assert report.states == {"refunded": 2, "completed": 2, "closed": 1}
    assert report.unknown == {"已签收 · 平台介入": 1}
    fee = OrderLine.objects.get(order__external_ref="pinduoduo:261001-4", ordinal=2)
    assert (fee.product_name, fee.quantity, fee.unit_price_minor) == ("上门安装费", 1, 2_000)
    closed = Order.objects.get(external_ref="pinduoduo:261001-5")
    assert (closed.payable_minor, closed.paid_minor) == (9_150, 0)
    assert closed.placed_at == datetime(2026, 9, 30, 16, tzinfo=UTC)  # its number begins with it


def douyin(ref: str = "\t6920000000000000011", part: str = "1", **values: object) -> list[str]:
    usual = {
        "子订单编号": f"\t692000000000000001{part}", "选购商品": "陶壶", "商品规格": "颜色：紫",
        "商品数量": 1, "商家编码": "TH-Z", "商品单价": "200.00", "订单应付金额": "190.00",
        "运费": "0", "收件人": "#aGVsbG8=#", "收件人手机号": "$$cipher$$", "省": "北京",
        "订单提交时间": "2026-10-02 10:00:00", "支付完成时间": "2026-10-02 10:01:00",
        "订单状态": "已完成", "售后状态": "-", "商家实际承担优惠金额": "10.00",
    }  # fmt: skip
    return row(DOUYIN, 主订单编号=ref, **{**usual, **values})


def test_douyin_sub_orders_make_one_order_and_closed_ones_are_refunds(tmp_path: Path) -> None:
    shut = douyin(part="2", 商品单价="80", 订单应付金额="80.00", 订单状态="已关闭",
                  商家实际承担优惠金额="0", 运费="6.00")  # fmt: skip
    rows = [DOUYIN, douyin(), shut, douyin()]  # the last one stands there twice

    report = imported(save(tmp_path / "o.csv", rows, encoding="utf-8-sig"))

    assert (money(report), report.states) == ([("CNY", 1, 27_000, 8_000)], {"completed": 1})
    order = Order.objects.get()
    assert (order.goods_minor, order.freight_minor, order.discount_minor) == (28_000, 600, 1_600)
    assert (order.refunded_minor, order.payment_state) == (8_000, "partly_refunded")
    note = CreditNote.objects.get()
    assert (note.order, note.total_minor, note.source) == (order, 8_000, "douyin")
    assert ImportedOrder.objects.get().recipient_masked


def test_douyin_files_that_repeat_the_whole_amount_count_it_once(tmp_path: Path) -> None:
    rows = [
        douyin(订单应付金额="380.00", 商家实际承担优惠金额=""),
        douyin(part="2", 订单应付金额="380.00", 商家实际承担优惠金额=""),
    ]

    report = imported(save(tmp_path / "o.csv", [DOUYIN, *rows]))

    assert money(report) == [("CNY", 1, 38_000, 0)]


def shopify(ref: str = "#1001", **values: object) -> list[str]:
    usual = {
        "Email": "jane@example.com", "FinancialStatus": "paid", "FulfillmentStatus": "fulfilled",
        "Currency": "USD", "Subtotal": "90.00", "Shipping": "5.00", "Taxes": "7.60",
        "Total": "102.60", "DiscountAmount": "10.00", "Createdat": "2026-10-01 10:00:00 -0500",
        "Paidat": "2026-10-01 10:00:05 -0500", "Lineitemquantity": 2, "Lineitemname": "Mug - Blue",
        "Lineitemprice": "40.00", "Lineitemsku": "MUG-B", "BillingZip": "'10001",
        "RefundedAmount": "0.00", "ShippingCountry": "US", "ShippingName": "Jane Roe",
    }  # fmt: skip
    return row(SHOPIFY, Name=ref, **{**usual, **values})


def more(ref: str = "#1001", **values: object) -> list[str]:
    usual = {"Lineitemquantity": 1, "Lineitemname": "Tray", "Lineitemprice": "20.00"}
    return row(SHOPIFY, Name=ref, **{**usual, **values})


def test_shopify_orders_of_several_lines_currencies_and_a_partial_refund(tmp_path: Path) -> None:
    rows = [
        shopify(FinancialStatus="partially_refunded", RefundedAmount="20.00"), more(),
        shopify("#1002", Currency="JPY", Lineitemprice="1500", Subtotal="3000", Shipping="0",
                Taxes="272", Total="3000", DiscountAmount="0"),
        shopify("#1003", FinancialStatus="voided", FulfillmentStatus="unfulfilled",
                Lineitemquantity=1, Subtotal="40.00", Total="48.60", Taxes="3.60",
                DiscountAmount="0", Cancelledat="2026-10-02 09:00:00 -0500"),
    ]  # fmt: skip

    report = imported(save(tmp_path / "orders_export_1.csv", [SHOPIFY, *rows]))

    assert texts(report) == []
    assert report.totals == (
        CurrencyTotals(currency="JPY", orders=1, gross_minor=3_000, refunds_minor=0),
        CurrencyTotals(currency="USD", orders=2, gross_minor=10_260, refunds_minor=2_000),
    )
    order = Order.objects.get(external_ref="shopify:#1001")
    assert (order.goods_minor, order.freight_minor, order.discount_minor) == (10_760, 500, 1_000)
    assert (order.placed_at, order.country) == (datetime(2026, 10, 1, 15, tzinfo=UTC), "US")
    found = order.lines.order_by("ordinal").values_list("product_name", "quantity", "payable_minor")
    assert [name for name, _n, _minor in found] == ["Mug - Blue", "Tray", "税费"]
    assert sum(minor for _name, _n, minor in found) == 10_260
    assert (order.pieces, order.payment_state, order.after_sale_state) == (
        *(3, "partly_refunded", "part_refunded"),
    )
    yen = Order.objects.get(external_ref="shopify:#1002")
    assert (yen.goods_minor, yen.discount_minor, yen.lines.count()) == (3_000, 0, 1)
    assert report.customers == 1
    assert "jane" not in json.dumps(list(ImportedOrder.objects.values_list("cells", flat=True)))


def test_a_total_that_is_more_than_goods_and_fees_is_refused(tmp_path: Path) -> None:
    report = imported(save(tmp_path / "o.csv", [SHOPIFY, shopify(Total="999.00"), more()]))

    assert [(line, code) for line, code, _text in texts(report)] == [(2, "amounts_differ")]
    assert counts() == (0, 0, 0, 0, 0)


def test_a_second_run_adds_nothing_and_a_later_file_moves_orders_on(tmp_path: Path) -> None:
    first = [taobao(订单状态="卖家已发货,等待买家确认"), taobao("3650028471920586002")]
    path = save(tmp_path / "o.csv", [TAOBAO, *first])
    imported(path)
    before = counts()

    again = imported(path)

    assert (again.added, again.updated, again.known, counts()) == (0, 0, 2, before)
    header = [*TAOBAO, "退款金额", "确认收货时间"]
    later = [[*taobao(), "", "2026-10-09 08:00:00"], [*taobao("3650028471920586002"), "30.00", ""]]
    report = imported(save(tmp_path / "later.csv", [header, *later]))
    assert (report.added, report.updated, report.credit_notes) == (0, 2, 1)
    one, two = Order.objects.order_by("-external_ref")
    assert (one.display_status, one.completed_at) == (
        "completed",
        datetime(2026, 10, 9, tzinfo=UTC),
    )
    assert (two.refunded_minor, two.payment_state) == (3_000, "partly_refunded")
    assert imported(path).updated == 0  # the older file does not set it back
    assert CreditNote.objects.get().total_minor == 3_000


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    path = save(tmp_path / "o.csv", [TAOBAO, taobao(), taobao("3650028471920586002")])

    dry = imported(path, is_dry_run=True)

    assert counts() == (0, 0, 0, 0, 0)
    assert dry == imported(path)


def test_an_unknown_status_waits_for_somebody_to_explain_it(tmp_path: Path) -> None:
    path = save(tmp_path / "o.csv", [TAOBAO, taobao(订单状态="已发货, 待揽收"), taobao("99")])

    report = imported(path)

    assert (report.unknown, report.orders, report.refused) == ({"已发货, 待揽收": 1}, 1, 1)
    assert texts(report)[0][:2] == (2, "unknown_status")
    again = imported(path, words={"已发货,待揽收": "shipped"})
    assert (again.added, again.unknown) == (1, {})
    assert Order.objects.filter(display_status="to_receive").count() == 1


def test_the_same_number_of_another_time_is_another_shops(tmp_path: Path) -> None:
    imported(save(tmp_path / "a.csv", [SHOPIFY, shopify(), more()]))
    other = shopify(Createdat="2025-03-01 10:00:00 +0800")

    report = imported(save(tmp_path / "b.csv", [SHOPIFY, other, more()]))

    assert (report.conflicts, report.refused, report.added) == (1, 1, 0)
    assert Order.objects.count() == 1
