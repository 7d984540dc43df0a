"""`zhanggui import-orders` with files of marketplaces: it finds the format by itself."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from tests.factories.shop import open_shop
from tests.orders.marketplaces import ITEMS, JD, TAOBAO, counts, row, save, taobao
from tests.unchanged import nothing_changes

from zhanggui.orders.models import Order

pytestmark = pytest.mark.django_db
NOTHING = (0, 0, 0, 0, 0)


def run(path: Path, *options: str) -> tuple[str, str]:
    """Call the command; return what it wrote to both streams."""
    out, err = StringIO(), StringIO()
    call_command("import_orders", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def mixed(folder: Path) -> Path:
    rows = [taobao(), taobao("77", 订单状态="天上掉下"), taobao("78", 订单状态="等待买家付款")]
    return save(folder / "o.csv", [TAOBAO, *rows], encoding="gb18030")


def test_json_has_the_figures_and_one_line_for_each_refusal(tmp_path: Path) -> None:
    out, err = run(mixed(tmp_path), "--json")

    found = json.loads(out)
    assert {name: found[name] for name in ("format", "orders", "added", "refused", "lines")} == {
        "format": "taobao",
        "orders": 1,
        "added": 1,
        "refused": 1,
        "lines": 3,
    }
    assert (found["currency"], found["gross_minor"], found["net_minor"]) == (
        "CNY",
        130_900,
        130_900,
    )
    assert (found["left_out"], found["unknown_statuses"]) == ({"unpaid": 1}, {"天上掉下": 1})
    assert json.loads(err) == {
        "code": "unknown_status",
        "line": 3,
        "order": "77",
        "detail": "第 3 行（单号 77，整张单不导入）："
        "不认识的订单状态「天上掉下」，请先说明它对应哪个状态",
    }


def test_people_read_the_totals_and_a_status_can_be_explained(tmp_path: Path) -> None:
    path = mixed(tmp_path)

    out, _err = run(path, "--dry-run")

    assert "1,309.00 CNY" in out
    assert "不认识的状态「天上掉下」" in out
    assert "只检查，没有写入" in out
    assert counts() == NOTHING
    out, err = run(path, "--status", "天上掉下=completed", "--open", "--json")
    assert (json.loads(out)["added"], err) == (3, "")
    assert Order.objects.filter(display_status="completed").count() == 2


@pytest.mark.parametrize("given", ["天上掉下", "天上掉下=done", "=shipped"])
def test_a_status_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(CommandError, match="词=状态"):
        run(mixed(tmp_path), "--status", given)

    assert counts() == NOTHING


def test_items_come_along_and_alone_they_are_refused(tmp_path: Path) -> None:
    cells = row(ITEMS, 订单编号="3650028471920586123", 标题="龙井", 价格="650", 购买数量=2)
    items = save(tmp_path / "items.csv", [ITEMS, cells])

    with pytest.raises(CommandError, match="宝贝明细"):
        run(items)
    out, _err = run(save(tmp_path / "o.csv", [TAOBAO, taobao()]), "--items", str(items), "--json")

    assert (json.loads(out)["added"], Order.objects.get().pieces) == (1, 2)


@pytest.mark.parametrize(
    ("rows", "options", "text"),
    [
        ([["姓名", "电话", "备注"], ["张", "1", "x"]], [], "认不出这个文件的格式"),
        ([TAOBAO, taobao()], ["--format", "jd"], "文件不是「京东订单」：缺少列"),
        ([TAOBAO, taobao()], ["--format", "ebay"], "不认识的格式 ebay"),
        ([JD], [], "只有表头"),
    ],
    ids=["no format", "another one", "no such format", "no rows"],
)
def test_a_file_of_no_known_making_is_refused_whole(
    tmp_path: Path, rows: list[list[str]], options: list[str], text: str
) -> None:
    with pytest.raises(CommandError, match=text):
        run(save(tmp_path / "o.csv", rows), *options)

    assert counts() == NOTHING


def test_online_retail_is_found_as_well(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "536365,A,Cup,6,2010-12-01 08:26:00,2.55,17850.0,UK\n"
    )

    out, _err = run(path, "--json")

    assert (json.loads(out)["gross_minor"], Order.objects.get().currency) == (1_530, "GBP")


WOOCOMMERCE = (  # a shop in euros, whose export has no column for that
    '"Order Number","Order Status","Order Date","Order Shipping Amount","Order Total Amount",'
    'SKU,"Item Name","Quantity (- Refund)","Item Cost"\n'
    '501,Completed,"2026-11-01 12:00",5.00,35.00,T-1,Tee,2,15.00\n'
)


def test_a_file_without_currency_is_in_the_one_that_somebody_names(tmp_path: Path) -> None:
    open_shop()
    path = tmp_path / "o.csv"
    path.write_text(WOOCOMMERCE, "utf-8")

    out, _err = run(path, "--currency", "eur", "--json")

    assert json.loads(out)["totals"][0]["currency"] == "EUR"
    order = Order.objects.get()
    assert (order.currency, order.payable_minor, order.freight_minor) == ("EUR", 35_00, 5_00)


@pytest.mark.parametrize(
    ("name", "currency", "told"),
    [
        ("woo", "euro", "币种 EURO 应是三个字母，例如 CNY"),
        ("taobao", "USD", "「淘宝、天猫订单」的金额都是人民币，不能按 USD 导入。"),
    ],
)
def test_a_currency_that_can_not_be_is_refused(
    tmp_path: Path, name: str, currency: str, told: str
) -> None:
    path = mixed(tmp_path)
    if name == "woo":
        path.write_text(WOOCOMMERCE, "utf-8")

    with nothing_changes(), pytest.raises(CommandError, match=told):
        run(path, "--currency", currency)
