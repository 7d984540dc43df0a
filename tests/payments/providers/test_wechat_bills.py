"""Trade statements: found by column name, in fen, whole or refused."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from zhanggui.payments.providers.base import BillRow, ProviderError
from zhanggui.payments.providers.wechatpay.bills import parse_trade_bill

ALL = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
PAID = (
    "`2026-11-20 23:59:59,`wx1,`19,`0,`,`4200,`T1,`oSecret,`NATIVE,`SUCCESS,`CMC,`CNY,`12.34,`0.00,"
    "`0,`0,`0.00,`0.00,`,`,`茶\\ 杯,`,`0.07400,`0.60%,`12.34,`0.00,`"
)
BACK = (
    "`2026-11-20 08:00:00,`wx1,`19,`0,`,`4200,`T1,`oSecret,`NATIVE,`REFUND,`CMC,`CNY,`0.00,`0.00,"
    "`5030,`R1,`2.34,`0.00,`ORIGINAL,`SUCCESS,`茶杯,`,`-0.01000,`0.60%,`0.00,`2.34,`"
)
SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n"
    "`2,`12.34,`2.34,`0.00,`0.06,`12.34,`2.34\n"
)
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("tick", ["", "`"])
def test_payments_and_refunds_are_read_in_fen(tick: str) -> None:
    header = ",".join(tick + name for name in ALL.split(","))

    rows = parse_trade_bill("\ufeff" + "\r\n".join([header, PAID, BACK, SUMMARY]))

    assert rows == (
        BillRow(
            kind="payment",
            at=datetime(2026, 11, 20, 23, 59, 59, tzinfo=CHINA),
            out_trade_no="T1",
            channel_ref="4200",
            amount_minor=1234,
            fee_minor=7,
            currency="CNY",
            state="SUCCESS",
        ),
        BillRow(
            kind="refund",
            at=datetime(2026, 11, 20, 8, 0, tzinfo=CHINA),
            out_trade_no="T1",
            channel_ref="4200",
            amount_minor=234,
            fee_minor=-1,
            currency="CNY",
            state="SUCCESS",
            out_refund_no="R1",
            refund_ref="5030",
        ),
    )


def test_columns_are_found_by_name_not_by_place() -> None:
    def turned(line: str) -> str:
        return ",".join(reversed(line.split(",")))

    usual = parse_trade_bill(f"{ALL}\n{PAID}\n{SUMMARY}")
    assert parse_trade_bill(f"{turned(ALL)}\n{turned(PAID)}\n{SUMMARY}") == usual


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ALL}\n{PAID}",
        f"{ALL}\n{PAID.rpartition(',')[0]}\n{SUMMARY}",
        f"{ALL.replace('订单金额', '金额')}\n{PAID}\n{SUMMARY}",
        f"{ALL}\n{PAID.replace('12.34', 'much')}\n{SUMMARY}",
        f"{ALL}\n{PAID.replace('2026-11-20', '20.11.2026')}\n{SUMMARY}",
    ],
    ids=["empty", "cut off", "short line", "missing column", "no number", "no date"],
)
def test_a_damaged_statement_is_refused_whole(text: str) -> None:
    with pytest.raises(ProviderError, match="unreadable_bill"):
        parse_trade_bill(text)
