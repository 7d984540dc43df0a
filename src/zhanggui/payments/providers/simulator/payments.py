"""Payments at the simulator: created, paid by the shopper, asked for, closed."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhanggui.payments.providers.simulator import notices, schema
from zhanggui.payments.providers.simulator.ledger import Simulation, china_time, rfc3339
from zhanggui.payments.providers.simulator.refusals import ApiRefusal

CODE_LIFETIME_S = 2 * 3600
PAGE_LIFETIME_S = 300
ORDER_LIFETIME_S = 7 * 86_400
OTHER_AMOUNT = 268498688
ALREADY_PAID = 268449538
TRADE_TYPES = {"native": "NATIVE", "h5": "MWEB", "jsapi": "JSAPI"}


def create(sim: Simulation, *, kind: str, body: dict[str, Any], base: str) -> dict[str, str]:
    """Accept a payment, or accept the same one again with a fresh code."""
    schema.CREATE[kind].check("", body)
    _own(sim, body)
    if kind == "jsapi":
        _known_payer(sim, body["payer"]["openid"])
    number, now = body["out_trade_no"], sim.moment()
    if _lifetime_end(body, now) <= now:
        raise schema.wrong("/time_expire", body["time_expire"], "应晚于当前时间")
    with sim.books() as books:
        known = _row(books, number)
        if known is None:
            _insert(books, kind=kind, body=body, now=now)
        else:
            _same_again(known, kind=kind, body=body, now=now)
        code = f"wx{secrets.token_hex(17)}" if kind == "jsapi" else secrets.token_urlsafe(12)
        lifetime = PAGE_LIFETIME_S if kind == "h5" else CODE_LIFETIME_S
        books.execute("INSERT INTO codes VALUES (?, ?, ?)", (code, number, now + lifetime))
    if kind == "native":
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={code}"}
    if kind == "jsapi":
        return {"prepay_id": code}
    return {"h5_url": f"{base}/h5?prepay_id={code}"}


def _insert(books: sqlite3.Connection, *, kind: str, body: dict[str, Any], now: float) -> None:
    books.execute(
        "INSERT INTO payments VALUES (?,?,?,?,?,?,?,?,?,?,NULL,NULL,NULL)",
        (
            body["out_trade_no"],
            kind,
            _canonical(body),
            body["description"],
            body.get("attach", ""),
            body["amount"]["total"],
            body["notify_url"],
            "NOTPAY",
            now,
            _lifetime_end(body, now),
        ),
    )


def _same_again(known: sqlite3.Row, *, kind: str, body: dict[str, Any], now: float) -> None:
    state = state_of(known, now)
    if state in ("SUCCESS", "REFUND"):
        raise ApiRefusal(400, "ORDER_PAID", "该订单已支付", number=ALREADY_PAID)
    if state == "CLOSED":
        raise ApiRefusal(400, "ORDER_CLOSED", "该订单已关闭，请更换商户订单号")
    if known["total"] != body["amount"]["total"]:
        message = "商户订单号重复，且金额与原请求不一致"
        raise ApiRefusal(400, "INVALID_REQUEST", message, number=OTHER_AMOUNT)
    if (known["kind"], known["parameters"]) != (kind, _canonical(body)):
        raise ApiRefusal(403, "OUT_TRADE_NO_USED", "商户订单号重复，且参数与原请求不一致")


def query(sim: Simulation, *, number: str, mchid: str) -> dict[str, Any]:
    """Return one payment as the API tells it; few fields before it is paid."""
    if mchid != sim.ring.shop.mchid:
        raise ApiRefusal(400, "PARAM_ERROR", "商户号与签名不匹配")
    with sim.books() as books:
        return facts(sim, _known(books, number))


def close(sim: Simulation, *, number: str, body: dict[str, Any]) -> None:
    """Close an unpaid payment; closing again changes nothing."""
    schema.CLOSE.check("", body)
    _own(sim, body)
    with sim.books() as books:
        if state_of(_known(books, number), sim.moment()) in ("SUCCESS", "REFUND"):
            raise ApiRefusal(400, "ORDER_PAID", "该订单已支付", number=ALREADY_PAID)
        books.execute("UPDATE payments SET state = 'CLOSED' WHERE out_trade_no = ?", (number,))


@dataclass(frozen=True, kw_only=True)
class Cashier:
    """What the shopper sees of a payment; `state` "EXPIRED" means this code is too old."""

    number: str
    description: str
    total: int
    state: str
    notify_url: str
    payer: str  # the only one who may pay it; empty where anybody may


def by_code(sim: Simulation, *, code: str) -> Cashier | None:
    """Return the payment behind a QR code or page address."""
    with sim.books() as books:
        row = books.execute(
            "SELECT p.*, c.expires_at AS code_ends FROM codes c JOIN payments p"
            " ON p.out_trade_no = c.out_trade_no WHERE c.code = ?",
            (code,),
        ).fetchone()
    if row is None:
        return None
    now = sim.moment()
    state = state_of(row, now)
    return Cashier(
        number=row["out_trade_no"],
        description=row["description"],
        total=row["total"],
        state="EXPIRED" if state == "NOTPAY" and row["code_ends"] <= now else state,
        notify_url=row["notify_url"],
        payer=_payer(row),
    )


def pay(sim: Simulation, *, number: str, even_if_closed: bool = False) -> str:
    """Let the shopper pay, and return the state then. Paying twice pays once.

    `even_if_closed` is the shopper who was quicker than the close: a late payment.
    """
    with sim.books() as books:
        row, now = _known(books, number), sim.moment()
        state = state_of(row, now)
        if state != "NOTPAY" and not (state == "CLOSED" and even_if_closed):
            return state
        books.execute(
            "UPDATE payments SET state = 'SUCCESS', transaction_id = ?, openid = ?, paid_at = ?"
            " WHERE out_trade_no = ?",
            (
                f"4200{china_time(now):%Y%m%d}{secrets.randbelow(10**16):016}",
                _payer(row) or "o" + secrets.token_hex(14)[:27],
                now,
                number,
            ),
        )
        paid = facts(sim, _known(books, number))
        notices.announce(
            sim,
            books,
            kind="TRANSACTION.SUCCESS",
            summary="支付成功",
            url=row["notify_url"],
            facts=paid,
        )
    sim.wake.set()
    return "SUCCESS"


def facts(sim: Simulation, row: sqlite3.Row) -> dict[str, Any]:
    """Return a payment in the words of the API, as in answers and notifications."""
    state = state_of(row, sim.moment())
    told: dict[str, Any] = {
        "mchid": sim.ring.shop.mchid,
        "appid": sim.ring.shop.appid,
        "out_trade_no": row["out_trade_no"],
        "trade_state": state,
        "trade_state_desc": {
            "NOTPAY": "订单未支付",
            "SUCCESS": "支付成功",
            "CLOSED": "订单已关闭",
            "REFUND": "订单发生过退款",
        }[state],
        "attach": row["attach"],
        "amount": {"total": row["total"], "currency": "CNY"},
    }
    if row["transaction_id"]:
        told |= {
            "transaction_id": row["transaction_id"],
            "trade_type": TRADE_TYPES[row["kind"]],
            "bank_type": "OTHERS",
            "success_time": rfc3339(row["paid_at"]),
            "payer": {"openid": row["openid"]},
        }
        told["amount"] |= {"payer_total": row["total"], "payer_currency": "CNY"}
    return told


def state_of(row: sqlite3.Row, now: float) -> str:
    """Return the trade state; an unpaid payment past its lifetime is closed."""
    if row["state"] == "NOTPAY" and row["expires_at"] <= now:
        return "CLOSED"
    return str(row["state"])


def _own(sim: Simulation, body: dict[str, Any]) -> None:
    shop = sim.ring.shop
    if body["mchid"] != shop.mchid or body.get("appid", shop.appid) != shop.appid:
        raise ApiRefusal(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")


def _known_payer(sim: Simulation, openid: str) -> None:
    with sim.books() as books:
        found = books.execute("SELECT 1 FROM people WHERE openid = ?", (openid,)).fetchone()
    if found is None:
        raise schema.wrong("/payer/openid", None, "无效的openid")


def _payer(row: sqlite3.Row) -> str:
    return str(json.loads(row["parameters"]).get("payer", {}).get("openid", ""))


def _row(books: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = books.execute(
        "SELECT * FROM payments WHERE out_trade_no = ?", (number,)
    ).fetchone()
    return found


def _known(books: sqlite3.Connection, number: str) -> sqlite3.Row:
    row = _row(books, number)
    if row is None:
        raise ApiRefusal(404, "ORDER_NOT_EXIST", "订单不存在")
    return row


def _lifetime_end(body: dict[str, Any], now: float) -> float:
    longest = now + ORDER_LIFETIME_S
    if "time_expire" not in body:
        return longest
    return min(longest, datetime.fromisoformat(body["time_expire"]).timestamp())


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False)
