"""What every payment channel must do; run against the real adapter over real HTTP."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from tests.payments.providers.conftest import Shop, attempt, money_back, soon, until

from zhanggui.payments.providers.base import (
    CloseOutcome,
    PaymentState,
    Provider,
    ProviderError,
    RefundState,
    Scene,
    Started,
    StartRequest,
)
from zhanggui.payments.providers.simulator import SimulatorServer
from zhanggui.payments.providers.wechatpay import WechatPay

NUMBER = "2611210000000001P1"
CHINA = ZoneInfo("Asia/Shanghai")


class InsideWechat:
    """The same channel, with what would be paid by a code paid inside WeChat."""

    def __init__(self, channel: WechatPay, payer: str) -> None:
        self.channel, self.payer = channel, payer

    def start(self, request: StartRequest) -> Started:
        if request.scene == Scene.NATIVE:
            request = replace(request, scene=Scene.JSAPI, payer=self.payer)
        return self.channel.start(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)


@pytest.fixture(params=["native", "jsapi"])
def provider(
    request: pytest.FixtureRequest, channel: WechatPay, simulator: SimulatorServer
) -> Provider:
    """The channel in each of the scenes that are paid over our own page."""
    inside: Any = InsideWechat(channel, simulator.openid(user="小明"))
    return inside if request.param == "jsapi" else channel


def refusal_of(provider: Provider, *, again: object) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        provider.start(again)
    return refused.value


def test_a_native_attempt_gives_the_content_of_a_code(channel: WechatPay) -> None:
    started = channel.start(attempt())
    assert started.code_url is not None
    assert started.code_url.startswith("weixin://wxpay/bizpayurl?pr=")
    assert started.pay_url is None
    assert timedelta(minutes=119) < started.expires_at - datetime.now(UTC) <= timedelta(hours=2)


def test_an_h5_attempt_gives_an_address_that_leads_back(channel: WechatPay) -> None:
    back = "http://127.0.0.1:8000/pay/abc/?from=wechat&a=中"
    started = channel.start(attempt(scene=Scene.H5, return_url=back))
    assert started.code_url is None
    assert started.pay_url is not None
    assert parse_qs(urlsplit(started.pay_url).query)["redirect_url"] == [back]
    assert started.expires_at - datetime.now(UTC) <= timedelta(minutes=5)


def test_an_attempt_inside_wechat_gives_what_its_app_accepts(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    payer = simulator.openid(user="小明")
    started = channel.start(attempt(scene=Scene.JSAPI, payer=payer))
    assert (started.code_url, started.pay_url) == (None, None)
    assert started.bridge is not None
    assert started.bridge.keys() == {
        *("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
    }
    assert timedelta(minutes=119) < started.expires_at - datetime.now(UTC) <= timedelta(hours=2)
    assert payer not in str(started)

    assert simulator.invoke(started.bridge) == {"err_msg": "get_brand_wcpay_request:ok"}

    assert channel.query(out_trade_no=NUMBER).state == PaymentState.PAID


@pytest.mark.parametrize("part", ["appId", "timeStamp", "nonceStr", "package", "paySign"])
def test_the_app_refuses_what_was_changed(
    channel: WechatPay, simulator: SimulatorServer, part: str
) -> None:
    payer = simulator.openid(user="小明")
    bridge = channel.start(attempt(scene=Scene.JSAPI, payer=payer)).bridge
    assert bridge is not None
    other = {"timeStamp": str(int(bridge["timeStamp"]) + 1), "paySign": bridge["paySign"][::-1]}
    changed = {**bridge, part: other.get(part, bridge[part] + "0")}

    assert simulator.invoke(changed)["err_msg"] == "get_brand_wcpay_request:fail"
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID


def test_only_the_named_payer_can_pay_inside_wechat(
    channel: WechatPay, simulator: SimulatorServer
) -> None:
    payer = simulator.openid(user="小明")
    bridge = channel.start(attempt(scene=Scene.JSAPI, payer=payer)).bridge
    simulator.faults.change(wechat_user="小红")

    told = simulator.invoke(bridge or {})

    assert told["err_msg"] == "get_brand_wcpay_request:fail"
    refused = refusal_of(
        channel, again=attempt(scene=Scene.JSAPI, payer=simulator.openid(user="小红"))
    )
    assert (refused.permanent, refused.code) == (True, "OUT_TRADE_NO_USED")


@pytest.mark.parametrize(
    ("payer", "code"),
    [
        ("", "payer_missing"),
        ("有人", "payer_missing"),
        ("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "PARAM_ERROR"),
    ],
    ids=["nobody", "no openid", "of another account"],
)
def test_nobody_unknown_pays_inside_wechat(channel: WechatPay, payer: str, code: str) -> None:
    refused = refusal_of(channel, again=attempt(scene=Scene.JSAPI, payer=payer))
    assert (refused.permanent, refused.code) == (True, code)
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.UNKNOWN_NUMBER


def test_a_code_never_outlives_the_attempt(provider: Provider) -> None:
    deadline = soon(minutes=3)
    assert provider.start(attempt(expires_at=deadline)).expires_at == deadline


def test_starting_again_gives_a_fresh_code_for_the_same_attempt(channel: WechatPay) -> None:
    first, second = channel.start(attempt()), channel.start(attempt())
    assert first.code_url != second.code_url
    assert channel.query(out_trade_no=NUMBER).state == PaymentState.NOT_PAID


def test_a_number_stands_for_one_amount(provider: Provider) -> None:
    provider.start(attempt())
    refused = refusal_of(provider, again=attempt(amount_minor=2000))
    assert (refused.permanent, refused.code) == (True, "INVALID_REQUEST")
    assert provider.query(out_trade_no=NUMBER).amount_minor == 1999


def test_a_number_stands_for_one_description_and_scene(provider: Provider) -> None:
    provider.start(attempt())
    for other in (attempt(description="别的"), attempt(scene=Scene.H5)):
        refused = refusal_of(provider, again=other)
        assert (refused.permanent, refused.code) == (True, "OUT_TRADE_NO_USED")


def test_twenty_equal_starts_at_once_are_one_attempt(
    provider: Provider, simulator: SimulatorServer
) -> None:
    with ThreadPoolExecutor(20) as threads:
        started = list(threads.map(lambda _: provider.start(attempt()), range(20)))
    assert len({one.code_url or str(one.bridge) for one in started}) == 20
    rows = simulator.sim.database.execute("SELECT COUNT(*) FROM payments").fetchone()[0]
    assert rows == 1


def test_of_two_amounts_at_once_one_wins(provider: Provider) -> None:
    def start(fen: int) -> str:
        try:
            return "ok" if provider.start(attempt(amount_minor=fen)) else ""
        except ProviderError as refused:
            return refused.code

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(start, range(100, 108)))
    assert sorted(outcomes) == ["INVALID_REQUEST"] * 7 + ["ok"]


def test_an_unknown_number_is_a_state_not_an_error(provider: Provider) -> None:
    assert provider.query(out_trade_no=NUMBER).state == PaymentState.UNKNOWN_NUMBER
    assert provider.close(out_trade_no=NUMBER) == CloseOutcome.UNKNOWN_NUMBER
    assert provider.query_refund(out_refund_no="R1").state == RefundState.UNKNOWN_NUMBER


def test_a_paid_attempt_is_told_with_amount_number_and_moment(
    provider: Provider, simulator: SimulatorServer
) -> None:
    provider.start(attempt())
    before = provider.query(out_trade_no=NUMBER)
    assert (before.state, before.channel_ref, before.paid_at) == (PaymentState.NOT_PAID, None, None)

    simulator.pay(out_trade_no=NUMBER)

    paid = provider.query(out_trade_no=NUMBER)
    assert (paid.state, paid.amount_minor, paid.currency) == (PaymentState.PAID, 1999, "CNY")
    assert paid.channel_ref is not None
    assert len(paid.channel_ref) == 28
    assert paid.paid_at is not None
    assert abs(paid.paid_at - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_closed_attempt_stays_closed_and_unpayable(
    provider: Provider, simulator: SimulatorServer
) -> None:
    provider.start(attempt())
    assert provider.close(out_trade_no=NUMBER) == CloseOutcome.CLOSED
    assert provider.close(out_trade_no=NUMBER) == CloseOutcome.CLOSED
    assert simulator.pay(out_trade_no=NUMBER) == "CLOSED"
    assert provider.query(out_trade_no=NUMBER).state == PaymentState.CLOSED
    refused = refusal_of(provider, again=attempt())
    assert (refused.permanent, refused.query_first, refused.code) == (True, True, "ORDER_CLOSED")


def test_closing_a_paid_attempt_tells_to_ask_first(
    provider: Provider, simulator: SimulatorServer
) -> None:
    provider.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    assert provider.close(out_trade_no=NUMBER) == CloseOutcome.QUERY_FIRST
    assert provider.query(out_trade_no=NUMBER).state == PaymentState.PAID
    refused = refusal_of(provider, again=attempt())
    assert (refused.query_first, refused.code) == (True, "ORDER_PAID")


def test_an_attempt_past_its_time_can_not_be_paid(
    provider: Provider, simulator: SimulatorServer
) -> None:
    provider.start(attempt(expires_at=soon(minutes=5)))
    simulator.faults.change(time_shift_s=301)
    assert simulator.pay(out_trade_no=NUMBER) == "CLOSED"
    assert provider.query(out_trade_no=NUMBER).state == PaymentState.CLOSED


def test_a_refund_is_accepted_first_and_done_later(
    provider: Provider, simulator: SimulatorServer
) -> None:
    simulator.faults.change(refund_after_s=0.3)
    provider.start(attempt())
    simulator.pay(out_trade_no=NUMBER)

    accepted = provider.refund(money_back())

    assert (accepted.state, accepted.refund_minor) == (RefundState.PROCESSING, 999)
    assert provider.query(out_trade_no=NUMBER).state == PaymentState.REFUNDING
    done = until(
        lambda: (
            (found := provider.query_refund(out_refund_no="R1")).state == RefundState.SUCCEEDED
            and found
        )
    )
    assert (done.refund_minor, done.total_minor, done.currency) == (999, 1999, "CNY")
    assert done.channel_ref == accepted.channel_ref
    assert done.succeeded_at is not None


def test_a_repeated_refund_refunds_once(provider: Provider, simulator: SimulatorServer) -> None:
    provider.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    first = provider.refund(money_back())
    assert provider.refund(money_back()).channel_ref == first.channel_ref
    with pytest.raises(ProviderError, match="INVALID_REQUEST"):
        provider.refund(money_back(refund_minor=1))
    rows = simulator.sim.database.execute("SELECT COUNT(*), SUM(refund) FROM refunds").fetchone()
    assert tuple(rows) == (1, 999)


def test_no_more_goes_back_than_was_paid(provider: Provider, simulator: SimulatorServer) -> None:
    provider.start(attempt())
    with pytest.raises(ProviderError, match="未支付"):
        provider.refund(money_back())
    simulator.pay(out_trade_no=NUMBER)
    provider.refund(money_back("R1"))
    provider.refund(money_back("R2", refund_minor=1000))
    with pytest.raises(ProviderError, match="大于可退金额") as refused:
        provider.refund(money_back("R3", refund_minor=1))
    assert refused.value.permanent
    assert provider.query_refund(out_refund_no="R3").state == RefundState.UNKNOWN_NUMBER
    with pytest.raises(ProviderError, match="与原订单不一致"):
        provider.refund(money_back("R4", total_minor=1))


@pytest.mark.parametrize(
    ("end", "state"),
    [("ABNORMAL", RefundState.ABNORMAL), ("CLOSED", RefundState.CLOSED)],
)
def test_a_refund_can_end_badly(
    provider: Provider, simulator: SimulatorServer, shop: Shop, end: str, state: RefundState
) -> None:
    simulator.faults.change(refund_end=end, refund_after_s=0)
    provider.start(attempt())
    simulator.pay(out_trade_no=NUMBER)
    provider.refund(money_back(notify_url=shop.notify_url))

    callback = until(lambda: shop.accepted)[0]

    assert callback.kind == "refund"
    assert (callback.refund.out_refund_no, callback.refund.state) == ("R1", state)
    assert callback.refund.succeeded_at is None
    assert provider.query_refund(out_refund_no="R1").state == state


def test_a_payment_and_its_refund_are_told_by_callbacks(
    provider: Provider, simulator: SimulatorServer, shop: Shop
) -> None:
    simulator.faults.change(refund_after_s=0)
    provider.start(attempt(notify_url=shop.notify_url))
    simulator.pay(out_trade_no=NUMBER)
    paid = until(lambda: shop.accepted)[0]
    assert paid.payment == provider.query(out_trade_no=NUMBER)

    provider.refund(money_back(notify_url=shop.notify_url))
    told = until(lambda: shop.accepted[1:])[0]

    asked = provider.query_refund(out_refund_no="R1")
    assert replace(told.refund, currency="CNY") == asked
    assert shop.refused == []


def test_the_bill_of_a_day_lists_what_happened(
    provider: Provider, simulator: SimulatorServer
) -> None:
    simulator.faults.change(refund_after_s=0)
    provider.start(attempt(description="茶杯, 两只"))
    provider.start(attempt("2611210000000002P1"))
    simulator.pay(out_trade_no=NUMBER)
    provider.refund(money_back())
    until(lambda: provider.query_refund(out_refund_no="R1").state == RefundState.SUCCEEDED)
    simulator.faults.change(time_shift_s=2 * 86_400)
    today = datetime.now(CHINA).date()

    rows = {row.kind: row for row in provider.fetch_bill(day=today)}

    payment = provider.query(out_trade_no=NUMBER)
    assert rows.keys() == {"payment", "refund"}
    assert (rows["payment"].amount_minor, rows["payment"].fee_minor) == (1999, 12)
    assert rows["payment"].channel_ref == payment.channel_ref
    assert rows["payment"].at == payment.paid_at
    assert (rows["refund"].amount_minor, rows["refund"].fee_minor) == (999, -6)
    assert (rows["refund"].out_refund_no, rows["refund"].state) == ("R1", "SUCCESS")
    assert provider.fetch_bill(day=today - timedelta(days=3)) == ()


def test_the_bill_of_today_is_refused(provider: Provider) -> None:
    with pytest.raises(ProviderError, match="INVALID_REQUEST"):
        provider.fetch_bill(day=datetime.now(CHINA).date())
