"""The simulator refuses what WeChat Pay refuses; spoken to without our adapter."""

import base64
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from zhanggui.payments.providers.simulator import Credentials, SimulatorServer

NATIVE, H5 = "/v3/pay/transactions/native", "/v3/pay/transactions/h5"
QUERY = "/v3/pay/transactions/out-trade-no/T2611210001"
REFUNDS = "/v3/refund/domestic/refunds"
Answer = tuple[int, dict[str, str], bytes]


class Client:
    """A merchant who signs by hand and can do everything wrong."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server, self.shop = server, server.credentials
        self.key = load_pem_private_key(self.shop.private_key_pem.encode(), None)
        self.count = 0

    def authorization(self, method: str, path: str, body: bytes, **changes: str) -> str:
        self.count += 1
        parts = {
            "mchid": self.shop.mchid,
            "nonce_str": f"NONCE{self.count}",
            "timestamp": str(int(time.time())),
            "serial_no": self.shop.serial,
        } | changes
        lines = f"{method}\n{path}\n{parts['timestamp']}\n{parts['nonce_str']}\n".encode()
        signature = self.key.sign(lines + body + b"\n", PKCS1v15(), SHA256())
        parts = {"signature": base64.b64encode(signature).decode()} | parts | changes
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in parts.items())

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        host = self.server.base.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=60)
        try:
            connection.request(method, path, body=body or None, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def call(self, method: str, path: str, fields: Any = None, **changes: str) -> Answer:
        body = b"" if fields is None else json.dumps(fields).encode()
        headers = {
            "Accept": "application/json",
            "User-Agent": "test",
            "Content-Type": "application/json",
            "Authorization": self.authorization(method, path, body, **changes),
        }
        return self.send(method, path, body, headers)

    def order(self, **changes: Any) -> dict[str, Any]:
        return {
            "appid": self.shop.appid,
            "mchid": self.shop.mchid,
            "description": "茶杯",
            "out_trade_no": "T2611210001",
            "notify_url": "https://shop.example/notify",
            "amount": {"total": 100, "currency": "CNY"},
        } | changes


@pytest.fixture
def client(simulator: SimulatorServer) -> Client:
    return Client(simulator)


def said(answer: Answer) -> tuple[int, str]:
    return answer[0], json.loads(answer[2])["code"]


def payments(simulator: SimulatorServer) -> int:
    return int(simulator.sim.database.execute("SELECT COUNT(*) FROM payments").fetchone()[0])


def is_signed(answer: Answer, shop: Credentials) -> bool:
    headers = answer[1]
    assert headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
    assert headers["Wechatpay-Serial"] == shop.public_key_id
    message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode()
    key = load_pem_public_key(shop.public_key_pem.encode())
    key.verify(
        base64.b64decode(headers["Wechatpay-Signature"]),
        message + answer[2] + b"\n",
        PKCS1v15(),
        SHA256(),
    )
    return True


def test_every_good_answer_is_signed_and_numbered(client: Client) -> None:
    created = client.call("POST", NATIVE, client.order())
    asked = client.call("GET", f"{QUERY}?mchid={client.shop.mchid}")
    closed = client.call("POST", f"{QUERY}/close", {"mchid": client.shop.mchid})
    assert [created[0], asked[0], closed[0]] == [200, 200, 204]
    assert closed[2] == b""
    for answer in (created, asked, closed):
        assert is_signed(answer, client.shop)
        assert answer[1]["Request-ID"].endswith("-0")


def test_errors_are_not_signed_but_numbered(client: Client) -> None:
    client.call("POST", NATIVE, client.order())
    refused = client.call("POST", NATIVE, client.order(amount={"total": 7, "currency": "CNY"}))
    assert said(refused) == (400, "INVALID_REQUEST")
    assert refused[1]["Request-ID"].endswith("-268498688")
    assert "Wechatpay-Signature" not in refused[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"mchid": "1900000000"},
        {"serial_no": "0" * 40},
        {"timestamp": "1554208460"},
        {"timestamp": "now"},
        {"nonce_str": ""},
        {"signature": base64.b64encode(b"x" * 256).decode()},
        {"signature": "?"},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_a_wrong_signature_is_refused(
    client: Client, simulator: SimulatorServer, changes: dict[str, str]
) -> None:
    assert said(client.call("POST", NATIVE, client.order(), **changes)) == (401, "SIGN_ERROR")
    assert payments(simulator) == 0


@pytest.mark.parametrize("what", ["method", "path", "query", "body"])
def test_the_signature_covers_all_of_the_request(
    client: Client, simulator: SimulatorServer, what: str
) -> None:
    path = f"{QUERY}/close?a=1"
    body = json.dumps({"mchid": client.shop.mchid}).encode()
    signed = {
        "method": ("GET", path, body),
        "path": ("POST", path.replace("0001", "0002"), body),
        "query": ("POST", path.replace("a=1", "a=2"), body),
        "body": ("POST", path, body + b" "),
    }[what]
    headers = {
        "Accept": "application/json",
        "User-Agent": "test",
        "Authorization": client.authorization(*signed),
    }
    assert said(client.send("POST", path, body, headers)) == (401, "SIGN_ERROR")


def test_a_recorded_request_can_not_be_sent_again(
    client: Client, simulator: SimulatorServer
) -> None:
    body = json.dumps(client.order()).encode()
    headers = {
        "Accept": "application/json",
        "User-Agent": "test",
        "Authorization": client.authorization("POST", NATIVE, body),
    }
    assert client.send("POST", NATIVE, body, headers)[0] == 200
    again = client.send("POST", NATIVE, body, headers)
    assert said(again) == (401, "SIGN_ERROR")
    assert "nonce" in json.loads(again[2])["message"]


@pytest.mark.parametrize("missing", ["Accept", "User-Agent", "Authorization"])
def test_the_mandatory_headers_are_mandatory(client: Client, missing: str) -> None:
    body = json.dumps(client.order()).encode()
    headers = {
        "Accept": "application/json",
        "User-Agent": "test",
        "Authorization": client.authorization("POST", NATIVE, body),
    }
    del headers[missing]
    expected = (401, "SIGN_ERROR") if missing == "Authorization" else (400, "PARAM_ERROR")
    assert said(client.send("POST", NATIVE, body, headers)) == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "/colour"),
        ({"attach": None}, "/attach"),
        ({"amount": {"total": 100.0, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": "100", "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": True, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 0, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/amount/currency"),
        ({"amount": {"currency": "CNY"}}, "/amount/total"),
        ({"amount": 100}, "/amount"),
        ({"out_trade_no": "short"}, "/out_trade_no"),
        ({"out_trade_no": "x" * 33}, "/out_trade_no"),
        ({"out_trade_no": "number 1"}, "/out_trade_no"),
        ({"description": ""}, "/description"),
        ({"description": "茶" * 128}, "/description"),
        ({"notify_url": "https://shop.example/notify?order=1"}, "/notify_url"),
        ({"notify_url": "https://shop.example/notify?"}, "/notify_url"),
        ({"notify_url": "/notify"}, "/notify_url"),
        ({"time_expire": "2026-11-21T10:00:00"}, "/time_expire"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, "/time_expire"),
        ({"support_fapiao": "true"}, "/support_fapiao"),
        ({"detail": {"goods_detail": [{"merchant_goods_id": "1"}]}}, None),
        ({"limit_pay": []}, "/limit_pay"),
    ],
)
def test_a_wrong_body_is_refused_by_field(
    client: Client, simulator: SimulatorServer, change: dict[str, Any], field: str | None
) -> None:
    refused = client.call("POST", NATIVE, client.order(**change))
    assert said(refused) == (400, "PARAM_ERROR")
    named = json.loads(refused[2])["detail"]["field"]
    assert named == (field or "/detail/goods_detail/0/quantity")
    assert payments(simulator) == 0


@pytest.mark.parametrize("name", ["appid", "mchid", "description", "out_trade_no", "notify_url"])
def test_a_missing_field_is_refused(client: Client, name: str) -> None:
    order = client.order()
    del order[name]
    refused = client.call("POST", NATIVE, order)
    assert json.loads(refused[2])["detail"]["field"] == f"/{name}"


def test_an_unknown_field_has_its_own_number(client: Client) -> None:
    refused = client.call("POST", NATIVE, client.order(colour="red"))
    assert refused[1]["Request-ID"].endswith("-270924358")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"7"])
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes) -> None:
    headers = {
        "Accept": "application/json",
        "User-Agent": "test",
        "Authorization": client.authorization("POST", NATIVE, body),
    }
    assert said(client.send("POST", NATIVE, body, headers)) == (400, "PARAM_ERROR")


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.2", "nobody", ""])
def test_h5_refuses_an_address_that_is_not_public(client: Client, address: str) -> None:
    scene = {"payer_client_ip": address, "h5_info": {"type": "Wap"}}
    assert said(client.call("POST", H5, client.order(scene_info=scene)))[0] == 400
    scene["payer_client_ip"] = "14.23.150.211"
    assert client.call("POST", H5, client.order(scene_info=scene))[0] == 200
    assert said(client.call("POST", H5, client.order(out_trade_no="T2611210002")))[0] == 400


def test_another_merchant_can_not_ask(client: Client) -> None:
    client.call("POST", NATIVE, client.order())
    assert said(client.call("GET", f"{QUERY}?mchid=1900000000")) == (400, "PARAM_ERROR")
    other = client.order(appid="wx0000000000000000")
    assert said(client.call("POST", NATIVE, other)) == (400, "APPID_MCHID_NOT_MATCH")


def test_unknown_paths_and_methods_are_not_found(client: Client) -> None:
    for method, path in (("GET", NATIVE), ("GET", "/v3/unknown"), ("POST", QUERY)):
        assert said(client.call(method, path, {} if method == "POST" else None))[0] == 404


def refund_of(client: Client, number: str, fen: int, **changes: Any) -> dict[str, Any]:
    amount = {"refund": fen, "total": 100, "currency": "CNY"}
    return {"out_trade_no": "T2611210001", "out_refund_no": number, "amount": amount} | changes


def test_a_payment_is_refunded_fifty_times_at_most(
    client: Client, simulator: SimulatorServer
) -> None:
    client.call("POST", NATIVE, client.order())
    simulator.pay(out_trade_no="T2611210001")
    for count in range(50):
        assert client.call("POST", REFUNDS, refund_of(client, f"R{count}", 1))[0] == 200
    refused = client.call("POST", REFUNDS, refund_of(client, "R50", 1))
    assert said(refused) == (400, "INVALID_REQUEST")
    assert "50" in json.loads(refused[2])["message"]


def test_a_refund_is_refused_after_a_year(client: Client, simulator: SimulatorServer) -> None:
    client.call("POST", NATIVE, client.order())
    simulator.pay(out_trade_no="T2611210001")
    simulator.faults.change(time_shift_s=366 * 86_400)
    refused = client.call("POST", REFUNDS, refund_of(client, "R1", 1))
    assert said(refused) == (400, "INVALID_REQUEST")


def test_a_closed_refund_frees_its_amount(client: Client, simulator: SimulatorServer) -> None:
    client.call("POST", NATIVE, client.order())
    simulator.pay(out_trade_no="T2611210001")
    simulator.faults.change(refund_end="CLOSED", refund_after_s=0)
    client.call("POST", REFUNDS, refund_of(client, "R1", 100))
    assert json.loads(client.call("GET", f"{REFUNDS}/R1")[2])["status"] == "CLOSED"
    assert client.call("POST", REFUNDS, refund_of(client, "R2", 100))[0] == 200


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("SUCCESS", "商户退款单号"), ("REFUND", "no such column"), ("ALL", "退款申请时间")],
)
def test_bills_come_in_three_kinds_unsigned(
    client: Client, simulator: SimulatorServer, kind: str, missing: str
) -> None:
    client.call("POST", NATIVE, client.order())
    simulator.pay(out_trade_no="T2611210001")
    client.call("POST", REFUNDS, refund_of(client, "R1", 40))
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    simulator.faults.change(time_shift_s=2 * 86_400)
    asked = client.call("GET", f"/v3/bill/tradebill?bill_date={day}&bill_type={kind}")
    assert asked[0] == 200
    path = json.loads(asked[2])["download_url"].removeprefix(simulator.base)

    found = client.call("GET", path)

    assert found[0] == 200
    assert "Wechatpay-Signature" not in found[1]
    header, *rows = found[2].decode().splitlines()
    assert missing not in header.split(",")
    assert len(rows) == {"ALL": 4, "SUCCESS": 3, "REFUND": 3}[kind]
    assert all(len(row.split(",`")) == len(header.split(",")) for row in rows[:-2])
    simulator.faults.change(time_shift_s=2 * 86_400 + 301)
    assert said(client.call("GET", path)) == (400, "INVALID_REQUEST")


def test_a_bill_is_made_after_ten_in_the_morning(
    client: Client, simulator: SimulatorServer
) -> None:
    now = time.time()
    midnight = (now + 8 * 3600) // 86_400 * 86_400 - 8 * 3600
    day = time.strftime("%Y-%m-%d", time.gmtime(now + 8 * 3600))
    for hour, code in ((9.9, "STATEMENT_CREATING"), (10.1, "NO_STATEMENT_EXIST")):
        simulator.faults.change(time_shift_s=midnight + 86_400 + hour * 3600 - now)
        asked = client.call("GET", f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL")
        assert said(asked) == (400, code)


@pytest.mark.parametrize("day", ["", "2026-13-01", "20261120", "2020-01-01", "2099-01-01"])
def test_a_bill_of_an_impossible_day_is_refused(client: Client, day: str) -> None:
    assert said(client.call("GET", f"/v3/bill/tradebill?bill_date={day}"))[0] == 400


def control(
    client: Client, method: str, what: str, fields: Any = None, **headers: str
) -> tuple[int, Any]:
    body = b"" if fields is None else json.dumps(fields).encode()
    usual = {"Content-Type": "application/json"} | headers
    status, _, text = client.send(method, f"/_control/{what}", body, usual)
    return status, json.loads(text) if text else None


def test_faults_are_switched_over_the_control_endpoint(
    client: Client, simulator: SimulatorServer
) -> None:
    assert control(client, "POST", "faults", {"callback_repeat": 2})[1]["callback_repeat"] == 2
    assert simulator.faults.now.callback_repeat == 2
    assert control(client, "GET", "faults")[1]["callback_repeat"] == 2
    assert control(client, "POST", "reset", {})[1]["callback_repeat"] == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"unknown": 1},
        {"callback_repeat": "2"},
        {"callback_repeat": 99},
        {"api_next": ["explode"]},
        {"refund_end": "LOST"},
    ],
)
def test_a_switch_that_does_not_exist_is_refused(
    client: Client, simulator: SimulatorServer, fields: dict[str, Any]
) -> None:
    assert control(client, "POST", "faults", fields)[0] == 422
    assert control(client, "GET", "faults")[1]["callback_repeat"] == 0


def test_the_control_endpoint_plays_the_shopper(client: Client) -> None:
    client.call("POST", NATIVE, client.order())
    number = {"out_trade_no": "T2611210001"}
    assert control(client, "POST", "pay", number) == (200, {"trade_state": "SUCCESS"})
    assert control(client, "POST", "notify", number) == (200, {"sent": 1})
    items = control(client, "GET", "deliveries")[1]["items"]
    assert [item["event_type"] for item in items] == ["TRANSACTION.SUCCESS"] * 2
    assert items[0]["event_id"] == items[1]["event_id"]
    assert control(client, "POST", "pay", {"out_trade_no": "T0000000000"})[0] == 404


@pytest.mark.parametrize(
    "send",
    [
        lambda client: control(client, "POST", "reset", {}, **{"Content-Type": "text/plain"})[0],
        lambda client: client.send("GET", "/_control/faults", headers={"Host": "evil.example"})[0],
        lambda client: client.send("GET", "/_control/faults", headers={"Host": "evil:80"})[0],
        lambda client: client.send("POST", NATIVE, b"x" * 70_000)[0],
    ],
    ids=["form post", "bent name", "bent name with port", "large body"],
)
def test_foreign_pages_can_not_use_the_simulator(
    client: Client, send: Callable[[Client], int]
) -> None:
    assert send(client) in (404, 413, 421)


def test_credentials_are_hidden_when_printed(simulator: SimulatorServer) -> None:
    shop = simulator.credentials
    assert shop.apiv3_key not in repr(shop)
    assert replace(shop) == shop
