"""The calls of APIv3: who asks, what is asked, and a signed answer."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from zhanggui.payments.providers.simulator import bills, payments, refunds, wire
from zhanggui.payments.providers.simulator.ledger import Simulation
from zhanggui.payments.providers.simulator.refusals import ApiRefusal

NONCES_KEPT_S = 2 * wire.SKEW_S
NUMBER = r"(?P<number>[^/?]+)"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as it arrived; `path` is path and query exactly as sent."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    base: str  # our own address, as the shop called it

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))

    def fields(self) -> dict[str, Any]:
        """Return the JSON object of the body."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise ApiRefusal(400, "PARAM_ERROR", "请求体不是合法的 JSON 对象")
        return parsed


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer; `is_dropped` means that the connection is cut instead."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    is_dropped: bool = False


Route = Callable[[Simulation, Call, str], Any]
ROUTES: tuple[tuple[str, str, Route], ...] = (
    (
        "POST",
        "/v3/pay/transactions/(?P<number>native|h5|jsapi)",
        lambda sim, call, kind: payments.create(sim, kind=kind, body=call.fields(), base=call.base),
    ),
    (
        "GET",
        f"/v3/pay/transactions/out-trade-no/{NUMBER}",
        lambda sim, call, number: payments.query(
            sim, number=number, mchid=call.query.get("mchid", "")
        ),
    ),
    (
        "POST",
        f"/v3/pay/transactions/out-trade-no/{NUMBER}/close",
        lambda sim, call, number: payments.close(sim, number=number, body=call.fields()),
    ),
    (
        "POST",
        "/v3/refund/domestic/refunds",
        lambda sim, call, _: refunds.refund(sim, body=call.fields()),
    ),
    (
        "GET",
        f"/v3/refund/domestic/refunds/{NUMBER}",
        lambda sim, call, number: refunds.query_refund(sim, number=number),
    ),
    (
        "GET",
        "/v3/bill/tradebill",
        lambda sim, call, _: bills.order_bill(sim, query=call.query, base=call.base),
    ),
    (
        "GET",
        "/v3/billdownload/file",
        lambda sim, call, _: bills.download(sim, token=call.query.get("token", "")),
    ),
)


def answer(sim: Simulation, call: Call) -> Reply:
    """Answer one call of the API, as switched: late, wrong, or not at all."""
    time.sleep(sim.faults.now.api_delay_s)
    fault = sim.faults.take_api_fault()
    try:
        if fault == "500":
            raise ApiRefusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
        if fault == "429":
            raise ApiRefusal(429, "FREQUENCY_LIMITED", "频率超限")
        result = _carry_out(sim, call)
        if fault == "500_after_success":
            raise ApiRefusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
    except ApiRefusal as refusal:
        return _refused(refusal)
    if fault == "timeout":
        time.sleep(sim.faults.now.timeout_hold_s)
        return Reply(status=500, headers={}, is_dropped=True)
    return _succeeded(sim, result, spoil=fault == "bad_signature")


def _carry_out(sim: Simulation, call: Call) -> Any:
    if call.headers.get("accept", "") not in ("application/json", "*/*") or not call.headers.get(
        "user-agent"
    ):
        raise ApiRefusal(400, "PARAM_ERROR", "Http头缺少Accept或User-Agent")
    _authorise(sim, call)
    known = {"", sim.ring.shop.public_key_id, sim.ring.certificate_serial}
    if call.headers.get("wechatpay-serial", "") not in known:
        raise ApiRefusal(400, "PARAM_ERROR", "Http头Wechatpay-Serial错误")
    plain = call.path.partition("?")[0]
    for method, pattern, route in ROUTES:
        found = re.fullmatch(pattern, plain)
        if found and method == call.method:
            return route(sim, call, found.groupdict().get("number", ""))
    raise ApiRefusal(404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")


def _authorise(sim: Simulation, call: Call) -> None:
    now = time.time()
    nonce = wire.nonce_of_request(
        ring=sim.ring,
        authorization=call.headers.get("authorization", ""),
        method=call.method,
        path=call.path,
        body=call.body,
        now=now,
    )
    with sim.books() as books:
        books.execute("DELETE FROM nonces WHERE at < ?", (now - NONCES_KEPT_S,))
        is_new = books.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, now)).rowcount
    if not is_new:
        raise wire.unsigned("Http头Authorization中的nonce_str已被使用")


def _succeeded(sim: Simulation, result: Any, *, spoil: bool) -> Reply:
    if isinstance(result, bytes):  # a statement: the one answer that is not signed
        headers = {"Content-Type": "application/octet-stream", "Request-ID": _request_id(0)}
        return Reply(status=200, headers=headers, body=result)
    body = b"" if result is None else _json(result)
    signed = body + b" " if spoil else body
    headers = wire.signed_headers(
        ring=sim.ring, body=signed, now=time.time(), by=sim.faults.now.sign_with
    )
    headers |= {"Request-ID": _request_id(0)}
    if body:
        headers["Content-Type"] = "application/json; charset=utf-8"
    return Reply(status=200 if body else 204, headers=headers, body=body)


def _refused(refusal: ApiRefusal) -> Reply:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Request-ID": _request_id(refusal.number),
    }
    return Reply(status=refusal.status, headers=headers, body=_json(refusal.body))


def _request_id(number: int) -> str:
    return f"08{secrets.token_hex(12).upper()}-{number}"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
