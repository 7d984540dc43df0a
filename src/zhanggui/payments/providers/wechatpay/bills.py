"""Reading WeChat Pay's trade statement (交易账单): back-ticks, header names, yuan."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from zhanggui.payments.providers.base import BillRow, ProviderError

CHINA = ZoneInfo("Asia/Shanghai")
NEEDED = {"交易时间", "微信订单号", "商户订单号", "交易状态", "货币种类", "手续费", "订单金额"}


def parse_trade_bill(text: str) -> tuple[BillRow, ...]:
    """Return the lines of a statement of any type, in file order.

    Columns are found by name, since they differ by statement type. The payer's id is not read.

    Raises:
        ProviderError: a column is missing, or a line does not fit the header.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise _unreadable("empty")
    columns = [name.strip().lstrip("`") for name in lines[0].split(",")]
    if missing := NEEDED - set(columns):
        raise _unreadable(f"no column {sorted(missing)}")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.startswith("`") or line.startswith("`总交易单数"):
            break  # the summary
        values = line[1:].split(",`")
        if len(values) != len(columns):
            raise _unreadable(f"line {number}")
        rows.append(_row(dict(zip(columns, values, strict=True)), number))
    else:
        raise _unreadable("no summary")  # cut off
    return tuple(rows)


def _row(cell: dict[str, str], number: int) -> BillRow:
    is_refund = cell["交易状态"] == "REFUND"
    asked_back = cell.get("申请退款金额") or cell.get("退款金额", "")
    try:
        return BillRow(
            kind="refund" if is_refund else "payment",
            at=datetime.strptime(cell["交易时间"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
            out_trade_no=cell["商户订单号"],
            channel_ref=cell["微信订单号"],
            amount_minor=_fen(asked_back if is_refund else cell["订单金额"]),
            fee_minor=_fen(cell["手续费"]),
            currency=cell["货币种类"],
            state=cell.get("退款状态", "") if is_refund else cell["交易状态"],
            out_refund_no=cell.get("商户退款单号") or None if is_refund else None,
            refund_ref=cell.get("微信退款单号") or None if is_refund else None,
        )
    except (ValueError, InvalidOperation) as problem:
        raise _unreadable(f"line {number}") from problem


def _fen(yuan: str) -> int:
    """Yuan with at most five decimals (fees) to fen, halves away from zero."""
    fen = Decimal(yuan) * 100
    return int(fen.quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def _unreadable(what: str) -> ProviderError:
    return ProviderError(permanent=True, code="unreadable_bill", message=what)
