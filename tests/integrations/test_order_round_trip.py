"""Our own order export is read again: by another shop whole, by this one as known."""

from pathlib import Path

import pytest
from tests.factories.shop import NOON
from tests.orders.marketplaces import ITEMS, TAOBAO, imported, row, save, taobao

from zhanggui.core.tables.writing import table_writer
from zhanggui.integrations.models import ExportRun
from zhanggui.integrations.services.exporting import sheet_of
from zhanggui.integrations.types import Kind
from zhanggui.orders.models import CreditNote, CreditNoteLine, ImportedOrder, Order, OrderLine

pytestmark = pytest.mark.django_db
FACTS = (
    *("display_status", "payment_state", "currency", "goods_minor", "freight_minor"),
    *("discount_minor", "payable_minor", "paid_minor", "refunded_minor", "placed_at", "paid_at"),
)


def exported(path: Path) -> Path:
    run = ExportRun(kind=Kind.ORDERS, ending="csv", with_money=True, created_at=NOON)
    sheet = sheet_of(run, now=NOON, base="https://shop.example")
    with table_writer(path, header=sheet.header, numbers=sheet.numbers) as writer:
        for _count, rows in sheet.chunks:
            for cells in rows:
                writer.row(cells)
    return path


def test_an_export_is_known_here_and_the_same_in_another_shop(tmp_path: Path) -> None:
    header = [*TAOBAO, "退款金额"]
    rows = [
        [*taobao(), "30.00"],
        [*taobao("3650028471920586002", 订单状态="交易关闭"), ""],
        [*taobao("3650028471920586003", 订单状态="交易关闭", 订单付款时间=""), ""],
    ]
    lines = [
        row(ITEMS, 订单编号="3650028471920586123", 标题="=SUM(A1)", 价格="400", 购买数量=2),
        row(ITEMS, 订单编号="3650028471920586123", 标题="茶巾", 价格="600", 购买数量=1),
    ]
    items = save(tmp_path / "i.csv", [ITEMS, *lines])
    imported(save(tmp_path / "o.csv", [header, *rows]), items)
    path = exported(tmp_path / "export.csv")

    here = imported(path)

    assert (here.format_name, here.added, here.known, here.refused) == ("zhanggui", 0, 3, 0)
    before = set(Order.objects.values_list(*FACTS))
    names = set(OrderLine.objects.values_list("product_name", "quantity", "payable_minor"))
    for model in (CreditNoteLine, CreditNote, ImportedOrder, OrderLine, Order):
        model.objects.all().delete()
    assert imported(path).added == 3
    assert set(Order.objects.values_list(*FACTS)) == before
    assert set(OrderLine.objects.values_list("product_name", "quantity", "payable_minor")) == names
