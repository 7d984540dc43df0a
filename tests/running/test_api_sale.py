"""One whole sale by API, paid at the simulator, against a shop that really runs."""

from collections.abc import Iterator

import pytest
from tests.running.trade import Trade, until

pytestmark = pytest.mark.full

FORGERIES = ["signature", "stale", "serial", "probe", "amount", "merchant"]
TRACKING = "SF1234567890123"


def test_a_sale_by_api_from_order_to_parcel(trade: Trade) -> None:
    ((house, (on_hand, reserved, available)),) = trade.stock().items()

    placed = trade.place()
    assert placed["display_status"] == "to_pay"
    assert (placed["payable_minor"], placed["currency"]) == (2 * 1990 + 800, "CNY")
    assert placed["pay_url"] == f"{trade.shop.url}/pay/{placed['token']}/"
    assert trade.stock() == {house: (on_hand, reserved + 2, available - 2)}

    payment = trade.open_payment(placed)
    assert (payment["amount_minor"], payment["payment_channel"]) == (4780, "wechat_h5")
    assert trade.pay_at_cashier(payment).status_code in (200, 303)
    paid = trade.until_order(placed, display_status="to_ship")
    assert (paid["paid_minor"], paid["payment_state"], paid["pay_url"]) == (4780, "paid", None)
    (delivery,) = until(
        lambda: trade.deliveries(placed), lambda seen: all(one["answer"] for one in seen)
    )
    assert (delivery["event_type"], delivery["answer"]) == ("TRANSACTION.SUCCESS", "204")
    listed = trade.staff("GET", "orders", params={"display_status": "to_ship"}).json()["items"]
    assert placed["number"] in [one["number"] for one in listed]
    assert trade.stock() == {house: (on_hand, reserved + 2, available - 2)}

    for _ in range(2):  # a repeat changes nothing
        shipped = trade.staff(
            "POST", f"orders/{placed['number']}/ship", json={"tracking_no": TRACKING}
        )
        assert (shipped.status_code, shipped.json()["display_status"]) == (200, "to_receive")
    assert trade.stock() == {house: (on_hand - 2, reserved, available - 2)}
    (parcel,) = trade.order(placed)["parcels"]
    assert (parcel["carrier"], parcel["tracking_no"]) == ("shunfeng", TRACKING)

    trade.submit(f"/o/{placed['token']}/receive/")
    assert trade.order(placed)["display_status"] == "completed"
    assert trade.stock() == {house: (on_hand - 2, reserved, available - 2)}


def test_the_result_page_asks_the_channel_when_no_callback_comes(trade: Trade) -> None:
    placed = trade.place()
    payment = trade.open_payment(placed)
    trade.control("faults", callback_lose=1)

    trade.pay_at_cashier(payment)
    until(
        lambda: trade.page(f"/pay/{placed['token']}/result/"),
        lambda html: "付款成功" in html,
        seconds=3,
    )

    paid = trade.order(placed)
    assert (paid["display_status"], paid["paid_minor"]) == ("to_ship", 4780)
    assert trade.deliveries(placed) == []


def test_callbacks_that_are_repeated_or_forged_change_nothing(trade: Trade) -> None:
    placed = trade.place()
    payment = trade.open_payment(placed)
    trade.control("faults", callback_repeat=3, callback_forge=FORGERIES)

    trade.pay_at_cashier(payment)
    sent = until(
        lambda: trade.deliveries(placed),
        lambda seen: len(seen) == len(FORGERIES) + 4 and all(one["answer"] for one in seen),
    )

    refused = {one["forgery"]: one["answer"] for one in sent if one["forgery"]}
    assert refused.keys() == set(FORGERIES)
    assert set(refused.values()) <= {"400", "401"}
    assert [one["answer"] for one in sent if not one["forgery"]] == ["204"] * 4
    paid = trade.order(placed)
    assert (paid["display_status"], paid["paid_minor"], paid["refunded_minor"]) == (
        "to_ship",
        4780,
        0,
    )
    stock = trade.stock()
    assert trade.control("notify", out_trade_no=f"{placed['number']}P1") == {"sent": 1}
    until(
        lambda: trade.deliveries(placed),
        lambda seen: len(seen) == len(sent) + 1 and all(one["answer"] for one in seen),
    )
    assert trade.order(placed) == paid
    assert trade.stock() == stock


