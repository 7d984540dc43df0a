"""Order files of marketplaces without a format of their own, known by usual column names."""

from pathlib import Path

import pytest
from tests.factories.shop import open_shop
from tests.orders.marketplaces import imported

from zhanggui.orders.models import Order, OrderLine
from zhanggui.orders.types import HistoryReport

pytestmark = pytest.mark.django_db


def took(folder: Path, text: str, codec: str = "utf-8") -> HistoryReport:
    open_shop()
    path = folder / "orders.csv"
    path.write_bytes(text.encode(codec))
    return imported(path)


def orders() -> list[tuple[object, ...]]:
    """Return state, currency, owed and given back, and the lines of each order."""
    return [
        (
            *(one.display_status, one.currency, one.payable_minor, one.refunded_minor),
            [
                (line.product_name, line.quantity, line.payable_minor)
                for line in OrderLine.objects.filter(order=one).order_by("ordinal")
            ],
        )
        for one in Order.objects.order_by("external_ref")
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (  # 小红书
            (
                "订单号,订单状态,售后状态,商品名称,SKU规格,SKU件数,商品总价(元),"
                "商家应收金额(元)（支付金额）,商家编码,订单创建时间,支付时间,订单完成时间,"
                "快递单号\n"
                "P7001,已完成,无售后,茶杯,青,2,39.80,35.80,MUG,2026-11-01 10:00:00,"
                "2026-11-01 10:01:00,2026-11-05 10:00:00,SF1\n"
                "P7002,已关闭,退款成功,盖碗,,1,45.00,45.00,GW,2026-11-02 10:00:00,"
                "2026-11-02 10:01:00,,\n"
            ),
            [
                ("completed", "CNY", 35_80, 0, [("茶杯", 2, 35_80)]),
                ("closed", "CNY", 45_00, 45_00, [("盖碗", 1, 45_00)]),
            ],
        ),
        (  # 微信小店: what is owed for the order stands on each row
            (
                "订单号,订单下单时间,订单状态,商品名称,商品属性,SKU编码(自定义),商品数量,商品价格,"
                "订单运费,订单实际支付金额,收件人姓名\n"
                "3711,2026-11-01 10:00:00,已完成,茶杯,青,MUG,2,19.9,10,84.8,张三\n"
                "3711,2026-11-01 10:00:00,已完成,盖碗,,GW,1,45,10,84.8,张三\n"
            ),
            [
                (
                    "completed",
                    "CNY",
                    84_80,
                    0,
                    [("茶杯", 2, 39_80), ("盖碗", 1, 45_00)],
                )
            ],
        ),
        (  # 有赞
            (
                "订单号,订单状态,订单创建时间,买家付款时间,商品名称,商品规格,规格编码,商品单价,"
                "商品数量,订单实付金额,运费,买家备注\n"
                "E2026,交易完成,2026-11-01 10:00:00,2026-11-01 10:01:00,龙井,250g,LJ,98,1,98.00,"
                "0,\n"
            ),
            [("completed", "CNY", 98_00, 0, [("龙井", 1, 98_00)])],
        ),
        (  # 快手小店
            (
                "订单编号,订单创建时间,订单支付时间,订单状态,实付款,快递费,商品名称,商品规格,"
                "SKU编码,"
                "成交数量,商品单价,退款状态\n"
                "24001,2026-11-01 10:00:00,2026-11-01 10:01:00,交易成功,¥19.90,0,茶杯,青,MUG,1,"
                "19.90,\n"
            ),
            [("completed", "CNY", 19_90, 0, [("茶杯", 1, 19_90)])],
        ),
        (  # 闲鱼
            (
                "订单编号,宝贝标题,数量,订单金额,订单状态,付款时间,买家昵称\n"
                "9001,二手相机,1,888.00,交易成功,2026-11-01 10:01:00,a***b\n"
            ),
            [("completed", "CNY", 888_00, 0, [("二手相机", 1, 888_00)])],
        ),
        (  # TikTok Shop
            (
                "Order ID,Order Status,Seller SKU,Product Name,Variation,Quantity,"
                "SKU Unit Original Price,SKU Subtotal Before Discount,SKU Platform Discount,"
                "SKU Seller Discount,Shipping Fee After Discount,Taxes,Order Amount,"
                "Order Refund Amount,Created Time,Paid Time,Delivered Time,Currency\n"
                "5761,Completed,T-1,Tee,Red,2,10.00,20.00,1.00,2.00,3.00,1.50,21.50,0,"
                "2026-11-01 10:00:00,2026-11-01 10:01:00,2026-11-05 10:00:00,USD\n"
            ),
            [("completed", "USD", 21_50, 0, [("Tee", 2, 19_79), ("税费", 1, 1_71)])],
        ),
        (  # Amazon
            (
                "amazon-order-id\tpurchase-date\torder-status\tproduct-name\tsku\tasin\tquantity\t"
                "currency\titem-price\titem-tax\tshipping-price\titem-promotion-discount\tship-city\n"
                "111-1\t2026-11-01T10:00:00+00:00\tShipped - Delivered to Buyer\tTee\tT-1\tB0\t2\t"
                "USD\t"
                "20.00\t1.60\t4.00\t2.00\tAustin\n"
            ),
            [("completed", "USD", 23_60, 0, [("Tee", 2, 21_70), ("税费", 1, 1_90)])],
        ),
        (  # eBay, which tells no status
            (
                "Sales Record Number,Order Number,Item Title,Custom Label,Quantity,Sold For,"
                "Shipping And Handling,Total Price,Sale Date,Paid On Date,Shipped On Date\n"
                "12,18-15123,Watch,W-1,1,$25.00,$5.00,$30.00,Sep-27-26,Sep-27-26,Sep-28-26\n"
            ),
            [("completed", "USD", 30_00, 0, [("Watch", 1, 30_00)])],
        ),
    ],
    ids=["xiaohongshu", "wechat", "youzan", "kuaishou", "xianyu", "tiktok", "amazon", "ebay"],
)
def test_orders_are_taken_over(tmp_path: Path, text: str, found: list[object]) -> None:
    report = took(tmp_path, text)

    assert (report.format_name, [error.text for error in report.errors]) == ("common", [])
    assert orders() == found


def test_what_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    report = took(
        tmp_path,
        "订单号,订单状态,商品名称,数量,实付款,下单时间\n"
        "1,已送达驿站,茶杯,1,19.90,2026-11-01 10:00\n"
        "2,已完成,茶杯,,19.90,2026-11-01 10:00\n"
        "3,已完成,茶杯,1,十九块,2026-11-01 10:00\n"
        "4,已完成,茶杯,1,19.90,01/02/2026\n",
        "gb18030",
    )

    assert orders() == []
    assert {error.line: error.text.partition("，")[0] for error in report.errors} == {
        2: "不认识的订单状态「已送达驿站」",
        3: "数量 「」 应是 1 以上的整数",
        4: "实付金额：十九块 不是金额",
        5: "01/02/2026 不是时间",
    }
