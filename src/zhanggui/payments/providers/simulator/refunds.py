"""Refunds at the simulator: accepted at once, ended a little later."""

import json
import secrets
import sqlite3
from typing import Any

from zhanggui.payments.providers.simulator import notices, schema
from zhanggui.payments.providers.simulator.ledger import Simulation, china_time, rfc3339
from zhanggui.payments.providers.simulator.refusals import ApiRefusal

YEAR_S = 365 * 86_400
MOST_REFUNDS = 50
SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


def refund(sim: Simulation, *, body: dict[str, Any]) -> dict[str, Any]:
    """Accept a refund; the same request again is the same refund."""
    schema.REFUND.check("", body)
    parameters = json.dumps(body, sort_keys=True, ensure_ascii=False)
    with sim.books() as books:
        known = _row(books, body["out_refund_no"])
        if known is not None:
            if known["parameters"] != parameters:
                raise ApiRefusal(400, "INVALID_REQUEST", "退款单号已存在，且参数与原请求不一致")
            return _facts(books, known)
        payment = _paid(sim, books, body)
        _within_payment(books, payment, body["amount"])
        if sim.faults.now.balance_is_short:
            raise ApiRefusal(403, "NOT_ENOUGH", "商户基本账户余额不足，请充值后重新发起")
        _insert(sim, books, payment=payment, body=body, parameters=parameters)
        accepted = _row(books, body["out_refund_no"])
        assert accepted is not None  # noqa: S101 -- inserted just now
        told = _facts(books, accepted)
    sim.wake.set()
    return told


def query_refund(sim: Simulation, *, number: str) -> dict[str, Any]:
    """Return one refund as it stands."""
    settle_due(sim)
    with sim.books() as books:
        row = _row(books, number)
        if row is None:
            raise ApiRefusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return _facts(books, row)


def settle_due(sim: Simulation) -> float | None:
    """End the refunds whose time has come; return when the next one comes."""
    now = sim.moment()
    with sim.books() as books:
        due = books.execute(
            "SELECT * FROM refunds WHERE status = 'PROCESSING' AND settle_at <= ?", (now,)
        ).fetchall()
        for row in due:
            books.execute(
                "UPDATE refunds SET status = settle_as, ended_at = ? WHERE out_refund_no = ?",
                (now, row["out_refund_no"]),
            )
            _announce(sim, books, row["out_refund_no"])
        found: float | None = books.execute(
            "SELECT MIN(settle_at) FROM refunds WHERE status = 'PROCESSING'"
        ).fetchone()[0]
    return found


def _announce(sim: Simulation, books: sqlite3.Connection, number: str) -> None:
    row = _row(books, number)
    if row is None or not row["notify_url"]:
        return
    told = _facts(books, row)
    told |= {"mchid": sim.ring.shop.mchid, "refund_status": told.pop("status")}
    told["amount"] = {
        name: told["amount"][name] for name in ("total", "refund", "payer_total", "payer_refund")
    }
    for name in ("channel", "create_time"):
        del told[name]
    notices.announce(
        sim,
        books,
        kind=f"REFUND.{told['refund_status']}",
        summary=SUMMARIES[told["refund_status"]],
        url=row["notify_url"],
        facts=told,
    )


def _paid(sim: Simulation, books: sqlite3.Connection, body: dict[str, Any]) -> sqlite3.Row:
    if "transaction_id" in body:
        column, value = "transaction_id", body["transaction_id"]
    elif "out_trade_no" in body:
        column, value = "out_trade_no", body["out_trade_no"]
    else:
        raise schema.wrong("/out_trade_no", None, "缺少必填参数")
    payment: sqlite3.Row | None = books.execute(
        f"SELECT * FROM payments WHERE {column} = ?",  # noqa: S608 -- one of two constants
        (value,),
    ).fetchone()
    if payment is None:
        raise ApiRefusal(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    if payment["state"] not in ("SUCCESS", "REFUND"):
        raise ApiRefusal(400, "INVALID_REQUEST", "订单未支付，不可退款")
    if sim.moment() - payment["paid_at"] > YEAR_S:
        raise ApiRefusal(400, "INVALID_REQUEST", "订单已超过可退款的最大期限")
    return payment


def _within_payment(
    books: sqlite3.Connection, payment: sqlite3.Row, amount: dict[str, Any]
) -> None:
    if amount["total"] != payment["total"]:
        raise ApiRefusal(400, "INVALID_REQUEST", "订单金额与原订单不一致")
    count, spent = books.execute(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN status <> 'CLOSED' THEN refund ELSE 0 END), 0)"
        " FROM refunds WHERE out_trade_no = ?",
        (payment["out_trade_no"],),
    ).fetchone()
    if spent + amount["refund"] > payment["total"]:
        raise ApiRefusal(400, "INVALID_REQUEST", "申请退款金额大于可退金额")
    if count >= MOST_REFUNDS:
        raise ApiRefusal(400, "INVALID_REQUEST", "一笔订单最多退款 50 次")


def _insert(
    sim: Simulation,
    books: sqlite3.Connection,
    *,
    payment: sqlite3.Row,
    body: dict[str, Any],
    parameters: str,
) -> None:
    now, faults = sim.moment(), sim.faults.now
    books.execute(
        "INSERT INTO refunds VALUES (?,?,?,?,?,?,'PROCESSING',?,?,?,NULL)",
        (
            body["out_refund_no"],
            payment["out_trade_no"],
            f"5030{china_time(now):%Y%m%d}{secrets.randbelow(10**17):017}",
            parameters,
            body["amount"]["refund"],
            body.get("notify_url", ""),
            faults.refund_end,
            now + faults.refund_after_s,
            now,
        ),
    )
    books.execute(
        "UPDATE payments SET state = 'REFUND' WHERE out_trade_no = ?", (payment["out_trade_no"],)
    )


def _facts(books: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    total, transaction_id = books.execute(
        "SELECT total, transaction_id FROM payments WHERE out_trade_no = ?", (row["out_trade_no"],)
    ).fetchone()
    told = {
        "refund_id": row["refund_id"],
        "out_refund_no": row["out_refund_no"],
        "transaction_id": transaction_id,
        "out_trade_no": row["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(row["created_at"]),
        "status": row["status"],
        "amount": {
            "total": total,
            "refund": row["refund"],
            "payer_total": total,
            "payer_refund": row["refund"],
            "settlement_refund": row["refund"],
            "settlement_total": total,
            "discount_refund": 0,
            "currency": "CNY",
        },
    }
    if row["status"] == "SUCCESS":
        told["success_time"] = rfc3339(row["ended_at"])
    return told


def _row(books: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = books.execute(
        "SELECT * FROM refunds WHERE out_refund_no = ?", (number,)
    ).fetchone()
    return found