def test_money_for_an_order_that_was_cancelled_goes_back(trade: Trade) -> None:
    before = trade.stock()
    placed = trade.place()
    trade.open_payment(placed)
    trade.submit(f"/o/{placed['token']}/cancel/")
    closed = trade.order(placed)
    assert (closed["display_status"], closed["close_reason"]) == ("closed", "buyer")
    assert trade.stock() == before

    assert_late_money_goes_back(trade, placed)

    assert trade.stock() == before


def assert_late_money_goes_back(trade: Trade, placed: dict[str, object]) -> None:
    """Pay though it is over: the refund is executed, and both sides see it."""
    number, token = placed["number"], placed["token"]
    paid = trade.control("pay", out_trade_no=f"{number}P1", even_if_closed=True)
    assert paid == {"trade_state": "SUCCESS"}
    after = trade.until_order(placed, payment_state="refunded")  # by the refund's own callback
    assert (after["display_status"], after["paid_minor"], after["refunded_minor"]) == (
        "closed",
        4780,
        4780,
    )
    assert [one["event_type"] for one in trade.deliveries(placed)][-1] == "REFUND.SUCCESS"
    assert "你付的 ¥47.80 已原路退回" in trade.page(f"/pay/{token}/result/")
    assert "已退款" in trade.page(f"/o/{token}/")
    shown = trade.console_page(f"/console/orders/{number}/")
    assert f"{number}R1" in shown
    assert "已退款" in shown
    told = trade.staff("GET", f"orders/{number}").json()
    assert (told["refunded_minor"], told["payment_state"]) == (4780, "refunded")


@pytest.fixture
def _short_of_time(trade: Trade) -> Iterator[None]:
    """Give orders one minute to be paid."""
    trade.shop.run("shell", "--verbosity=0", "-c", UNPAID.format(minutes=1))
    yield
    trade.shop.run("shell", "--verbosity=0", "-c", UNPAID.format(minutes=30))


@pytest.mark.usefixtures("_short_of_time")
def test_the_worker_closes_what_nobody_pays_and_late_money_finds_its_way(trade: Trade) -> None:
    ((house, (on_hand, reserved, available)),) = trade.stock().items()
    first, second = trade.place(), trade.place()
    untouched = trade.place(payment_channel="transfer")
    for placed in (first, second):
        trade.open_payment(placed)
    assert trade.stock() == {house: (on_hand, reserved + 6, available - 6)}

    for placed in (first, second):
        closed = until(
            lambda placed=placed: trade.order(placed),
            lambda seen: seen["display_status"] == "closed",
            seconds=60 + 15 + 45,  # to pay, until the schedule comes round, on a busy machine
        )
        assert (closed["close_reason"], closed["payment_state"]) == ("pay_timeout", "unpaid")
        number = f"{placed['number']}P1"
        assert trade.control("pay", out_trade_no=number) == {"trade_state": "CLOSED"}
    assert trade.order(untouched)["display_status"] == "to_pay"
    assert trade.stock() == {house: (on_hand, reserved + 2, available - 2)}

    # the goods are still there: the order lives again
    trade.control("pay", out_trade_no=f"{first['number']}P1", even_if_closed=True)
    trade.until_order(first, display_status="to_ship", paid_minor=4780)
    assert trade.stock() == {house: (on_hand, reserved + 4, available - 4)}
    # the goods are gone: the money goes back
    counted = {"sku": "HOT", "warehouse": house, "reason": "盘点"}
    gone = trade.staff("PATCH", "stock", json={**counted, "on_hand": reserved + 4})
    assert (gone.status_code, gone.json()["available"]) == (200, 0)
    assert_late_money_goes_back(trade, second)
    assert trade.stock() == {house: (reserved + 4, reserved + 4, 0)}
    trade.staff("PATCH", "stock", json={**counted, "on_hand": on_hand})


UNPAID = """
from zhanggui.accounts.services import save_shop
save_shop(unpaid_minutes={minutes})
"""
