"""Order files of WooCommerce's usual export plugins, by the headers that they write."""

from pathlib import Path

import pytest
from tests.factories.shop import open_shop
from tests.orders.marketplaces import imported

from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import HistoryReport

pytestmark = pytest.mark.django_db

ADVANCED = (  # Advanced Order Export, one row for each item
    '"Order Number","Order Status","Order Date","Customer Note","First Name (Billing)",'
    '"Email (Billing)","City (Shipping)","State Code (Shipping)","Country Code (Shipping)",'
    '"Payment Method Title","Cart Discount Amount","Order Subtotal Amount",'
    '"Shipping Method Title","Order Shipping Amount","Order Refund Amount","Order Total Amount",'
    '"Order Total Tax Amount",SKU,"Item #","Item Name","Quantity (- Refund)","Item Cost",'
    '"Coupon Code","Discount Amount"\n'
)
SKYVERGE = (  # Customer/Order CSV Export, one row for each item
    "order_id,order_number,order_number_formatted,date,status,shipping_total,shipping_tax_total,"
    "fee_total,fee_tax_total,tax_total,discount_total,order_total,refunded_total,order_currency,"
    "payment_method,customer_id,billing_first_name,billing_email,shipping_city,shipping_country,"
    "customer_note,item_id,item_product_id,item_name,item_sku,item_quantity,item_subtotal,"
    "item_subtotal_tax,item_total,item_total_tax,item_refunded,item_refunded_qty,item_meta\n"
)
WEBTOFFEE = (  # Order Export & Order Import, one row for each order
    "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,"
    "fee_tax_total,tax_total,cart_discount,order_discount,discount_total,order_total,"
    "order_subtotal,order_currency,payment_method,customer_email,shipping_city,shipping_country,"
    "customer_note,wt_import_key,line_item_1,line_item_2"
)
WIDE = "".join(
    f',"Product Item {n} {name}"'
    for n in (1, 2)
    for name in ("Name", "id", "SKU", "Quantity", "Total", "Subtotal")
)


def took(folder: Path, text: str) -> HistoryReport:
    open_shop()
    path = folder / "orders.csv"
    path.write_text(text, "utf-8")
    return imported(path)


def orders() -> list[tuple[object, ...]]:
    found = Order.objects.order_by("external_ref")
    return [
        (
            one.external_ref,
            one.display_status,
            one.currency,
            one.payable_minor,
            one.refunded_minor,
            [
                (line.product_name, line.quantity, line.payable_minor)
                for line in OrderLine.objects.filter(order=one).order_by("ordinal")
            ],
        )
        for one in found
    ]


def test_advanced_order_export_with_pieces_that_came_back(tmp_path: Path) -> None:
    report = took(
        tmp_path,
        ADVANCED + '501,Completed,"2026-11-01 12:00",,Ann,ann@example.com,Leeds,,GB,Card,0,40,Flat,'
        "5.00,0,54.00,9.00,T-1,1,Tee,2,15.00,,\n"
        + '501,Completed,"2026-11-01 12:00",,Ann,ann@example.com,Leeds,,GB,Card,0,40,Flat,'
        "5.00,0,54.00,9.00,C-1,2,Cap,1,10.00,,\n"
        + '502,Completed,"2026-11-02 12:00",,Bob,bob@example.com,Leeds,,GB,Card,0,30,Flat,'
        "0,15.00,30.00,0,T-1,1,Tee,1,15.00,,\n"
        + '503,Refunded,"2026-11-03 12:00",,Bob,bob@example.com,Leeds,,GB,Card,0,10,Flat,'
        "0,10.00,10.00,0,C-1,1,Cap,0,10.00,,\n",
    )

    assert [error.text for error in report.errors] == []
    assert [one[1:] for one in orders()] == [
        ("completed", "CNY", 54_00, 0, [("Tee", 2, 33_06), ("Cap", 1, 11_02), ("税费", 1, 9_92)]),
        ("completed", "CNY", 30_00, 15_00, [("Tee", 1, 15_00), ("已退的商品", 1, 15_00)]),
        ("closed", "CNY", 10_00, 10_00, [("Cap", 1, 10_00)]),
    ]


def test_customer_order_export_with_fees_and_taxes(tmp_path: Path) -> None:
    report = took(
        tmp_path,
        SKYVERGE
        + "11,11,#11,2026-11-01 12:00:00,completed,5.00,1.00,2.00,0,9.00,4.00,54.00,0,EUR,card,7,"
        "Ann,ann@example.com,Bonn,DE,,1,9,Tee,T-1,2,30.00,6.00,28.00,5.60,0,0,\n"
        "11,11,#11,2026-11-01 12:00:00,completed,5.00,1.00,2.00,0,9.00,4.00,54.00,0,EUR,card,7,"
        "Ann,ann@example.com,Bonn,DE,,2,8,Cap,C-1,1,12.00,2.40,10.00,2.00,0,0,\n",
    )

    assert [error.text for error in report.errors] == []
    ((_ref, state, currency, payable, _refunded, lines),) = orders()
    assert (state, currency, payable) == ("completed", "EUR", 54_00)
    assert [name for name, _n, _minor in lines] == ["Tee", "Cap", "费用", "税费"]
    assert sum(minor for _name, _n, minor in lines) == 54_00  # type: ignore[misc]


def test_all_goods_of_an_order_side_by_side(tmp_path: Path) -> None:
    report = took(
        tmp_path,
        WEBTOFFEE
        + WIDE
        + "\n"
        + "21,21,2026-11-01 09:00:00,2026-11-01 09:01:00,completed,5.00,0,0,0,0,2.00,0,2.00,51.00,"
        "48.00,USD,card,ann@example.com,Austin,US,,k,"
        "name:Tee|product_id:9|sku:T-1|quantity:2|total:28.00|sub_total:30.00,"
        "name:Cap|product_id:8|sku:C-1|quantity:1|total:18.00|sub_total:18.00,"
        "Tee,9,T-1,2,28.00,30.00,Cap,8,C-1,1,18.00,18.00\n"
        "22,22,2026-11-02 09:00:00,,cancelled,0,0,0,0,0,0,0,0,18.00,18.00,USD,card,,Austin,US,,k,"
        "name:Cap | blue|product_id:8|sku:C-1|quantity:1|total:18.00|sub_total:18.00,,,,,,,,,,,,,\n"
        "23,23,2026-11-03 09:00:00,,pending,,,,,,,,,,,USD,card,,,,,k,,,,,,,,,,,,,,\n",
    )

    assert report.format_name == "woocommerce-wide"
    assert [(error.line, error.text) for error in report.errors] == [(4, "没有订单总额")]
    assert [one[1:] for one in orders()] == [
        ("completed", "USD", 51_00, 0, [("Tee", 2, 31_88), ("Cap", 1, 19_12)]),
        ("closed", "USD", 18_00, 0, [("Cap | blue", 1, 18_00)]),
    ]


def test_goods_in_one_cell(tmp_path: Path) -> None:
    header = "order_id,date,status,order_total,order_currency,shipping_total,line_items\n"
    goods = (
        "id:1|name:Tee|product_id:9|sku:T-1|quantity:2|subtotal:30.00|total:30.00|refunded:0;"
        "id:2|name:Cap|product_id:8|sku:C-1|quantity:1|subtotal:10.00|total:10.00|refunded:0"
    )

    report = took(tmp_path, header + f'31,2026-11-01 09:00:00,completed,45.00,USD,5,"{goods}"\n')

    assert report.errors == ()
    assert [one[3:] for one in orders()] == [(45_00, 0, [("Tee", 2, 33_75), ("Cap", 1, 11_25)])]
