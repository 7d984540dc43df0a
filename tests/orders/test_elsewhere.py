"""Orders of other shops: found by the number that they had there, and what was kept of them."""

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories.payments import placed
from tests.factories.shop import HANGZHOU, NOON, open_shop
from tests.orders.marketplaces import NOON as IMPORTED
from tests.orders.marketplaces import PINDUODUO, SHOPIFY, TAOBAO, imported, row, save, taobao

from zhanggui.core.models import Event
from zhanggui.core.types import SYSTEM
from zhanggui.orders import queries, services
from zhanggui.orders.models import ImportedOrder, Order
from zhanggui.orders.queries import Elsewhere, OrderFilter

pytestmark = pytest.mark.django_db

TAOBAO_NO, PINDUODUO_NO = "3650028471920586123", "261001-482915734650012"


def found(text: str) -> list[str]:
    """Return the references of the orders that a search shows."""
    page = queries.order_page(wanted=OrderFilter(q=text))
    return [order.external_ref or order.number for order in page.orders]


@pytest.fixture
def elsewhere(tmp_path: Path) -> None:
    """Take an order over from each of three shops, beside one of our own."""
    open_shop()
    placed()
    shared = {"商品总价(元)": "20", "用户实付金额(元)": "20", "商品数量(件)": 1, "商品": "茶"}
    pinduoduo = dict(zip(PINDUODUO, [""] * len(PINDUODUO), strict=True)) | shared
    pinduoduo |= {"订单号": PINDUODUO_NO, "订单状态": "已收货", "支付时间": "2026-10-02 08:00:00"}
    shopify = row(
        SHOPIFY, Name="#EN1001", Financial_Status="paid", Fulfillment_Status="fulfilled",
        Currency="EUR", Subtotal="10.00", Shipping="0.00", Taxes="0.00", Total="10.00",
        Created_at="2026-10-03 10:00:00 +0200", Paid_at="2026-10-03 10:00:00 +0200",
        Lineitem_quantity=1, Lineitem_name="Tea", Lineitem_price="10.00",
    )  # fmt: skip
    imported(save(tmp_path / "t.csv", [TAOBAO, taobao(TAOBAO_NO)]))
    imported(save(tmp_path / "p.csv", [PINDUODUO, list(pinduoduo.values())]))
    imported(save(tmp_path / "s.csv", [SHOPIFY, shopify]))
    assert ImportedOrder.objects.count() == 3


@pytest.mark.parametrize(
    ("pasted", "ref"),
    [
        (TAOBAO_NO, f"taobao:{TAOBAO_NO}"),
        (f"  {TAOBAO_NO}\t", f"taobao:{TAOBAO_NO}"),
        (f"订单编号：{TAOBAO_NO}", f"taobao:{TAOBAO_NO}"),
        (f"订单号 {TAOBAO_NO}", f"taobao:{TAOBAO_NO}"),
        (f"taobao:{TAOBAO_NO}", f"taobao:{TAOBAO_NO}"),
        ("3650 0284 7192 0586 123", f"taobao:{TAOBAO_NO}"),
        (f"'{TAOBAO_NO}", f"taobao:{TAOBAO_NO}"),
        ("３６５００２８４７１９２０５８６１２３", f"taobao:{TAOBAO_NO}"),
        (PINDUODUO_NO, f"pinduoduo:{PINDUODUO_NO}"),
        (PINDUODUO_NO.replace("-", ""), f"pinduoduo:{PINDUODUO_NO}"),
        (f"{PINDUODUO_NO[:7]} {PINDUODUO_NO[7:]}", f"pinduoduo:{PINDUODUO_NO}"),
        ("#EN1001", "shopify:#EN1001"),
        ("en1001", "shopify:#EN1001"),
        ("Order #en1001", "shopify:#EN1001"),
        ("Order no. EN1001", "shopify:#EN1001"),
        ("SHOPIFY: #EN1001", "shopify:#EN1001"),
    ],
)
def test_the_number_of_the_other_shop_finds_the_order_as_people_paste_it(
    elsewhere: None, pasted: str, ref: str
) -> None:
    assert found(pasted) == [ref]


@pytest.mark.parametrize("text", [TAOBAO_NO[:-1], TAOBAO_NO + "0", "EN100", "1001", "#", "茶1001"])
def test_a_part_of_a_number_or_words_beside_it_find_no_order(elsewhere: None, text: str) -> None:
    assert found(text) == []


