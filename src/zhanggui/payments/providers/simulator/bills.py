"""Trade statements written from the simulator's own books."""

import gzip
import hashlib
import re
import secrets
import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from zhanggui.payments.providers.simulator.ledger import CHINA, Simulation, china_time
from zhanggui.payments.providers.simulator.payments import TRADE_TYPES
from zhanggui.payments.providers.simulator.refusals import ApiRefusal

HEAD = [
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号"),
    *("用户标识", "交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额"),
]
BACK = ["微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态"]
BACK_TIMES = ["退款申请时间", "退款成功时间"]
TAIL = ["商品名称", "商户数据包", "手续费", "费率"]
COLUMNS = {
    "ALL": [*HEAD, *BACK, *TAIL, "订单金额", "申请退款金额", "费率备注"],
    "SUCCESS": [*HEAD, *TAIL, "订单金额", "费率备注"],
    "REFUND": [*HEAD, *BACK_TIMES, *BACK, *TAIL, "订单金额", "申请退款金额", "费率备注"],
}
SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
STATUS = {"SUCCESS": "SUCCESS", "PROCESSING": "PROCESSING", "ABNORMAL": "CHANGE", "CLOSED": "FAIL"}
RATE = Decimal("0.006")
TOKEN_LIFETIME_S = 300
READY_HOUR = 10


def order_bill(sim: Simulation, *, query: dict[str, str], base: str) -> dict[str, str]:
    """Announce the statement of a past day: hash and a download address for five minutes."""
    day, bill = _day(sim, query.get("bill_date", "")), query.get("bill_type", "ALL")
    packing = query.get("tar_type", "")
    if bill not in COLUMNS or packing not in ("", "GZIP"):
        raise ApiRefusal(400, "PARAM_ERROR", "账单类型不正确")
    text = _write(sim, day=day, bill=bill)
    token = secrets.token_urlsafe(24)
    with sim.books() as books:
        books.execute(
            "INSERT INTO bill_tokens VALUES (?, ?, ?, ?, ?)",
            (token, day.isoformat(), bill, packing == "GZIP", sim.moment() + TOKEN_LIFETIME_S),
        )
    return {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(),
        "download_url": f"{base}/v3/billdownload/file?token={token}",
    }


def download(sim: Simulation, *, token: str) -> bytes:
    """Return the announced file."""
    with sim.books() as books:
        row = books.execute("SELECT * FROM bill_tokens WHERE token = ?", (token,)).fetchone()
    if row is None or row["expires_at"] < sim.moment():
        raise ApiRefusal(400, "INVALID_REQUEST", "账单下载链接已失效，请重新申请")
    text = _write(sim, day=date.fromisoformat(row["day"]), bill=row["bill"]).encode()
    return gzip.compress(text) if row["is_packed"] else text


def _day(sim: Simulation, wanted: str) -> date:
    now = china_time(sim.moment())
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", wanted, re.ASCII):
            raise ValueError(wanted)
        day = date.fromisoformat(wanted)
    except ValueError:
        raise ApiRefusal(400, "PARAM_ERROR", "账单日期格式不正确") from None
    if day >= now.date() or day < now.date() - timedelta(days=92):
        raise ApiRefusal(400, "INVALID_REQUEST", "账单日期应为三个月内的过去日期")
    if day == now.date() - timedelta(days=1) and now.hour < READY_HOUR:
        raise ApiRefusal(400, "STATEMENT_CREATING", "账单生成中，请稍后再试")
    return day


def _write(sim: Simulation, *, day: date, bill: str) -> str:
    start = datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp()
    span = (start, start + 86_400)  # China has no summer time
    with sim.books() as books:
        paid = books.execute(
            "SELECT * FROM payments WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at", span
        ).fetchall()
        back = books.execute(
            "SELECT r.*, p.kind, p.transaction_id, p.openid, p.description, p.attach, p.paid_at"
            " FROM refunds r JOIN payments p ON p.out_trade_no = r.out_trade_no"
            " WHERE r.created_at >= ? AND r.created_at < ? ORDER BY r.created_at",
            span,
        ).fetchall()
    paid = paid if bill != "REFUND" else []
    back = back if bill != "SUCCESS" else []
    if not paid and not back:
        raise ApiRefusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    cells = [_common(sim, row) | _payment_cells(row) for row in paid]
    cells += [_common(sim, row) | _refund_cells(row) for row in back]
    columns = COLUMNS[bill]
    lines = [",".join(columns)] + [_line(cell, columns) for cell in cells]
    lines += [SUMMARY, _summary(paid, back)]
    return "\r\n".join(lines) + "\r\n"


def _common(sim: Simulation, row: sqlite3.Row) -> dict[str, str]:
    return {
        "公众账号ID": sim.ring.shop.appid,
        "商户号": sim.ring.shop.mchid,
        "特约商户号": "0",
        "微信订单号": row["transaction_id"],
        "商户订单号": row["out_trade_no"],
        "用户标识": row["openid"],
        "交易类型": TRADE_TYPES[row["kind"]],
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "代金券金额": "0.00",
        "商品名称": row["description"],
        "商户数据包": row["attach"],
        "费率": "0.60%",
    }


def _payment_cells(row: sqlite3.Row) -> dict[str, str]:
    return {
        "交易时间": _time(row["paid_at"]),
        "交易状态": "SUCCESS",
        "应结订单金额": _yuan(row["total"]),
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "充值券退款金额": "0.00",
        "手续费": _fee(row["total"]),
        "订单金额": _yuan(row["total"]),
        "申请退款金额": "0.00",
    }


def _refund_cells(row: sqlite3.Row) -> dict[str, str]:
    return {
        "交易时间": _time(row["created_at"]),
        "交易状态": "REFUND",
        "应结订单金额": "0.00",
        "退款申请时间": _time(row["created_at"]),
        "退款成功时间": _time(row["ended_at"]) if row["status"] == "SUCCESS" else "",
        "微信退款单号": row["refund_id"],
        "商户退款单号": row["out_refund_no"],
        "退款金额": _yuan(row["refund"]),
        "充值券退款金额": "0.00",
        "退款类型": "ORIGINAL",
        "退款状态": STATUS[row["status"]],
        "手续费": _fee(-row["refund"]),
        "订单金额": "0.00",
        "申请退款金额": _yuan(row["refund"]),
    }


def _summary(paid: list[Any], back: list[Any]) -> str:
    total, refunded = sum(row["total"] for row in paid), sum(row["refund"] for row in back)
    amounts = [row["total"] for row in paid] + [-row["refund"] for row in back]
    fees = sum((Decimal(_fee(fen)) for fen in amounts), Decimal(0))
    values = [
        str(len(paid) + len(back)),
        _yuan(total),
        _yuan(refunded),
        "0.00",
        f"{fees:.5f}",
        _yuan(total),
        _yuan(refunded),
    ]
    return ",".join(f"`{value}" for value in values)


def _line(cells: dict[str, str], columns: list[str]) -> str:
    return ",".join("`" + _safe(cells.get(name, "")) for name in columns)


def _safe(text: str) -> str:
    return " ".join(text.replace(",", "\\ ").split("\n")).replace("\r", "")


def _time(moment: float) -> str:
    return f"{china_time(moment):%Y-%m-%d %H:%M:%S}"


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"


def _fee(fen: int) -> str:
    return f"{Decimal(fen) / 100 * RATE:.5f}"