def test_a_number_that_is_also_the_end_of_a_phone_finds_both(tmp_path: Path) -> None:
    open_shop()
    ours = placed(address=HANGZHOU)  # of 138 0000 1234
    imported(save(tmp_path / "t.csv", [TAOBAO, taobao("1234")]))

    assert found("1234") == [ours.number, "taobao:1234"]
    assert found("#1234") == ["taobao:1234"]


def test_our_own_number_is_found_with_its_label_too() -> None:
    open_shop()
    ours = placed()
    placed()

    assert found(f"订单号：{ours.number}") == [ours.number]


def test_orders_of_an_old_history_are_found_by_their_number(elsewhere: None) -> None:
    old = Order.objects.get(external_ref="shopify:#EN1001")
    Order.objects.filter(pk=old.pk).update(external_ref="online-retail:536365")

    assert found("536365") == ["online-retail:536365"]
    assert found("online-retail:536365") == ["online-retail:536365"]


def test_finding_takes_as_many_statements_however_many_there_are(
    elsewhere: None, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # the number, orders, their lines
        found(TAOBAO_NO)
    more = [taobao(f"36500284719205870{n:02}") for n in range(20)]
    imported(save(tmp_path / "more.csv", [TAOBAO, *more]))

    with django_assert_num_queries(3):
        assert found("3650028471920587007") == ["taobao:3650028471920587007"]


def test_what_the_file_said_is_told_without_its_cells(elsewhere: None) -> None:
    order = Order.objects.get(external_ref=f"taobao:{TAOBAO_NO}")

    told = queries.elsewhere(order=order, with_money=True)
    assert told is not None
    assert (told.label, told.number, told.state) == ("淘宝、天猫订单", TAOBAO_NO, "交易成功")
    assert (told.imported_at, told.recipient_masked) == (IMPORTED, True)
    assert {"买家应付货款", "总金额", "订单状态", "店铺名称"} <= set(told.columns)
    assert not {"收货人姓名", "收货地址", "联系手机", "买家会员名"} & set(told.columns)
    without = queries.elsewhere(order=order, with_money=False)
    assert without is not None
    assert set(without.columns) == {
        *("订单编号", "订单状态", "订单创建时间", "订单付款时间", "宝贝标题", "宝贝总数量"),
    }


def test_an_order_of_our_own_is_of_nowhere_else(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    open_shop()
    ours = placed()

    with django_assert_num_queries(0):
        assert queries.elsewhere(order=ours, with_money=True) is None


def test_of_an_old_history_the_number_is_known(elsewhere: None) -> None:
    order = Order.objects.get(external_ref="shopify:#EN1001")
    ImportedOrder.objects.filter(order=order).delete()
    order.external_ref = "online-retail:536365"

    assert queries.elsewhere(order=order, with_money=True) == Elsewhere(
        format_name="online-retail", label="Online Retail", number="536365"
    )


def test_showing_the_cells_is_written_down_and_leaves_money_out(elsewhere: None) -> None:
    order = Order.objects.get(external_ref=f"taobao:{TAOBAO_NO}")

    shown = {
        with_money: services.show_personal_data(
            order_id=order.pk, reason="核对", with_money=with_money, actor=SYSTEM, now=NOON
        )
        for with_money in (True, False)
    }

    cells = {one.column: one.text for one in shown[True].kept[0]}
    assert (cells["总金额"], cells["店铺名称"]) == ("1309.00", "某某茶庄")
    assert {one.column: one.text for one in shown[False].kept[0]} == {
        "订单编号": TAOBAO_NO,
        "订单状态": "交易成功",
        "订单创建时间": "2026-10-01 09:30:00",
        "订单付款时间": "2026-10-01 09:31:05",
        "宝贝标题": "明前龙井 250克",
        "宝贝总数量": "2",
    }
    reasons = Event.objects.filter(kind="order.data_shown").values_list("payload", flat=True)
    assert list(reasons) == [{"reason": "核对"}] * 2


def test_what_a_later_file_says_is_what_is_shown(tmp_path: Path) -> None:
    open_shop()
    sent = {"订单状态": "卖家已发货,等待买家确认"}
    first = imported(save(tmp_path / "1.csv", [TAOBAO, taobao(**sent)]), open_orders=True)
    order = Order.objects.get()
    before = queries.elsewhere(order=order, with_money=True)

    second = imported(save(tmp_path / "2.csv", [TAOBAO, taobao()]))

    assert (first.added, second.updated) == (1, 1)
    after = queries.elsewhere(order=order, with_money=True)
    assert before is not None
    assert after is not None
    assert (before.state, after.state) == ("卖家已发货,等待买家确认", "交易成功")
